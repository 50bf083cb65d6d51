"""Saving a report: a field, a page, a part that is done, files."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.models import StoredFile
from grants.content.draft import SavedValue
from grants.services.drafts import FieldLocked
from grants.services.moving import UnknownField
from portal.views.access import person_of
from portal.views.applying_fields import Typed, shown_text, when_text
from portal.views.applying_saving import denied_text, gone_text
from portal.views.files import (
    Received,
    download_response,
    receive_uploads,
    upload_answer,
)
from portal.views.labels import language
from portal.views.reporting_page import ReportPage
from portal.views.reporting_parts import (
    files_of_page,
    page_of_report,
    report_of,
    reports_of,
    section_response,
)
from portal.views.reporting_texts import CERTIFICATES, name_of
from portal.views.saving import (
    Posted,
    Refusal,
    Refusals,
    Save,
    clean,
    field_answer,
    number_in,
    page_of,
    save_page,
    saved_or_typed,
)
from reporting.content.fields import report_field
from reporting.models import Report, ReportFile
from reporting.selectors.writing import (
    ReportRoom,
    earlier_texts,
    history_of_value,
)
from reporting.services import writing


def locked_text() -> str:
    """That the field cannot be written now."""
    return _(
        "This cannot be changed now: the report has been sent in, or is not open for it. What "
        "you have written is still here, so that you can copy it."
    )


REFUSALS: Refusals = {
    PermissionDenied: Refusal(403, "denied", denied_text),
    FieldLocked: Refusal(423, "locked", locked_text),
    UnknownField: Refusal(410, "gone", gone_text),
}


@never_cache
@require_POST
def own_report_save(request: HttpRequest, *, pk: int) -> JsonResponse:
    """Save one field; the answer says what is there now, or why it was not saved."""
    report = report_of(request, pk)
    return field_answer(request, _saver(request, report), REFUSALS, str(person_of(request)))


def _saver(request: HttpRequest, report: Report) -> Save:
    def save(path: str, text: str, base: int) -> SavedValue:
        return writing.save_value(
            report=report,
            path=path,
            text=text,
            base=base,
            actor=person_of(request),
            page=page_of(request),
            language=language(),
        )

    return save


def save_posted(request: HttpRequest, room: ReportRoom) -> Posted:
    """Save every field of the page that was changed in it."""
    here = language()
    return save_page(
        request,
        spec_of=lambda path: report_field(room.definition, room.plan, path, here),
        value_of=room.value,
        earlier=lambda moved: earlier_texts(room.report, moved),
        save=_saver(request, room.report),
        refusals=REFUSALS,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_report_history(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Every version of a field, and a way to bring one back."""
    page = page_of_report(request, pk)
    room = page.room
    path = clean(request.GET.get("falt", ""))
    spec = report_field(room.definition, room.plan, path, language())
    if spec is None:
        raise Http404
    versions = history_of_value(room.report, path)
    back = page.url_of(path)
    if request.method == "POST":
        wanted = number_in(request.POST.get("version", ""))
        found = next((each for each in versions if each.number == wanted), None)
        if found is None:
            raise Http404
        base = number_in(request.POST.get("base", ""))
        outcome = saved_or_typed(_saver(request, room.report), path, found.text, base, REFUSALS)
        if isinstance(outcome, Typed):
            messages.error(
                request,
                outcome.error or _("The text was changed just now. Look at the newest version."),
            )
            return redirect(request.get_full_path())
        messages.success(request, _("The earlier text has been brought back."))
        return redirect(back)
    context = {
        "title": name_of(room, path),
        "crumbs": page.crumbs(_("Earlier versions")),
        "versions": [
            {
                "number": each.number,
                "when": when_text(each.saved_at) if each.saved_at else "",
                "who": each.saved_by,
                "text": shown_text(spec, each.text),
                "current": each is versions[0],
            }
            for each in versions
        ],
        "base": versions[0].number if versions else 0,
        "editable": room.may_write(path),
        "back": back,
    }
    return render(request, "portal/apply/history.html", context)


@require_POST
def own_report_part_done(request: HttpRequest, *, pk: int, organisation: int) -> HttpResponse:
    """One who writes for a partner says that its part is done; what was typed is saved first."""
    page = page_of_report(request, pk)
    section = page.section(f"del-{organisation}")
    posted = save_posted(request, page.room)
    if posted.typed:
        return section_response(
            ReportPage(request, page_of_report(request, pk).room, posted.typed), section
        )
    try:
        writing.say_part_done(
            report=page.room.report, organisation=organisation, actor=person_of(request)
        )
    except (PermissionDenied, UnknownField):
        raise Http404 from None
    except FieldLocked:
        messages.error(request, locked_text())
    else:
        messages.success(request, _("Your part is marked as done. The lead sees it."))
    return redirect(page.url(section.slug))


@require_POST
def own_report_file_add(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Receive the auditor's certificate."""
    report, user = report_of(request, pk), person_of(request)

    def attach(file: StoredFile) -> str:
        writing.attach_certificate(report=report, file=file, actor=user)
        return ""

    try:
        outcomes = receive_uploads(request, uploaded_by=user.pseudonym, attach=attach)
    except PermissionDenied:
        raise Http404 from None
    except FieldLocked:
        outcomes = [Received(_("The file"), refused=locked_text())]
    back = reverse("own-report-section", args=[pk, CERTIFICATES])

    def shown() -> HttpResponse:
        context = {
            "id": "certificate",
            "files": files_of_page(page_of_report(request, pk))["files"],
        }
        return render(request, "components/file_list.html", context)

    return upload_answer(request, outcomes, shown=shown, back=back)


def _file(request: HttpRequest, pk: int, file: int) -> ReportFile:
    reports = reports_of(request)
    files = ReportFile.objects.filter(report__in=reports.values("pk"), removed_at__isnull=True)
    found: ReportFile = get_object_or_404(
        files.select_related("file", "report"), pk=file, report=pk
    )
    return found


@require_safe
def own_report_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file of the report, to those who take part."""
    return download_response(_file(request, pk, file).file)


@require_POST
def own_report_file_remove(request: HttpRequest, *, pk: int, file: int) -> HttpResponse:
    """Take a file out of a report that is being written."""
    found = _file(request, pk, file)
    try:
        writing.remove_file(attached=found, actor=person_of(request))
        messages.success(request, _("%(file)s has been taken out.") % {"file": found.file.name})
    except PermissionDenied:
        messages.error(request, _("You can read the report, and not write in it."))
    except FieldLocked:
        messages.error(request, locked_text())
    return redirect("own-report-section", pk=pk, section=CERTIFICATES)
