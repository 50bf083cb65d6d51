"""Mails that staff look after, put straight in place."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from core.enums import JournalKind, OutboxState
from core.models import OutboxMessage
from grants.enums import NoticeKind
from grants.models import Application

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
_numbers = itertools.count()


def mailed(
    case: Application | None,
    state: OutboxState = OutboxState.BOUNCED,
    kind: str = NoticeKind.MESSAGE,
    **fields: Any,
) -> OutboxMessage:
    """A mail in a case, refused by the receiver unless said otherwise; None is no case's."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "recipient": f"mottagare{number}@example.se",
        "language": "sv",
        "subject": "Hemligt ämne",
        "body": "Hemlig text",
        "dedupe_key": f"{kind}:{number}",
        "state": state,
        "attempts": 1,
        "created_at": NOON + timedelta(minutes=number),
        "next_attempt_at": NOON,
        "sent_at": NOON if state == OutboxState.SENT else None,
        "last_error": "550 no such user" if state == OutboxState.BOUNCED else "",
    }
    if case is not None:
        values |= {"journal_kind": JournalKind.CASE, "journal_subject": str(case.pk)}
    return OutboxMessage.objects.create(**(values | fields))
