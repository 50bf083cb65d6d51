"""A programme year into the database: one transaction, everything or nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import batched

from django.db import transaction
from django.utils import timezone

from core.enums import JournalKind
from core.models import Agency
from core.selectors.journal import last_event
from core.services.journal import Actor, append
from grants.models import Application, Call, CallDefinitionRecord
from grants.selectors import frame_left
from grants.services.calls import open_call, record_copy
from grants.services.imported import (
    ImportedCase,
    ImportedFunds,
    ImportedReport,
    accept_reports,
    bring_in_cases,
    bring_in_funds,
)
from portal.checks.year import ApplicationRow, CallRow, FindingRow, FundsRow, Year
from reporting.services.imported import ImportedAnswers, bring_in_reports

from .registers import bring_in_findings, bring_in_organisations, known

type Progress = Callable[[str, int, int | None], None]

FUNDS_BATCH = 10_000
REPORTS_BATCH = 1_000
LOCKED_AT_A_TIME = 5_000


class Moved(Exception):
    """Something was written while the files were compared with the database."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows are new. All of them zero: nothing is new."""

    calls: int
    confirmed: int
    organisations: int
    entries: int
    applications: int
    funds: int
    reports: int
    findings: int

    @classmethod
    def of(cls, year: Year, findings: Sequence[FindingRow]) -> "Changes":
        """What storing the compared year would write."""
        organisations = year.organisations.values()
        return cls(
            calls=sum(call.pk is None for call in year.calls.values()),
            confirmed=sum(call.confirmed for call in year.calls.values()),
            organisations=sum(each.pk is None for each in organisations),
            entries=sum(not each.entry for each in organisations),
            applications=sum(each.pk is None for each in year.applications.values()),
            funds=sum(not row.stored for rows in year.funds.values() for row in rows),
            reports=sum(each.pk is None for each in year.reports),
            findings=len(findings),
        )

    def __bool__(self) -> bool:
        return any(asdict(self).values())


@transaction.atomic
def store_year(
    *,
    year: Year,
    findings: Sequence[FindingRow],
    agency: Agency | None,
    seen: int,
    progress: Progress,
) -> Agency:
    """Store what is new in a year that has been read, checked and compared; returns its agency,
    which is made from the definitions where there is none.

    `seen` is `last_event` from before the comparison: raises Moved when something has been
    written since. Raises TransitionRefused where the history is not one that the transition
    table allows, IntegrityError where another import has stored the same meanwhile.
    """
    calls: dict[str, Call] = {}
    if agency is not None:
        Agency.objects.select_for_update().get(pk=agency.pk)
        calls = _locked_calls(year, agency)
        _lock_cases(year)
    # Asked under the locks: what they waited for has been written, and is to be compared with.
    if last_event() != seen:
        raise Moved
    if agency is None:
        agency = _made_agency(year)
    changes = Changes.of(year, findings)
    _make_calls(year, agency, calls)
    progress("organisations", 0, changes.entries)
    bring_in_organisations(agency=agency, year=year)
    writer = _Writer(year, agency, calls, progress)
    writer.applications(changes.applications)
    writer.funds(changes.funds)
    new_reports = [index for index, each in enumerate(year.reports) if each.pk is None]
    writer.reports(new_reports)
    bring_in_findings(year=year, calls=calls.values(), findings=findings)
    writer.accept(new_reports)
    append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name="year.imported",
        payload={
            "agency": agency.code,
            "year": year.year,
            "read": dict(year.counts()),
            "new": asdict(changes),
        },
        actor=Actor.importer(),
    )
    return agency


def _made_agency(year: Year) -> Agency:
    """The agency that the definitions name."""
    reference = next(iter(year.calls.values())).definition.agency
    return Agency.objects.create(
        code=reference.code,
        name_sv=reference.name.sv,
        name_en=reference.name.en,
        short=reference.short,
    )


def _locked_calls(year: Year, agency: Agency) -> dict[str, Call]:
    """The year's calls that are there, by code, locked."""
    there = Call.objects.select_for_update(of=("self",)).filter(agency=agency, code__in=year.calls)
    return {
        call.code: call
        for call in there.select_related("agency", "definition_record").order_by("pk")
    }


def _make_calls(year: Year, agency: Agency, calls: dict[str, Call]) -> None:
    """Add the year's calls that are not there, and confirm those that were preliminary."""
    today = timezone.localdate()
    for row in year.calls.values():
        if row.pk is None:
            calls[row.code] = open_call(
                record=_record(row),
                agency=agency,
                code=row.code,
                actor=Actor.importer(),
                frame_sek=row.frame_sek,
                report_cutoff=row.report_cutoff,
                preliminary=row.year >= today.year,
                imported=True,
            )
        elif row.confirmed:
            Call.objects.filter(pk=row.pk).update(preliminary=False)
            append(
                kind=JournalKind.CALL,
                subject=str(row.pk),
                name="call.confirmed",
                payload={"year": row.year},
                actor=Actor.importer(),
            )


def _lock_cases(year: Year) -> None:
    """Lock the cases that are there, by id: after the calls, before any journal is written."""
    ids = sorted(row.pk for row in year.applications.values() if row.pk is not None)
    for chunk in batched(ids, LOCKED_AT_A_TIME, strict=False):
        cases = Application.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
        list(cases.values_list("pk"))


def _record(row: CallRow) -> CallDefinitionRecord:
    """The record of the definition the call follows, or of a copy for another year."""
    source = CallDefinitionRecord.objects.filter(code=row.follows).latest("version")
    if source.definition.year == row.year:
        return source
    return record_copy(
        source=source,
        code=row.code,
        year=row.year,
        frame_sek=row.frame_sek,
        report_cutoff=row.report_cutoff,
    )


class _Writer:
    """Writes the new rows, file by file, and keeps the ids that the next files need."""

    def __init__(
        self, year: Year, agency: Agency, calls: dict[str, Call], progress: Progress
    ) -> None:
        self.year = year
        self.agency = agency
        self.calls = calls
        self.progress = progress

    def applications(self, total: int) -> None:
        """The new applications, call by call; what the frames have left is read under lock."""
        new: defaultdict[str, list[ApplicationRow]] = defaultdict(list)
        for row in self.year.applications.values():
            if row.pk is None:
                new[row.call.code].append(row)
        done = 0
        for code, rows in new.items():
            call = self.calls[code]
            stored = bring_in_cases(
                call=call,
                cases=(self._case(row) for row in rows),
                frame_left_sek=frame_left(call),
            )
            for reference, pk in stored:
                self.year.applications[reference].pk = pk
                done += 1
                if done % 1_000 == 0:
                    self.progress("applications", done, total)

    def _case(self, row: ApplicationRow) -> ImportedCase:
        return ImportedCase(
            reference=row.reference,
            lead_id=self._organisation(row.lead),
            partner_ids=tuple(self._organisation(key) for key in row.partners),
            received_at=row.received_at,
            received_offset=row.received_offset,
            requested_sek=row.requested_sek,
            outcome=row.outcome,
            granted_sek=row.granted_sek,
            decided_on=row.decided_on,
        )

    def _organisation(self, key: str) -> int:
        return known(self.year.organisations[key].pk)

    def funds(self, total: int) -> None:
        """The new years of the grants' money."""
        new: defaultdict[str, list[FundsRow]] = defaultdict(list)
        for reference, rows in self.year.funds.items():
            code = self.year.applications[reference].call.code
            new[code] += [row for row in rows if not row.stored]
        done = 0
        for code, rows in new.items():
            call = self.calls[code]
            for batch in batched(rows, FUNDS_BATCH, strict=False):
                bring_in_funds(call=call, funds=(self._money(call, row) for row in batch))
                done += len(batch)
                self.progress("funds", done, total)

    def _money(self, call: Call, row: FundsRow) -> ImportedFunds:
        application = self.year.applications[row.reference]
        carried_from = None
        if row.year != call.year and not row.carried:
            carried_from = call.year if row.left_year is None else row.left_year
        return ImportedFunds(
            application_id=known(application.pk),
            lead_id=self._organisation(application.lead),
            reference=row.reference,
            year=row.year,
            measured_on=_years_on(call.measured_on, row.year - call.year),
            available_sek=row.available_sek,
            spent_sek=row.spent_sek,
            to_repay_sek=row.to_repay_sek,
            carried_from=carried_from,
        )

    def reports(self, new: Sequence[int]) -> None:
        """The new reports with their answers, as received and accepted."""
        done = 0
        rows = (self._report(index) for index in new)
        for stored in bring_in_reports(agency=self.agency, reports=rows):
            done += stored
            self.progress("reports", done, len(new))

    def _report(self, index: int) -> ImportedAnswers:
        row, book = self.year.reports[index], self.year.book
        return ImportedAnswers(
            code=row.code,
            stream=row.stream,
            year=row.year,
            organisation_id=self._organisation(row.organisation),
            application_ids=tuple(
                known(self.year.applications[each].pk) for each in row.references
            ),
            received_at=row.received_at,
            received_offset=row.received_offset,
            interim=any(self.year.usable_sek(each, row.year) > 0 for each in row.references),
            areas=[book.statuses[code] for code, _ in self.year.areas.of_report(index)],
            options=[book.options[code] for code, _ in self.year.answers.of_report(index)],
            values=[
                (each.area, each.question, each.value) for each in self.year.values.get(index, ())
            ],
        )

    def accept(self, new: Sequence[int]) -> None:
        """Move the reported grants on, year by year."""
        by_year: defaultdict[int, list[int]] = defaultdict(list)
        for index in new:
            by_year[self.year.reports[index].year].append(index)
        done = 0
        for of_year in sorted(by_year):
            for batch in batched(by_year[of_year], REPORTS_BATCH, strict=False):
                accept_reports(reports=list(self._accepted(batch)))
                done += len(batch)
                self.progress("accepted", done, len(new))

    def _accepted(self, indexes: Iterable[int]) -> Iterator[ImportedReport]:
        for index in indexes:
            row = self.year.reports[index]
            for reference in row.references:
                yield ImportedReport(
                    application_id=known(self.year.applications[reference].pk),
                    report=row.code,
                    received_at=row.received_at,
                    usable_sek=self.year.usable_sek(reference, row.year),
                )


def _years_on(day: date, years: int) -> date:
    """The same day so many years later; 29 February is the 28th where it must be."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
