"""Reading the outbox."""

from datetime import datetime

from django.db.models import Q

from core.enums import OutboxState
from core.models import OutboxMessage

MAX_ATTEMPTS = 12
"""With the pause doubled each time, the last attempt comes about two days after the first."""


def due(now: datetime) -> Q:
    """What may be sent at `now` (UTC): its time has come and nobody holds a running lease."""
    return Q(attempts__lt=MAX_ATTEMPTS) & (
        Q(state=OutboxState.PENDING, next_attempt_at__lte=now)
        | Q(state=OutboxState.LEASED, lease_until__lte=now)
    )


def due_mail_ids(*, now: datetime, limit: int) -> list[int]:
    """The mails due at `now` (UTC), those that waited longest first."""
    rows = OutboxMessage.objects.filter(due(now)).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])
