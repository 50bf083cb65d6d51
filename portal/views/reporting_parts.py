"""The page of each part of a report: its template, and what it is filled with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import formats
from core.content import SummaryRow
from portal.views.access import person_of
from portal.views.applying_fields import FormField
from portal.views.files import (
    file_item,
)
from portal.views.labels import language, money
from portal.views.reporting_page import AREA, FILES, MONEY, PART, ReportPage, ReportSection
from reporting.content.paths import booked_path, own_path, spent_path, status_path, why_path
from reporting.content.plan import GrantPlan
from reporting.models import Report
from reporting.selectors.writing import (
    reports_read_by,
    reports_written_by,
    room_of_report,
)


def report_of(request: HttpRequest, pk: int) -> Report:
    """The report, for one of those who take part in it; where the request only shows it, also
    for whoever reads it after a merger. Raises Http404."""
    found: Report = get_object_or_404(reports_of(request), pk=pk)
    return found


def reports_of(request: HttpRequest) -> QuerySet[Report]:
    """The reports that may be shown, or written in, as the request is."""
    reports = reports_read_by if request.method in {"GET", "HEAD"} else reports_written_by
    return reports(person_of(request))


def page_of_report(request: HttpRequest, pk: int) -> ReportPage:
    """A page of the report. Raises Http404."""
    return ReportPage(
        request, room_of_report(report_of(request, pk), person_of(request), language())
    )


def section_response(page: ReportPage, section: ReportSection) -> HttpResponse:
    """The page of a part."""
    build = _BUILDERS.get(section.kind)
    content = build(page, section) if build else {"groups": page.groups_of_area("", section.key)}
    context = page.context(section) | content
    return render(page.request, f"portal/report/{section.kind}.html", context)


def area_content(page: ReportPage, section: ReportSection) -> dict[str, Any]:
    """An area: its plan, how far it has come, its questions."""
    plan = page.room.plan.area(section.key)
    assert plan is not None  # noqa: S101
    rows = [SummaryRow(_("Granted for the area"), money(plan.granted_sek))] * bool(plan.granted_sek)
    if plan.activities:
        rows.append(SummaryRow(_("What was to be done"), "\n".join(plan.activities)))
    rows += [SummaryRow(each.question, each.text) for each in plan.answers]
    statuses = page.room.definition.report_questionnaire.area_statuses
    return {
        "plan": rows,
        "status_field": page.field(status_path(section.key)) if statuses else None,
        "groups": page.groups_of_area(section.key),
    }


@dataclass(frozen=True, slots=True)
class LineCard:
    """A budget line as it is reported."""

    id: str
    title: str
    approved: str
    place: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class GrantCard:
    """A grant as it is reported: its lines, their sum, and what the accounts say."""

    id: str
    title: str
    available: str
    note: str
    lines: tuple[LineCard, ...]
    spent: str
    left: str
    booked: FormField


def _line_cards(
    page: ReportPage, grant: GrantPlan, organisation: int | None = None
) -> tuple[LineCard, ...]:
    room = page.room
    names = {each.organisation: each.name for each in room.plan.takers}
    titles = room.definition.area_titles(language())
    cards = []
    for line in grant.lines:
        if organisation is not None and line.organisation != organisation:
            continue
        whose = names.get(line.organisation or 0, "") if room.plan.partners else ""
        cards.append(
            LineCard(
                id=f"line-{grant.application}-{line.number}",
                title=line.title,
                approved=money(line.approved_sek),
                place=", ".join(each for each in (titles.get(line.area, ""), whose) if each),
                fields=(
                    page.field(spent_path(grant.application, line.number)),
                    page.field(why_path(grant.application, line.number)),
                ),
            )
        )
    return tuple(cards)


def _economy(page: ReportPage, section: ReportSection) -> dict[str, Any]:
    room = page.room
    cards = []
    for grant in room.plan.grants:
        spent = room.draft.spent_of(grant.application)
        cards.append(
            GrantCard(
                id=f"grant-{grant.application}",
                title=_("Grant %(number)s") % {"number": grant.number},
                available=money(grant.available_sek),
                note=_("Carried over from %(year)s: what was left of each line then.")
                % {"year": grant.year}
                if grant.carried
                else "",
                lines=_line_cards(page, grant),
                spent=money(spent),
                left=money(grant.available_sek - spent),
                booked=page.field(booked_path(grant.application)),
            )
        )
    percent = room.definition.report_form.explain_percent
    return {"grants": cards, "percent": formats.percent(percent)}


def _part(page: ReportPage, section: ReportSection) -> dict[str, Any]:
    organisation, room = int(section.key), page.room
    lines = [card for grant in room.plan.grants for card in _line_cards(page, grant, organisation)]
    is_partner = organisation != room.report.organisation_id
    writes = organisation in room.own and room.is_open
    return {
        "groups": page.groups_of_part(organisation),
        "lines": lines if is_partner else [],
        "own_sum": page.field(own_path(organisation)) if lines and is_partner else None,
        "spent": money(room.draft.spent_by(organisation)),
        "is_partner": is_partner,
        "done": organisation in room.done,
        "done_url": reverse("own-report-part-done", args=[page.pk, organisation])
        if is_partner and writes and organisation not in room.done
        else "",
    }


def _certificate(page: ReportPage, section: ReportSection) -> dict[str, Any]:
    help_text = page.room.definition.report_form.certificate_help
    return {"help": help_text.in_(language()) if help_text else ""} | files_of_page(page)


def files_of_page(page: ReportPage) -> dict[str, Any]:
    """The certificate's files, and where more are sent."""
    writable = page.room.may_write("certificate")
    return {
        "files": [
            file_item(
                each.file,
                url=reverse("own-report-file", args=[page.pk, each.pk]),
                remove_url=reverse("own-report-file-remove", args=[page.pk, each.pk])
                if writable
                else "",
            )
            for each in page.room.files
        ],
        "upload_url": reverse("own-report-file-add", args=[page.pk]) if writable else "",
        "question": page.room.questions.get("certificate", ""),
        "notes": page.notes.get("certificate", ()),
    }


_BUILDERS: Mapping[str, Callable[[ReportPage, ReportSection], dict[str, Any]]] = {
    AREA: area_content,
    MONEY: _economy,
    PART: _part,
    FILES: _certificate,
}
