"""Taking out the reports of a call as data."""

import tempfile
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.selectors import agencies_of
from core.content import Crumb
from grants.models import Call
from portal.forms.report_data import ReportDataForm
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.labels import call_title
from reporting.documents.report_data import DataFormat, left_out_texts, make_package
from reporting.models import Report
from reporting.services.report_data import record_export, require_export


@require_http_methods(["GET", "HEAD", "POST"])
def report_data(request: HttpRequest) -> HttpResponseBase:
    """What can be taken out and what is left out of it; a post is answered with the file."""
    calls = _calls(request)
    posted = request.method == "POST"
    form = ReportDataForm(
        request.POST if posted else None,
        calls=[(call, call_title(call)) for call in calls],
        initial={"call": request.GET.get("call", "")},
    )
    if posted and form.is_valid():
        return _file(request, form)
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Reports as data")),
        ],
        "form": form if calls else None,
        "left_out": left_out_texts(texts=False)[:-1],
        "without_texts": left_out_texts(texts=False)[-1],
        "with_texts": left_out_texts(texts=True)[-1],
    }
    return render(request, "portal/report_data.html", context)


def _calls(request: HttpRequest) -> list[Call]:
    """The calls of the agencies where the person is analyst that reports have come in for, the
    latest first."""
    received = Report.objects.filter(
        agency=OuterRef("agency"), year=OuterRef("year"), stream=OuterRef("stream"),
        first_received_at__isnull=False,
    )  # fmt: skip
    calls = list(
        Call.objects.filter(Exists(received), agency__in=agencies_of(request.user, (Role.ANALYST,)))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )
    parse_definitions(calls)
    return calls


def _file(request: HttpRequest, form: ReportDataForm) -> HttpResponseBase:
    person, call = person_of(request), form.cleaned_data["call"]
    kind, texts = DataFormat(form.cleaned_data["format"]), form.cleaned_data["texts"]
    try:
        require_export(call=call, actor=person)
        # Once open, the file is read to its end although its folder is gone.
        with tempfile.TemporaryDirectory(prefix="report-data-") as folder:
            package = make_package(
                call=call, user=person, kind=kind, texts=texts, folder=Path(folder)
            )
            record_export(
                call=call,
                actor=person,
                kind=kind.value,
                texts=texts,
                sha256=package.sha256,
                rows=package.rows,
            )
            content = package.path.open("rb")
    except PermissionDenied as error:
        raise Http404 from error
    inside = "-intern" if texts else ""
    response = FileResponse(
        content,
        as_attachment=True,
        filename=f"redovisningar-{call.code}{inside}.{kind.suffix}",
        content_type=kind.media_type,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
