"""A received report as its officer reviews it: beside the plan, to accept or to return."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from core import formats
from core.content import Crumb, SummaryRow, Table
from grants.checks import LedgerRefused, TransitionRefused
from portal.content import area_tag, report_tag
from portal.forms.reports import AcceptForm
from portal.views.access import person_of
from portal.views.applying_fields import FormField
from portal.views.files import download_response, file_item
from portal.views.labels import day, language, money
from portal.views.reporting_page import AREA, PART, QUESTIONS, ReportPage
from portal.views.reporting_parts import area_content
from portal.views.reporting_sending import economy_table
from portal.views.reporting_texts import finding_text
from reporting.checks import ReportRefused
from reporting.content.paths import CERTIFICATE, spent_path, status_path
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Report
from reporting.selectors.reports import reports_visible_to
from reporting.selectors.review import (
    Remark,
    files_seen,
    last_year_of,
    looked_at,
    may_review,
    remarks,
)
from reporting.selectors.writing import ReportRoom, room_of_report
from reporting.services.accepting import used_of
from reporting.services.reports import accept, send_back

ASKED = "q:"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with room for a question about it."""

    path: str
    id: str
    label: str
    value: str
    question: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A part of the report with its plan beside it."""

    id: str
    title: str
    plan: list[SummaryRow]
    said: tuple[Said, ...]
    tables: tuple[Table, ...] = ()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_review(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The report side by side with the plan, with what differs; to accept, or to return with
    questions on its fields. One that is not waiting for it is read on its own page."""
    person = person_of(request)
    report = get_object_or_404(
        reports_visible_to(person).select_related("agency", "organisation"), pk=pk
    )
    if report.status != ReportStatus.RECEIVED or report.needs_look is None:
        return redirect("report-detail", pk=pk)
    room = room_of_report(report, person, language())
    page = ReportPage(request, room)
    used = {each.application: each for each in used_of(report, room.plan, room.values)}
    posted = request.method == "POST"
    action = request.POST.get("action", "") if posted else ""
    asked = _asked(request) if action == "return" else {}
    form = AcceptForm(
        request.POST if action == "accept" else None, used=used, grants=room.plan.grants
    )
    error = ""
    if action == "accept" and form.is_valid():
        error = _accept(request, report, form)
        if not error:
            return redirect("report-inbox")
    elif action == "return":
        error = _return(request, report, asked)
        if not error:
            return redirect("report-inbox")
    context = {
        "crumbs": [
            Crumb(_("Reports to review"), reverse("report-inbox")),
            Crumb(report.code),
        ],
        "report": report,
        "report_title": page.title,
        "tag": report_tag(report.status),
        "summary": _summary(room),
        "looked_at": [finding_text(room, each) for each in looked_at(room.findings)],
        "remarks": _remarks(room),
        "parts": [*_beside(page, asked), _money(page, asked)],
        "files": [
            file_item(each.file, url=reverse("report-file", args=[pk, each.pk]))
            for each in room.files
        ],
        "certificate": _question(CERTIFICATE, "", "", asked) if room.files else None,
        "form": form,
        "may_review": may_review(person, report),
        "message": request.POST.get("message", ""),
        "error": error,
        "returning": action == "return",
    }
    return render(request, "portal/report/review.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    found = {
        name.removeprefix(ASKED): request.POST[name].replace("\0", "").strip()
        for name in request.POST
        if name.startswith(ASKED)
    }
    return {path: text for path, text in found.items() if text}


def _accept(request: HttpRequest, report: Report, form: AcceptForm) -> str:
    """Accept the report; gives why not, "" where it is done."""
    try:
        accept(report=report, actor=person_of(request), used=form.used)
    except PermissionDenied:
        return _("The report is accepted by a case officer of the agency.")
    except LedgerRefused:
        return _("The amounts cannot be booked: more is used and to be repaid than there was.")
    except (TransitionRefused, TransitionNotAllowed, ReportRefused):
        return _("The report cannot be accepted now. Look at the case, and load the page again.")
    messages.success(
        request, _("%(report)s is accepted and what was used is booked.") % {"report": report.code}
    )
    return ""


def _return(request: HttpRequest, report: Report, asked: dict[str, str]) -> str:
    message = request.POST.get("message", "").replace("\0", "").strip()
    try:
        send_back(report=report, actor=person_of(request), questions=message, items=asked)
    except PermissionDenied:
        return _("The report is returned by a case officer of the agency.")
    except ReportRefused as refused:
        if refused.code == "questions_missing":
            return _("Write what is to be answered: at a field, or to the whole.")
        return _("One of the fields is no longer in the report. Load the page again.")
    except TransitionNotAllowed:
        return _("The report cannot be returned now. Load the page again.")
    messages.success(
        request,
        _("%(report)s is returned. The organisation is told by mail.") % {"report": report.code},
    )
    return ""


def _summary(room: ReportRoom) -> list[SummaryRow]:
    report = room.report
    first = report.first_received_at
    late = room.snapshot.due_on is not None and first is not None and _late(report)
    rows = [
        SummaryRow(
            _("Organisation"),
            report.organisation.name,
            url=reverse("organisation-detail", args=[report.organisation_id]),
        ),
        SummaryRow(_("First received"), day(first), note=_("after the due date") if late else ""),
        SummaryRow(_("Due"), day(report.due_on) if report.due_on else _("Not recorded")),
    ]
    rows += [
        SummaryRow(
            _("Answers for"),
            each.number,
            url=reverse("application-detail", args=[each.application]),
            note=_("%(amount)s to use") % {"amount": money(each.available_sek)},
        )
        for each in room.plan.grants
    ]
    return rows


def _late(report: Report) -> bool:
    first = report.first_received_at
    return (
        first is not None
        and report.due_on is not None
        and timezone.localdate(first) > report.due_on
    )


def _remarks(room: ReportRoom) -> list[tuple[str, list[str]]]:
    """What differs, from the plan and from last year, in words."""
    before = last_year_of(room.report)
    found = remarks(room, before)
    plan = [_remark(room, each) for each in found if not each.last_year]
    earlier = [_remark(room, each) for each in found if each.last_year]
    same = _("Nothing differs.")
    last = earlier or [same if before is not None else _("There is no report of the year before.")]
    return [(_("From the plan"), plan or [same]), (_("From the year before"), last)]


def _remark(room: ReportRoom, remark: Remark) -> str:
    params = remark.params
    definition, here = room.definition, language()
    area = definition.area(str(params.get("area", "")))
    title = area.title.in_(here) if area else str(params.get("area", ""))
    match remark.code:
        case "line":
            spent, approved = int(str(params["spent"])), int(str(params["approved"]))
            return _("%(line)s: %(spent)s used of %(approved)s (%(difference)s)") % {
                "line": params["line"],
                "spent": formats.amount(spent),
                "approved": formats.amount(approved),
                "difference": formats.amount(spent - approved),
            }
        case "not_carried_out":
            return _("%(area)s: not carried out") % {"area": title}
        case "area_gone":
            return _("%(area)s was reported the year before, and has no money now.") % {
                "area": title
            }
        case "status":
            return _("%(area)s: %(before)s the year before, %(now)s now") % {
                "area": title,
                "before": area_tag(AreaStatus(str(params["before"]))).label,
                "now": area_tag(AreaStatus(str(params["now"]))).label if params["now"] else "–",
            }
    question = definition.report_questionnaire.question(
        str(params["area"]), str(params["question"])
    )

    def labels(codes: object) -> str:
        options = (question.option(code) for code in codes) if question else ()  # type: ignore[attr-defined]
        return ", ".join(each.label.in_(here) for each in options if each)

    return _("%(question)s %(before)s the year before, %(now)s now") % {
        "question": ": ".join(
            each for each in (title, question.text.in_(here) if question else "") if each
        ),
        "before": labels(params["before"]),
        "now": labels(params["now"]),
    }


def _question(path: str, label: str, value: str, asked: dict[str, str]) -> Said:
    id_ = "q-" + path.replace(".", "-").replace("_", "-")
    return Said(path, id_, label, value, asked.get(path, ""))


def _beside(page: ReportPage, asked: dict[str, str]) -> Iterator[Beside]:
    missing = _("Not answered")
    for section in page.sections:
        if section.kind not in {AREA, QUESTIONS, PART}:
            continue
        plan: list[SummaryRow] = []
        fields: list[FormField] = []
        if section.kind == AREA:
            content = area_content(page, section)
            plan = content["plan"]
            fields = [page.field(status_path(section.key))] * (content["status_field"] is not None)
            groups = content["groups"]
        elif section.kind == PART:
            groups = page.groups_of_part(int(section.key))
        else:
            groups = page.groups_of_area("", section.key)
        fields += [field for group in groups for field in group.fields]
        said = tuple(
            _question(each.path, str(each.label), each.shown or missing, asked) for each in fields
        )
        yield Beside(f"part-{section.slug}", section.title, plan, said)


def _money(page: ReportPage, asked: dict[str, str]) -> Beside:
    tables = tuple(economy_table(page, grant) for grant in page.room.plan.grants)
    said: list[Said] = []
    for line in page.room.draft.lines:
        path = spent_path(line.application, line.line.number)
        value = money(line.spent_sek) if line.spent_sek is not None else "–"
        said.append(_question(path, line.line.title, value, asked))
    return Beside("part-ekonomi", _("Economic report"), [], tuple(said), tables)


@require_safe
def report_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file of a received report, to the agency's staff."""
    found = get_object_or_404(files_seen(person_of(request)), pk=file, report=pk)
    return download_response(found.file)
