"""What an edition of the national report says, in the reader's language.

Every rendering (page, PDF, XLSX, CSV, JSON) is made from one `ReportContent`, so that they
cannot differ. Amounts are whole SEK, percentages whole numbers; nothing here reads a clock or
a database.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grants.definitions import TableKind


class Unit(StrEnum):
    """What a key figure counts."""

    SEK = "sek"
    COUNT = "count"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `values` follow the table's columns; `n` only where rows have their own.

    `unasked` are the places in `values` of what was not asked, whose value is 0 and means nothing:
    all of them where the row was not there at all. Only where years stand side by side.
    """

    code: str
    label: str
    group: str | None
    n: int | None
    values: tuple[int, ...]
    unasked: frozenset[int] = frozenset()

    @property
    def is_unasked(self) -> bool:
        """Whether nothing of the row was asked."""
        return len(self.unasked) == len(self.values)


@dataclass(frozen=True, slots=True)
class PublishedDifference:
    """A row where the printed report says something else, and why."""

    row_code: str
    row_label: str
    published: tuple[int | None, ...]
    computed: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """One numbered table. `n` is None where each row has its own; `comment` is what analysts have
    written of it, in paragraphs."""

    number: int
    stream: str
    kind: TableKind
    title: str
    row_heading: str
    column_codes: tuple[str, ...]
    column_labels: tuple[str, ...]
    n: int | None
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    differences: tuple[PublishedDifference, ...] = ()
    chart: bool = False
    comment: tuple[str, ...] = ()

    def cell_text_is_dash(self, row: TableRow) -> bool:
        """With nobody answering there is no share or count to show: n = 0 is shown as –."""
        return (row.n if row.n is not None else self.n) == 0


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One key figure; `value` None is *not recorded*. `percent` stands beside a count."""

    code: str
    label: str
    unit: Unit
    value: int | None
    percent: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RejectionLine:
    """How many applications were rejected on one requirement; None is *not recorded*."""

    code: str
    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Grantee:
    """One line of the list of grantees."""

    county_letter: str
    name: str
    granted_sek: int


@dataclass(frozen=True, slots=True)
class StreamContent:
    """All that the report says of one stream of applicants; `comment` is what analysts have written
    of its key figures."""

    code: str
    title: str
    legal_basis: str
    introduction: tuple[str, ...]
    frame_sek: int
    key_figures: tuple[KeyFigure, ...]
    tables: tuple[OutcomeTable, ...]
    rejections: tuple[RejectionLine, ...]
    rejections_recorded: bool
    grantees: tuple[Grantee, ...]
    granted_total_sek: int
    comment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportContent:
    """The whole report. `dataset_sha256` names the frozen data set it was computed from."""

    language: str
    agency: str
    title: str
    subtitle: str
    year: int
    cutoff: date
    edition_number: int
    edition_date: date
    preliminary: bool
    dataset_sha256: str
    summary: tuple[str, ...]
    method: tuple[str, ...]
    streams: tuple[StreamContent, ...]
    abbreviations: tuple[tuple[str, str], ...]
