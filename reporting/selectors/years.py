"""Years side by side: the same table of every year's latest edition, by the same table code.

A question is followed from year to year by `grants.definitions.lineage`: what it is called in a
year, and what its options are. What was not asked in a year is told from what nobody chose.
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import duckdb

from core.models import Agency
from grants.definitions import CallDefinition, TableDefinition, TableKind
from grants.definitions.lineage import Lineage, lineage
from reporting.content.years import ComparedYear, YearCell, YearsRow, YearsTable
from reporting.models import Edition
from reporting.selectors import datasets, figures, report_texts
from reporting.selectors.editions import published_editions
from reporting.selectors.figures import OPTION_ROWS, Counts


@dataclass(frozen=True, slots=True)
class TableOfYears:
    """A table that can be compared: that of the newest report that has it, and in which years a
    report has it."""

    stream: str
    year: int
    number: int
    title: str
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Year:
    edition: Edition
    definition: CallDefinition
    duck: duckdb.DuckDBPyConnection
    reports: int

    @property
    def year(self) -> int:
        return int(self.edition.year)


def editions_by_year(agency: Agency) -> list[Edition]:
    """The latest edition of each year, oldest year first."""
    newest: dict[int, Edition] = {}
    for edition in published_editions().filter(agency=agency):
        newest.setdefault(edition.year, edition)
    return [newest[year] for year in sorted(newest)]


def tables_of_years(editions: list[Edition], language: str) -> tuple[TableOfYears, ...]:
    """The tables that can be compared: streams in the report's order, the newest report's tables
    first in theirs. Raises datasets.DatasetDamaged."""
    found: dict[tuple[str, object], TableOfYears] = {}
    with ExitStack() as opened:
        for stream in figures.STREAMS:
            years = _years(editions, stream, opened)
            lines = _Lines({each.year: each.definition for each in years})
            for each in reversed(years):
                for table in _tables(each.definition, stream):
                    key = (stream, lines.identity(each.year, table))
                    there = found.get(key)
                    if there is None:
                        title = table.title_in(language, each.year)
                        found[key] = TableOfYears(
                            stream, each.year, table.number, title, (each.year,)
                        )
                    elif each.year not in there.years:
                        found[key] = TableOfYears(
                            there.stream,
                            there.year,
                            there.number,
                            there.title,
                            (each.year, *there.years),
                        )
    return tuple(found.values())


def years_table(
    editions: list[Edition], *, stream: str, year: int, number: int, language: str
) -> YearsTable:
    """The table `number` of the year's edition, with the other editions' years beside it.

    Raises LookupError for a table that is not there, datasets.DatasetDamaged.
    """
    with ExitStack() as opened:
        years = _years(editions, stream, opened)
        basis = next((each for each in years if each.year == year), None)
        table = None
        if basis is not None:
            tables = _tables(basis.definition, stream)
            table = next((each for each in tables if each.number == number), None)
        if basis is None or table is None:
            raise LookupError(f"{stream} {year} {number}")
        lines = _Lines({each.year: each.definition for each in years})
        cells = [_cells(each, table, lines, year) for each in years]
        texts = basis.definition.table_rows(table, language)
        columns = basis.definition.table_columns(table, language)
        return YearsTable(
            language=language,
            agency=_agency(basis.duck, language),
            stream=stream,
            stream_title=report_texts.stream_title(stream),
            year=year,
            number=number,
            kind=table.kind,
            title=table.title_in(language, year),
            row_heading=table.row_heading.in_(language),
            column_codes=tuple(column.code for column in columns),
            column_labels=tuple(column.label for column in columns),
            years=tuple(
                ComparedYear(
                    each.year,
                    each.edition.number,
                    each.edition.cutoff,
                    each.edition.preliminary,
                    lines.number_of(each.year, table, year),
                )
                for each in years
            ),
            rows=tuple(
                YearsRow(row.code, row.label, row.group, tuple(found[i] for found in cells))
                for i, row in enumerate(texts)
            ),
        )


def _agency(duck: duckdb.DuckDBPyConnection, language: str) -> str:
    row = duck.execute("SELECT agency_name_sv, agency_name_en FROM edition").fetchone()
    if row is None:
        raise datasets.DatasetDamaged("edition")
    return str(row[1] if language == "en" else row[0])


def _years(editions: list[Edition], stream: str, opened: ExitStack) -> list[_Year]:
    found = []
    for edition in editions:
        if stream not in edition.key_figures:
            continue
        folder = datasets.folder_of(edition.dataset)
        duck = opened.enter_context(datasets.open_dataset(folder))
        own = [d for d in figures.definitions_of(duck).values() if d.stream == stream]
        if own:
            reports = edition.key_figures[stream]["reports"]
            # Of several calls of one stream and year the first one's definition holds.
            found.append(_Year(edition, own[0], duck, reports))
    return found


def _tables(definition: CallDefinition, stream: str) -> list[TableDefinition]:
    return [table for table in definition.tables if table.stream == stream]


class _Lines:
    """The questions of one stream through the years, followed once for each area."""

    def __init__(self, definitions: Mapping[int, CallDefinition]) -> None:
        self.definitions = definitions
        self._known: dict[str, Mapping[str, Lineage]] = {}

    def of(self, area: str) -> Mapping[str, Lineage]:
        """The questions of an area, by newest key."""
        if area not in self._known:
            self._known[area] = lineage(self.definitions, area)
        return self._known[area]

    def line(self, area: str, year: int, question: str) -> Lineage | None:
        """The question that had this key in the year; None where the area was not asked it."""
        lines = self.of(area).values()
        return next((each for each in lines if each.keys.get(year) == question), None)

    def identity(self, year: int, table: TableDefinition) -> object:
        """What a table of the year counts, the same for the same table of another year."""
        if table.question is None:
            return table.kind, frozenset(table.column_codes)
        areas = [table.area or ""] if table.area is not None else list(table.row_codes)
        newest = {
            line.key
            for area in areas
            if (line := self.line(area, year, table.question)) is not None
        }
        return table.kind, table.area, frozenset(newest or {table.question})

    def number_of(self, year: int, table: TableDefinition, basis: int) -> int | None:
        """The number that the same table has in another year's report; None where it has none."""
        wanted = self.identity(basis, table)
        same = [
            each
            for each in _tables(self.definitions[year], table.stream)
            if self.identity(year, each) == wanted
        ]
        # Of several that count the same, the one with the same number, or most rows in common.
        same.sort(
            key=lambda each: (
                each.number != table.number,
                -len({*each.row_codes} & {*table.row_codes}),
                each.number,
            )
        )
        return same[0].number if same else None


def _cells(year: _Year, table: TableDefinition, lines: _Lines, basis: int) -> list[YearCell]:
    """The table's rows in a year, in its order."""
    if table.kind is TableKind.AREA_STATUS_COUNTS:
        return _status_cells(year, table)
    asked = dict(_asked(year.year, table, lines, basis))
    counts = _counts(year.duck, str(table.stream), table.question or "", asked)
    computed = figures.table_of(table, counts, year.reports)
    found = []
    for row in computed.rows:
        n = row.n if row.n is not None else computed.n or 0
        if table.kind is TableKind.MULTI_CHOICE_COUNTS:
            options = [((table.area or "", row.code) in asked)] * len(row.values)
        else:
            options = [(row.code, option) in asked for option in table.column_codes]
        values = tuple(v if there else None for v, there in zip(row.values, options, strict=True))
        found.append(YearCell(n if any(options) else 0, values))
    return found


def _status_cells(year: _Year, table: TableDefinition) -> list[YearCell]:
    counts = Counts(figures.status_counts(year.duck), {}, {})
    known = set(year.definition.area_codes)
    computed = figures.table_of(table, counts, year.reports)
    return [
        YearCell(computed.n or 0, row.values)
        if row.code in known
        else YearCell(0, (None,) * len(row.values))
        for row in computed.rows
    ]


type _Asked = dict[tuple[str, str], tuple[str, frozenset[str]]]
"""By area and option of the table: the question's key and the option's codes in a year."""


def _asked(
    year: int, table: TableDefinition, lines: _Lines, basis: int
) -> Iterator[tuple[tuple[str, str], tuple[str, frozenset[str]]]]:
    """What was asked in the year; an option that two of the table's have become one of is not."""
    counts = table.kind is TableKind.MULTI_CHOICE_COUNTS
    areas = [table.area or ""] if counts else list(table.row_codes)
    options = table.row_codes if counts else table.column_codes
    for area in areas:
        line = lines.line(area, basis, table.question or "")
        key = line.keys.get(year) if line else None
        if line is None or key is None:
            continue
        newest = [line.newest(basis, option) for option in options]
        for option, new in zip(options, newest, strict=True):
            codes = line.codes_in(year, new)
            if codes and (year == basis or newest.count(new) == 1):
                # In the table's own year an option is itself, also where two are one since.
                own = frozenset({option}) if year == basis else codes
                yield (area, option), (key, own)


def _counts(duck: duckdb.DuckDBPyConnection, stream: str, question: str, asked: _Asked) -> Counts:
    """Reports by the table's own codes, counted as `figures` counts them."""
    rows = [
        (area, key, code, option)
        for (area, option), (key, codes) in asked.items()
        for code in sorted(codes)
    ]
    if not rows:
        return Counts({}, {}, {})
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE asked "
        "(area VARCHAR, question VARCHAR, code VARCHAR, option VARCHAR)"
    )
    duck.executemany("INSERT INTO asked VALUES (?, ?, ?, ?)", rows)
    option = duck.execute(
        "SELECT a.area, m.option, count(DISTINCT a.report) "
        f"FROM ({OPTION_ROWS}) a JOIN asked m "
        "ON a.area = m.area AND a.question = m.question AND a.option = m.code "
        "WHERE a.stream = ? GROUP BY ALL",
        [stream],
    ).fetchall()
    answered = duck.execute(
        f"SELECT a.area, count(DISTINCT a.report) FROM ({OPTION_ROWS}) a "
        "JOIN (SELECT DISTINCT area, question FROM asked) m "
        "ON a.area = m.area AND a.question = m.question WHERE a.stream = ? GROUP BY ALL",
        [stream],
    ).fetchall()
    return Counts(
        status={},
        option={(stream, area, question, code): count for area, code, count in option},
        answered={(stream, area, question): count for area, count in answered},
    )
