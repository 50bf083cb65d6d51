"""Deciding a change where the rooms meet: the grant and its reports follow it together."""

from django.db import transaction

from applicants.models import User
from grants.models import GrantChange
from grants.services.deciding_changes import decide_change
from reporting.services.changes import follow_change


@transaction.atomic
def decide(*, change: GrantChange, actor: User, seen: str | None = None) -> GrantChange:
    """Decide the change as it was prepared, and let the reports follow, or do neither; `seen` as
    `decide_change` has it.

    Raises what `decide_change` and `follow_change` do.
    """
    decided = decide_change(change=change, actor=actor, seen=seen)
    follow_change(change=decided, actor=actor)
    return decided
