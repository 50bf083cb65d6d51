"""Taking out the reports of a call as data: asking for a file, and the ones asked for."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.selectors import agencies_of
from core import formats
from core.content import Cell, Column, Crumb, Row, Table
from grants.models import Call
from portal.content import package_tag
from portal.forms.report_data import ReportDataForm
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.files import size_text
from portal.views.labels import call_title, moment
from reporting.documents.report_data import left_out_texts
from reporting.enums import DataFormat
from reporting.models import Report, ReportPackage
from reporting.selectors.packages import package_path, packages_visible_to
from reporting.services.packages import request_package

SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
def report_data(request: HttpRequest) -> HttpResponseBase:
    """What can be taken out and what is left out of it; a worker makes the file that is asked
    for."""
    calls = _calls(request)
    posted = request.method == "POST"
    form = ReportDataForm(
        request.POST if posted else None,
        calls=[(call, call_title(call)) for call in calls],
        initial={"call": request.GET.get("call", "")},
    )
    if posted and form.is_valid():
        try:
            package = request_package(
                call=form.cleaned_data["call"],
                actor=person_of(request),
                kind=DataFormat(form.cleaned_data["format"]),
                texts=form.cleaned_data["texts"],
            )
        except PermissionDenied as error:
            raise Http404 from error
        return redirect("report-package", pk=package.pk)
    packages = list(packages_visible_to(request.user)[:SHOWN])
    parse_definitions([each.call for each in packages])
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Reports as data")),
        ],
        "form": form if calls else None,
        "left_out": left_out_texts(texts=False)[:-1],
        "without_texts": left_out_texts(texts=False)[-1],
        "with_texts": left_out_texts(texts=True)[-1],
        "packages": _table(packages),
        "kept": ngettext(
            "A file is removed after %(days)d day.",
            "A file is removed after %(days)d days.",
            settings.REPORT_DATA_DAYS,
        )
        % {"days": settings.REPORT_DATA_DAYS},
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


def _table(packages: list[ReportPackage]) -> Table | None:
    if not packages:
        return None
    return Table(
        id="packages",
        caption=_("Your latest files"),
        columns=(
            Column(_("Call")),
            Column(pgettext("file of data", "Asked for"), nowrap=True),
            Column(_("File")),
            Column(_("Size"), numeric=True),
            Column(_("State")),
            Column(_("Download")),
        ),
        rows=tuple(_row(each) for each in packages),
        stack=True,
        caption_hidden=True,
    )


def _row(package: ReportPackage) -> Row:
    title = call_title(package.call)
    asked = moment(package.requested_at)
    return Row(
        Cell(title, url=reverse("report-package", args=[package.pk])),
        (
            Cell(asked),
            Cell(
                DataFormat(package.kind).label,
                note=_("With free words") if package.texts else _("Without free words"),
            ),
            Cell(size_text(package.size) if package.size else formats.DASH),
            Cell(tag=package_tag(package.state, removed=package.removed_at is not None)),
            Cell(
                _("Download"),
                url=reverse("report-package-file", args=[package.pk]),
                label=_("Download %(call)s, asked for %(moment)s")
                % {"call": title, "moment": asked},
            )
            if package_path(package)
            else Cell(formats.DASH),
        ),
    )
