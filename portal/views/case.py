"""The parts of a case's page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.content import Cell, Column, Row, SummaryRow, Table
from grants.content import FundYear
from grants.definitions import CallDefinition
from grants.models import Application, Decision
from portal.content import entry_label, report_tag
from portal.selectors.cases import case_reports, findings_of
from portal.selectors.listing import is_late
from reporting.models import Report

from .labels import day, language, money, part_text


def not_recorded() -> str:
    """What stands where the sources say nothing."""
    return _("Not recorded")


def summary_of(application: Application, call_title: str) -> list[SummaryRow]:
    """The case in short."""
    call = application.call
    rows = [
        SummaryRow(
            _("Call"), call_title, url=reverse("call-detail", args=[call.agency.code, call.code])
        ),
        SummaryRow(
            _("Lead applicant"),
            application.lead.name,
            url=reverse("organisation-detail", args=[application.lead_id]),
            note=application.lead.org_no,
        ),
        SummaryRow(_("County"), application.lead.county.name),
        SummaryRow(
            _("Received"),
            day(application.received_at),
            note=_("after the last day to apply") if application.late else "",
        ),
        SummaryRow(pgettext("amount", "Requested"), money(application.requested_sek)),
        SummaryRow(pgettext("amount", "Granted"), money(application.granted_sek)),
        SummaryRow(_("Decided"), day(application.decided_on)),
        SummaryRow(
            _("Case officer"),
            str(application.assigned_to) if application.assigned_to else not_assigned(application),
        ),
    ]
    if application.imported:
        rows.append(
            SummaryRow(
                _("Source"), _("Brought in from an older register"), note=application.reference
            )
        )
    return rows


def not_assigned(application: Application) -> str:
    """Nobody yet, or not known of a case from an older register."""
    return not_recorded() if application.imported else _("Nobody yet")


def participants_table(application: Application) -> Table:
    """Who takes part, the lead first."""
    return Table(
        id="participants",
        caption=_("Who takes part"),
        columns=(
            Column(_("Organisation")),
            Column(_("Part")),
            Column(_("Kind")),
            Column(_("County")),
            Column(_("Approval")),
        ),
        rows=tuple(
            Row(
                Cell(
                    part.organisation.name,
                    url=reverse("organisation-detail", args=[part.organisation_id]),
                ),
                (
                    Cell(part_text(part)),
                    Cell(part.organisation.get_kind_display()),
                    Cell(part.organisation.county.name),
                    Cell(part.get_approval_display()),
                ),
            )
            for part in application.participations.all()
        ),
        stack=True,
        caption_hidden=True,
    )


def money_table(years: Sequence[FundYear]) -> Table:
    """The grant's money year by year. What is not reported is not zero."""
    return Table(
        id="money",
        caption=_("Money by year"),
        columns=(
            Column(_("Year")),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("Carried in"), numeric=True),
            Column(_("Available"), numeric=True),
            Column(_("Spent"), numeric=True),
            Column(_("Still usable"), numeric=True),
            Column(_("Carried over"), numeric=True),
            Column(_("To repay"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(str(year.year)),
                (
                    Cell(money(year.granted_sek)),
                    Cell(money(year.carried_in_sek)),
                    Cell(money(year.available_sek)),
                    Cell(money(year.spent_sek) if year.reported else _("Not reported")),
                    Cell(money(year.usable_sek)),
                    Cell(money(year.carried_over_sek)),
                    Cell(money(year.to_repay_sek)),
                ),
            )
            for year in years
        ),
        stack=True,
        caption_hidden=True,
    )


def ledger_table(application: Application) -> Table:
    """The transactions behind the money."""
    names = {
        part.organisation_id: part.organisation.name for part in application.participations.all()
    }
    return Table(
        id="ledger",
        caption=_("Transactions"),
        columns=(
            Column(_("Booked"), nowrap=True),
            Column(_("Transaction")),
            Column(_("Organisation")),
            Column(_("Year")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(day(entry.booked_on)),
                (
                    Cell(entry_label(entry.kind)),
                    Cell(names.get(entry.organisation_id, "")),
                    Cell(str(entry.year)),
                    Cell(money(entry.amount_sek)),
                ),
            )
            for entry in application.ledger_entries.all()
        ),
        stack=True,
        caption_hidden=True,
    )


def decisions_of(application: Application) -> list[list[SummaryRow]]:
    """Each decision, the standing one first."""
    decisions = sorted(application.decisions.all(), key=lambda each: -each.pk)
    superseded = {each.supersedes_id for each in decisions}
    return [_decision(each, superseded=each.pk in superseded) for each in decisions]


def _decision(decision: Decision, *, superseded: bool) -> list[SummaryRow]:
    missing = not_recorded()
    return [
        SummaryRow(
            _("Decision"),
            decision.get_outcome_display(),
            note=_("replaced by a later decision") if superseded else "",
        ),
        SummaryRow(_("Decided"), day(decision.decided_on)),
        SummaryRow(_("Amount"), money(decision.amount_sek)),
        SummaryRow(_("Decision maker"), str(decision.decider) if decision.decider else missing),
        SummaryRow(_("Rapporteur"), str(decision.preparer) if decision.preparer else missing),
        SummaryRow(_("Reasons"), decision.reasons or (missing if decision.imported else "")),
    ]


def findings_table(application: Application, definition: CallDefinition) -> Table | None:
    """What was found of each requirement; None where nothing is recorded."""
    rows = []
    for finding in findings_of(application):
        requirement = definition.requirement(finding.requirement.code)
        title = requirement.title.in_(language()) if requirement else finding.requirement.code
        rows.append(
            Row(
                Cell(title),
                (
                    Cell(finding.organisation.name),
                    Cell(finding.get_finding_display()),
                    Cell(finding.reason or not_recorded()),
                ),
            )
        )
    if not rows:
        return None
    return Table(
        id="findings",
        caption=_("Findings of the requirements"),
        columns=(
            Column(_("Requirement")),
            Column(_("Organisation")),
            Column(_("Finding")),
            Column(_("Reason")),
        ),
        rows=tuple(rows),
        stack=True,
        caption_hidden=True,
    )


def reports_table(reports: Iterable[Report]) -> Table | None:
    """Reports, each linked to its page; None where there are none."""
    rows = tuple(
        Row(
            Cell(report.code, url=reverse("report-detail", args=[report.pk])),
            (
                Cell(str(report.year)),
                Cell(report.get_kind_display()),
                Cell(received_text(report), note=late_text(report)),
                Cell(tag=report_tag(report.status)),
            ),
        )
        for report in reports
    )
    if not rows:
        return None
    return Table(
        id="reports",
        caption=_("Reports"),
        columns=(
            Column(_("Report"), nowrap=True),
            Column(_("Year")),
            Column(_("Kind")),
            Column(_("First received"), nowrap=True),
            Column(_("State")),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )


def reports_behind(application: Application, user: Any) -> Table | None:
    """The reports that answer for the case's grant."""
    return reports_table(case_reports(application, user))


def received_text(report: Report) -> str:
    """The day it was first received."""
    return day(report.first_received_at)


def late_text(report: Report) -> str:
    """That the report came after the cut-off (`cutoff` as `with_cutoff` annotates it)."""
    if not is_late(report):
        return ""
    cutoff = getattr(report, "cutoff", None)
    return _("after the cut-off %(day)s") % {"day": day(cutoff)}
