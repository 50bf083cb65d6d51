"""Reading the journal."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, Max, QuerySet

from core.enums import JournalKind
from core.models import Event

from .prepared import Prepared


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event with its texts; one that a decision has removed is None."""

    event: Event
    texts: tuple[str | None, ...]


def events_of(*, kind: JournalKind, subject: str) -> QuerySet[Event]:
    """The events of one chain, in order, with their texts at hand."""
    return (
        Event.objects.filter(journal__kind=kind, journal__subject=subject)
        .select_related("journal")
        .prefetch_related("texts")
        .order_by("sequence")
    )


_told = Prepared(
    lambda kind, subject: (
        Event.objects.filter(journal__kind=kind, journal__subject=subject)
        .annotate(text_id=F("texts__pk"), text=F("texts__text"))
        .order_by("sequence", "text_id")
    )
)


def events_told(*, kind: JournalKind, subject: str) -> list[ToldEvent]:
    """The events of one chain, in order, with their texts, in one query."""
    told = []
    for _, same in groupby(_told(kind, subject), key=lambda row: row.sequence):
        each = list(same)
        texts = tuple(row.text for row in each if row.text_id is not None)
        told.append(ToldEvent(each[0], texts))
    return told


def last_event() -> int:
    """What tells whether anything has been written since: every write leaves an event."""
    newest: int | None = Event.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0
