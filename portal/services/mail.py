"""Sending a mail again that did not arrive."""

import rules
from django.core.exceptions import PermissionDenied

from applicants.models import User
from core.models import OutboxMessage
from core.services import outbox
from core.services.journal import Actor
from portal import rules as portal_rules

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert portal_rules.handles_mail is not None  # noqa: S101


def resend_mail(
    *, message: OutboxMessage, actor: User, recipient: str | None = None
) -> OutboxMessage:
    """Queue a mail that was given up or refused once more, to a corrected address if one is
    given; the event is in the mail's journal. A second click queues nothing more.

    Raises PermissionDenied, and NotResendable for a mail that is on its way or was sent, and for
    another address to a mail with a link for its receiver alone.
    """
    if not rules.has_perm("portal.resend_mail", actor, message):
        raise PermissionDenied("portal.resend_mail")
    return outbox.send_again(message=message, actor=Actor.person(actor), recipient=recipient)
