"""What has come in of a year's reports, and what has not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from applicants.enums import Role
from applicants.selectors import agencies_for, agencies_of
from core.enums import JournalKind
from core.models import Agency, OutboxMessage
from grants.enums import NoticeKind
from grants.models import Call
from grants.selectors import without_shut_out
from portal.selectors.paging import Key, calendar_day, text
from reporting.enums import ReportStatus
from reporting.models import Report, ReportReference
from reporting.selectors.obligations import UNSENT, waited_for
from reporting.selectors.sources import received_before

MISSING_KEYS: Mapping[str, tuple[Key, ...]] = {
    "organisation": (Key("organisation__sort_key", text),),
    "due": (Key("due_key", calendar_day),),
}


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """How many reports of a stream's year are in time, late, returned and not in again, and
    missing; `overdue` of the missing are past their due date."""

    stream: str
    in_time: int
    late: int
    returned: int
    missing: int
    overdue: int

    @property
    def required(self) -> int:
        """All of them."""
        return self.in_time + self.late + self.missing


def covered_years(user: Any) -> list[tuple[Agency, int]]:
    """The agencies and years that the person follows as analyst, newest first: those of whose
    calls any report has been required or received."""
    agencies = {agency.pk: agency for agency in agencies_of(user, (Role.ANALYST,))}
    mine = list(agencies)
    required = Report.objects.filter(agency__in=mine).order_by()
    calls = Call.objects.filter(agency__in=mine).order_by()
    pairs = {*required.values_list("agency", "year").distinct()}
    pairs &= {*calls.values_list("agency", "year").distinct()}
    found = sorted(pairs, key=lambda each: (-each[1], agencies[each[0]].code))
    return [(agencies[agency], year) for agency, year in found]


def covered_year(user: Any, *, agency: str, year: int) -> tuple[Agency, date] | None:
    """One of them, by the agency's code, with the cut-off of its calls (the latest where they
    differ); None where it is not among them. In one query."""
    of_year = Call.objects.filter(agency=OuterRef("pk"), year=year).order_by("-report_cutoff")
    required = Report.objects.filter(agency=OuterRef("pk"), year=year)
    found = (
        agencies_of(user, (Role.ANALYST,))
        .filter(Exists(required), code=agency)
        .annotate(cutoff=Subquery(of_year.values("report_cutoff")[:1]))
        .first()
    )
    cutoff: date | None = getattr(found, "cutoff", None)
    return None if found is None or cutoff is None else (found, cutoff)


def reports_of_year(user: Any, *, agency: Agency, year: int) -> QuerySet[Report]:
    """All reports that the analyst follows of the year, also those still due, but for those of
    cases that a conflict of interest shuts the person out of."""
    mine = agencies_for(user, (Role.ANALYST,))
    reports = Report.objects.filter(agency__in=mine).filter(agency=agency, year=year)
    return without_shut_out(reports, user, case="references__application")


def missing_reports(user: Any, *, agency: Agency, year: int) -> QuerySet[Report]:
    """Those of them that have been required and not sent in, of grants in force."""
    of_year = reports_of_year(user, agency=agency, year=year)
    found = waited_for().filter(pk__in=of_year.values("pk"))
    return found.select_related("organisation__county").annotate(
        due_key=Coalesce("due_on", Value(date.max))
    )


def coverage(reports: QuerySet[Report], *, cutoff: date, today: date) -> tuple[StreamCoverage, ...]:
    """What has come in of the year's reports, in one query. `cutoff` and `today` are Swedish."""
    before = received_before(cutoff)
    unsent = [str(status) for status in UNSENT]
    waited = Q(status__in=unsent, pk__in=waited_for().order_by().values("pk"))
    rows = (
        reports.order_by()
        .values("stream")
        .annotate(
            in_time=Count("pk", filter=Q(first_received_at__lt=before), distinct=True),
            late=Count("pk", filter=Q(first_received_at__gte=before), distinct=True),
            returned=Count("pk", filter=Q(status=str(ReportStatus.RETURNED)), distinct=True),
            missing=Count("pk", filter=waited, distinct=True),
            overdue=Count("pk", filter=waited & Q(due_on__lt=today), distinct=True),
        )
        .order_by(F("stream").desc())
    )
    return tuple(StreamCoverage(**row) for row in rows)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders have been sent of a report, and when the last one was (UTC)."""

    times: int
    last: datetime | None


def reminders_of(reports: Iterable[Report]) -> Mapping[int, Reminded]:
    """The reminders sent of each report, in two queries; one to several people is one."""
    ids = {report.pk for report in reports}
    references = ReportReference.objects.filter(report__in=ids)
    cases = {str(case) for case in references.values_list("application", flat=True)}
    mails = OutboxMessage.objects.filter(
        journal_kind=JournalKind.CASE,
        journal_subject__in=cases,
        dedupe_key__startswith=f"{NoticeKind.REPORT_REMINDER}:",
        sent_at__isnull=False,
    )
    found: dict[int, dict[str, datetime]] = {}
    for key, sent_at in mails.order_by("sent_at").values_list("dedupe_key", "sent_at"):
        # kind, case, report, due date, step, person: as notices and reminders write them.
        parts = key.split(":")
        if len(parts) == 6 and parts[2].isdecimal() and int(parts[2]) in ids and sent_at:
            found.setdefault(int(parts[2]), {})[f"{parts[3]}:{parts[4]}"] = sent_at
    return {
        report: Reminded(len(sent), max(sent.values(), default=None))
        for report, sent in found.items()
    }
