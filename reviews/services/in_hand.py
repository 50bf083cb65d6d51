"""What the writes share: whether the case is in hand."""

from grants.enums import Status
from grants.models import Application
from reviews import rules as review_rules
from reviews.checks import ReviewRefused

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert review_rules.has_declared_no_conflict is not None  # noqa: S101


IN_HAND = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED})


def in_hand(application: Application) -> None:
    """Raise ReviewRefused unless the case is being handled."""
    if application.status not in IN_HAND:
        raise ReviewRefused("status")
