"""The single cell: the reports behind it, and how it differs between two editions."""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from core.formats import swedish_sort_key
from grants.definitions import HAD_FUNDING, TableDefinition, TableKind
from reporting.selectors import figures
from reporting.selectors.figures import IN_TIME_ROWS, OPTION_ROWS, STATUS_ROWS


@dataclass(frozen=True, slots=True)
class BehindReport:
    """A report behind a cell, and the organisation that gave it."""

    report: str
    organisation: str


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A figure that two editions say differently; None where one of them lacks it.

    `table` is None for a key figure, whose `row` is the stream and `column` its code; `column`
    is "n" for the number of those who answered.
    """

    table: int | None
    row: str
    column: str
    before: int | None
    after: int | None


def reports_behind(
    duck: duckdb.DuckDBPyConnection, *, table_number: int, row: str, column: str | None
) -> list[BehindReport]:
    """The reports that the cell of an opened data set counts, by organisation in Swedish order.

    Raises LookupError for a table, row or column that is not there.
    """
    found = figures.table_definitions(figures.definitions_of(duck)).get(table_number)
    if found is None:
        raise LookupError(table_number)
    table = found[1]
    if row not in table.row_codes or (column is not None and column not in table.column_codes):
        raise LookupError(f"{row}/{column}")
    relation, equal = _predicate(table, row, column)
    conditions = " AND ".join(f"{name} = ${name}" for name in equal)
    rows = duck.execute(
        "SELECT DISTINCT r.report, o.name FROM reports r "
        "JOIN organisations o USING (organisation) "
        f"JOIN ({relation}) USING (stream, report) WHERE {conditions}",
        equal,
    ).fetchall()
    behind = [BehindReport(report, name) for report, name in rows]
    return sorted(behind, key=lambda each: (swedish_sort_key(each.organisation), each.report))


def _predicate(table: TableDefinition, row: str, column: str | None) -> tuple[str, dict[str, str]]:
    """The relation that the table counts, and what a row of it must equal to be in the cell."""
    equal = {"stream": str(table.stream)}
    if table.kind is TableKind.AREA_STATUS_COUNTS:
        if column is None:
            return IN_TIME_ROWS, equal
        equal["area"] = row
        if column != HAD_FUNDING:
            equal["status"] = column
        return STATUS_ROWS, equal
    equal["question"] = table.question or ""
    if table.kind is TableKind.MULTI_CHOICE_COUNTS:
        equal["area"] = table.area or ""
        if column is not None:
            equal["option"] = row
    else:
        equal["area"] = row
        if column is not None:
            equal["option"] = column
    return OPTION_ROWS, equal


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[CellDifference, ...]:
    """The figures that differ between two outcomes in the form that `outcome_tables` prints."""
    old, new = _figures(before), _figures(after)
    return tuple(
        CellDifference(*place, old.get(place), new.get(place))
        for place in dict.fromkeys([*new, *old])
        if old.get(place) != new.get(place)
    )


def _figures(outcome: Mapping[str, Any]) -> dict[tuple[int | None, str, str], int]:
    found: dict[tuple[int | None, str, str], int] = {}
    for stream, codes in outcome["key_figures"].items():
        found.update({(None, stream, code): value for code, value in codes.items()})
    for number, table in outcome["tables"].items():
        if "n" in table:
            found[int(number), "", "n"] = table["n"]
        for row in table["rows"]:
            if "n" in row:
                found[int(number), row["code"], "n"] = row["n"]
            for index, value in enumerate(row["values"], 1):
                found[int(number), row["code"], str(index)] = value
    return found
