"""Outcome tables as definitions: what is counted, for which area and question, in which rows.

Titles, labels and notes may hold `{year}`, `{next_year}` and `{previous_year}`, so that other
years use the same definitions.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.questionnaire import repeated
from core.definitions.text import Document, Key, LocalText

HAD_FUNDING = "had_funding"
"""The status column that counts every report whose grant had money for the area."""

PLACEHOLDERS = ("year", "next_year", "previous_year")


class TableKind(StrEnum):
    """The four kinds of outcome table."""

    AREA_STATUS_COUNTS = "area_status_counts"
    MULTI_CHOICE_COUNTS = "multi_choice_counts"
    SINGLE_CHOICE_PERCENT = "single_choice_percent"
    MULTI_CHOICE_PERCENT = "multi_choice_percent"

    @property
    def is_percent(self) -> bool:
        """Whether the cells are percentages of each row's own n."""
        return self in (TableKind.SINGLE_CHOICE_PERCENT, TableKind.MULTI_CHOICE_PERCENT)

    @property
    def rows_are_areas(self) -> bool:
        """Whether the rows are areas; they are options otherwise."""
        return self is not TableKind.MULTI_CHOICE_COUNTS


class Entry(Document):
    """A row or a column: a code, and a label where it is not that of the area, option or
    status. Written as the bare code when there is no label."""

    code: Key
    label: LocalText | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_code(cls, data: Any) -> Any:
        return {"code": data} if isinstance(data, str) else data

    @model_serializer(mode="wrap")
    def _as_bare_code(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self) if self.label is not None else self.code


class RowText(NamedTuple):
    """A row as shown. `group` is the development field's title where rows are grouped."""

    code: str
    label: str
    group: str | None


class ColumnText(NamedTuple):
    """A column as shown."""

    code: str
    label: str


class TableDefinition(Document):
    """One numbered table.

    Status tables: rows are areas, columns `had_funding` and statuses. Counts of several
    choices: one `area` ("" is not used), rows are options, one column. Percentages: rows are
    areas, columns are options; `area` is not given.
    """

    number: Annotated[int, Field(strict=True, ge=1)]
    kind: TableKind
    stream: Literal["municipalities", "associations"]
    title: LocalText
    row_heading: LocalText
    area: Key | None = None
    question: Key | None = None
    columns: Annotated[tuple[Entry, ...], Field(min_length=1)]
    rows: Annotated[tuple[Entry, ...], Field(min_length=1)]
    group_by: Literal["development_field"] | None = None
    notes: tuple[LocalText, ...] = ()
    chart: bool = False

    @property
    def row_codes(self) -> tuple[str, ...]:
        """Codes of the rows in order."""
        return tuple(row.code for row in self.rows)

    @property
    def column_codes(self) -> tuple[str, ...]:
        """Codes of the columns in order; a table of counts has the one column `count`."""
        return tuple(column.code for column in self.columns)

    def title_in(self, language: str, year: int) -> str:
        """The title of the year's table."""
        return fill(self.title, language, year)

    def notes_in(self, language: str, year: int) -> tuple[str, ...]:
        """The notes of the year's table."""
        return tuple(fill(note, language, year) for note in self.notes)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        status = self.kind is TableKind.AREA_STATUS_COUNTS
        counts = self.kind is TableKind.MULTI_CHOICE_COUNTS
        for name, value, wanted in [
            ("question", self.question, not status),
            ("area", self.area, counts),
        ]:
            if (value is not None) != wanted:
                code = "table_needs" if wanted else "table_has_no"
                found.append(((name,), fault(code, kind=self.kind, field=name)))
        if self.group_by is not None and not self.kind.rows_are_areas:
            found.append((("group_by",), fault("table_has_no", kind=self.kind, field="group_by")))
        for name, codes in [("rows", self.row_codes), ("columns", self.column_codes)]:
            found += [
                ((name, index), fault("duplicate", value=code)) for index, code in repeated(codes)
            ]
        found += self._faulty_placeholders()
        faults_at("TableDefinition", found)
        return self

    def _faulty_placeholders(self) -> list[tuple[Place, PydanticCustomError]]:
        texts: list[tuple[Place, LocalText | None]] = [
            (("title",), self.title),
            (("row_heading",), self.row_heading),
            *((("notes", i), note) for i, note in enumerate(self.notes)),
            *((("columns", i, "label"), each.label) for i, each in enumerate(self.columns)),
            *((("rows", i, "label"), each.label) for i, each in enumerate(self.rows)),
        ]
        found: list[tuple[Place, PydanticCustomError]] = []
        for place, text in texts:
            if text is None:
                continue
            try:
                unknown = sorted(text.placeholders() - set(PLACEHOLDERS))
            except ValueError:
                found.append((place, fault("wrong_braces")))
                continue
            found += [
                (
                    place,
                    fault("unknown_placeholder", value=name, expected=", ".join(PLACEHOLDERS)),
                )
                for name in unknown
            ]
        return found


def fill(text: LocalText, language: str, year: int) -> str:
    """The text with the year, the year after and the year before put in."""
    return text.filled(language, year=year, next_year=year + 1, previous_year=year - 1)
