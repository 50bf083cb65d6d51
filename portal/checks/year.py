"""A programme year as read from its files: compact, since a year can have millions of answers.

`pk` is the row's record in the database, None for what is not there yet. Amounts are whole SEK,
moments UTC, dates Swedish local; offsets are minutes from UTC, None for Swedish time.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from grants.definitions import CallDefinition

_ROW_BITS = 28
_CODE_BITS = 16
_REPORT_SHIFT = _ROW_BITS + _CODE_BITS
_CODE_MASK = (1 << _CODE_BITS) - 1
_ROW_MASK = (1 << _ROW_BITS) - 1


@dataclass(slots=True)
class CallRow:
    """A call. `definition` is its own: the one it follows, or a copy for its year. `confirmed`
    says that it is there as preliminary, and that its year is over now."""

    row: int
    code: str
    follows: str
    year: int
    frame_sek: int
    report_cutoff: date
    definition: CallDefinition
    pk: int | None = None
    confirmed: bool = False


@dataclass(slots=True)
class OrganisationRow:
    """An organisation as it was. `entry` says whether the year's register has it already."""

    row: int
    key: str
    org_no: str
    unit: str
    name: str
    kind: str
    county: str
    municipality: str
    pk: int | None = None
    entry: bool = False
    renewed: bool = False


@dataclass(slots=True)
class ApplicationRow:
    """An application and what it came to; `partners` are organisations' keys."""

    row: int
    reference: str
    call: CallRow
    lead: str
    received_at: datetime
    received_offset: int | None
    requested_sek: int
    outcome: str
    granted_sek: int | None
    decided_on: date | None
    partners: tuple[str, ...] = ()
    partner_rows: tuple[int, ...] = ()
    pk: int | None = None


@dataclass(slots=True)
class FundsRow:
    """A grant's money in one year. `carried` says whether it is already carried into the year;
    `left_year` is the last year before of which there is money, from which it is carried."""

    row: int
    reference: str
    year: int
    available_sek: int
    spent_sek: int
    to_repay_sek: int
    stored: bool = False
    carried: bool = False
    left_year: int | None = None

    @property
    def usable_sek(self) -> int:
        """What could still be used when the year was measured."""
        return self.available_sek - self.spent_sek - self.to_repay_sek


@dataclass(slots=True)
class ReportRow:
    """A report; `references` are the applications it answers for."""

    row: int
    code: str
    stream: str
    year: int
    organisation: str
    references: tuple[str, ...]
    received_at: datetime
    received_offset: int | None
    form: int = 0
    pk: int | None = None


class FindingRow(NamedTuple):
    """What was found of one requirement for one organisation."""

    row: int
    reference: str
    organisation: str
    requirement: str
    finding: str


class ValueRow(NamedTuple):
    """An answer that is no choice, as canonical text."""

    row: int
    area: str
    question: str
    value: str


class Packed:
    """Rows of areas or answers: report, code and row number in 64 bits each, sorted by report.

    The code is one of at most 65 536 in the year's code book; a file has at most 2²⁸ rows.
    """

    def __init__(self) -> None:
        self._items = array("Q")

    def add(self, report: int, code: int, row: int) -> None:
        """Note a row. Raises OverflowError beyond a million reports."""
        self._items.append(report << _REPORT_SHIFT | code << _ROW_BITS | row)

    def sort(self) -> None:
        """Order by report, code and row; needed before `of_report`."""
        self._items = array("Q", sorted(self._items))

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        for item in self._items:
            yield item >> _REPORT_SHIFT, item >> _ROW_BITS & _CODE_MASK, item & _ROW_MASK

    def of_report(self, report: int) -> Iterator[tuple[int, int]]:
        """The report's codes with their rows."""
        items = self._items
        for place in range(self._first(report), len(items)):
            item = items[place]
            if item >> _REPORT_SHIFT != report:
                return
            yield item >> _ROW_BITS & _CODE_MASK, item & _ROW_MASK

    def _first(self, report: int) -> int:
        wanted, low, high = report << _REPORT_SHIFT, 0, len(self._items)
        while low < high:
            middle = (low + high) // 2
            if self._items[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low


class CodeBook:
    """The areas with statuses, and the options of questions, that the year's forms know."""

    def __init__(self) -> None:
        self.statuses: list[tuple[str, str]] = []
        self.options: list[tuple[str, str, str]] = []
        self.groups: list[int] = []
        self.status_ids: dict[tuple[str, str], int] = {}
        self.option_ids: dict[tuple[str, str, str], int] = {}
        self._groups: dict[tuple[str, str], int] = {}

    def status(self, area: str, status: str) -> int:
        """The code of an area with a status."""
        key = (area, status)
        if key not in self.status_ids:
            self.status_ids[key] = len(self.statuses)
            self.statuses.append(key)
        return self.status_ids[key]

    def option(self, area: str, question: str, option: str) -> int:
        """The code of an option of a question in an area."""
        key = (area, question, option)
        if key not in self.option_ids:
            self.option_ids[key] = len(self.options)
            self.options.append(key)
            self.groups.append(self._groups.setdefault((area, question), len(self._groups)))
        return self.option_ids[key]


@dataclass(slots=True)
class Year:
    """Everything a folder says. Mappings are by key; `reports` by position."""

    year: int = 0
    calls: dict[str, CallRow] = field(default_factory=dict)
    organisations: dict[str, OrganisationRow] = field(default_factory=dict)
    applications: dict[str, ApplicationRow] = field(default_factory=dict)
    funds: dict[str, list[FundsRow]] = field(default_factory=dict)
    reports: list[ReportRow] = field(default_factory=list)
    book: CodeBook = field(default_factory=CodeBook)
    areas: Packed = field(default_factory=Packed)
    answers: Packed = field(default_factory=Packed)
    values: dict[int, list[ValueRow]] = field(default_factory=dict)
    findings: list[FindingRow] = field(default_factory=list)

    def counts(self) -> Mapping[str, int]:
        """How many rows each file had."""
        return {
            "calls": len(self.calls),
            "organisations": len(self.organisations),
            "applications": len(self.applications),
            "partners": sum(len(each.partners) for each in self.applications.values()),
            "funds": sum(len(each) for each in self.funds.values()),
            "reports": len(self.reports),
            "areas": len(self.areas),
            "answers": len(self.answers),
            "values": sum(len(each) for each in self.values.values()),
            "findings": len(self.findings),
        }

    def usable_sek(self, reference: str, year: int) -> int:
        """What of the grant could still be used when the year's reports were given."""
        rows = [row for row in self.funds.get(reference, ()) if row.year <= year]
        if not rows:
            return self.applications[reference].granted_sek or 0
        return max(rows, key=lambda row: row.year).usable_sek
