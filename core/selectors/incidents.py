"""Reading failures on our side."""

from datetime import datetime

from django.db.models import QuerySet

from core.models import Incident


def incidents_between(start: datetime, end: datetime) -> QuerySet[Incident]:
    """What failed, or stood still, at any time from `start` up to `end` (UTC), oldest first."""
    return Incident.objects.filter(started_at__lt=end, ended_at__gte=start).order_by(
        "started_at", "pk"
    )
