"""Reading a list page by page by keyset, so that the last page costs what the first does."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.lookups import In

PAGE_SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Key:
    """A column to sort by, which is never null; `read` takes it back from a cursor's JSON.

    `read` raises ValueError or TypeError for what is not such a value.
    """

    field: str
    read: Callable[[Any], Any]

    def of(self, row: Model) -> Any:
        """The row's value, as it is written in a cursor."""
        value: Any = row
        for name in self.field.split("__"):
            value = getattr(value, name)
        return value.isoformat() if isinstance(value, date | datetime) else value


def text(value: Any) -> str:
    """A text from a cursor that both engines can hold; raises TypeError or ValueError for
    anything else."""
    if not isinstance(value, str):
        raise TypeError(value)
    if "\0" in value:
        raise ValueError(value)
    value.encode()
    return value


def whole(value: Any) -> int:
    """A whole number that both engines can hold; raises TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise TypeError(value)
    return value


def calendar_day(value: Any) -> date:
    """A date; raises TypeError or ValueError for anything else."""
    return date.fromisoformat(text(value))


def moment(value: Any) -> datetime:
    """A time with its zone; raises TypeError or ValueError for anything else."""
    found = datetime.fromisoformat(text(value))
    # At the ends of the calendar another time zone's day may not be there.
    if found.tzinfo is None or not 1 < found.year < 9999:
        raise ValueError(value)
    return found


ID = Key("pk", whole)


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    """One page of a list; `before` and `after` are cursors, empty where the list ends."""

    rows: list[Row]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, counted to the cap only."""

    number: int
    more: bool


class _Among(In):
    """As `in`, but PostgreSQL is sent the ids as one array: hundreds of values one by one take
    longer to send and to read than the rows to find."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The condition for PostgreSQL."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, list(self.rhs)]


def among(ids: list[int]) -> Q:
    """Rows with one of these ids."""
    return Q(_Among(F("pk"), ids)) if ids else Q(pk__in=())


def few_of(queryset: QuerySet[Any], field: str) -> list[int] | None:
    """The ids in that field, in any order; None where there are more than the cap."""
    found = list(queryset.order_by().values_list(field, flat=True)[: COUNT_CAP + 1])
    return None if len(found) > COUNT_CAP else found


def counted[Row: Model](
    queryset: QuerySet[Row], *, whole: QuerySet[Row] | None = None
) -> tuple[QuerySet[Row], Count]:
    """The queryset, and how many rows it has, counted to the cap at a bounded cost.

    Few rows are from then on found by their ids in `whole`, which gives the same rows without
    asking again whether they are looked for. The database would otherwise go through the whole
    list in its order to come upon a page of them; of many it soon comes upon one.
    """
    few = few_of(queryset, "pk")
    if few is None:
        return queryset, Count(COUNT_CAP, more=True)
    return (queryset if whole is None else whole).filter(among(few)), Count(len(few), more=False)


def capped_count(queryset: QuerySet[Any]) -> Count:
    """How many rows, or that there are more than the cap, at a bounded cost."""
    found = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
    return Count(min(found, COUNT_CAP), found > COUNT_CAP)


def keyset_page[Row: Model](
    queryset: QuerySet[Row],
    *,
    keys: tuple[Key, ...],
    descending: bool,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """The page after or before a cursor, or the first where there is none or it cannot be read.

    The primary key is added last, so that the order is total.
    """
    keys = (*keys, ID)
    values = _read(after or before, keys)
    backwards = bool(before) and not after and values is not None
    downwards = descending != backwards
    rows = queryset.order_by(*(f"{'-' if downwards else ''}{key.field}" for key in keys))
    if values is not None:
        rows = rows.filter(_beyond(keys, values, downwards=downwards))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_before = more if backwards else values is not None
    has_after = True if backwards else more
    return Page(
        found,
        before=_write(found[0], keys) if found and has_before else "",
        after=_write(found[-1], keys) if found and has_after else "",
    )


def cursor_of(row: Model, keys: tuple[Key, ...]) -> str:
    """The row's place in a list with this order."""
    return _write(row, (*keys, ID))


def _beyond(keys: tuple[Key, ...], values: list[Any], *, downwards: bool) -> Q:
    comparison = "lt" if downwards else "gt"
    condition = Q()
    equal: dict[str, Any] = {}
    for key, value in zip(keys, values, strict=True):
        condition |= Q(**equal, **{f"{key.field}__{comparison}": value})
        equal[key.field] = value
    return condition


def _write(row: Model, keys: tuple[Key, ...]) -> str:
    document = json.dumps([key.of(row) for key in keys], ensure_ascii=False)
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def _read(cursor: str, keys: tuple[Key, ...]) -> list[Any] | None:
    """The cursor's values; None for one that is empty or made up."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
        if not isinstance(values, list):
            return None
        return [key.read(value) for key, value in zip(keys, values, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        return None
