"""Queries written once a process.

Django takes longer to put a query together than PostgreSQL to answer it. What is asked at each
request, always in the same shape, is put together the first time; after that only its values
change. On PostgreSQL the values are bound by the server, which then keeps the plan too (see
`prepare_threshold` in the settings).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.transaction import TransactionManagementError
from django.utils.module_loading import import_string

_MOST_SHAPES = 32
"""So many shapes of one query are kept: lists of different lengths give different queries."""
_LONGEST = 20
"""With a longer list a query is put together by Django each time: it hardly comes again."""
_FIELDS: Mapping[type, Field[Any, Any]] = {
    bool: BooleanField(),
    int: BigIntegerField(),
    str: CharField(),
    datetime: DateTimeField(),
    date: DateField(),
    UUID: UUIDField(),
}
"""What a value is to the database. A bool is an int too, and a time a date: the first counts."""


class Prepared[R]:
    """A query by a function that makes a queryset of its values, and of nothing else that could
    change: it is called once for each shape.

        _work = Prepared(lambda user: StaffRole.objects.filter(user=user))
        rows = _work(user.pk)

    A value is a number, a text, a date, a time or a UUID, as the column's field gives it and
    never None, or a list of such for an `__in` (of a relation, `__pk__in`); in the function it
    stands where a queryset takes an expression. It may give objects or a `values_list`; related
    objects come by `select_related`, for `prefetch_related` is not done.
    """

    def __init__(self, write: Callable[..., QuerySet[Any, R]]) -> None:
        self._write = write
        self._written = lru_cache(_MOST_SHAPES)(self._write_once)

    def __call__(self, *values: Any) -> list[R]:
        """The rows. Raises TransactionManagementError for a `select_for_update` outside a
        transaction."""
        shapes: list[type | tuple[type, ...]] = []
        flat: list[Any] = []
        for value in values:
            if isinstance(value, list | tuple):
                if len(value) > _LONGEST:
                    return list(self._write(*values))
                shapes.append(tuple(_kind(each) for each in value))
                flat += value
            else:
                shapes.append(_kind(value))
                flat.append(value)
        return self._written(*shapes).rows(flat)

    def first(self, *values: Any) -> R | None:
        """The first of the rows, or None."""
        rows = self(*values)
        return rows[0] if rows else None

    def queryset(self, *values: Any) -> QuerySet[Any, R]:
        """The same query as Django puts it together."""
        return self._write(*values)

    def _write_once(self, *shapes: type | tuple[type, ...]) -> "_Written[R]":
        count = 0
        values: list[_Slot | list[_Slot]] = []
        for shape in shapes:
            kinds = shape if isinstance(shape, tuple) else (shape,)
            slots = [_Slot(count + place, _FIELDS[kind]) for place, kind in enumerate(kinds)]
            count += len(slots)
            values.append(slots if isinstance(shape, tuple) else slots[0])
        return _Written(self._write(*values))


def _kind(value: Any) -> type:
    kind = type(value)
    if kind in _FIELDS:
        return kind
    for each in _FIELDS:
        if isinstance(value, each):
            return each
    raise TypeError(f"not a value of a prepared query: {kind.__name__}")


def _is_beyond(value: Any) -> bool:
    """Whether it is a number that no column holds: as for Django, nothing is equal to it."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63


class _Slot(Value):
    """Where a value is to stand in a query that is written once."""

    def __init__(self, place: int, field: Field[Any, Any]) -> None:
        super().__init__(place, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class _Written[R]:
    """A query with its SQL, and how its rows become what the queryset gives."""

    def __init__(self, queryset: Any) -> None:
        self._db = queryset.db
        compiler = queryset.query.get_compiler(using=self._db)
        can_lock = compiler.connection.features.has_select_for_update
        self._locks = queryset.query.select_for_update and can_lock
        try:
            self._sql, self._params = compiler.as_sql()
        except EmptyResultSet:  # nothing is in an empty list
            self._sql, self._params = "", ()
            return
        self._compiled = {
            "select": compiler.select,
            "klass_info": compiler.klass_info,
            "annotation_col_map": compiler.annotation_col_map,
        }
        self._converters = list(
            compiler.get_converters(
                [each[0] for each in compiler.select[: compiler.col_count]]
            ).items()
        )
        self._iterable: Callable[[Any], Iterable[R]] = queryset._iterable_class
        self._asked = {
            "db": self._db,
            "model": queryset.model,
            "_fields": queryset._fields,
            "_fetch_mode": queryset._fetch_mode,
            "_known_related_objects": {},
        }

    def rows(self, values: Sequence[Any]) -> list[R]:
        if not self._sql or any(_is_beyond(value) for value in values):
            return []
        connection = connections[self._db]
        if self._locks and connection.get_autocommit():
            raise TransactionManagementError("select_for_update outside a transaction")
        found = self._fetched(connection, values)
        # What Django's own iterables ask of a compiler, answered without compiling anything.
        compiler = SimpleNamespace(
            **self._compiled,
            execute_sql=lambda **_: found,
            results_iter=lambda *_, **__: self._converted(connection, found),
        )
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        return list(self._iterable(SimpleNamespace(query=query, **self._asked)))

    def _fetched(
        self, connection: BaseDatabaseWrapper, values: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        params = [
            param.output_field.get_db_prep_value(values[param.value], connection)
            if isinstance(param, _Slot)
            else param
            for param in self._params
        ]
        return run(connection, self._sql, params)

    def _converted(
        self, connection: BaseDatabaseWrapper, rows: list[tuple[Any, ...]]
    ) -> Iterator[Sequence[Any]]:
        if not self._converters:
            return iter(rows)
        return (self._convert(connection, list(row)) for row in rows)

    def _convert(self, connection: BaseDatabaseWrapper, row: list[Any]) -> tuple[Any, ...]:
        for place, (converters, expression) in self._converters:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return tuple(row)


def knowing[M](rows: Sequence[M], **known: object) -> list[M]:
    """The rows, each with what it is already known to belong to, such as `application=…`."""
    for row in rows:
        for name, instance in known.items():
            setattr(row, name, instance)
    return list(rows)


def keep_prefetched(instance: Any, name: str, rows: Sequence[Any]) -> None:
    """Let `instance.<name>.all()` give these rows, as `prefetch_related` does."""
    queryset = getattr(instance, name).get_queryset()
    queryset._result_cache = rows
    queryset._prefetch_done = True
    vars(instance).setdefault("_prefetched_objects_cache", {})[name] = queryset


def run(connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of a statement that is asked again and again with other values.

    PostgreSQL is sent statement and values apart, as Django's own cursors do not, so that it
    knows the statement again.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor = _server_binding()(connection.connection)
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
        return rows


@cache
def _server_binding() -> Any:
    """Where psycopg is installed: an installation on SQLite needs none."""
    return import_string("django.db.backends.postgresql.base.ServerBindingCursor")
