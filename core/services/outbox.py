"""The outbox: mail is queued in the transaction it tells of, and sent by a worker."""

import uuid
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from core.enums import OutboxState
from core.models import OutboxMessage
from core.selectors.outbox import MAX_ATTEMPTS, due
from core.services.background import enqueue_on_commit

LEASE = timedelta(minutes=5)
"""Must be longer than the mail server may keep a worker waiting (EMAIL_TIMEOUT)."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)


def queue_mail(
    *, recipient: str, language: str, subject: str, body: str, dedupe_key: str
) -> OutboxMessage:
    """Queue a rendered mail; the same `dedupe_key` again gives the row that is there.

    The mail says that there is news in the case, never what. Raises TransactionManagementError
    outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("mail is queued in the transaction it tells of")
    now = timezone.now()
    message, created = OutboxMessage.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "recipient": recipient,
            "language": language,
            "subject": subject,
            "body": body,
            "created_at": now,
            "next_attempt_at": now,
        },
    )
    if created:
        enqueue_on_commit("core.tasks.send_outbox_message", message.pk)
    return message


def claim(*, message_id: int, now: datetime | None = None) -> OutboxMessage | None:
    """Take the mail for this worker, for as long as the lease; None when it is not due or
    another has it. Of any number of workers at once one gets it."""
    now = now or timezone.now()
    token = uuid.uuid4()
    OutboxMessage.objects.filter(due(now), pk=message_id).update(
        state=OutboxState.LEASED,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=now + LEASE,
    )
    return OutboxMessage.objects.filter(pk=message_id, lease_token=token).first()


def mark_sent(*, message: OutboxMessage, now: datetime | None = None) -> bool:
    """Record that the claimed mail went out; False when the lease was lost meanwhile."""
    return _release(message, state=OutboxState.SENT, sent_at=now or timezone.now(), last_error="")


def mark_failed(*, message: OutboxMessage, error: str, now: datetime | None = None) -> bool:
    """Record that the claimed mail did not go out, to be tried again after a pause that doubles
    each time, or given up after MAX_ATTEMPTS; False when the lease was lost meanwhile."""
    given_up = message.attempts >= MAX_ATTEMPTS
    return _release(
        message,
        state=OutboxState.FAILED if given_up else OutboxState.PENDING,
        next_attempt_at=(now or timezone.now()) + pause(message.attempts),
        last_error=error[:500],
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def give_up_exhausted(*, now: datetime | None = None) -> int:
    """Give up mails whose last attempt ended with a killed worker; returns how many."""
    return OutboxMessage.objects.filter(
        state=OutboxState.LEASED,
        lease_until__lte=now or timezone.now(),
        attempts__gte=MAX_ATTEMPTS,
    ).update(state=OutboxState.FAILED, lease_token=None, lease_until=None)


def _release(message: OutboxMessage, **changes: object) -> bool:
    held = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token)
    return bool(held.update(lease_token=None, lease_until=None, **changes))
