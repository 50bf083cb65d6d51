"""Rows written by statements that are put together once a process.

As `save` writes them, for models without parents, in services that hold the lock: for what is
written at every step of a case, which Django takes longer to put together than the database to
write.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from core.selectors.prepared import run

_MOST = 256
"""So many statements are kept."""


def insert[M: Model](row: M) -> M:
    """Insert the row, which gets its id. Raises IntegrityError."""
    sql, fields = _insertion(type(row))
    ((row.pk,),) = run(connection, sql, _values(row, fields, adding=True))
    row._state.adding, row._state.db = False, connection.alias
    return row


def insert_all(rows: Sequence[Model]) -> None:
    """Insert several rows of a model in one statement; they do not get their ids."""
    if rows:
        sql, fields = _insertion(type(rows[0]), len(rows))
        run(connection, sql, [each for row in rows for each in _values(row, fields, adding=True)])


def update(row: Model, names: Iterable[str]) -> None:
    """Write the named fields of a row that is there. Raises IntegrityError, and DoesNotExist of
    a row that is gone."""
    sql, fields = _change(type(row), tuple(names))
    if not run(connection, sql, [*_values(row, fields, adding=False), row.pk]):
        raise type(row).DoesNotExist  # type: ignore[attr-defined]


def _values(row: Model, fields: Iterable[Field[Any, Any]], *, adding: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, adding), connection) for field in fields]


@lru_cache(_MOST)
def _insertion(model: type[Model], count: int = 1) -> tuple[str, tuple[Field[Any, Any], ...]]:
    meta: Any = model._meta
    fields = tuple(field for field in meta.concrete_fields if not field.primary_key)
    columns = ", ".join(_quoted(field.column) for field in fields)
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    sql = f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES {values}"  # noqa: S608
    return f"{sql} RETURNING {_quoted(meta.pk.column)}", fields


@lru_cache(_MOST)
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    meta: Any = model._meta
    fields = tuple(meta.get_field(name) for name in names)
    columns = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = _quoted(meta.pk.column)
    sql = f"UPDATE {_quoted(meta.db_table)} SET {columns} WHERE {key} = %s"  # noqa: S608
    return f"{sql} RETURNING {key}", fields


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
