"""What the identity of a data set says of a table: its canonical columns, as digests.

The form is told in `reporting.selectors.schema`. Columns are hashed as DuckDB hands them over,
in buffers: half a million answers are hashed in a few hundredths of a second.
"""

# SQL is put together from fixed text only.
# ruff: noqa: S608

import hashlib
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from core.checks import canonical_json, sha256_text
from reporting.selectors.schema import CODE, TEXT, DatasetTable

_BATCH = 122_880

# The value of a row as a number of the type's own width, nought where there is none.
_NUMBERS: Mapping[str, str] = {
    "BOOLEAN": "coalesce({name}, false)::UTINYINT",
    "SMALLINT": "coalesce({name}, 0)::SMALLINT",
    "INTEGER": "coalesce({name}, 0)::INTEGER",
    "BIGINT": "coalesce({name}, 0)::BIGINT",
    "DATE": "coalesce(datediff('day', DATE '1970-01-01', {name}), 0)::INTEGER",
    "TIMESTAMP": "coalesce(epoch_us({name}), 0)::BIGINT",
    CODE: "enum_code({name})::INTEGER",
}


def described(
    duck: duckdb.DuckDBPyConnection, table: DatasetTable, relation: str
) -> dict[str, Any]:
    """Rows and columns of `table`, which stands in its order in `relation`.

    Columns of type CODE are ENUMs there, of the texts that occur, in their order.
    """
    parts: dict[tuple[str, str], str] = {}
    for name, kind in table.columns:
        parts[name, "present"] = f"({name} IS NOT NULL)::UTINYINT"
        if kind == TEXT:
            parts[name, "lengths"] = f"strlen(coalesce({name}, ''))::INTEGER"
            parts[name, "texts"] = f"coalesce({name}, '')"
        else:
            parts[name, "values"] = _NUMBERS[kind].format(name=name)
    rows, digests = _hashed(duck, f"SELECT {', '.join(parts.values())} FROM {relation}")
    columns: list[dict[str, str]] = []
    found = dict(zip(parts, digests, strict=True))
    for name, kind in table.columns:
        column = {"name": name, "type": kind}
        column |= {part: digest for (of, part), digest in found.items() if of == name}
        if kind == CODE:
            column["codes"] = sha256_text(canonical_json(_codes(duck, relation, name)))
        columns.append(column)
    return {"rows": rows, "columns": columns}


def _hashed(duck: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, list[str]]:
    """The number of rows, and the digest of each column's values one after another."""
    rows = 0
    with duck.sql(statement).to_arrow_reader(_BATCH) as reader:
        hashes = [hashlib.sha256() for _ in reader.schema]
        for batch in reader:
            rows += batch.num_rows
            for digest, column in zip(hashes, batch.columns, strict=True):
                digest.update(_values(column))
    return rows, [digest.hexdigest() for digest in hashes]


def _values(column: Any) -> memoryview:
    """The bytes of an Arrow array's values: those of a text are its UTF-8."""
    first, last = column.offset, column.offset + len(column)
    buffers = column.buffers()
    if not len(column):
        return memoryview(b"")
    if pa.types.is_string(column.type):
        offsets = memoryview(buffers[1]).cast("i")
        return memoryview(buffers[2] or b"")[offsets[first] : offsets[last]]
    width = column.type.bit_width // 8
    return memoryview(buffers[1])[first * width : last * width]


def _codes(duck: duckdb.DuckDBPyConnection, relation: str, name: str) -> list[str]:
    row = duck.execute(
        f"SELECT enum_range((SELECT any_value({name}) FROM {relation} WHERE false))"
    ).fetchone()
    return list(row[0]) if row else []
