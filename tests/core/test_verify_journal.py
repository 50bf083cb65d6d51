"""A verification finds what someone with the database's own rights has done, and names it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.enums import JournalKind
from core.models import Event, EventText, Journal
from core.models.journal import GENESIS, event_hash
from core.selectors import verification
from core.services.journal import (
    Actor,
    NewEvent,
    TextAlreadyRemovedError,
    append_many,
    remove_text,
    seal_journals,
)
from tests.core.conftest import PERSON, faults, found, tampering

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(write: Callable[..., Event]) -> None:
    """Case 17 with five events, the third with a text, beside a case that nobody touches."""
    write("16")
    for number in range(1, 6):
        text = {"reason": "Anna Berg rang"} if number == 3 else {}
        write("17", payload={"number": number}, texts=text)
    assert faults() == []


def journal_17() -> Journal:
    return Journal.objects.get(subject="17")


def run(sql: str) -> None:
    with tampering() as cursor:
        cursor.execute(sql.replace("{17}", str(journal_17().pk)))


def recomputed(event: Event) -> str:
    """The hash that someone who knows the recipe would put there."""
    journal = event.journal
    values = {
        field.name: getattr(event, field.name)
        for field in Event._meta.concrete_fields
        if field.name not in ("id", "journal", "hash")
    }
    return event_hash(kind=journal.kind, subject=journal.subject, **values)


@pytest.mark.parametrize(
    "change",
    [
        "occurred_at = '2001-01-01 00:00:00+00:00'",
        "recorded_at = '2001-01-01 00:00:00+00:00'",
        "actor = 'someone-else'",
        "actor_kind = 'system', actor = ''",
        "on_behalf_of = '1'",
        "name = 'application.granted'",
        "payload = '{\"number\":99}'",
        "payload = ''",
        f"previous_hash = '{'a' * 64}'",
        f"hash = '{'a' * 64}'",
    ],
)
@pytest.mark.parametrize("sequence", [1, 2, 5])
def test_a_changed_row(change: str, sequence: int) -> None:
    run(f"UPDATE core_event SET {change} WHERE journal_id = {{17}} AND sequence = {sequence}")
    assert ("changed", "17", sequence) in found()
    assert {(subject, row) for _code, subject, row in found()} <= {
        ("17", sequence),
        ("17", sequence + 1),
    }


@pytest.mark.parametrize("sequence", [1, 2, 5])
def test_a_row_changed_by_someone_who_knows_the_recipe(sequence: int) -> None:
    event = Event.objects.get(journal=journal_17(), sequence=sequence)
    event.payload = '{"number":99}'
    run(
        f"UPDATE core_event SET payload = '{event.payload}', hash = '{recomputed(event)}' "
        f"WHERE journal_id = {{17}} AND sequence = {sequence}"
    )
    assert found() == [("exchanged", "17", sequence)]


def test_a_chain_rewritten_to_its_end() -> None:
    rows = Event.objects.filter(journal=journal_17(), sequence__gte=4).order_by("sequence")
    previous = rows[0].previous_hash
    for event in list(rows):
        event.previous_hash, event.actor = previous, "someone-else"
        previous = recomputed(event)
        run(
            f"UPDATE core_event SET actor = '{event.actor}', hash = '{previous}', "
            f"previous_hash = '{event.previous_hash}' WHERE id = {event.pk}"
        )
    assert found() == [("exchanged", "17", 5)]


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_a_missing_row(sequence: int) -> None:
    run(f"DELETE FROM core_event WHERE journal_id = {{17}} AND sequence = {sequence}")
    assert found() == [("missing", "17", sequence)]


def test_several_missing_rows_are_one_fault() -> None:
    run("DELETE FROM core_eventtext")
    run("DELETE FROM core_event WHERE journal_id = {17} AND sequence IN (2, 3)")
    [fault] = faults()
    assert (fault.code, fault.sequence, fault.until) == ("missing", 2, 3)


def test_a_row_moved_far_away_is_found_at_once() -> None:
    run("UPDATE core_event SET sequence = 1000000000000 WHERE journal_id = {17} AND sequence = 5")
    assert ("missing", "17", 5) in found()
    assert ("changed", "17", 1_000_000_000_000) in found()


def renumbered(first: int, by: int) -> None:
    order = "-sequence" if by > 0 else "sequence"
    rows = Event.objects.filter(journal=journal_17(), sequence__gte=first).order_by(order)
    for pk, sequence in list(rows.values_list("pk", "sequence")):
        run(f"UPDATE core_event SET sequence = {sequence + by} WHERE id = {pk}")


@pytest.mark.parametrize("tidy", [False, True])
def test_a_missing_row_whose_gap_was_closed(tidy: bool) -> None:
    run("DELETE FROM core_event WHERE journal_id = {17} AND sequence = 2")
    renumbered(3, -1)
    if tidy:
        run("UPDATE core_journal SET length = 4 WHERE id = {17}")
    assert ("missing", "17", 2) in found()
    assert "cut_off" not in {code for code, _subject, _row in found()}


def insert(sequence: int, *, previous: str, hash_: str | None = None) -> Event:
    last = Event.objects.filter(journal=journal_17()).latest("sequence")
    event = Event(
        journal=last.journal,
        sequence=sequence,
        occurred_at=last.occurred_at,
        recorded_at=last.recorded_at,
        actor_kind=last.actor_kind,
        actor=last.actor,
        on_behalf_of="",
        name="application.granted",
        payload="{}",
        previous_hash=previous,
    )
    event.hash = hash_ or recomputed(event)
    event.save()
    return event


@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("hash_", [None, "b" * 64])
def test_an_inserted_row(tidy: bool, hash_: str | None) -> None:
    renumbered(3, 1)
    before = Event.objects.get(journal=journal_17(), sequence=2)
    insert(3, previous=before.hash, hash_=hash_)
    if tidy:
        run("UPDATE core_journal SET length = 6 WHERE id = {17}")
    assert ("inserted", "17", 3) in found()
    assert {row for _code, _subject, row in found()} <= {3, 4}


def test_a_row_added_after_the_end() -> None:
    insert(6, previous=journal_17().head)
    assert found() == [("beyond_end", "17", 6)]


def test_an_exchange_of_two_rows() -> None:
    for from_, to in ((1, 90), (2, 1), (90, 2)):
        run(
            f"UPDATE core_event SET sequence = {to} "
            f"WHERE journal_id = {{17}} AND sequence = {from_}"
        )
    assert {row for _code, _subject, row in found()} >= {1, 2}


def test_a_cut_off_tail() -> None:
    run("DELETE FROM core_event WHERE journal_id = {17} AND sequence >= 4")
    [fault] = faults()
    assert (fault.code, fault.subject, fault.sequence, fault.until) == ("cut_off", "17", 4, 5)


def test_a_chain_cut_off_whole() -> None:
    run("DELETE FROM core_eventtext")
    run("DELETE FROM core_event WHERE journal_id = {17}")
    assert found() == [("cut_off", "17", 1)]


def cut_off_tidily(sequence: int) -> None:
    """Cut the tail off and set length and head, as someone would who wants no trace."""
    head = Event.objects.get(journal=journal_17(), sequence=sequence - 1).hash
    run(f"DELETE FROM core_event WHERE journal_id = {{17}} AND sequence >= {sequence}")
    length = sequence - 1
    run(
        f"UPDATE core_journal SET length = {length}, sealed_length = 0, head = '{head}' "
        "WHERE id = {17}"
    )


def test_a_tail_cut_off_together_with_the_journals_end_is_found_by_the_seal() -> None:
    assert seal_journals() == 2
    assert faults() == []
    cut_off_tidily(4)
    assert found() == [("sealed_missing", "17", 5)]


def test_a_sealed_tail_written_anew(write: Callable[..., Event]) -> None:
    seal_journals()
    cut_off_tidily(5)
    write("17", payload={"number": 55})
    assert found() == [("sealed_changed", "17", 5)]


def test_a_whole_journal_removed_is_found_by_the_seal() -> None:
    seal_journals()
    run("DELETE FROM core_eventtext")
    run("DELETE FROM core_event WHERE journal_id = {17}")
    run("DELETE FROM core_journal WHERE id = {17}")
    assert found() == [("sealed_missing", "17", 5)]


def test_what_was_sealed_is_sealed_once(write: Callable[..., Event]) -> None:
    assert seal_journals(batch_size=1) == 2
    assert seal_journals() == 0
    write("16")
    assert seal_journals(actor=PERSON) == 1
    assert faults() == []
    seals = Event.objects.filter(journal__kind=JournalKind.INSTALLATION)
    assert [e.actor_kind for e in seals.order_by("sequence")] == ["system", "system", "person"]


@pytest.mark.parametrize("head", [GENESIS, "c" * 64])
def test_another_head(head: str) -> None:
    run(f"UPDATE core_journal SET head = '{head}' WHERE id = {{17}}")
    assert found() == [("exchanged", "17", 5)]


def test_a_head_without_rows() -> None:
    Journal.objects.create(kind=JournalKind.CASE, subject="19", head="c" * 64)
    assert found() == [("head", "19", 0)]


def test_a_journal_renamed() -> None:
    run("UPDATE core_journal SET subject = '99' WHERE id = {17}")
    assert found() == [("changed", "99", row) for row in range(1, 6)]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_rows_whose_journal_is_gone() -> None:
    pk = journal_17().pk
    with connection.constraint_checks_disabled():
        run("DELETE FROM core_journal WHERE id = {17}")
        assert {(code, subject) for code, subject, _row in found()} == {("no_journal", f"#{pk}")}
        run_without_journal = Journal(pk=pk, kind="case", subject="17", length=5)
        run_without_journal.head = Event.objects.get(journal_id=pk, sequence=5).hash
        run_without_journal.save(force_insert=True)
    assert faults() == []


# Texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE core_eventtext SET text = 'Anna Berg skrev'", "text_changed"),
        ("UPDATE core_eventtext SET text = ''", "text_changed"),
        ("UPDATE core_eventtext SET salt = 'ff'", "text_changed"),
        (f"UPDATE core_eventtext SET digest = '{'a' * 64}'", "text_changed"),
        ("DELETE FROM core_eventtext", "text_missing"),
        (
            "UPDATE core_eventtext SET text = NULL, salt = '', removed_at = '2024-01-01', "
            "removed_by_event_id = event_id",
            "text_without_decision",
        ),
    ],
)
def test_a_text_tampered_with(sql: str, code: str) -> None:
    run(sql)
    [fault] = faults()
    assert (fault.code, fault.subject, fault.sequence, fault.text) == (code, "17", 3, "reason")
    assert "reason" in str(fault)


def test_an_inserted_text() -> None:
    event = Event.objects.get(journal=journal_17(), sequence=2)
    EventText.objects.create(event=event, name="note", digest="d", salt="s", text="Bo Ek")
    assert found() == [("text_inserted", "17", 2)]


def removed() -> Event:
    return remove_text(
        event_text=EventText.objects.get(name="reason", event__sequence=3),
        actor=PERSON,
        decision="801-12-2026",
        reason="Begäran om radering",
    )


def test_a_text_removed_by_a_recorded_decision() -> None:
    digest = EventText.objects.get().digest
    decision = removed()
    text = EventText.objects.get(event__sequence=3)
    assert (text.text, text.salt, text.digest) == (None, "", digest)
    assert text.removed_by_event == decision
    assert text.removed_at == decision.recorded_at
    assert (decision.name, decision.actor, decision.sequence) == ("text.removed", PERSON.id, 6)
    assert '"decision":"801-12-2026"' in decision.payload
    assert decision.texts.get().text == "Begäran om radering"
    verifier = verification.JournalVerifier()
    assert list(verifier.faults()) == []
    assert (verifier.counts.texts, verifier.counts.removed_texts) == (2, 1)


def test_a_text_is_removed_once() -> None:
    removed()
    with pytest.raises(TextAlreadyRemovedError):
        removed()
    assert journal_17().length == 6


@pytest.mark.parametrize(("decision", "reason"), [("", "skäl"), ("801-12-2026", " ")])
def test_a_text_is_not_removed_without_decision_and_reason(decision: str, reason: str) -> None:
    text = EventText.objects.get()
    with pytest.raises(ValueError, match="ett beslut med skäl"):
        remove_text(event_text=text, actor=PERSON, decision=decision, reason=reason)
    assert EventText.objects.get().text == "Anna Berg rang"


def test_the_decision_about_one_text_does_not_cover_another(write: Callable[..., Event]) -> None:
    other = write("17", texts={"reason": "Bo Ek rang"})
    decision = removed()
    run(
        "UPDATE core_eventtext SET text = NULL, salt = '', removed_at = '2024-01-01', "
        f"removed_by_event_id = {decision.pk} WHERE event_id = {other.pk}"
    )
    assert found() == [("text_without_decision", "17", 6)]


def test_a_decision_in_another_case_does_not_cover_a_text(write: Callable[..., Event]) -> None:
    write("18", texts={"reason": "Bo Ek rang"})
    decision = remove_text(
        event_text=EventText.objects.get(event__journal__subject="18"),
        actor=PERSON, decision="801-13-2026", reason="skäl",
    )  # fmt: skip
    run(
        "UPDATE core_eventtext SET text = NULL, salt = '', removed_at = '2024-01-01', "
        f"removed_by_event_id = {decision.pk} WHERE event_id = "
        "(SELECT id FROM core_event WHERE journal_id = {17} AND sequence = 3)"
    )
    assert found() == [("text_without_decision", "17", 3)]


def test_a_removed_text_that_is_there_again() -> None:
    before = EventText.objects.get()
    removed()
    run(
        f"UPDATE core_eventtext SET text = '{before.text}', salt = '{before.salt}', "
        f"removed_at = NULL, removed_by_event_id = NULL WHERE id = {before.pk}"
    )
    assert found() == [("text_back", "17", 3)]


# The walk ----------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=15),
    st.data(),
)
def test_any_row_changed_in_any_chain_is_named(
    subjects: list[tuple[str, bool]], data: st.DataObject
) -> None:
    with transaction.atomic():
        append_many(
            NewEvent(
                JournalKind.CALL, subject, "call.changed", {}, Actor.system(),
                texts={"reason": "text"} if text else {},
            )
            for subject, text in subjects
        )  # fmt: skip
        assert faults() == []
        ids = list(
            Event.objects.filter(journal__kind=JournalKind.CALL)
            .order_by("pk")
            .values_list("pk", "journal__subject", "sequence")
        )
        pk, subject, sequence = data.draw(st.sampled_from(ids))
        run(f"UPDATE core_event SET name = 'call.removed' WHERE id = {pk}")
        assert found() == [("changed", subject, sequence)]
        transaction.set_rollback(True)


def test_the_walk_goes_over_pages(
    monkeypatch: pytest.MonkeyPatch, write: Callable[..., Event]
) -> None:
    monkeypatch.setattr(verification, "JOURNALS_AT_A_TIME", 2)
    monkeypatch.setattr(verification, "ROWS_AT_A_TIME", 2)
    for subject in range(20, 27):
        write(str(subject), texts={"reason": "text"})
    Journal.objects.create(kind=JournalKind.CASE, subject="27")
    verifier = verification.JournalVerifier()
    assert list(verifier.faults()) == []
    assert (verifier.counts.journals, verifier.counts.events) == (10, 13)
    assert verifier.counts.texts == 8
    run("DELETE FROM core_eventtext WHERE event_id = (SELECT max(id) FROM core_event)")
    assert found() == [("text_missing", "26", 1)]


def test_the_walk_asks_no_question_for_a_row(
    write: Callable[..., Event], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        faults()
    for subject in range(20, 50):
        write(str(subject), texts={"reason": "text"})
    with django_assert_num_queries(5):
        faults()


def test_events_appended_while_the_walk_is_on_are_no_fault(write: Callable[..., Event]) -> None:
    journal = journal_17()
    write("17")
    verifier = verification.JournalVerifier()
    assert list(verifier._page_faults([journal])) == []


# The command -------------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_journal", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def test_the_command_counts(english: None) -> None:
    seal_journals()
    out = command()
    head = Journal.objects.get(kind=JournalKind.INSTALLATION).head
    assert "Journals: 3. Events: 7. Texts: 1, of which removed by decision: 0. Seals: 1." in out
    assert f"ends at 1 with {head}" in out
    assert "No fault found." in out


def test_the_command_names_the_row_and_fails(english: None) -> None:
    run("DELETE FROM core_event WHERE journal_id = {17} AND sequence >= 4")
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("verify_journal", stdout=out)
    assert caught.value.returncode == 1
    assert "Faults found: 1." in str(caught.value)
    assert "case 17, row 4–5: the chain is cut off here" in out.getvalue()


def test_the_command_looks_at_one_journal_only(english: None) -> None:
    run("DELETE FROM core_event WHERE journal_id = {17} AND sequence = 2")
    assert "Events: 1." in command("--subject", "16")
    assert "Events: 0." in command("--kind", "call")
    with pytest.raises(CommandError):
        command("--kind", "case", "--subject", "17")


def test_the_command_misses_the_triggers(english: None) -> None:
    out = StringIO()
    with tampering(), pytest.raises(CommandError):
        call_command("verify_journal", stdout=out)
    assert "The trigger core_event_no_update is missing." in out.getvalue()
    made = StringIO()
    with tampering():
        call_command("ensure_triggers", stdout=made)
    assert "core_event_no_update" in made.getvalue()


@pytest.mark.parametrize("code", verification.FaultCode)
def test_every_fault_has_its_text(code: verification.FaultCode) -> None:
    fault = verification.Fault(code, "case", "17", 1, text="reason")
    assert str(fault)
    assert "%" not in str(fault)
