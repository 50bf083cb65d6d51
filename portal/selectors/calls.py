"""Reading calls with what has come of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from grants.models import Application, Call
from grants.selectors.calls import NOT_RECEIVED


def with_sums(calls: QuerySet[Call]) -> dict[int, dict[str, int]]:
    """Applications received and granted, and whole SEK granted, by the call's id."""
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
