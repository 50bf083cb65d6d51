"""Every version that was sent in, what differs between them, and each as a PDF: for the
applicant and for the agency."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, Table
from grants.content.differences import Difference
from grants.documents import kept_application_pdf
from grants.models import Application, ApplicationVersion
from grants.selectors import visible_application
from grants.selectors.register import not_secret_to_party
from grants.selectors.sent_in import content_of_version, differences_between
from portal.views.access import person_of
from portal.views.applying_sections import address
from portal.views.files import download_response
from portal.views.labels import call_title, language, second
from portal.views.own_case import case_crumbs, found_case
from portal.views.sent_in import laid_out


def received_case(request: HttpRequest, pk: int) -> Application:
    """The case, for the agency's staff. Raises Http404."""
    found = visible_application(person_of(request), pk)
    if found is None:
        raise Http404
    return found


def officers_crumbs(application: Application, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the case, for the agency's staff."""
    return [
        Crumb(_("Applications"), reverse("application-list")),
        Crumb(application.number, reverse("application-detail", args=[application.pk])),
        *rest,
    ]


@require_safe
def application_versions(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What was sent in, as its party reads it."""
    application = found_case(request, pk)
    crumbs = case_crumbs(application, Crumb(_("What has been sent in")))
    return _versions(
        request, application, crumbs, "application-versions", "application-pdf", own=True
    )


@require_safe
def case_versions(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The same, for the agency."""
    application = received_case(request, pk)
    crumbs = officers_crumbs(application, Crumb(_("What has been sent in")))
    return _versions(request, application, crumbs, "case-versions", "case-pdf", own=False)


def _versions(
    request: HttpRequest,
    application: Application,
    crumbs: Sequence[Crumb],
    page: str,
    pdf: str,
    *,
    own: bool,
) -> HttpResponse:
    versions = list(
        _readable(application, own=own).select_related("submitted_by").order_by("-number")
    )
    if not versions:
        raise Http404
    by_number = {each.number: each for each in versions}
    for each in versions:
        each.application = application
    new = by_number.get(_number(request.GET.get("till")), versions[0])
    before = [each for each in versions if each.number < new.number]
    old = by_number.get(_number(request.GET.get("fran")), before[0] if before else None)
    if old is not None and old.number == new.number:
        old = None
    definition = application.definition
    content = content_of_version(new, definition, language())
    found = differences_between(old, new, definition, language()) if old else ()
    context = {
        "crumbs": crumbs,
        "application": application,
        "call_title": call_title(application.call),
        "versions": [
            {
                "number": each.number,
                "time": second(each.submitted_at),
                "sha256": each.sha256,
                "by": str(each.submitted_by) if each.submitted_by else "",
                "pdf": reverse(pdf, args=[application.pk, each.number]),
                "shown": each.number == new.number,
            }
            for each in versions
        ],
        "numbers": sorted(by_number, reverse=True),
        "old": old,
        "new": new,
        "differences": _table(found, old, new) if old and found else None,
        "compared": old is not None,
        "laid": laid_out(content, file_addresses(application, own=own)),
        "page_url": reverse(page, args=[application.pk]),
    }
    return render(request, "portal/own/versions.html", context)


def _readable(application: Application, *, own: bool) -> QuerySet[ApplicationVersion]:
    """The versions; its party reads all but what is secret to it."""
    found = application.versions.all()
    return not_secret_to_party(found, "version") if own else found


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0


def file_addresses(application: Application, *, own: bool) -> Mapping[str, str]:
    """Where the case's files are fetched, by their SHA-256."""
    name = "attachment-file" if own else "case-attachment"
    found = {
        each.file.sha256: address(name, application.pk, each.pk)
        for each in application.attachments.select_related("file").order_by("-pk")
    }
    return {sha256: url for sha256, url in found.items() if url}


def _table(found: Sequence[Difference], old: ApplicationVersion, new: ApplicationVersion) -> Table:
    empty = _("Not answered")
    absent = _("Was not there")

    def text(value: str | None) -> str:
        return absent if value is None else value or empty

    return Table(
        id="differences",
        caption=_("Differences"),
        columns=(
            Column(_("Where")),
            Column(_("Field")),
            Column(_("Version %(number)d") % {"number": old.number}),
            Column(_("Version %(number)d") % {"number": new.number}),
        ),
        rows=tuple(
            Row(
                Cell(each.where or _("The application")),
                (Cell(each.field), Cell(text(each.old)), Cell(text(each.new))),
            )
            for each in found
        ),
        stack=True,
        caption_hidden=True,
    )


@require_safe
def application_pdf(request: HttpRequest, *, pk: int, number: int) -> HttpResponseBase:
    """A version as PDF, for its party."""
    application = found_case(request, pk)
    if not _readable(application, own=True).filter(number=number).exists():
        raise Http404
    return version_pdf(application, number)


@require_safe
def case_pdf(request: HttpRequest, *, pk: int, number: int) -> HttpResponseBase:
    """A version as PDF, for the agency."""
    return version_pdf(received_case(request, pk), number)


def version_pdf(application: Application, number: int) -> HttpResponseBase:
    """The version with that number as PDF. Raises Http404."""
    version = get_object_or_404(
        ApplicationVersion.objects.select_related(
            "application__call__agency", "application__call__definition_record", "submitted_by"
        ),
        application=application,
        number=number,
    )
    path = kept_application_pdf(version, language())
    name = f"{application.register_number or application.pk}-version-{number}.pdf"
    response = FileResponse(
        path.open("rb"), as_attachment=False, filename=name, content_type="application/pdf"
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def case_attachment(request: HttpRequest, *, pk: int, attachment: int) -> HttpResponseBase:
    """A file that was sent in, for the agency; also one that a later version no longer holds.
    What the applicant has added since and not sent in is not the agency's to read."""
    application = received_case(request, pk)
    files: Any = application.attachments.select_related("file")
    found = get_object_or_404(files, pk=attachment)
    if not application.versions.filter(document__contains=found.file.sha256).exists():
        raise Http404
    return download_response(found.file)
