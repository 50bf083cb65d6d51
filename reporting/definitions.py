"""What a printed report said, where it is not what the received reports give, and why.

Outcome tables are defined in `grants.definitions` with the call; this module adds the printed
figures of a year, from `reporting/published/<year>.yaml`.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.files import read_document
from core.definitions.questionnaire import repeated
from core.definitions.text import Document, Key, LocalText
from grants.definitions.call import CallDefinition

FOLDER = Path(__file__).parent / "published"

Stream = Literal["municipalities", "associations"]


class PublishedRow(Document):
    """A row of a table as printed: `values` follow the table's columns; percentages or counts."""

    table: Annotated[int, Field(strict=True, ge=1)]
    row: Key
    columns: Annotated[tuple[Key, ...], Field(min_length=1)]
    values: Annotated[tuple[Annotated[int, Field(strict=True, ge=0)], ...], Field(min_length=1)]
    reason: LocalText

    @model_validator(mode="after")
    def _a_value_a_column(self) -> Self:
        if len(self.values) != len(self.columns):
            wrong = fault("values_and_columns", values=len(self.values), expected=len(self.columns))
            faults_at("PublishedRow", [(("values",), wrong)])
        return self


class PublishedKeyFigure(Document):
    """A key figure as printed, in whole SEK or a number; `rounded_to` is the unit it was rounded
    to (100 000 for millions with one decimal)."""

    stream: Stream
    code: Key
    value: Annotated[int, Field(strict=True)]
    rounded_to: Annotated[int, Field(strict=True, ge=1)] = 1
    reason: LocalText

    def agrees_with(self, value: int) -> bool:
        """Whether `value`, rounded half up to the same unit, is what was printed."""
        unit = self.rounded_to
        return (2 * value + unit) // (2 * unit) * unit == self.value


class PublishedReport(Document):
    """The printed report of an agency's year, where it differs; `agency` is its code."""

    agency: Annotated[str, Field(max_length=50, pattern=r"^[A-Za-z0-9_-]+$")]
    year: Annotated[int, Field(strict=True, ge=1900, le=2999)]
    source: LocalText
    rows: tuple[PublishedRow, ...] = ()
    key_figures: tuple[PublishedKeyFigure, ...] = ()

    def row(self, table: int, code: str) -> PublishedRow | None:
        """The printed row, where it differs."""
        return next((row for row in self.rows if (row.table, row.row) == (table, code)), None)

    def rows_of(self, table: int) -> tuple[PublishedRow, ...]:
        """The printed rows of a table that differ."""
        return tuple(row for row in self.rows if row.table == table)

    def key_figure(self, stream: str, code: str) -> PublishedKeyFigure | None:
        """The printed key figure, where it is rounded or differs."""
        return next(
            (each for each in self.key_figures if (each.stream, each.code) == (stream, code)), None
        )

    def misplaced(self, definitions: tuple[CallDefinition, ...]) -> tuple[PublishedRow, ...]:
        """Rows that no table of these calls has, or whose columns are not the table's."""
        tables = {table.number: table for each in definitions for table in each.tables}
        return tuple(
            row
            for row in self.rows
            if row.table not in tables
            or row.row not in tables[row.table].row_codes
            or row.columns != tables[row.table].column_codes
        )

    @model_validator(mode="after")
    def _given_once(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        names = [f"{row.table} {row.row}" for row in self.rows]
        found += [(("rows", i), fault("duplicate", value=name)) for i, name in repeated(names)]
        names = [f"{each.stream} {each.code}" for each in self.key_figures]
        found += [
            (("key_figures", i), fault("duplicate", value=name)) for i, name in repeated(names)
        ]
        faults_at("PublishedReport", found)
        return self


def load_published(source: Path | str, *, name: str = "") -> PublishedReport:
    """A document from a file or YAML text. Raises core.definitions.DefinitionError."""
    return read_document(PublishedReport, source, name=name)


@cache
def published_report(agency: str, year: int) -> PublishedReport | None:
    """The printed report of the agency's year; None when there is none that differs."""
    path = FOLDER / f"{year}.yaml"
    found = load_published(path) if path.exists() else None
    return found if found is not None and found.agency == agency else None
