"""From a folder to the database: everything is checked first, then stored whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError

from core.models import Agency
from portal.checks.faults import Faults, YearRefused
from portal.checks.year import Year
from portal.services import Changes, Moved, last_event, store_year

from .answers import read_answers, read_values
from .cases import read_applications, read_findings, read_funds, read_partners
from .reading import Progress, Reading, load_known
from .registers import read_calls, read_organisations
from .reports import read_areas, read_reports
from .sources import open_source
from .stored import Comparison
from .stored_reports import ReportComparison, new_findings

ATTEMPTS = 5


class AgencyUnclear(Exception):
    """Which agency's year it is must be said; `codes` are those there are."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        super().__init__(", ".join(codes))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the rows read, what was new of them, and what nobody has read."""

    year: int
    agency: str
    read: Mapping[str, int]
    changes: Changes
    unread: tuple[str, ...]


def _quiet(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def bring_in_year(
    *,
    path: Path,
    agency: str | None = None,
    dry_run: bool = False,
    progress: Progress = _quiet,
) -> Outcome:
    """Bring in a folder of CSV files or a workbook; what is there already is left alone.

    Raises YearRefused with every fault, and AgencyUnclear; nothing is stored then, and nothing
    in a dry run.
    """
    owner = _agency(agency)
    faults = Faults()
    source = open_source(path, faults)
    if source is None:
        raise YearRefused(faults)
    # What reading needed besides the year itself is let go of before the year is stored.
    year = _read(Reading(source, load_known(owner.pk if owner else None), faults, progress))
    unread = tuple(source.unread())
    if owner is None and not faults:
        named = _code_of(year)
        if agency not in (None, named):
            there = Agency.objects.order_by("code").values_list("code", flat=True)
            raise AgencyUnclear(tuple(sorted({*there, named})))
    for _attempt in range(ATTEMPTS):
        seen = last_event()
        owner = owner or _agency(agency)
        progress("comparing", 0, None)
        Comparison(year, owner, source, faults).run()
        if owner is not None:
            ReportComparison(year, owner, source, faults).run()
        findings = new_findings(year, source, faults)
        if faults:
            raise YearRefused(faults)
        changes = Changes.of(year, findings)
        if changes and not dry_run:
            try:
                owner = store_year(
                    year=year,
                    findings=findings,
                    agency=owner,
                    seen=seen,
                    progress=progress,
                )
            except Moved:
                continue
            except IntegrityError:
                # Another import that stored the same meanwhile is compared with; a fault of
                # ours would come again.
                if last_event() == seen:
                    raise
                continue
        shown = owner.code if owner else _code_of(year)
        return Outcome(year.year, shown, year.counts(), changes, unread)
    raise Moved


def _agency(code: str | None) -> Agency | None:
    """The agency named, or the only one; None when it is yet to be made."""
    agencies = list(Agency.objects.order_by("code"))
    if code is not None:
        return next((each for each in agencies if each.code == code), None)
    if len(agencies) > 1:
        raise AgencyUnclear(tuple(each.code for each in agencies))
    return agencies[0] if agencies else None


def _code_of(year: Year) -> str:
    codes = {call.definition.agency.code for call in year.calls.values()}
    if len(codes) != 1:
        raise AgencyUnclear(tuple(sorted(codes)))
    return codes.pop()


def _read(reading: Reading) -> Year:
    """Everything the files say, with every fault that they show by themselves."""
    read_calls(reading)
    read_organisations(reading)
    read_applications(reading)
    read_partners(reading)
    read_funds(reading)
    read_reports(reading)
    read_areas(reading)
    read_answers(reading)
    read_values(reading)
    read_findings(reading)
    return reading.year
