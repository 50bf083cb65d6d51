"""Letting reports follow what has been changed of a grant."""

from datetime import date

from django.db import transaction

from applicants.models import User
from grants.checks import Severity
from grants.checks.changes import ChangeRefused
from grants.content.changes import MergerChange, TimeChange, change_of
from grants.enums import TimeAsked
from grants.models import Application, GrantChange
from grants.services.moving import locked_application, record
from reporting.content.paths import organisation_of
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report, ReportPart, ReportReference, ReportValue
from reporting.selectors.obligations import obligations_of
from reporting.selectors.writing import room_of_report

from .obligations import OPEN

_KINDS = {
    TimeAsked.INTERIM_DUE: ReportKind.INTERIM,
    TimeAsked.FINAL_DUE: ReportKind.FINAL,
    TimeAsked.USE_UNTIL: ReportKind.FINAL,
}


@transaction.atomic
def follow_change(*, change: GrantChange, actor: User) -> None:
    """Let the reports follow a change that has just been decided, in its transaction: their days,
    and whose they are. The plan itself is read with its changes.

    A report that has been sent in and waits for review is checked against the plan as it becomes.
    Raises ChangeRefused (`reports`, with their references) where the report has been sent in, or
    where an organisation and the one that absorbs it have both begun a report of the same year.
    """
    made = None if change.applied is None else change_of(change.proposal)
    match made:
        case TimeChange() if TimeAsked(made.what) in _KINDS:
            _move_day(locked_application(change.application_id), made, actor)
        case MergerChange():
            followed = change.followed_by.values_list("application", flat=True)
            for pk in sorted({change.application_id, *followed}):
                _hand_over(locked_application(pk), made)
    if made is not None:
        _look_again(change.application_id, actor)


def _look_again(application: int, actor: User) -> None:
    """Run the checks anew on what has been sent in and not been reviewed: what it answers against
    is no longer the same, so there may be something to look at in it, or no longer be."""
    sent = Report.objects.select_for_update(of=("self",)).filter(
        references__application=application, status=ReportStatus.RECEIVED, needs_look__isnull=False
    )
    for report in sent.order_by("pk"):
        found = room_of_report(report, actor).findings
        report.needs_look = any(
            each.blocks or each.severity is Severity.LOOKED_AT for each in found
        )
        report.save(update_fields=["needs_look"])


def _move_day(application: Application, made: TimeChange, actor: User) -> None:
    kind = _KINDS[TimeAsked(made.what)]
    for obligation in obligations_of(application):
        if obligation.kind != kind:
            continue
        report = (
            Report.objects.select_for_update(of=("self",))
            .filter(references__application=application, year=obligation.year)
            .first()
        )
        if report is None:
            continue  # It is required with the new day.
        if made.what == TimeAsked.USE_UNTIL and not _is_later(obligation.due_on, report.due_on):
            continue  # The final report comes after the new last day as it is.
        if report.status not in OPEN:
            raise ChangeRefused("reports", report.code)
        # A report that answers for several grants is due when the last of them is.
        days = [report.due_on, obligation.due_on]
        report.due_on = max((day for day in days if day is not None), default=None)
        report.save(update_fields=["due_on"])
        record(
            application,
            "report.required",
            actor=actor,
            payload={
                "report": report.code,
                "year": report.year,
                "kind": str(report.kind),
                "due": None if report.due_on is None else report.due_on.isoformat(),
                "to": str(report.status),
            },
        )


def _is_later(day: date | None, than: date | None) -> bool:
    return day is not None and than is not None and day > than


def _hand_over(application: Application, made: MergerChange) -> None:
    """Let the successor answer for what has not been accepted yet. An accepted report stays the
    organisation's that made it."""
    reports = Report.objects.select_for_update(of=("self",)).filter(
        references__application=application
    )
    for report in reports.exclude(status=ReportStatus.ACCEPTED).order_by("pk"):
        _rename_paths(report, made)
        if report.organisation_id != made.organisation:
            continue
        other = (
            Report.objects.select_for_update(of=("self",))
            .filter(
                agency=report.agency,
                stream=report.stream,
                year=report.year,
                organisation=made.successor,
            )
            .first()
        )
        if other is None:
            report.organisation_id = made.successor
            report.save(update_fields=["organisation"])
        elif report.status == ReportStatus.DUE and other.status in OPEN:
            _join(report, other)
        else:
            raise ChangeRefused("reports", f"{report.code}, {other.code}")


def _join(report: Report, other: Report) -> None:
    """Let the successor's report of the same year answer for the grants of one not begun."""
    there = set(other.references.values_list("application", flat=True))
    last = other.references.order_by("-position").values_list("position", flat=True).first()
    position = -1 if last is None else last
    for reference in list(report.references.order_by("position")):
        if reference.application_id not in there:
            position += 1
            ReportReference.objects.create(
                report=other, application=reference.application, position=position
            )
    days = [day for day in (report.due_on, other.due_on) if day is not None]
    other.due_on = max(days, default=None)
    if report.kind == ReportKind.INTERIM:
        other.kind = ReportKind.INTERIM
    other.save(update_fields=["due_on", "kind"])
    report.delete()


def _rename_paths(report: Report, made: MergerChange) -> None:
    """What the organisation has written as its own part is from now on the successor's; where
    both have, each keeps the row, and the successor's is what is shown."""
    values = ReportValue.objects.filter(report=report)
    taken = set(values.values_list("path", flat=True))
    for value in values.order_by("number"):
        if organisation_of(value.path) != made.organisation:
            continue
        steps = value.path.split(".")
        steps[1] = str(made.successor)
        path = ".".join(steps)
        if path not in taken:
            value.path = path
            value.save(update_fields=["path"])
    ReportPart.objects.filter(report=report, organisation=made.organisation).delete()
