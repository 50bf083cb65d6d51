"""One outcome table with its years side by side."""

from dataclasses import dataclass
from datetime import date

from grants.definitions import TableKind
from reporting.content import OutcomeTable, TableRow


@dataclass(frozen=True, slots=True)
class YearCell:
    """A row in one year: `values` follow the columns, and are None for what was not asked; `n` is
    of those who answered, or of the reports."""

    n: int
    values: tuple[int | None, ...]

    @property
    def asked(self) -> bool:
        """Whether anything of the row was asked that year."""
        return any(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class YearsRow:
    """A row, with a cell for each year."""

    code: str
    label: str
    group: str | None
    years: tuple[YearCell, ...]


@dataclass(frozen=True, slots=True)
class ComparedYear:
    """A year that is compared, and the edition that it is taken from; `number` is that of the
    table in that year's report, None where the report had no such table."""

    year: int
    edition: int
    cutoff: date
    preliminary: bool
    number: int | None


@dataclass(frozen=True, slots=True)
class YearsTable:
    """The table `number` of the report of `year`, with other years' figures for the same rows."""

    language: str
    agency: str
    stream: str
    stream_title: str
    year: int
    number: int
    kind: TableKind
    title: str
    row_heading: str
    column_codes: tuple[str, ...]
    column_labels: tuple[str, ...]
    years: tuple[ComparedYear, ...]
    rows: tuple[YearsRow, ...]

    @property
    def unasked_years(self) -> tuple[int, ...]:
        """The years in which nothing of the table was asked."""
        return tuple(
            year.year
            for index, year in enumerate(self.years)
            if not any(row.years[index].asked for row in self.rows)
        )


ROWS_A_CHART = 32
"""So many bars a drawing holds; more are drawn in another, after whole rows."""


def charts_of(table: YearsTable) -> tuple[OutcomeTable, ...]:
    """The table as charts are drawn of it: a bar or a set of bars for each row and year."""
    each = max(1, ROWS_A_CHART // max(len(table.years), 1))
    return tuple(
        OutcomeTable(
            number=table.number,
            stream=f"{table.stream}-{start}",
            kind=table.kind,
            title=table.title,
            row_heading=table.row_heading,
            column_codes=table.column_codes,
            column_labels=table.column_labels,
            n=None,
            rows=tuple(
                _bar(row, year.year, cell)
                for row in table.rows[start : start + each]
                for year, cell in zip(table.years, row.years, strict=True)
            ),
        )
        for start in range(0, len(table.rows), each)
    )


def _bar(row: YearsRow, year: int, cell: YearCell) -> TableRow:
    return TableRow(
        code=f"{row.code}-{year}",
        label=f"{row.label}, {year}",
        group=None,
        n=cell.n,
        values=tuple(value or 0 for value in cell.values),
        unasked=frozenset(i for i, value in enumerate(cell.values) if value is None),
    )
