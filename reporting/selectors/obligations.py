"""Reading which reports a grant is to be followed by, and which are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.checks.working_days import working_day_from
from grants.enums import Status
from grants.models import Application
from grants.selectors import standing_decision
from grants.selectors.changes import changed_basis
from reporting.checks.reminding import is_escalated, step_due
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report, ReportReference

OWING = (Status.GRANTED, Status.INTERIM_REPORTED)
"""The states of a case in which something is still to be reported."""
UNSENT = (ReportStatus.DUE, ReportStatus.DRAFT)
MINDED_FOR = timedelta(days=400)
"""So long after its due date a report is still reminded of."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A report that a grant is to be followed by. `year` is the year whose work it tells of;
    `due_on` (Swedish date) is a working day, None where neither decision nor call says."""

    kind: ReportKind
    year: int
    due_on: date | None


def obligations_of(application: Application) -> tuple[Obligation, ...]:
    """What the grant is to be followed by, as its decision with its changes says, or the call.

    A day when nobody works is moved to the next working day (lag 1930:173). The final report of
    a grant that has an interim one tells of the year after the call's, and is never due before the
    last day to use the money, however late that was moved.
    """
    call = application.call
    definition = call.definition
    decision = standing_decision(application)
    basis = None if decision is None else changed_basis(decision, lead=application.lead_id)
    found: list[Obligation] = []
    if definition.reports.interim:
        due = (basis.interim_due if basis is not None else None) or definition.dates.report_due
        found.append(Obligation(ReportKind.INTERIM, call.year, _working(due)))
    if definition.reports.final:
        due = (basis.final_due if basis is not None else None) or definition.dates.final_report_due
        if due is not None and basis is not None and basis.use_until is not None:
            due = max(due, basis.use_until)
        year = call.year + 1 if definition.reports.interim else call.year
        found.append(Obligation(ReportKind.FINAL, year, _working(due)))
    return tuple(found)


def _working(due: date | None) -> date | None:
    return None if due is None else working_day_from(due)


def cases_without_reports(*, after: int, limit: int) -> list[int]:
    """Cases with a grant to report, and no report required of its last year's work, by id."""
    of_case = ReportReference.objects.filter(application=OuterRef("pk"))
    later = of_case.filter(report__year__gt=F("application__call__year"))
    found = Application.objects.filter(
        (Q(call__asks_interim=True) & ~Exists(later))
        | (Q(call__asks_interim=False) & ~Exists(of_case)),
        status__in=OWING,
        imported=False,
        call__imported=False,
        pk__gt=after,
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def reports_to_mind(*, today: date, after: int, limit: int) -> list[Report]:
    """Reports due and not yet sent in, with ids beyond `after`, by id: those of which something
    may be to be said, by the Swedish date."""
    return list(
        waited_for()
        .filter(
            pk__gt=after,
            due_on__gte=today - MINDED_FOR,
            due_on__lte=today + timedelta(days=366),
        )
        .order_by("pk")[:limit]
    )


def waited_for() -> QuerySet[Report]:
    """Reports that have been required and not sent in, of grants that are in force."""
    in_force = ReportReference.objects.filter(report=OuterRef("pk"), application__status__in=OWING)
    found = Report.objects.filter(Exists(in_force), status__in=UNSENT)
    return found.select_related("agency", "organisation")


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be said of a report today. `step`: how many days after its due date (negative:
    before) the reminder stands for; None: it is so late that others are told."""

    report: Report
    step: int | None

    @property
    def key(self) -> str:
        """What tells it from other reminders; a due date that is moved is reminded of anew."""
        due = self.report.due_on.isoformat() if self.report.due_on else ""
        name = "late" if self.step is None else str(self.step)
        return f"{self.report.pk}:{due}:{name}"


def reminders_due(report: Report, application: Application, today: date) -> Iterable[Reminder]:
    """The reminders whose day has come, for the report of this case (with its call)."""
    if report.due_on is None:
        return
    asked = application.call.definition.report_form.reminders
    step = step_due(report.due_on, asked, today)
    if step is not None:
        yield Reminder(report, step)
    if is_escalated(report.due_on, asked, today):
        yield Reminder(report, None)
