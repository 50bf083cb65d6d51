"""The outbox: mail is queued in the transaction it tells of, and sent by a worker.

A mail that belongs to a case or an organisation leaves its events in that journal: queued, sent,
given up, refused, sent again. They name the mail and its kind, never the address or the words.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from core.enums import JournalKind, OutboxState
from core.models import OutboxMessage
from core.selectors.outbox import MAX_ATTEMPTS, due
from core.selectors.prepared import run
from core.services import journal
from core.services.background import enqueue_on_commit

LEASE = timedelta(minutes=5)
"""Must be longer than the mail server may keep a worker waiting, some steps of EMAIL_TIMEOUT."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)
SENDABLE_AGAIN = frozenset({OutboxState.FAILED, OutboxState.BOUNCED})
_SALT = "core.outbox.message"


class NotResendable(Exception):
    """The mail is on its way or was sent, or its address may not be changed."""


def queue_mail(
    *,
    recipient: str,
    language: str,
    subject: str,
    body: str,
    dedupe_key: str,
    journal_kind: JournalKind | None = None,
    journal_subject: str = "",
) -> OutboxMessage:
    """Queue a rendered mail; the same `dedupe_key` again gives the row that is there.

    The mail says that there is news in the case, never what. The first part of the key, up to a
    colon, is the mail's kind. `journal_kind` and `journal_subject` name the chain that tells of
    the mail; the caller holds the lock of what the chain is about. Raises
    TransactionManagementError outside a transaction, ValueError for half a chain's name.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("mail is queued in the transaction it tells of")
    if journal_kind is None and journal_subject:
        raise ValueError("a subject without the kind of its journal")
    now = timezone.now()
    message = OutboxMessage(
        dedupe_key=dedupe_key,
        recipient=recipient,
        language=language,
        subject=subject,
        body=body,
        created_at=now,
        next_attempt_at=now,
        journal_kind=journal_kind or "",
        journal_subject=journal_subject,
    )
    if not _inserted(message):
        return OutboxMessage.objects.get(dedupe_key=dedupe_key)
    _tell(message, "mail.queued")
    enqueue_on_commit("core.tasks.send_outbox_message", message.pk)
    return message


def _inserted(message: OutboxMessage) -> bool:
    """Insert the mail unless its key is there; one statement, where looking first and a savepoint
    take four, and which waits for another who inserts the same key."""
    fields = [field for field in OutboxMessage._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    found = run(
        connection,
        f"INSERT INTO core_outboxmessage ({columns}) "  # noqa: S608 - the model's own names
        f"VALUES ({', '.join(['%s'] * len(fields))}) "
        "ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
        [field.get_db_prep_save(field.pre_save(message, add=True), connection) for field in fields],
    )
    if not found:
        return False
    ((message.pk,),) = found
    message._state.adding, message._state.db = False, connection.alias
    return True


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


@transaction.atomic
def mark_sent(*, message: OutboxMessage, now: datetime | None = None) -> bool:
    """Record that the claimed mail went out; False when the lease was lost meanwhile."""
    held = _release(message, state=OutboxState.SENT, sent_at=now or timezone.now(), last_error="")
    if held:
        _tell(message, "mail.sent", attempts=message.attempts)
    return held


@transaction.atomic
def mark_failed(*, message: OutboxMessage, error: str, now: datetime | None = None) -> bool:
    """Record that the claimed mail did not go out, to be tried again after a pause that doubles
    each time, or given up after MAX_ATTEMPTS; False when the lease was lost meanwhile."""
    given_up = message.attempts >= MAX_ATTEMPTS
    held = _release(
        message,
        state=OutboxState.FAILED if given_up else OutboxState.PENDING,
        next_attempt_at=(now or timezone.now()) + pause(message.attempts),
        last_error=_fit(error),
    )
    if held and given_up:
        _tell(message, "mail.failed", attempts=message.attempts)
    return held


@transaction.atomic
def mark_refused(*, message: OutboxMessage, error: str) -> bool:
    """Record that the receiver's server refused the claimed mail for good: it is not tried
    again. False when the lease was lost meanwhile."""
    held = _release(message, state=OutboxState.BOUNCED, last_error=_fit(error))
    if held:
        _tell(message, "mail.bounced", attempts=message.attempts)
    return held


@transaction.atomic
def mark_returned(*, message_id: int, error: str) -> bool:
    """Record that a mail that had been sent came back; False where it was not sent, or its
    return is known."""
    message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
    if message is None or message.state != OutboxState.SENT:
        return False
    message.state, message.last_error = OutboxState.BOUNCED, _fit(error)
    message.save(update_fields=["state", "last_error"])
    _tell(message, "mail.bounced", attempts=message.attempts)
    return True


@transaction.atomic
def send_again(
    *, message: OutboxMessage, actor: journal.Actor, recipient: str | None = None
) -> OutboxMessage:
    """Put a mail that was given up or refused back in the queue, to another address if one is
    given. Whether the actor may is for the caller to have tried.

    A mail with a link for its receiver alone goes to no other address. A second click finds it
    waiting, which it is given back as. Raises NotResendable.
    """
    message = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    if message.state == OutboxState.PENDING:
        return message
    changed = recipient is not None and recipient != message.recipient
    if message.state not in SENDABLE_AGAIN or (changed and message.holds_link):
        raise NotResendable
    if recipient is not None:
        message.recipient = recipient
    message.state, message.attempts = OutboxState.PENDING, 0
    message.next_attempt_at, message.sent_at, message.last_error = timezone.now(), None, ""
    message.save(
        update_fields=[
            "recipient",
            "state",
            "attempts",
            "next_attempt_at",
            "sent_at",
            "last_error",
        ]
    )
    _tell(message, "mail.resent", actor=actor, corrected=changed)
    enqueue_on_commit("core.tasks.send_outbox_message", message.pk)
    return message


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def give_up_exhausted(*, now: datetime | None = None) -> int:
    """Give up mails whose last attempt ended with a killed worker; returns how many."""
    exhausted = OutboxMessage.objects.filter(
        state=OutboxState.LEASED,
        lease_until__lte=now or timezone.now(),
        attempts__gte=MAX_ATTEMPTS,
    )
    return sum(_give_up(message) for message in exhausted.order_by("pk"))


@transaction.atomic
def _give_up(message: OutboxMessage) -> bool:
    held = _release(message, state=OutboxState.FAILED)
    if held:
        _tell(message, "mail.failed", attempts=message.attempts)
    return held


def mark_of(message: OutboxMessage) -> str:
    """What the mail carries in X-Tilldela-Message, by which a return is known to be of it."""
    return signing.Signer(salt=_SALT).sign(str(message.pk))


def read_mark(mark: str) -> int | None:
    """The id of the mail that carried the mark; None for one that was made up."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(mark.strip()))
    except (signing.BadSignature, ValueError):
        return None


def _release(message: OutboxMessage, **changes: object) -> bool:
    held = OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token)
    return bool(held.update(lease_token=None, lease_until=None, **changes))


def _fit(error: str) -> str:
    return error.replace("\x00", "")[:500]


def _tell(
    message: OutboxMessage,
    name: str,
    *,
    actor: journal.Actor | None = None,
    **payload: Any,
) -> None:
    """Leave the event in the mail's journal, where it has one."""
    if not message.journal_kind:
        return
    known: Mapping[str, Any] = {"mail": message.pk, "kind": message.kind}
    journal.append(
        kind=JournalKind(message.journal_kind),
        subject=message.journal_subject,
        name=name,
        payload={**known, **payload},
        actor=actor or journal.Actor.system(),
    )
