"""Reports: required, written, received, returned and accepted.

Lock order: applications by id, the report, journals by the same ids. Nothing else calls an FSM
method of a report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from core.definitions import Answers, Problem, ProblemCode, validate_answers
from core.models import Agency
from grants.content import usable_sek
from grants.definitions import CallDefinition
from grants.enums import Status, Stream
from grants.models import Application
from grants.selectors import fund_years
from grants.services import handling, reported
from grants.services.moving import locked_applications, record
from grants.workflow import HAS_GRANT
from reporting import rules as reporting_rules
from reporting.checks import ReportBlocked, ReportFacts, ReportRefused
from reporting.enums import ReportKind, ReportStatus
from reporting.models import (
    Report,
    ReportAnswer,
    ReportArea,
    ReportReference,
    ReportVersion,
)
from reporting.workflow import TABLE, ReportAction

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert reporting_rules.is_received is not None  # noqa: S101

EVENTS: Mapping[ReportAction, str] = {
    ReportAction.START: "report.started",
    ReportAction.SEND_IN: "report.received",
    ReportAction.RETURN: "report.returned",
    ReportAction.ACCEPT: "report.accepted",
}
"""The event of each transition; kept in journals, so never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What an accepted report says of one grant's money in the report's year, whole SEK."""

    application: int
    spent_sek: int
    to_repay_sek: int = 0


def _locked(report: Report) -> tuple[Report, list[Application]]:
    ids = list(report.references.values_list("application_id", flat=True))
    applications = locked_applications(ids)
    locked = (
        Report.objects.select_for_update(of=("self",))
        .select_related("agency", "organisation")
        .get(pk=report.pk)
    )
    return locked, applications


def _permitted(action: ReportAction, actor: User | None, report: Report) -> None:
    _require(TABLE[action].permission, actor, report)


def _require(permission: str, actor: User | None, thing: object) -> None:
    if actor is None or not rules.has_perm(permission, actor, thing):
        raise PermissionDenied(permission)


def _move(
    report: Report,
    applications: Iterable[Application],
    action: ReportAction,
    facts: ReportFacts,
    *,
    actor: User,
    saving: Iterable[str] = (),
    payload: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    on_behalf_of: Organisation | None = None,
) -> None:
    before = report.status
    getattr(report, action.value)(facts=facts)
    report.save(update_fields=["status", *saving])
    content = {
        **(payload or {}),
        "report": report.code,
        "action": str(action),
        "from": str(before),
        "to": str(report.status),
    }
    for application in applications:
        record(
            application,
            EVENTS[action],
            actor=actor,
            payload=content,
            texts=texts,
            on_behalf_of=on_behalf_of,
        )


@transaction.atomic
def require_report(
    *,
    agency: Agency,
    code: str,
    stream: Stream,
    year: int,
    organisation: Organisation,
    applications: Iterable[Application],
    kind: ReportKind,
    actor: User,
    due_on: date | None = None,
) -> Report:
    """Require a report of a year's work for one or several of an organisation's grants.

    Raises PermissionDenied for others than the agency's case officers, ReportRefused
    (`no_grant`) where any of the cases has no grant in force, or is another's.
    """
    _require("reporting.require_report", actor, agency)
    locked = locked_applications(application.pk for application in applications)
    if not locked or any(
        each.status not in HAS_GRANT
        or each.lead_id != organisation.pk
        or each.call.agency_id != agency.pk
        for each in locked
    ):
        raise ReportRefused(None, "no_grant")
    report = Report.objects.create(
        agency=agency,
        code=code,
        stream=stream,
        year=year,
        organisation=organisation,
        kind=kind,
        due_on=due_on,
    )
    ReportReference.objects.bulk_create(
        ReportReference(report=report, application=application, position=position)
        for position, application in enumerate(locked)
    )
    for application in locked:
        record(
            application,
            "report.required",
            actor=actor,
            payload={
                "report": code,
                "year": year,
                "kind": str(kind),
                "due": None if due_on is None else due_on.isoformat(),
                "to": str(ReportStatus.DUE),
            },
        )
    return report


def definition_for(report: Report) -> CallDefinition:
    """What the report answers to: the definition of the year's own call among its cases, or of
    the latest."""
    calls = [
        reference.application.call
        for reference in report.references.select_related(
            "application__call", "application__call__definition_record"
        )
    ]
    return max(calls, key=lambda call: (call.year == report.year, call.year, call.pk)).definition


def problems_of(report: Report, answers: Answers) -> tuple[Problem, ...]:
    """Everything that stops these answers from being sent in; the same while they are written."""
    definition = definition_for(report)
    unknown = tuple(
        Problem(ProblemCode.UNKNOWN_AREA, "", area, {"value": area})
        for area in answers.areas
        if area not in definition.area_codes
    )
    return unknown + validate_answers(definition.report_questionnaire, answers)


@transaction.atomic
def start(*, report: Report, actor: User) -> Report:
    """Begin to write. Raises PermissionDenied, TransitionNotAllowed."""
    report, applications = _locked(report)
    _permitted(ReportAction.START, actor, report)
    _move(
        report,
        applications,
        ReportAction.START,
        ReportFacts(),
        actor=actor,
        on_behalf_of=report.organisation,
    )
    return report


@transaction.atomic
def send_in(*, report: Report, actor: User, answers: Answers) -> ReportVersion:
    """Send in a version; an overdue report is received all the same, and the first date of
    receipt (UTC) is kept. A second click with the same answers gives the same version.

    Raises PermissionDenied, ReportBlocked with the problems, ReportRefused,
    TransitionNotAllowed.
    """
    problems = problems_of(report, answers)
    report, applications = _locked(report)
    _permitted(ReportAction.SEND_IN, actor, report)
    latest = report.versions.order_by("-number").first()
    if report.status == ReportStatus.RECEIVED and latest is not None and _says(latest, answers):
        return latest
    if problems and report.status in TABLE[ReportAction.SEND_IN].sources:
        raise ReportBlocked(problems)
    now = timezone.now()
    number = 1 if latest is None else latest.number + 1
    if report.first_received_at is None:
        report.first_received_at = now
    _move(
        report,
        applications,
        ReportAction.SEND_IN,
        ReportFacts(blocking_findings=len(problems)),
        actor=actor,
        saving=["first_received_at"],
        payload={
            "version": number,
            "late": report.due_on is not None and timezone.localdate(now) > report.due_on,
        },
        on_behalf_of=report.organisation,
    )
    version = ReportVersion.objects.create(report=report, number=number, received_at=now)
    ReportArea.objects.bulk_create(
        ReportArea(version=version, area=area, status=status)
        for area, status in answers.areas.items()
        if status is not None
    )
    ReportAnswer.objects.bulk_create(_answer_rows(version, answers))
    return version


def _answer_rows(version: ReportVersion, answers: Answers) -> list[ReportAnswer]:
    chosen = [
        ReportAnswer(version=version, area=area, question=question, option=option)
        for (area, question), options in sorted(answers.choices.items())
        for option in sorted(options)
    ]
    written = [
        ReportAnswer(version=version, area=area, question=question, value=value)
        for (area, question), value in sorted(answers.values.items())
        if value
    ]
    return chosen + written


def _says(version: ReportVersion, answers: Answers) -> bool:
    areas = dict(version.areas.values_list("area", "status"))
    rows = set(version.answers.values_list("area", "question", "option", "value"))
    wanted = {
        (row.area, row.question, row.option, row.value) for row in _answer_rows(version, answers)
    }
    return rows == wanted and areas == {
        area: status for area, status in answers.areas.items() if status is not None
    }


@transaction.atomic
def send_back(*, report: Report, actor: User, questions: str) -> Report:
    """Return the report with questions. Raises PermissionDenied, ReportRefused without any,
    TransitionNotAllowed."""
    report, applications = _locked(report)
    _permitted(ReportAction.RETURN, actor, report)
    _move(
        report,
        applications,
        ReportAction.RETURN,
        ReportFacts(questions=questions),
        actor=actor,
        texts={"questions": questions},
    )
    return report


@transaction.atomic
def accept(*, report: Report, actor: User, used: Iterable[Used]) -> Report:
    """Accept the report, book what it says of each grant's money, and move the cases on.

    A case with money still usable becomes interim reported, another final reported. `used` has
    exactly one line for each case of the report. Raises PermissionDenied, ReportRefused
    (`used_missing`), LedgerRefused, TransitionRefused, TransitionNotAllowed.
    """
    report, applications = _locked(report)
    _permitted(ReportAction.ACCEPT, actor, report)
    lines = list(used)
    by_case = {line.application: line for line in lines}
    wanted = {application.pk for application in applications}
    if set(by_case) != wanted or len(lines) != len(wanted):
        raise ReportRefused(ReportAction.ACCEPT, "used_missing")
    _move(
        report,
        applications,
        ReportAction.ACCEPT,
        ReportFacts(),
        actor=actor,
        payload={
            "used": [
                {
                    "application": pk,
                    "spent_sek": by_case[pk].spent_sek,
                    "to_repay_sek": by_case[pk].to_repay_sek,
                }
                for pk in sorted(by_case)
            ]
        },
    )
    for application in applications:
        line = by_case[application.pk]
        reported.book_report(
            application=application,
            actor=actor,
            year=report.year,
            spent_sek=line.spent_sek,
            to_repay_sek=line.to_repay_sek,
            key=f"report:{report.pk}:{application.pk}",
            booked_on=date(report.year, 12, 31),
        )
        _carry_on(report, application, actor)
    return report


def _carry_on(report: Report, application: Application, actor: User) -> None:
    first = report.first_received_at
    on = None if first is None else timezone.localdate(first)
    accepted = report.status == ReportStatus.ACCEPTED
    if usable_sek(fund_years(application)) == 0:
        handling.accept_final(
            application=application, actor=actor, reported_on=on, accepted=accepted
        )
    elif application.status != Status.INTERIM_REPORTED:
        handling.accept_interim(
            application=application, actor=actor, reported_on=on, accepted=accepted
        )


@transaction.atomic
def carry_on(*, report: Report, actor: User) -> Report:
    """Move a case on once more by a report accepted before its decision was reconsidered and
    made anew; what was spent has been booked again on the new grant.

    Raises PermissionDenied, ReportRefused (`not_accepted`) for a report that is not accepted,
    TransitionRefused.
    """
    report, applications = _locked(report)
    _permitted(ReportAction.ACCEPT, actor, report)
    if report.status != ReportStatus.ACCEPTED:
        raise ReportRefused(ReportAction.ACCEPT, "not_accepted")
    for application in applications:
        if application.status in HAS_GRANT and application.status != Status.FINAL_REPORTED:
            _carry_on(report, application, actor)
    return report
