"""Reading the journal."""

from django.db.models import QuerySet

from core.enums import JournalKind
from core.models import Event


def events_of(*, kind: JournalKind, subject: str) -> QuerySet[Event]:
    """The events of one chain, in order, with their texts at hand."""
    return (
        Event.objects.filter(journal__kind=kind, journal__subject=subject)
        .select_related("journal")
        .prefetch_related("texts")
        .order_by("sequence")
    )
