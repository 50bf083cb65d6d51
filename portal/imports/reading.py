"""What reading the files needs: the source, what the installation knows, and where faults go."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from core.definitions import WHOLE
from core.models import County, Municipality
from grants.definitions import CallDefinition
from grants.models import Call, CallDefinitionRecord
from portal.checks.faults import Faults
from portal.checks.interchange import COLUMNS
from portal.checks.year import CodeBook, Year

from .cells import Cells
from .sources import Row, Source

FILE_FAULTS = (
    "unreadable",
    "empty_file",
    "missing_column",
    "unknown_column",
    "repeated_column",
    "wrong_delimiter",
    "wrong_encoding",
    "bad_quoting",
)
"""Faults after which a table's rows, or the rest of them, have not been read."""

type Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how many rows have been, and of how many (None: not known)."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the installation knows: definitions by code, registers by code, the agency's calls."""

    definitions: Mapping[str, CallDefinition]
    calls: Mapping[str, CallDefinition]
    counties: tuple[str, ...]
    municipalities: Mapping[str, str]


def load_known(agency_id: int | None) -> Known:
    """Read it, in a handful of queries. Of a definition's versions the newest one counts."""
    records = CallDefinitionRecord.objects.order_by("code", "version")
    calls = Call.objects.filter(agency=agency_id).select_related("definition_record")
    return Known(
        definitions={record.code: record.definition for record in records},
        calls={call.code: call.definition for call in calls},
        counties=tuple(County.objects.values_list("code", flat=True)),
        municipalities=dict(Municipality.objects.values_list("code", "county_id")),
    )


class Form:
    """A report questionnaire as codes of the year's book."""

    def __init__(self, definition: CallDefinition, book: CodeBook) -> None:
        self.definition = definition
        self.stream: str = definition.stream
        self.questionnaire = definition.report_questionnaire
        self.statuses = tuple(each.code for each in self.questionnaire.area_statuses)
        self.allowed: set[int] = set()
        self.one_choice: set[int] = set()
        self.exclusive: set[int] = set()
        for area in definition.area_codes:
            for status in self.statuses:
                book.status(area, status)
        for area in (WHOLE, *definition.area_codes):
            for placed in self.questionnaire.questions_for(area):
                self._enter(book, area, placed.question.key)

    def _enter(self, book: CodeBook, area: str, key: str) -> None:
        question = self.questionnaire.question(area, key)
        if question is None or not question.kind.is_choice:
            return
        for option in question.options:
            code = book.option(area, key, option.code)
            self.allowed.add(code)
            if question.kind == "one_choice":
                self.one_choice.add(book.groups[code])
            if option.exclusive:
                self.exclusive.add(code)


@dataclass(slots=True)
class Reading:
    """The state of reading one folder. A key that stands on a faulty row leads to None, so
    that one fault is not reported again wherever the key is used; `unread` are the tables whose
    keys are not all known, for the same reason."""

    source: Source
    known: Known
    faults: Faults
    progress: Progress
    year: Year = field(default_factory=Year)
    rows_of: dict[str, dict[object, int]] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    applications: set[str] = field(default_factory=set)
    report_index: dict[str, int] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    area_masks: list[int] = field(default_factory=list)
    area_bits: dict[str, int] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def rows(self, table: str) -> Iterator[Row]:
        """The table's rows, with progress told now and then."""
        number, before = 0, self._file_faults()
        self.progress(table, 0, None)
        for number, row in enumerate(self.source.rows(table), start=1):
            if number % 20_000 == 0:
                self.progress(table, number, None)
            yield row
        self.progress(table, number, number)
        if self._file_faults() > before:
            self.unread.add(table)

    def _file_faults(self) -> int:
        return sum(self.faults.counts[code] for code in FILE_FAULTS)

    def cells(self, table: str) -> Iterator[Cells]:
        """The table's rows as cells by column."""
        label, columns = self.source.label(table), COLUMNS[table]
        for number, row in self.rows(table):
            yield Cells(label, number, columns, row, self.faults)

    def first_of(self, table: str, key: object, row: int) -> int | None:
        """The row on which the key stood first; None when that is this row."""
        first = self.rows_of.setdefault(table, {}).setdefault(key, row)
        return None if first == row else first

    def forget(self, *tables: str) -> None:
        """Let go of the keys of tables that are done with."""
        for table in tables:
            self.rows_of.pop(table, None)
