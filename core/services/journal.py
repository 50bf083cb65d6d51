"""Writing the journal: every write leaves an event in the same transaction."""

import secrets
import threading
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, NamedTuple, Protocol, Self

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.checks import canonical_json
from core.enums import ActorKind, JournalKind
from core.models import Event, EventText, Journal
from core.models.journal import (
    JOURNALS_SEALED,
    TEXT_REMOVED,
    TEXTS,
    event_hash,
    text_digest,
)
from core.selectors.prepared import Prepared, run

from .rows import insert_all, update

_RESERVED = frozenset({TEXT_REMOVED, JOURNALS_SEALED})


class HasPseudonym(Protocol):
    """A person, known to the journal by nothing but a pseudonymous id."""

    @property
    def pseudonym(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person by pseudonymous id, the system, or an import."""

    kind: ActorKind
    id: str = ""

    def __post_init__(self) -> None:
        if (self.kind == ActorKind.PERSON) != bool(self.id):
            raise ValueError("a person, and only a person, has an id")

    @classmethod
    def person(cls, user: HasPseudonym) -> Self:
        return cls(ActorKind.PERSON, str(user.pseudonym))

    @classmethod
    def system(cls) -> Self:
        return cls(ActorKind.SYSTEM)

    @classmethod
    def importer(cls) -> Self:
        return cls(ActorKind.IMPORT)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; `occurred_at` is UTC and may be backdated, and is now when None."""

    kind: JournalKind
    subject: str
    name: str
    payload: Mapping[str, Any]
    actor: Actor
    occurred_at: datetime | None = None
    on_behalf_of: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


class TextAlreadyRemovedError(Exception):
    """The text is gone by an earlier decision."""


def append(
    *,
    kind: JournalKind,
    subject: str,
    name: str,
    payload: Mapping[str, Any],
    actor: Actor,
    occurred_at: datetime | None = None,
    on_behalf_of: str = "",
    texts: Mapping[str, str] | None = None,
) -> Event:
    """Append an event to the chain of `(kind, subject)`, which is made when missing.

    `payload` holds codes, numbers and ids; free text and personal data go into `texts`, of
    which the payload gets only the digests. Raises TransactionManagementError outside a
    transaction, TypeError or ValueError for a payload without canonical JSON, for a naive
    time, and for names that the journal keeps to itself.
    """
    new = NewEvent(kind, subject, name, payload, actor, occurred_at, on_behalf_of, texts or {})
    _refuse_reserved(new)
    return _append(new)


def _append(new: NewEvent) -> Event:
    _require_transaction()
    _refuse_unfit(new)
    held = _held.chain
    if held is not None and held.is_of(new):
        return held.add(new)
    chain = _Chain(_locked_journal(new.kind, new.subject))
    event = chain.add(new)
    chain.write()
    return event


@contextmanager
def together(*, kind: JournalKind, subject: str) -> Iterator[None]:
    """Append the events of one chain together: its row is locked at the beginning, and what is
    appended to it inside is written at the end, the same rows in fewer queries.

    Inside one inside, the outer one writes. Nothing is written where an exception leaves it;
    nothing inside may be rolled back alone, nor need the id of an event, nor read the journal.
    Raises TransactionManagementError outside a transaction; `append_many` and `remove_text` of
    the same chain inside raise RuntimeError.
    """
    _require_transaction()
    if _held.chain is not None:
        yield
        return
    chain = _Chain(_locked_journal(kind, subject))
    _held.chain = chain
    try:
        yield
    finally:
        _held.chain = None
    chain.write()


class _Chain:
    """Events to be written to one journal, whose row is locked."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.rows: list[tuple[Event, _Row, list[_Text]]] = []

    def is_of(self, new: NewEvent) -> bool:
        return (self.journal.kind, self.journal.subject) == (new.kind, new.subject)

    def add(self, new: NewEvent) -> Event:
        row, texts = _chained(self.journal, new, timezone.now())
        event = Event(journal=self.journal, **row._asdict())
        self.rows.append((event, row, texts))
        return event

    def write(self) -> None:
        """Two queries, and one for the texts where there are any."""
        if not self.rows:
            return
        ids = _insert_few(self.journal.pk, [row for _event, row, _texts in self.rows])
        for event, row, _texts in self.rows:
            event.pk = ids[row.sequence]
            event._state.adding, event._state.db = False, connection.alias
        insert_all(
            [
                EventText(event=event, **text._asdict())
                for event, _row, texts in self.rows
                for text in texts
            ]
        )
        update(self.journal, ("length", "head"))


class _Held(threading.local):
    """The chain that the thread is writing together."""

    chain: _Chain | None = None


_held = _Held()


def append_many(entries: Iterable[NewEvent], *, batch_size: int = 5_000) -> int:
    """Append events in order, in bulk, to new and existing journals; returns how many.

    The same rows as calling `append` for each, in a constant number of queries for each
    `batch_size` events, which is also what is held in memory. Raises as `append` does.
    """
    _require_transaction()
    total = 0
    for batch in batched(entries, batch_size, strict=False):
        _append_batch(batch)
        total += len(batch)
    return total


def _append_batch(batch: tuple[NewEvent, ...]) -> None:
    for new in batch:
        _refuse_reserved(new)
        _refuse_unfit(new)
    journals = _locked_journals({(new.kind.value, new.subject) for new in batch})
    now = timezone.now()
    rows: list[tuple[int, _Row]] = []
    texts: list[tuple[int, int, _Text]] = []
    for new in batch:
        journal = journals[new.kind, new.subject]
        row, its_texts = _chained(journal, new, now)
        rows.append((journal.pk, row))
        texts.extend((journal.pk, row.sequence, text) for text in its_texts)
    last_id = Event.objects.aggregate(last=Max("pk"))["last"] or 0 if texts else 0
    _insert(rows)
    if texts:
        _insert_texts(texts, last_id)
    Journal.objects.bulk_create(
        journals.values(),
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["length", "head"],
    )


def _insert_few(journal_id: int, rows: list["_Row"]) -> dict[int, int]:
    """Insert a journal's events in one statement; their ids by sequence."""
    columns = ", ".join(("journal_id", *_Row._fields))
    values = ", ".join(["%s"] * (len(_Row._fields) + 1))
    adapt = connection.ops.adapt_datetimefield_value
    found = run(
        connection,
        f"INSERT INTO core_event ({columns}) "  # noqa: S608 - the names are this module's
        f"VALUES {', '.join([f'({values})'] * len(rows))} RETURNING sequence, id",
        [
            value
            for row in rows
            for value in (
                journal_id,
                row.sequence,
                adapt(row.occurred_at),
                adapt(row.recorded_at),
                *row[3:],
            )
        ],
    )
    return dict(found)


def _insert(rows: list[tuple[int, "_Row"]]) -> None:
    """Insert events without making a model instance of each, which takes ten times as long."""
    columns = ", ".join(("journal_id", *_Row._fields))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY core_event ({columns}) FROM STDIN") as copy,
            ):
                for journal_id, row in rows:
                    copy.write_row((journal_id, *row))
        else:
            adapt = connection.ops.adapt_datetimefield_value
            cursor.executemany(
                f"INSERT INTO core_event ({columns}) "  # noqa: S608 - the names are this module's
                f"VALUES ({', '.join(['%s'] * (len(_Row._fields) + 1))})",
                [
                    (pk, row.sequence, adapt(row.occurred_at), adapt(row.recorded_at), *row[3:])
                    for pk, row in rows
                ],
            )


def _insert_texts(texts: list[tuple[int, int, "_Text"]], last_id: int) -> None:
    """Insert the texts of events that were all inserted after the one with `last_id`."""
    ids = {
        (journal_id, sequence): pk
        for journal_id, sequence, pk in Event.objects.filter(
            pk__gt=last_id, journal_id__in={journal_id for journal_id, _sequence, _text in texts}
        ).values_list("journal_id", "sequence", "pk")
    }
    EventText.objects.bulk_create(
        EventText(event_id=ids[journal_id, sequence], **text._asdict())
        for journal_id, sequence, text in texts
    )


def remove_text(*, event_text: EventText, actor: Actor, decision: str, reason: str) -> Event:
    """Remove a text from the journal by a recorded decision; the chain still verifies.

    `decision` is what the decision is filed as, such as its register number; `reason` is free
    text. Whether the actor may decide it is for the caller to have tried. Raises
    TextAlreadyRemovedError, and ValueError when decision or reason is empty.
    """
    if not decision.strip() or not reason.strip():
        raise ValueError(_("A text is removed only by a decision with a reason."))
    with transaction.atomic():
        event = Event.objects.select_related("journal").get(pk=event_text.event_id)
        _locked_journal(JournalKind(event.journal.kind), event.journal.subject)
        locked = EventText.objects.select_for_update().get(pk=event_text.pk)
        if locked.removed_at is not None:
            raise TextAlreadyRemovedError(_("The text has been removed already."))
        removal = _append(
            NewEvent(
                kind=JournalKind(event.journal.kind),
                subject=event.journal.subject,
                name=TEXT_REMOVED,
                payload={
                    "decision": decision,
                    "digest": locked.digest,
                    "name": locked.name,
                    "sequence": event.sequence,
                },
                actor=actor,
                texts={"reason": reason},
            )
        )
        EventText.objects.filter(pk=locked.pk).update(
            text=None, salt="", removed_at=removal.recorded_at, removed_by_event=removal
        )
        return removal


def seal_journals(*, actor: Actor | None = None, batch_size: int = 1_000) -> int:
    """Record in the installation's journal how far every journal that grew has come.

    A tail cut off together with the journal's length and head is found by what was sealed.
    Returns how many journals were sealed. Each batch is a transaction of its own.
    """
    sealed = 0
    while count := _seal_batch(actor or Actor.system(), batch_size):
        sealed += count
    return sealed


@transaction.atomic
def _seal_batch(actor: Actor, batch_size: int) -> int:
    # The installation's journal is locked first and the others are never waited for, so that
    # this cannot deadlock with a transaction that holds one of them and wants to append here.
    _locked_journal(JournalKind.INSTALLATION, "")
    grown = list(
        Journal.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .filter(sealed_length__lt=F("length"))
        .exclude(kind=JournalKind.INSTALLATION)
        .order_by("pk")[:batch_size]
    )
    if not grown:
        return 0
    _append(
        NewEvent(
            kind=JournalKind.INSTALLATION,
            subject="",
            name=JOURNALS_SEALED,
            payload={"journals": [[j.kind, j.subject, j.length, j.head] for j in grown]},
            actor=actor,
        )
    )
    Journal.objects.filter(pk__in=[j.pk for j in grown]).update(sealed_length=F("length"))
    return len(grown)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("the journal is written in the transaction it tells of")


def _refuse_reserved(new: NewEvent) -> None:
    if new.name in _RESERVED:
        raise ValueError(f"the journal keeps this name to itself: {new.name}")


def _refuse_unfit(new: NewEvent) -> None:
    if TEXTS in new.payload:
        raise ValueError(f"the payload's key {TEXTS} is for the digests of texts")
    if new.occurred_at is not None and timezone.is_naive(new.occurred_at):
        raise ValueError("a time without a time zone")
    if any("\x00" in text for text in new.texts.values()):
        raise ValueError("PostgreSQL stores no NUL character")


def _refuse_held(keys: Container[tuple[str, str]]) -> None:
    """What is not yet written would be written over."""
    held = _held.chain
    if held is not None and (held.journal.kind, held.journal.subject) in keys:
        raise RuntimeError("the chain is being written together: use `append`")


def _locked_journal(kind: JournalKind, subject: str) -> Journal:
    _refuse_held({(kind, subject)})
    journal = _journal.first(kind, subject)
    if journal is None:
        Journal.objects.get_or_create(kind=kind, subject=subject)
        (journal,) = _journal(kind, subject)
    return journal


_journal = Prepared(
    lambda kind, subject: Journal.objects.select_for_update().filter(kind=kind, subject=subject)
)


def _locked_journals(keys: set[tuple[str, str]]) -> dict[tuple[str, str], Journal]:
    _refuse_held(keys)
    wanted = _of_keys(keys)
    there = set(Journal.objects.filter(wanted).values_list("kind", "subject"))
    missing = sorted(keys - there)
    if missing:
        # Made empty before any is locked: who held a lock while it waited for a row that another
        # makes would be waited for in turn. Another transaction may append to it before this one
        # gets its lock.
        Journal.objects.bulk_create(
            [Journal(kind=kind, subject=subject) for kind, subject in missing],
            ignore_conflicts=True,
        )
    rows = Journal.objects.select_for_update().filter(wanted).order_by("pk")
    return {(row.kind, row.subject): row for row in rows}


def _of_keys(keys: set[tuple[str, str]]) -> Q:
    by_kind: dict[str, list[str]] = {}
    for kind, subject in sorted(keys):
        by_kind.setdefault(kind, []).append(subject)
    wanted = Q(pk__in=[])
    for kind, subjects in by_kind.items():
        wanted |= Q(kind=kind, subject__in=subjects)
    return wanted


class _Row(NamedTuple):
    """An event's columns but its id and its journal."""

    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    actor_kind: str
    actor: str
    on_behalf_of: str
    name: str
    payload: str
    previous_hash: str
    hash: str


class _Text(NamedTuple):
    name: str
    digest: str
    salt: str
    text: str


def _chained(journal: Journal, new: NewEvent, now: datetime) -> tuple[_Row, list[_Text]]:
    """The next event of the journal, whose length and head move on with it, in memory only."""
    content: Mapping[str, Any] = new.payload
    texts: list[_Text] = []
    if new.texts:
        for name, text in new.texts.items():
            salt = secrets.token_hex(16)
            texts.append(_Text(name, text_digest(salt=salt, text=text), salt, text))
        content = {**content, TEXTS: {text.name: text.digest for text in texts}}
    payload = canonical_json(content)
    sequence, previous_hash = journal.length + 1, journal.head
    occurred_at = new.occurred_at or now
    actor_kind = new.actor.kind.value
    journal.length = sequence
    journal.head = event_hash(
        kind=journal.kind,
        subject=journal.subject,
        sequence=sequence,
        occurred_at=occurred_at,
        recorded_at=now,
        actor_kind=actor_kind,
        actor=new.actor.id,
        on_behalf_of=new.on_behalf_of,
        name=new.name,
        payload=payload,
        previous_hash=previous_hash,
    )
    row = _Row(
        sequence,
        occurred_at,
        now,
        actor_kind,
        new.actor.id,
        new.on_behalf_of,
        new.name,
        payload,
        previous_hash,
        journal.head,
    )
    return row, texts
