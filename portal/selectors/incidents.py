"""Reading failures on our side, and those that can be a reason to admit what came late."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.models import Incident
from core.selectors.incidents import incidents_between
from grants.models import Call

from .paging import Key, moment, whole

INCIDENT_KEYS: Mapping[str, tuple[Key, ...]] = {
    "started": (Key("started_at", moment),),
    "count": (Key("count", whole),),
}
LAST_HOURS = timedelta(hours=48)
"""How long before the end of the last day to apply a failure is of weight."""
SHOWN = 100


def incidents_found(chosen: Mapping[str, str]) -> QuerySet[Incident]:
    """The incidents that the filter asks for."""
    found = Incident.objects.all()
    if words := chosen.get("q"):
        found = found.filter(Q(reference__icontains=words) | Q(address__icontains=words))
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    return found


def end_of_last_day(call: Call) -> datetime | None:
    """When (UTC) the call's last day to apply is over in Sweden; None where it has none."""
    if call.closes_on is None:
        return None
    end = timezone.make_aware(datetime.combine(call.closes_on + timedelta(days=1), time.min))
    # Hours before it are counted in UTC: in Swedish time a day may have 23 or 25.
    return end.astimezone(UTC)


def around_deadline(call: Call) -> list[Incident]:
    """What failed on our side in the last 48 hours before the last day to apply was over, the
    oldest first; at most a hundred."""
    end = end_of_last_day(call)
    return [] if end is None else list(incidents_between(end - LAST_HOURS, end)[:SHOWN])
