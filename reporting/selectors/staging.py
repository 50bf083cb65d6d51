"""Reading a programme year out of the database, in bulk, into DuckDB.

Rows go as CSV text from the database to DuckDB, on PostgreSQL by COPY: neither a model instance
nor a Python value is made for each field, which for half a million answers is most of the time.
What there is most of goes from SQLite as a list of values for each version of a report and
column, and is taken apart by DuckDB. All is read in one snapshot of the database.
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection, transaction
from psycopg import ClientCursor

from reporting.selectors.sources import VERSIONS, Kind, Source

_BATCH = 20_000
_VERSIONS = 8_000


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
    params = {
        "agency": agency_id,
        "year": year,
        "before": connection.ops.adapt_datetimefield_value(before),
    }
    if source.of_versions and connection.vendor != "postgresql":
        _unpack_sqlite(source, params, duck)
        return
    path = folder / f"{source.name}.csv"
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
    with connection.cursor() as cursor, path.open("wb") as file:
        # Filled in first: a cursor that keeps a record of what is asked takes the statement alone.
        filled = ClientCursor(connection.connection).mogrify(statement, params)
        with cursor.copy(filled) as copy:
            for block in copy:
                file.write(block)


def _copy_sqlite(source: Source, params: dict[str, Any], path: Path) -> None:
    line = " || ',' || ".join(_field(kind, sql) for _, kind, sql in source.columns)
    statement = f"SELECT {line} {source.tables}"
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(_BATCH):
            file.writelines([f"{text}\n" for (text,) in rows])


def _unpack_sqlite(source: Source, params: dict[str, Any], duck: duckdb.DuckDBPyConnection) -> None:
    (key, kind, version), *codes = source.columns
    names = [name for name, _, _ in codes]
    # Not null: lists of unequal lengths are refused rather than filled up.
    columns = "".join(f", {name} {kind.duckdb} NOT NULL" for name, kind, _ in codes)
    duck.execute(f"CREATE TABLE staged_{source.name} ({key} {kind.duckdb}{columns})")
    lists = ", ".join(f"group_concat({sql})" for _, _, sql in codes)
    statement = (
        f"SELECT {version}, {lists} {source.tables} "
        f"WHERE {version} IN ({VERSIONS}) GROUP BY {version}"
    )
    taken_apart = ", ".join(f"unnest(string_split({name}, ','))" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(_VERSIONS):
            batch = pa.table(
                [pa.array(column) for column in zip(*rows, strict=True)], [key, *names]
            )
            duck.register("batch", batch)
            duck.execute(f"INSERT INTO staged_{source.name} SELECT {key}, {taken_apart} FROM batch")
            duck.unregister("batch")


def _field(kind: Kind, sql: str) -> str:
    if kind is Kind.TEXT:
        return f"""'"' || replace({sql}, '"', '""') || '"'"""
    return f"coalesce({sql}, '')"
