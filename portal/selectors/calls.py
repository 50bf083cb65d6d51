"""Reading calls with what has come of them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from core.selectors.journal import last_event
from grants.models import Application, Call
from grants.selectors.calls import NOT_RECEIVED


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums of all calls, the last event they were read after, and when they are too old."""

    event: int
    until: float
    by_call: dict[int, dict[str, int]]


MOST_AGE = 60
"""Seconds that the sums are kept at most: an event may be numbered before another is there."""
_kept: list[_Sums] = []


def sums_by_call() -> dict[int, dict[str, int]]:
    """Applications received and granted, and whole SEK granted, by the call's id.

    Kept in the process until something is written: the page that shows them is public, and
    going through all applications takes longer the more there are.
    """
    event = last_event()
    if _kept and _kept[0].event == event and time.monotonic() < _kept[0].until:
        return _kept[0].by_call
    found = _Sums(event, time.monotonic() + MOST_AGE, _sums(Call.objects.all()))
    _kept[:] = [found]
    return found.by_call


def forget_sums() -> None:
    """Read the sums anew the next time."""
    _kept.clear()


def _sums(calls: QuerySet[Call]) -> dict[int, dict[str, int]]:
    received = Application.objects.filter(call__in=calls.order_by().values("pk")).exclude(
        status__in=[str(status) for status in NOT_RECEIVED]
    )
    rows = (
        received.order_by()
        .values("call")
        .annotate(
            applications=Count("pk"),
            granted=Count("pk", filter=Q(granted_sek__isnull=False)),
            granted_sek=Sum("granted_sek"),
        )
    )
    return {
        row["call"]: {
            "applications": row["applications"],
            "granted": row["granted"],
            "granted_sek": row["granted_sek"] or 0,
        }
        for row in rows
    }


def open_on(calls: Iterable[Call], day: date) -> list[Call]:
    """Those that can be applied to on that Swedish local date, the first to close first."""
    found = [
        call
        for call in calls
        if call.opens_on and call.closes_on and call.opens_on <= day <= call.closes_on
    ]
    return sorted(found, key=lambda call: (call.closes_on or date.max, call.pk))


def coming_on(calls: Iterable[Call], day: date) -> list[Call]:
    """Those that open after that Swedish local date, the first to open first."""
    found = [call for call in calls if call.opens_on and call.opens_on > day]
    return sorted(found, key=lambda call: (call.opens_on or date.max, call.pk))
