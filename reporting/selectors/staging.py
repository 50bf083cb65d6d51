"""Reading a programme year out of the database, in bulk, into DuckDB.

Rows go as CSV text from the database to DuckDB, on PostgreSQL by COPY: neither a model instance
nor a Python value is made for each field, which for half a million answers is most of the time.
All is read in one snapshot of the database.
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from reporting.selectors.sources import VERSIONS, Kind, Source

_BATCH = 20_000


@contextmanager
def snapshot() -> Iterator[None]:
    """Read one state of the database, without keeping anyone from writing.

    Inside a transaction that is already open, that transaction is read instead.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Not atomic(): that would begin IMMEDIATE and take SQLite's only write lock.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def stage(
    source: Source,
    *,
    duck: duckdb.DuckDBPyConnection,
    folder: Path,
    agency_id: int,
    year: int,
    before: datetime,
) -> None:
    """Read `source` into its table of DuckDB.

    `folder` takes the CSV text, which is removed again.
    """
    path = folder / f"{source.name}.csv"
    params = {
        "agency": agency_id,
        "year": year,
        "before": connection.ops.adapt_datetimefield_value(before),
    }
    try:
        if connection.vendor == "postgresql":
            _copy_postgresql(source, params, path)
        else:
            _copy_sqlite(source, params, path)
        columns = {name: kind.duckdb for name, kind, _ in source.columns}
        values = ", ".join(
            f"coalesce({name}, '') AS {name}" if kind.is_text else name
            for name, kind, _ in source.columns
        )
        duck.execute(
            f"CREATE TABLE staged_{source.name} AS SELECT {values} FROM read_csv("
            "?, header = false, auto_detect = false, columns = ?, delim = ',', quote = '\"', "
            "escape = '\"', nullstr = '', max_line_size = 33554432)",
            [str(path), columns],
        )
    finally:
        path.unlink(missing_ok=True)


def _copy_postgresql(source: Source, params: dict[str, Any], path: Path) -> None:
    columns = ", ".join(
        f"({sql}) AT TIME ZONE 'UTC'" if kind is Kind.TIME else sql
        for _, kind, sql in source.columns
    )
    tables = source.tables
    if source.of_versions:
        tables = f"{tables} WHERE t.version_id IN ({VERSIONS})"
    statement = f"COPY (SELECT {columns} {tables}) TO STDOUT (FORMAT csv)"
    with (
        connection.cursor() as cursor,
        path.open("wb") as file,
        cursor.copy(statement, params) as copy,
    ):
        for block in copy:
            file.write(block)


def _copy_sqlite(source: Source, params: dict[str, Any], path: Path) -> None:
    line = " || ',' || ".join(_field(kind, sql) for _, kind, sql in source.columns)
    statement = f"SELECT {line} {source.tables}"
    if source.of_versions:
        # The lines of a version as one text: a tenth of the rows for Python to fetch.
        statement = (
            f"SELECT (SELECT group_concat({line}, char(10)) {source.tables} "
            f"WHERE t.version_id = v.id) AS lines "
            f"FROM reporting_reportversion v WHERE v.id IN ({VERSIONS})"
        )
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(_BATCH):
            # A version with no such row has no lines.
            file.writelines([f"{lines}\n" for (lines,) in rows if lines is not None])


def _field(kind: Kind, sql: str) -> str:
    quoted = f"""'"' || replace({sql}, '"', '""') || '"'"""
    if kind is Kind.TEXT:
        return quoted
    if kind is Kind.SELDOM:
        return f"CASE {sql} WHEN '' THEN '' ELSE {quoted} END"
    return f"coalesce({sql}, '')"
