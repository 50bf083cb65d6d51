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
from core.selectors.prepared import Prepared
from grants.content import usable_sek
from grants.enums import Direction, NoticeKind, Status, Stream
from grants.models import Application
from grants.selectors import fund_years
from grants.services import handling, reported
from grants.services.moving import locked_applications, record
from grants.workflow import HAS_GRANT
from reporting import rules as reporting_rules
from reporting.checks import ReportBlocked, ReportFacts, ReportRefused
from reporting.content.fields import report_field
from reporting.content.paths import CERTIFICATE
from reporting.enums import ReportKind, ReportStatus
from reporting.models import (
    Report,
    ReportAnswer,
    ReportArea,
    ReportReference,
    ReportReturn,
    ReportVersion,
)
from reporting.selectors.plan import definition_for, plan_of
from reporting.workflow import TABLE, ReportAction

from .registering import register, tell

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


def locked_report(report: Report) -> tuple[Report, list[Application]]:
    """The report and its cases as they now are, locked until the transaction ends."""
    applications = locked_applications(_answered_for(report.pk))
    locked = _locked.first(report.pk)
    if locked is None:
        raise Report.DoesNotExist
    return locked, applications


_answered_for = Prepared(
    lambda report: ReportReference.objects.filter(report=report).values_list(
        "application_id", flat=True
    )
)
_locked = Prepared(
    lambda pk: (
        Report.objects.select_for_update(of=("self",))
        .select_related("agency", "organisation")
        .filter(pk=pk)
    )
)


def permitted(action: ReportAction, actor: User | None, report: Report) -> None:
    """Raise PermissionDenied unless the actor may make the transition of this report."""
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

    One that the system has required and nobody has begun becomes this one. Raises
    PermissionDenied for others than the agency's case officers, ReportRefused (`no_grant`) where
    any of the cases has no grant in force, or is another's.
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
    report = _unwritten(agency=agency, stream=stream, year=year, organisation=organisation)
    report.code, report.kind, report.due_on = code, kind, due_on
    report.save()
    report.references.all().delete()
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


def _unwritten(**unit: Any) -> Report:
    """The report of that unit that nobody has begun, or a new one."""
    due = Report.objects.select_for_update(of=("self",)).filter(status=ReportStatus.DUE, **unit)
    return due.first() or Report(**unit)


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
    report, applications = locked_report(report)
    begin(report, applications, actor=actor)
    return report


def begin(report: Report, applications: Iterable[Application], *, actor: User) -> None:
    """Begin to write a locked report. Raises PermissionDenied, TransitionNotAllowed."""
    permitted(ReportAction.START, actor, report)
    _move(
        report,
        applications,
        ReportAction.START,
        ReportFacts(),
        actor=actor,
        on_behalf_of=report.organisation,
    )


@transaction.atomic
def send_in(*, report: Report, actor: User, answers: Answers) -> ReportVersion:
    """Send in a version; an overdue report is received all the same, and the first date of
    receipt (UTC) is kept. A second click with the same answers gives the same version.

    Raises PermissionDenied, ReportBlocked with the problems, ReportRefused,
    TransitionNotAllowed.
    """
    problems = problems_of(report, answers)
    report, applications = locked_report(report)
    permitted(ReportAction.SEND_IN, actor, report)
    latest = report.versions.order_by("-number").first()
    if report.status == ReportStatus.RECEIVED and latest is not None and _says(latest, answers):
        return latest
    if problems and report.status in TABLE[ReportAction.SEND_IN].sources:
        raise ReportBlocked(problems)
    return receive(
        report, applications, latest, actor=actor, answers=answers, blocking=len(problems)
    )


def receive(
    report: Report,
    applications: Iterable[Application],
    latest: ReportVersion | None,
    *,
    actor: User,
    answers: Answers,
    blocking: int,
) -> ReportVersion:
    """Keep a new version of a locked report after the `latest`; it keeps its first date of
    receipt. Raises ReportRefused, TransitionNotAllowed."""
    now = timezone.now()
    number = 1 if latest is None else latest.number + 1
    if report.first_received_at is None:
        report.first_received_at = now
    _move(
        report,
        applications,
        ReportAction.SEND_IN,
        ReportFacts(blocking_findings=blocking),
        actor=actor,
        saving=["first_received_at"],
        payload={
            "version": number,
            "late": report.due_on is not None and timezone.localdate(now) > report.due_on,
        },
        on_behalf_of=report.organisation,
    )
    report.returns.filter(closed_at__isnull=True).update(closed_at=now)
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
def send_back(
    *, report: Report, actor: User, questions: str, items: Mapping[str, str] | None = None
) -> Report:
    """Return the report with questions; `items` are those about named fields (see
    `reporting.content.paths`), which alone can then be changed. Without any, all can be.

    Raises PermissionDenied, ReportRefused without questions (`questions_missing`) and for a name
    that is nothing in the report (`unknown_field`), TransitionNotAllowed.
    """
    report, applications = locked_report(report)
    permitted(ReportAction.RETURN, actor, report)
    asked = {path: text.strip() for path, text in (items or {}).items() if text.strip()}
    _known(report, applications, asked)
    _move(
        report,
        applications,
        ReportAction.RETURN,
        ReportFacts(questions="\n".join((questions, *asked.values()))),
        actor=actor,
        payload={"fields": sorted(asked)},
        texts={"questions": questions, **{f"question:{k}": v for k, v in asked.items()}},
    )
    row = ReportReturn.objects.create(
        report=report,
        items=[[path, text] for path, text in asked.items()],
        message=questions,
        asked_at=timezone.now(),
        asked_by=actor,
    )
    register(report, applications, Direction.OUT, f"report_return:{row.pk}", actor=actor)
    tell(report, applications, NoticeKind.REPORT_RETURNED, str(row.pk))
    return report


def _known(report: Report, applications: list[Application], paths: Iterable[str]) -> None:
    plan = plan_of(report, applications) if paths else None
    for path in paths:
        definition = definition_for(report, applications)
        if plan is None or (
            path != CERTIFICATE and report_field(definition, plan, path, "sv") is None
        ):
            raise ReportRefused(ReportAction.RETURN, "unknown_field")


@transaction.atomic
def accept(*, report: Report, actor: User, used: Iterable[Used]) -> Report:
    """Accept the report, book what it says of each grant's money, and move the cases on.

    A case with money still usable becomes interim reported, another final reported. `used` has
    exactly one line for each case of the report. Raises PermissionDenied, ReportRefused
    (`used_missing`), LedgerRefused, TransitionRefused, TransitionNotAllowed.
    """
    report, applications = locked_report(report)
    permitted(ReportAction.ACCEPT, actor, report)
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
    if not any(each.imported for each in applications):
        tell(report, applications, NoticeKind.REPORT_ACCEPTED, "accepted")
    for application in applications:
        line = by_case[application.pk]
        reported.book_report(
            application=application,
            actor=actor,
            year=report.year,
            spent_sek=line.spent_sek,
            to_repay_sek=line.to_repay_sek,
            key=f"report:{report.pk}:{application.pk}",
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
        _not_needed(application, actor)
    elif application.status != Status.INTERIM_REPORTED:
        handling.accept_interim(
            application=application, actor=actor, reported_on=on, accepted=accepted
        )


def _not_needed(application: Application, actor: User) -> None:
    """Take away what was still to be reported of a grant that is finally reported: reports that
    nobody has begun."""
    due = ReportReference.objects.filter(
        application=application, report__status=ReportStatus.DUE
    ).select_related("report")
    for reference in due:
        report = reference.report
        reference.delete()
        payload = {"report": report.code, "year": report.year}
        if not report.references.exists():
            report.delete()
        record(application, "report.not_needed", actor=actor, payload=payload)


@transaction.atomic
def carry_on(*, report: Report, actor: User) -> Report:
    """Move a case on once more by a report accepted before its decision was reconsidered and
    made anew; what was spent has been booked again on the new grant.

    Raises PermissionDenied, ReportRefused (`not_accepted`) for a report that is not accepted,
    TransitionRefused.
    """
    report, applications = locked_report(report)
    permitted(ReportAction.ACCEPT, actor, report)
    if report.status != ReportStatus.ACCEPTED:
        raise ReportRefused(ReportAction.ACCEPT, "not_accepted")
    for application in applications:
        if application.status in HAS_GRANT and application.status != Status.FINAL_REPORTED:
            _carry_on(report, application, actor)
    return report
