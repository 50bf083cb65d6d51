"""Putting a round's decisions on its public page."""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from grants.models import Call
from grants.selectors.rounds import outcome_counts

from .moving import actor_of, locked_call, require


class NothingToPublish(Exception):
    """No application in the call has been decided."""


@transaction.atomic
def publish_round(*, call: Call, actor: User) -> Call:
    """Let everybody read what was granted in the call, from now on; a second time is nothing.

    What is decided later is on the page as it is decided. Raises PermissionDenied, and
    NothingToPublish.
    """
    call = locked_call(call.pk)
    require("grants.publish_round", actor, call)
    if call.is_published:
        return call
    counts = outcome_counts(call)
    if counts.undecided == counts.applications:
        raise NothingToPublish
    call.decisions_published_at = timezone.now()
    call.save(update_fields=["decisions_published_at"])
    journal.append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="call.decisions_published",
        payload={"granted": counts.granted, "undecided": counts.undecided},
        actor=actor_of(actor),
    )
    return call
