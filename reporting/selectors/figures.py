"""Computing every outcome table and key figure of a frozen data set, by DuckDB.

The unit is the report. Areas and answers of a data set are those of the reports in time, each
in its latest version received by the cut-off, so nothing here asks which reports count. Shares
are whole percentages, rounded in integer arithmetic (`core.checks`).
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from core.checks import half_up_percent, largest_remainder
from core.definitions import WHOLE
from grants.definitions import HAD_FUNDING, CallDefinition, TableDefinition, TableKind

STREAMS = ("municipalities", "associations")
"""The order of the streams in the report."""

TRAINING_QUESTION, YES = "attended_regional_training", "yes"

# What tables count and what a cell shows behind it: one relation each, so that they agree.
STATUS_ROWS = "SELECT stream, report, area, status FROM areas"
OPTION_ROWS = "SELECT stream, report, area, question, option FROM answers WHERE option <> ''"
IN_TIME_ROWS = "SELECT stream, report FROM reports WHERE in_time"

KEY_FIGURES = (
    "applications",
    "joint_applications",
    "requested_sek",
    "granted",
    "rejected",
    "withdrawn",
    "granted_sek",
    "carried_over_sek",
    "carried_over_spent_sek",
    "to_repay_sek",
    "spent_sek",
    "remaining_sek",
    "reports",
    "joint_reports",
    "late_reports",
    "attended_regional_training",
)
"""The key figures of a stream and year, in order."""

FRAME = "frame_sek"
"""Kept beside the key figures: what the year's calls had to give."""


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """The cells of one row; `n` is None where the table has one n for all rows."""

    code: str
    n: int | None
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ComputedTable:
    """The cells of one table; `n` is None where each row has its own."""

    number: int
    stream: str
    n: int | None
    rows: tuple[ComputedRow, ...]

    def as_json(self) -> dict[str, Any]:
        """The table as stored and printed."""
        rows: list[dict[str, Any]] = [
            {"code": row.code, "values": list(row.values)}
            if row.n is None
            else {"code": row.code, "n": row.n, "values": list(row.values)}
            for row in self.rows
        ]
        return {"rows": rows} if self.n is None else {"rows": rows, "n": self.n}


@dataclass(frozen=True, slots=True)
class Rejections:
    """Rejected applications by requirement; `recorded` is False where no findings tell."""

    recorded: bool
    counts: tuple[tuple[str, int | None], ...]

    def as_json(self) -> dict[str, Any]:
        """As stored; a count of None is *not recorded*."""
        rows = [{"code": code, "count": count} for code, count in self.counts]
        return {"recorded": self.recorded, "rows": rows}


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is computed for an edition; key figures and rejections by stream."""

    year: int
    cutoff: date
    preliminary: bool
    key_figures: Mapping[str, Mapping[str, int]]
    rejections: Mapping[str, Rejections]
    tables: tuple[ComputedTable, ...]

    def as_json(self) -> dict[str, Any]:
        """The structure that `outcome_tables` prints."""
        return outcome_json(
            year=self.year,
            cutoff=self.cutoff,
            key_figures=self.key_figures,
            tables={table.number: table.as_json() for table in self.tables},
        )


def outcome_json(
    *,
    year: int,
    cutoff: date,
    key_figures: Mapping[str, Mapping[str, int]],
    tables: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """Figures and tables in the form that `outcome_tables` prints."""
    return {
        "year": year,
        "cutoff": cutoff.isoformat(),
        "key_figures": {
            stream: {code: figures[code] for code in KEY_FIGURES}
            for stream, figures in key_figures.items()
        },
        "tables": {str(number): tables[number] for number in sorted(tables)},
    }


def compute(duck: duckdb.DuckDBPyConnection) -> Outcome:
    """Compute everything from an opened data set (`datasets.open_dataset`)."""
    year, cutoff = _one(duck, "SELECT year, cutoff FROM edition")
    preliminary = _one(
        duck, "SELECT coalesce(bool_or(preliminary), false) FROM calls WHERE year = ?", [year]
    )[0]
    key_figures = _key_figures(duck, year)
    definitions = definitions_of(duck)
    return Outcome(
        year=year,
        cutoff=cutoff,
        preliminary=preliminary,
        key_figures=key_figures,
        rejections=_rejections(duck, definitions),
        tables=tables_of(
            definitions,
            _counts(duck),
            {stream: found["reports"] for stream, found in key_figures.items()},
        ),
    )


def definitions_of(duck: duckdb.DuckDBPyConnection) -> dict[str, CallDefinition]:
    """The definitions of the year's calls by call code, streams in the report's order."""
    rows = duck.execute(
        "SELECT call, document FROM definitions JOIN calls USING (call) "
        "ORDER BY stream <> ?, stream, call",
        [STREAMS[0]],
    ).fetchall()
    return {call: CallDefinition.model_validate(json.loads(text)) for call, text in rows}


def table_definitions(
    definitions: Mapping[str, CallDefinition],
) -> dict[int, tuple[CallDefinition, TableDefinition]]:
    """The year's tables by number. Where two calls define one number, the first call's holds."""
    found: dict[int, tuple[CallDefinition, TableDefinition]] = {}
    for definition in definitions.values():
        for table in definition.tables:
            found.setdefault(table.number, (definition, table))
    return dict(sorted(found.items()))


def _one(
    duck: duckdb.DuckDBPyConnection, sql: str, params: list[Any] | None = None
) -> tuple[Any, ...]:
    row = duck.execute(sql, params or []).fetchone()
    if row is None:
        raise LookupError(sql)
    return tuple(row)


# Late reports' cases are counted: what a year's money came to does not hang on the report.
_CASE_FIGURES = """
    WITH joint AS (
        SELECT DISTINCT call, number FROM participations WHERE role = 'partner'
    ), cases AS (
        SELECT c.stream, c.year, a.*, j.call IS NOT NULL AS is_joint
        FROM applications a JOIN calls c USING (call) LEFT JOIN joint j USING (call, number)
    ), own AS (
        SELECT stream, count(*) AS applications, count_if(is_joint) AS joint_applications,
            sum(requested_sek) AS requested_sek, count_if(outcome = 'granted') AS granted,
            count_if(outcome = 'rejected') AS rejected,
            count_if(outcome = 'withdrawn') AS withdrawn,
            sum(granted_sek) FILTER (outcome = 'granted') AS granted_sek
        FROM cases WHERE year = $year GROUP BY stream
    ), money AS (
        SELECT c.stream,
            sum(available_sek) FILTER (c.year = $year - 1) AS carried_over_sek,
            sum(spent_sek) FILTER (c.year = $year - 1) AS carried_over_spent_sek,
            sum(to_repay_sek) FILTER (c.year = $year - 1) AS to_repay_sek,
            sum(spent_sek) FILTER (c.year = $year) AS spent_sek,
            sum(available_sek - spent_sek) FILTER (c.year = $year) AS remaining_sek
        FROM funds f JOIN calls c USING (call) WHERE f.year = $year GROUP BY c.stream
    ), joint_reports AS (
        SELECT DISTINCT report FROM report_grants JOIN joint USING (call, number)
    ), counted AS (
        SELECT r.stream, count_if(in_time) AS reports,
            count_if(in_time AND j.report IS NOT NULL) AS joint_reports,
            count_if(NOT in_time) AS late_reports
        FROM reports r LEFT JOIN joint_reports j USING (report) GROUP BY r.stream
    ), attended AS (
        SELECT stream, count(*) AS attended_regional_training FROM answers
        WHERE area = $whole AND question = $training AND option = $yes GROUP BY stream
    ), frames AS (
        SELECT stream, sum(frame_sek) AS frame_sek FROM calls WHERE year = $year GROUP BY stream
    )
    SELECT stream, {columns} FROM frames LEFT JOIN own USING (stream)
    LEFT JOIN money USING (stream) LEFT JOIN counted USING (stream)
    LEFT JOIN attended USING (stream)
"""


def _key_figures(duck: duckdb.DuckDBPyConnection, year: int) -> dict[str, dict[str, int]]:
    names = (FRAME, *KEY_FIGURES)
    columns = ", ".join(f"coalesce({name}, 0)::BIGINT AS {name}" for name in names)
    rows = duck.execute(
        _CASE_FIGURES.replace("{columns}", columns),
        {"year": year, "whole": WHOLE, "training": TRAINING_QUESTION, "yes": YES},
    ).fetchall()
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
    return {stream: found[stream] for stream in STREAMS if stream in found}


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports by what they say, counted once for all tables: by stream, area and status, by
    stream, area, question and option, and by stream, area and question."""

    status: Mapping[tuple[str, str, str], int]
    option: Mapping[tuple[str, str, str, str], int]
    answered: Mapping[tuple[str, str, str], int]


def status_counts(duck: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str, str], int]:
    """Reports by stream, area and status."""
    rows = duck.execute(
        f"SELECT stream, area, status, count(*) FROM ({STATUS_ROWS}) GROUP BY ALL"
    ).fetchall()
    return {row[:-1]: row[-1] for row in rows}


def _counts(duck: duckdb.DuckDBPyConnection) -> Counts:
    option = duck.execute(
        f"SELECT stream, area, question, option, count(*) FROM ({OPTION_ROWS}) GROUP BY ALL"
    ).fetchall()
    answered = duck.execute(
        f"SELECT stream, area, question, count(DISTINCT report) FROM ({OPTION_ROWS}) GROUP BY ALL"
    ).fetchall()
    return Counts(
        status=status_counts(duck),
        option={row[:-1]: row[-1] for row in option},
        answered={row[:-1]: row[-1] for row in answered},
    )


def tables_of(
    definitions: Mapping[str, CallDefinition], counts: Counts, reports: Mapping[str, int]
) -> tuple[ComputedTable, ...]:
    """The tables that the definitions ask for. `reports` is the number in time by stream."""
    return tuple(
        table_of(table, counts, reports[definition.stream])
        for definition, table in table_definitions(definitions).values()
    )


def table_of(table: TableDefinition, counts: Counts, reports: int) -> ComputedTable:
    """One table from what was counted; `reports` is the stream's number in time."""
    stream = table.stream
    rows: list[ComputedRow] = []
    n: int | None = None
    if table.kind is TableKind.AREA_STATUS_COUNTS:
        n = reports
        for area in table.row_codes:
            rows.append(ComputedRow(area, None, _statuses(table, counts, area)))
    elif table.kind is TableKind.MULTI_CHOICE_COUNTS:
        area, question = table.area or "", table.question or ""
        n = counts.answered.get((stream, area, question), 0)
        for option in table.row_codes:
            count = counts.option.get((stream, area, question, option), 0)
            rows.append(ComputedRow(option, None, (count,)))
    else:
        question = table.question or ""
        for area in table.row_codes:
            answered = counts.answered.get((stream, area, question), 0)
            chosen = [
                counts.option.get((stream, area, question, option), 0)
                for option in table.column_codes
            ]
            rows.append(ComputedRow(area, answered, _shares(table.kind, chosen, answered)))
    return ComputedTable(table.number, stream, n, tuple(rows))


def _statuses(table: TableDefinition, counts: Counts, area: str) -> tuple[int, ...]:
    by_status = {
        status: count
        for (stream, of_area, status), count in counts.status.items()
        if stream == table.stream and of_area == area
    }
    return tuple(
        sum(by_status.values()) if column == HAD_FUNDING else by_status.get(column, 0)
        for column in table.column_codes
    )


def _shares(kind: TableKind, chosen: list[int], answered: int) -> tuple[int, ...]:
    if kind is TableKind.MULTI_CHOICE_PERCENT:
        return tuple(half_up_percent(count, answered) for count in chosen)
    # Those who chose an option that the table does not list are part of its 100 per cent.
    unlisted = max(answered - sum(chosen), 0)
    return tuple(largest_remainder([*chosen, unlisted])[: len(chosen)])


_FAILED = """
    SELECT f.call, f.requirement, f.finding, f.number
    FROM findings f JOIN applications a USING (call, number) JOIN calls c USING (call)
    WHERE a.outcome = 'rejected' AND c.year = (SELECT year FROM edition)
"""


def _rejections(
    duck: duckdb.DuckDBPyConnection, definitions: Mapping[str, CallDefinition]
) -> dict[str, Rejections]:
    """Rejected applications where some organisation does not meet the requirement.

    A requirement that does not apply to anyone concerned fails nobody. Where a stream's
    rejected applications have no findings at all, nothing is recorded.
    """
    rows = duck.execute(_FAILED).fetchall()
    recorded: set[str] = set()
    failed: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for call, requirement, finding, number in rows:
        definition = definitions[call]
        recorded.add(definition.stream)
        demanded = definition.requirement(requirement)
        if finding == "not_applicable" or (demanded and demanded.is_satisfied_by(finding)):
            continue
        failed.setdefault((definition.stream, requirement), set()).add((call, number))
    return {
        stream: Rejections(
            stream in recorded,
            tuple(
                (code, len(failed.get((stream, code), ())) if stream in recorded else None)
                for code in _requirement_codes(definitions, stream)
            ),
        )
        for stream in STREAMS
        if any(definition.stream == stream for definition in definitions.values())
    }


def _requirement_codes(definitions: Mapping[str, CallDefinition], stream: str) -> list[str]:
    codes = [
        requirement.code
        for definition in definitions.values()
        if definition.stream == stream
        for requirement in definition.requirements
    ]
    return list(dict.fromkeys(codes))
