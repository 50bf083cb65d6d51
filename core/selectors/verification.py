"""Walking the journal to find rows changed, missing, inserted or cut off.

What cannot be found: a tail cut off or rewritten since the last seal by someone who also sets
the journal's length and head. Keep the installation journal's head elsewhere to find that too.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.enums import JournalKind
from core.models import Event, EventText, Journal
from core.models.journal import (
    GENESIS,
    JOURNALS_SEALED,
    TEXT_REMOVED,
    TEXTS,
    event_hash,
    text_digest,
)

JOURNALS_AT_A_TIME = 500
ROWS_AT_A_TIME = 2_000


class FaultCode(StrEnum):
    CHANGED = "changed"
    EXCHANGED = "exchanged"
    MISSING = "missing"
    INSERTED = "inserted"
    CUT_OFF = "cut_off"
    BEYOND_END = "beyond_end"
    HEAD = "head"
    NO_JOURNAL = "no_journal"
    SEALED_MISSING = "sealed_missing"
    SEALED_CHANGED = "sealed_changed"
    TEXT_MISSING = "text_missing"
    TEXT_CHANGED = "text_changed"
    TEXT_INSERTED = "text_inserted"
    TEXT_WITHOUT_DECISION = "text_without_decision"
    TEXT_BACK = "text_back"


FAULT_TEXTS = {
    FaultCode.CHANGED: _("the row has been changed: its hash does not follow from its content"),
    FaultCode.EXCHANGED: _("the row is not the one that the chain goes on from"),
    FaultCode.MISSING: _("the row is missing"),
    FaultCode.INSERTED: _("the row has been inserted"),
    FaultCode.CUT_OFF: _("the chain is cut off here"),
    FaultCode.BEYOND_END: _("the row lies beyond the journal's end"),
    FaultCode.HEAD: _("the journal has no rows, but a head"),
    FaultCode.NO_JOURNAL: _("the row's journal is missing"),
    FaultCode.SEALED_MISSING: _("the row is missing, though it has been sealed"),
    FaultCode.SEALED_CHANGED: _("the row is not the one that was sealed"),
    FaultCode.TEXT_MISSING: _("the text %(text)s is missing"),
    FaultCode.TEXT_CHANGED: _("the text %(text)s has been changed"),
    FaultCode.TEXT_INSERTED: _("the text %(text)s has been inserted"),
    FaultCode.TEXT_WITHOUT_DECISION: _("the text %(text)s was removed without a decision"),
    FaultCode.TEXT_BACK: _("the text %(text)s is there again after it was removed by decision"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which row, or with the rows up to `until`; `text` names the row's text
    where that is at fault."""

    code: FaultCode
    kind: str
    subject: str
    sequence: int
    text: str = ""
    until: int | None = None

    def __str__(self) -> str:
        return str(FAULT_TEXTS[self.code]) % {"text": self.text}


@dataclass(slots=True)
class Counts:
    """How much a verification has walked through."""

    journals: int = 0
    events: int = 0
    texts: int = 0
    removed_texts: int = 0
    seals: int = 0


class _Row(NamedTuple):
    id: int
    journal_id: int
    sequence: int
    occurred_at: Any
    recorded_at: Any
    actor_kind: str
    actor: str
    on_behalf_of: str
    name: str
    payload: str
    previous_hash: str
    hash: str


class _Text(NamedTuple):
    journal_id: int
    sequence: int
    name: str
    digest: str
    salt: str
    text: str | None
    remover_journal_id: int | None
    remover_name: str | None
    remover_payload: str | None


_TEXT_FIELDS = (
    "event__journal_id",
    "event__sequence",
    "name",
    "digest",
    "salt",
    "text",
    "removed_by_event__journal_id",
    "removed_by_event__name",
    "removed_by_event__payload",
)


@dataclass(slots=True)
class JournalVerifier:
    """Walks all journals, or those of a kind or subject, in constant memory.

    Seals are tried when the installation's journal is among those walked. May run while
    others write.
    """

    kind: str | None = None
    subject: str | None = None
    counts: Counts = field(default_factory=Counts)

    def faults(self) -> Iterator[Fault]:
        """Every fault found, as it is found."""
        after = 0
        while page := list(self._journals().filter(pk__gt=after)[:JOURNALS_AT_A_TIME]):
            after = page[-1].pk
            yield from self._page_faults(page)
        if self.kind is None and self.subject is None:
            yield from self._orphans()

    def _journals(self) -> QuerySet[Journal]:
        journals = Journal.objects.order_by("pk")
        if self.kind is not None:
            journals = journals.filter(kind=self.kind)
        if self.subject is not None:
            journals = journals.filter(subject=self.subject)
        return journals

    def _page_faults(self, page: list[Journal]) -> Iterator[Fault]:
        ids = Q(journal_id__in=[journal.pk for journal in page])
        rows = (
            _Row._make(values)
            for values in Event.objects.filter(ids)
            .order_by("journal_id", "sequence")
            .values_list(*_Row._fields)
            .iterator(chunk_size=ROWS_AT_A_TIME)
        )
        # The rows are asked for before their texts, so that no text of a row can seem missing
        # only because the row was written in between.
        first = next(rows, None)
        rows_by_journal = groupby(
            chain([first] if first else [], rows), key=attrgetter("journal_id")
        )
        texts = _Ahead(self._texts(page))
        waiting = next(rows_by_journal, None)
        for journal in page:
            self.counts.journals += 1
            if waiting is not None and waiting[0] == journal.pk:
                yield from self._journal_faults(journal, waiting[1], texts)
                waiting = next(rows_by_journal, None)
            else:
                yield from self._journal_faults(journal, (), texts)

    def _texts(self, page: list[Journal]) -> Iterator[_Text]:
        return (
            _Text._make(values)
            for values in EventText.objects.filter(
                event__journal_id__in=[journal.pk for journal in page]
            )
            .order_by("event__journal_id", "event__sequence", "name")
            .values_list(*_TEXT_FIELDS)
            .iterator(chunk_size=ROWS_AT_A_TIME)
        )

    def _journal_faults(
        self, journal: Journal, rows: Iterable[_Row], texts: "_Ahead"
    ) -> Iterator[Fault]:
        walk = _Chain(journal)
        for row in rows:
            self.counts.events += 1
            yield from walk.step(row)
            for code, name in self._text_faults(row, texts.of(journal.pk, row.sequence)):
                yield Fault(code, journal.kind, journal.subject, row.sequence, name)
            if row.name == TEXT_REMOVED:
                yield from _text_back(journal, row)
            if row.name == JOURNALS_SEALED and journal.kind == JournalKind.INSTALLATION:
                self.counts.seals += 1
                yield from _seal_faults(_content(row.payload))
        yield from walk.end()

    def _text_faults(self, row: _Row, texts: list[_Text]) -> Iterator[tuple[FaultCode, str]]:
        digests = _content(row.payload).get(TEXTS, {}) if f'"{TEXTS}"' in row.payload else {}
        found = {text.name: text for text in texts}
        for name in digests.keys() - found.keys():
            yield FaultCode.TEXT_MISSING, name
        for name, text in found.items():
            self.counts.texts += 1
            if name not in digests:
                yield FaultCode.TEXT_INSERTED, name
            elif text.text is not None:
                if (
                    text_digest(salt=text.salt, text=text.text) != digests[name]
                    or text.digest != digests[name]
                ):
                    yield FaultCode.TEXT_CHANGED, name
            else:
                self.counts.removed_texts += 1
                if not _decided(text, digests[name]):
                    yield FaultCode.TEXT_WITHOUT_DECISION, name

    def _orphans(self) -> Iterator[Fault]:
        events = Event.objects.filter(~Exists(Journal.objects.filter(pk=OuterRef("journal_id"))))
        for journal_id, sequence in (
            events.order_by("journal_id", "sequence")
            .values_list("journal_id", "sequence")
            .iterator(chunk_size=ROWS_AT_A_TIME)
        ):
            yield Fault(FaultCode.NO_JOURNAL, "?", f"#{journal_id}", sequence)


class _Ahead:
    """The texts in the order of the rows, one read ahead."""

    def __init__(self, texts: Iterator[_Text]) -> None:
        self._texts = texts
        self._next: _Text | None = None
        self._begun = False

    def of(self, journal_id: int, sequence: int) -> list[_Text]:
        if not self._begun:
            self._begun = True
            self._next = next(self._texts, None)
        wanted = (journal_id, sequence)
        found: list[_Text] = []
        while self._next is not None and self._next[:2] <= wanted:
            if self._next[:2] == wanted:
                found.append(self._next)
            self._next = next(self._texts, None)
        return found


class _Chain:
    """One chain as it is walked; `step` takes the rows in order of their sequence."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last = 0
        self._hash: str | None = GENESIS
        self._shift = 0

    def step(self, row: _Row) -> Iterator[Fault]:
        if row.sequence > self._last + 1:
            yield self._fault(FaultCode.MISSING, self._last + 1, row.sequence - 1)
            self._hash = None
        yield from self._row_faults(row)
        self._last, self._hash = row.sequence, row.hash

    def end(self) -> Iterator[Fault]:
        length, head = self._journal.length, self._journal.head
        if self._last > length:
            # Rows may have been appended since the journal's row was read.
            fresh = Journal.objects.filter(pk=self._journal.pk).values_list("length", "head")
            length, head = fresh.first() or (length, head)
            if self._last < length:
                return
        if self._last == length:
            if self._hash != head and not self._last:
                yield self._fault(FaultCode.HEAD, 0)
            elif self._hash != head:
                yield self._fault(FaultCode.EXCHANGED, self._last)
        elif self._last - self._shift == length:
            return  # the row put in or taken out has been named
        elif self._last < length:
            yield self._fault(FaultCode.CUT_OFF, self._last + 1, length)
        else:
            yield self._fault(FaultCode.BEYOND_END, length + 1, self._last)

    def _fault(self, code: FaultCode, sequence: int, until: int | None = None) -> Fault:
        return Fault(
            code,
            self._journal.kind,
            self._journal.subject,
            sequence,
            until=None if until == sequence else until,
        )

    def _row_faults(self, row: _Row) -> Iterator[Fault]:
        shift = self._shift_of(row)
        if shift is None:
            yield self._fault(FaultCode.CHANGED, row.sequence)
            return
        if shift > self._shift:
            # Its hash was made under a lower number: someone moved it to make room.
            yield self._fault(FaultCode.INSERTED, row.sequence - 1)
        elif shift < self._shift:
            yield self._fault(FaultCode.MISSING, row.sequence)
        elif self._hash is not None and row.previous_hash != self._hash:
            yield self._fault(FaultCode.EXCHANGED, max(row.sequence - 1, 1))
        self._shift = shift

    def _shift_of(self, row: _Row) -> int | None:
        """By how much the row's number has been moved up since it was written, if untouched."""
        for shift in (self._shift, self._shift + 1, self._shift - 1):
            if row.hash == event_hash(
                kind=self._journal.kind,
                subject=self._journal.subject,
                sequence=row.sequence - shift,
                occurred_at=row.occurred_at,
                recorded_at=row.recorded_at,
                actor_kind=row.actor_kind,
                actor=row.actor,
                on_behalf_of=row.on_behalf_of,
                name=row.name,
                payload=row.payload,
                previous_hash=row.previous_hash,
            ):
                return shift
        return None


def _content(payload: str) -> dict[str, Any]:
    """The payload, or nothing when it is not what was written (its row is then at fault)."""
    try:
        content = json.loads(payload)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _decided(text: _Text, digest: str) -> bool:
    """Whether the event that the removed text points at is the decision to remove it."""
    if text.remover_journal_id != text.journal_id or text.remover_name != TEXT_REMOVED:
        return False
    decision = _content(text.remover_payload or "")
    said = (decision.get("sequence"), decision.get("name"), decision.get("digest"))
    return text.digest == digest and said == (text.sequence, text.name, digest)


def _text_back(journal: Journal, row: _Row) -> Iterator[Fault]:
    content = _content(row.payload)
    sequence, name = content.get("sequence"), content.get("name")
    if not isinstance(sequence, int):
        return
    back = EventText.objects.filter(
        event__journal=journal, event__sequence=sequence, name=name, text__isnull=False
    )
    if back.exists():
        yield Fault(FaultCode.TEXT_BACK, journal.kind, journal.subject, sequence, str(name))


def _seal_faults(content: dict[str, Any]) -> Iterator[Fault]:
    sealed = {(kind, subject, length): head for kind, subject, length, head in content["journals"]}
    wanted = Q(pk__in=[])
    for kind in {kind for kind, _subject, _length in sealed}:
        wanted |= Q(
            journal__kind=kind,
            journal__subject__in=[s for k, s, _length in sealed if k == kind],
            sequence__in={length for k, _subject, length in sealed if k == kind},
        )
    found = {
        (kind, subject, sequence): hash_
        for kind, subject, sequence, hash_ in Event.objects.filter(wanted).values_list(
            "journal__kind", "journal__subject", "sequence", "hash"
        )
    }
    for key, head in sealed.items():
        if key not in found:
            yield Fault(FaultCode.SEALED_MISSING, *key)
        elif found[key] != head:
            yield Fault(FaultCode.SEALED_CHANGED, *key)
