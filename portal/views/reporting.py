"""A report as those who write it meet it: task list, parts, checks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.content import SummaryRow, Tag, Task, TaskSection, Tone
from portal.content import report_tag
from portal.views.applying_fields import when_text
from portal.views.applying_sections import field_id
from portal.views.labels import day, money
from portal.views.report_signing import signature_line
from portal.views.reporting_page import AREA, FILES, MONEY, PART, ReportPage
from portal.views.reporting_parts import page_of_report, section_response
from portal.views.reporting_saving import save_posted
from portal.views.reporting_texts import CHECK, name_of
from portal.views.saving import (
    saved_message,
)
from portal.views.submitting import SignatureLine
from reporting.enums import ReportStatus
from reporting.selectors.writing import (
    ReportRoom,
    open_signatures,
)
from reporting.services.sending import content_sha256


@never_cache
@require_safe
def own_report(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What there is to do: each part with how far it has come."""
    page = page_of_report(request, pk)
    room, report = page.room, page.room.report
    saved = room.last_saved
    blocks = any(each.blocks for each in room.findings)
    today = timezone.localdate()
    received = [
        _("Version %(number)d, received %(when)s")
        % {"number": each.number, "when": when_text(each.received_at)}
        for each in report.versions.order_by("number")
    ]
    context = page.context() | {
        "crumbs": page.crumbs(),
        "tag": report_tag(report.status),
        "due": day(report.due_on) if report.due_on else "",
        "late": room.is_open and report.due_on is not None and report.due_on < today,
        "returned": report.status == ReportStatus.RETURNED,
        "asked": [
            (name_of(room, path), question, page.url_of(path))
            for path, question in room.questions.items()
        ],
        "message": room.asked.message if room.asked else "",
        "summary": report_summary(room),
        "saved": _("Last saved %(when)s by %(who)s.")
        % {"when": when_text(saved.saved_at), "who": saved.saved_by}
        if saved and saved.saved_at
        else "",
        "sections": report_tasks(page, blocks=blocks),
        "received": received,
        "signed": _signed(room),
        "send_url": reverse("own-report-send", args=[pk]),
        "cases": [
            (each.number, reverse("application-file", args=[each.pk])) for each in room.applications
        ],
    }
    return render(request, "portal/report/tasks.html", context)


def _signed(room: ReportRoom) -> list[SignatureLine]:
    """Who has signed what has not been sent in yet."""
    signatures = open_signatures(room.report) if room.is_open else []
    if not signatures:
        return []
    sha256 = content_sha256(room)
    return [signature_line(each, sha256) for each in signatures]


def report_summary(room: ReportRoom) -> list[SummaryRow]:
    """The grants that the report answers for."""
    return [
        SummaryRow(
            _("Grant %(number)s") % {"number": grant.number},
            money(grant.available_sek),
            note=_("carried over from %(year)s") % {"year": grant.year} if grant.carried else "",
        )
        for grant in room.plan.grants
    ]


def report_tasks(page: ReportPage, *, blocks: bool) -> tuple[TaskSection, ...]:
    """The parts of the report with how far each has come."""

    def tasks(*kinds: str) -> tuple[Task, ...]:
        return tuple(
            Task(each.title, page.state(each), url=page.url(each.slug))
            for each in page.sections
            if each.kind in kinds
        )

    found = [
        TaskSection(_("The work"), tasks(AREA)),
        TaskSection(_("Questions about all of the work"), tasks("questions")),
        TaskSection(_("Parts of those who take part"), tasks(PART)),
        TaskSection(_("Money"), tasks(MONEY, FILES)),
    ]
    if page.room.is_open:
        ready = Tag(_("Something remains"), Tone.INFO) if blocks else Tag(_("Ready"), Tone.SUCCESS)
        cannot = Tag(_("Cannot be done yet")) if blocks else Tag(_("Not begun"))
        found.append(
            TaskSection(
                _("Check and send in"),
                (
                    Task(
                        _("Check the report"),
                        ready,
                        url=page.url(CHECK),
                        hint=_("The same checks as when the report is sent in."),
                    ),
                    Task(
                        _("Read through and send in"),
                        cannot,
                        url=reverse("own-report-send", args=[page.pk]),
                        hint=_("Done by one who signs for the organisation."),
                    ),
                ),
            )
        )
    return tuple(each for each in found if each.tasks)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_report_section(request: HttpRequest, *, pk: int, section: str) -> HttpResponse:
    """A part of the report: to write, or to read. A POST saves the whole page."""
    page = page_of_report(request, pk)
    if section == CHECK:
        return _check(page)
    found = page.section(section)
    if request.method != "POST":
        return section_response(page, found)
    posted = save_posted(request, page.room)
    if posted.typed:
        return section_response(
            ReportPage(request, page_of_report(request, pk).room, posted.typed), found
        )
    saved_message(request, posted)
    theirs = request.POST.get("theirs")
    if theirs:
        return redirect(f"{page.url(section)}#{field_id(theirs)}")
    if request.POST.get("then") == "next":
        return redirect(page_of_report(request, pk).context(found)["next_url"])
    return redirect(page.url(section))


def _check(page: ReportPage) -> HttpResponse:
    context = page.context() | {
        "crumbs": page.crumbs(_("Check the report")),
        "degrees": page.degrees(),
        "blocking": sum(each.blocks for each in page.room.findings),
        "send_url": reverse("own-report-send", args=[page.pk]) if page.room.is_open else "",
    }
    return render(page.request, "portal/report/check.html", context)
