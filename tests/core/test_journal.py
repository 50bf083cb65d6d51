"""Appending to the journal, one event or half a million."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.checks import canonical_json, sha256_text
from core.enums import ActorKind, JournalKind
from core.models import Event, EventText, Journal
from core.models.journal import GENESIS, event_hash, text_digest, utc_text
from core.selectors.journal import events_of
from core.services import journal as service
from core.services.journal import Actor, NewEvent, append, append_many, together
from tests.core.concurrency import in_threads
from tests.core.conftest import PERSON, faults

NOW = datetime(2014, 3, 14, 12, 30, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(texts.filter(lambda key: key != "texts"), json_values, max_size=4)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2050, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]),
)
actors = st.sampled_from([PERSON, Actor.system(), Actor.importer()])
new_events = st.builds(
    NewEvent,
    kind=st.sampled_from([JournalKind.CASE, JournalKind.CALL]),
    subject=st.sampled_from(["1", "2", "3"]),
    name=st.sampled_from(["application.submitted", "application.granted"]),
    payload=payloads,
    actor=actors,
    occurred_at=st.none() | moments,
    on_behalf_of=st.sampled_from(["", "212000-0142"]),
    texts=st.dictionaries(st.sampled_from(["reason", "note"]), texts, max_size=2),
)


def new(subject: str = "17", **changes: Any) -> NewEvent:
    event = NewEvent(JournalKind.CASE, subject, "application.noted", {"n": 1}, PERSON)
    return replace(event, **changes)


def append_one(event: NewEvent) -> Event:
    return append(**{name: getattr(event, name) for name in NewEvent.__dataclass_fields__})


@pytest.mark.django_db
def test_a_chain_goes_on_from_its_head(write: Callable[..., Event]) -> None:
    first, second = write(), write()
    journal = Journal.objects.get(kind=JournalKind.CASE, subject="17")
    assert (first.sequence, first.previous_hash) == (1, GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert (journal.length, journal.head) == (2, second.hash)


@pytest.mark.django_db
def test_each_subject_has_its_own_chain(write: Callable[..., Event]) -> None:
    write("17")
    assert write("18").sequence == 1
    assert write("17", kind=JournalKind.CALL).sequence == 1
    assert [e.sequence for e in events_of(kind=JournalKind.CASE, subject="17")] == [1]


@pytest.mark.django_db
def test_an_event_says_who_when_what_and_for_whom(write: Callable[..., Event]) -> None:
    backdated = datetime(2013, 4, 2, 10, 0, tzinfo=UTC)
    event = write(occurred_at=backdated, on_behalf_of="42", payload={"b": 1, "a": "å"})
    event.refresh_from_db()
    assert event.occurred_at == backdated
    assert event.recorded_at > backdated
    assert (event.actor_kind, event.actor) == (ActorKind.PERSON, PERSON.id)
    assert event.on_behalf_of == "42"
    assert event.payload == '{"a":"å","b":1}'


@pytest.mark.django_db
def test_an_event_holds_no_free_text(write: Callable[..., Event]) -> None:
    event = write(texts={"reason": "Anna Berg rang"})
    text = EventText.objects.get(event=event)
    assert "Anna" not in event.payload
    assert json.loads(event.payload)["texts"] == {"reason": text.digest}
    assert text.text == "Anna Berg rang"
    assert text.digest == text_digest(salt=text.salt, text="Anna Berg rang")


@pytest.mark.django_db
def test_the_same_text_twice_has_two_digests(write: Callable[..., Event]) -> None:
    write(texts={"reason": "ja"})
    write(texts={"reason": "ja"})
    assert EventText.objects.values("digest").distinct().count() == 2
    assert sha256_text("ja") not in EventText.objects.values_list("digest", flat=True)


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_not_written_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        append_one(new())
    with pytest.raises(TransactionManagementError):
        append_many([new()])
    assert not Journal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_event(write: Callable[..., Event]) -> None:
    write()
    with transaction.atomic():
        append_one(new())
        append_many([new(), new("18")])
        transaction.set_rollback(True)
    assert Event.objects.count() == 1
    assert faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"payload": {"kronor": 1.5}}, TypeError),
        ({"payload": {"day": datetime(2013, 1, 1, tzinfo=UTC)}}, TypeError),
        ({"payload": {"texts": {}}}, ValueError),
        ({"name": "text.removed"}, ValueError),
        ({"name": "journals.sealed"}, ValueError),
        ({"occurred_at": NOW.replace(tzinfo=None)}, ValueError),
        ({"texts": {"reason": "\x00"}}, ValueError),
    ],
)
def test_what_cannot_stand_in_the_journal(changes: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        append_one(new(**changes))
    with pytest.raises(error):
        append_many([new(**changes)])
    assert not Event.objects.exists()


def test_actors() -> None:
    user = SimpleNamespace(pseudonym="0b54", name="Anna Berg")
    assert Actor.person(user) == Actor(ActorKind.PERSON, "0b54")
    assert Actor.system().id == Actor.importer().id == ""
    for kind, id_ in ((ActorKind.PERSON, ""), (ActorKind.SYSTEM, "0b54")):
        with pytest.raises(ValueError, match="only a person"):
            Actor(kind, id_)


@given(new_events, st.integers(1, 10**12), moments, texts)
def test_the_hash_is_over_canonical_json(
    event: NewEvent, sequence: int, recorded_at: datetime, name: str
) -> None:
    said = {
        "kind": event.kind.value,
        "subject": event.subject,
        "sequence": sequence,
        "actor_kind": event.actor.kind.value,
        "actor": event.actor.id,
        "on_behalf_of": event.on_behalf_of,
        "name": name,
        "payload": canonical_json(dict(event.payload)),
        "previous_hash": GENESIS,
    }
    occurred_at = event.occurred_at or recorded_at
    times = {"occurred_at": occurred_at, "recorded_at": recorded_at}
    as_text = {key: utc_text(value) for key, value in times.items()}
    assert event_hash(**said, **times) == sha256_text(canonical_json(said | as_text))


@given(st.lists(new_events, max_size=12), st.integers(1, 5), st.data())
@pytest.mark.django_db
def test_append_many_is_append_repeated(
    events: list[NewEvent], batch_size: int, data: st.DataObject
) -> None:
    already = data.draw(st.integers(0, len(events)))
    one_by_one = rows_after(lambda: [append_one(event) for event in events])

    def in_bulk() -> None:
        for event in events[:already]:
            append_one(event)
        assert append_many(iter(events[already:]), batch_size=batch_size) == len(events) - already

    assert rows_after(in_bulk) == one_by_one


@given(st.lists(new_events, max_size=12))
@pytest.mark.django_db
def test_events_appended_together_are_the_same(events: list[NewEvent]) -> None:
    def at_once() -> None:
        with together(kind=JournalKind.CASE, subject="1"):
            for event in events:
                append_one(event)

    one_by_one = rows_after(
        lambda: [
            Journal.objects.get_or_create(kind=JournalKind.CASE, subject="1"),
            *map(append_one, events),
        ]
    )
    # The salts are counted as they are made, in the order of the calls: the same.
    assert rows_after(at_once) == one_by_one


@pytest.mark.django_db
def test_appending_together_asks_three_times_however_many(write: Callable[..., Event]) -> None:
    write("17")
    with CaptureQueriesContext(connection) as asked, together(kind=JournalKind.CASE, subject="17"):
        for _ in range(20):
            append_one(new())
        # One inside is the same one.
        with together(kind=JournalKind.CASE, subject="17"):
            append_one(new())
    assert len(asked) == 3
    assert Journal.objects.get(subject="17").length == 22
    assert faults() == []


@pytest.mark.django_db
def test_nothing_is_written_together_when_something_fails(write: Callable[..., Event]) -> None:
    write("17")

    def fail() -> None:
        with transaction.atomic(), together(kind=JournalKind.CASE, subject="17"):
            append_one(new())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Journal.objects.get(subject="17").length == 1
    append_one(new())
    assert Journal.objects.get(subject="17").length == 2
    assert faults() == []


@pytest.mark.django_db
def test_a_chain_written_together_takes_no_batch(write: Callable[..., Event]) -> None:
    write("17")
    with together(kind=JournalKind.CASE, subject="17"), pytest.raises(RuntimeError):
        append_many([new()])
    assert faults() == []


def rows_after(action: Callable[[], object]) -> list[Any]:
    """Every row of the journal without its keys, with the clock stopped and the salts counted."""
    salts = iter(range(10_000))
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(service.timezone, "now", lambda: NOW)
        patch.setattr(service.secrets, "token_hex", lambda _n: f"{next(salts):032}")
        action()
        assert faults() == []
        fields = [f.name for f in Event._meta.concrete_fields if f.name not in ("id", "journal")]
        rows = [
            *Journal.objects.order_by("kind", "subject").values_list(
                "kind", "subject", "length", "head"
            ),
            *Event.objects.order_by("journal__kind", "journal__subject", "sequence").values_list(
                "journal__kind", "journal__subject", *fields
            ),
            *EventText.objects.order_by("salt").values_list(
                "event__journal__subject", "event__sequence", "name", "salt", "text", "digest"
            ),
        ]
        transaction.set_rollback(True)
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 300])
def test_append_many_asks_no_question_for_a_row(count: int, write: Callable[..., Event]) -> None:
    write("1")
    old_and_new = [new(str(i % 150), texts={"reason": f"text {i}"}) for i in range(1, count + 1)]
    bulk = [*old_and_new, new("first", texts={"reason": "a"}), new("1", kind=JournalKind.CALL)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        append_many(bulk)
    assert len([q for q in asked if "SAVEPOINT" not in q["sql"]]) == 8


@pytest.mark.django_db
def test_append_asks_three_questions(
    write: Callable[..., Event], django_assert_num_queries: Any
) -> None:
    write()
    with django_assert_num_queries(3):
        append_one(new())


@pytest.mark.django_db(transaction=True)
def test_many_at_once_append_to_a_journal_that_is_not_there_yet() -> None:
    def append_ten() -> None:
        for _ in range(10):
            with transaction.atomic():
                append_one(new(texts={"reason": "text"}))

    in_threads(*[append_ten] * 8)
    assert Journal.objects.get().length == Event.objects.count() == 80
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_bulk_and_single_appends_at_once() -> None:
    def bulk() -> None:
        with transaction.atomic():
            append_many([new(str(i)) for i in range(20) for _ in range(3)], batch_size=60)

    def single() -> None:
        for i in range(20):
            with transaction.atomic():
                append_one(new(str(i)))

    in_threads(bulk, single, bulk, single)
    assert Journal.objects.count() == 20
    assert Event.objects.aggregate(last=Max("sequence"))["last"] == 8
    assert Event.objects.count() == 160
    assert faults() == []
