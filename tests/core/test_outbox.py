"""Mail: queued with what it tells of, sent once, tried again, given up."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import tasks
from core.enums import JournalKind, OutboxState
from core.models import Event, OutboxMessage
from core.selectors.outbox import MAX_ATTEMPTS, due_mail_ids
from core.services import background, outbox
from core.services.background import enqueue_on_commit
from core.services.outbox import NotResendable
from tests.core.concurrency import in_threads
from tests.core.conftest import PERSON, faults

pytestmark = pytest.mark.django_db


def queue(key: str = "case:17:submitted") -> OutboxMessage:
    with transaction.atomic():
        return outbox.queue_mail(
            recipient="anna@example.org",
            language="sv",
            subject="Det finns nytt i ert ärende",
            body="Logga in för att läsa.",
            dedupe_key=key,
        )


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """What has been handed to the task queue."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(
        "celery.canvas.Signature.apply_async",
        lambda self, **options: found.append((self.task, self.args)),
    )
    return found


@pytest.fixture
def mail_server_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: EmailBackend, messages: Any) -> int:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def test_a_worker_is_woken_when_the_transaction_commits(
    sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = queue()
        assert sent_tasks == []
    assert sent_tasks == [("core.tasks.send_outbox_message", (message.pk,))]
    assert message.state == OutboxState.PENDING


def test_the_same_news_is_queued_once(
    sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert queue() == queue()
        assert queue("case:18:submitted") != queue()
    assert OutboxMessage.objects.count() == len(sent_tasks) == 2


@pytest.mark.django_db(transaction=True)
def test_mail_is_not_queued_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.queue_mail(
            recipient="a@example.org", language="sv", subject="s", body="b", dedupe_key="k"
        )


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_nothing(sent_tasks: list[Any]) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert sent_tasks == []
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_lost_broker_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*args: Any, **options: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.canvas.Signature.apply_async", lost)
    message = queue()
    assert tasks.send_due_mail() == 1
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def away(*args: Any, **options: Any) -> None:
        asked.append(time.monotonic())
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.canvas.Signature.apply_async", away)
    monkeypatch.setattr(background, "_not_before", 0.0)
    for number in range(3):
        queue(f"case:{number}:submitted")
    assert len(asked) == 1, "each try takes seconds of somebody's request"
    later = time.monotonic() + background.NOT_ASKED_FOR
    monkeypatch.setattr("core.services.background.time.monotonic", lambda: later)
    queue("case:9:submitted")
    assert len(asked) == 2
    assert tasks.send_due_mail() == 4


@pytest.fixture
def eager() -> Iterator[None]:
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = before


def test_without_a_worker_the_task_runs_at_once(
    eager: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = queue()
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


def test_without_a_worker_a_process_that_has_imported_no_task_runs_it_too() -> None:
    script = """
import django; django.setup()
from celery import current_app
from celery.app.task import Task
from core.services import background
Task.apply = lambda self, *args, **options: print("ran", self.name)
assert "core.tasks.send_due_mail" not in current_app.tasks
background._send("core.tasks.send_due_mail", ())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "CELERY_TASK_ALWAYS_EAGER": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "ran core.tasks.send_due_mail"


def test_a_task_is_not_sent_before_the_commit(
    sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as waiting:
        enqueue_on_commit("core.tasks.send_due_mail")
    assert sent_tasks == []
    assert len(waiting) == 1


def test_a_mail_is_sent_with_its_words_and_once() -> None:
    message = queue()
    assert tasks.send_outbox_message(message.pk) is True
    assert tasks.send_outbox_message(message.pk) is False
    [sent] = mail.outbox
    assert (sent.subject, sent.body) == ("Det finns nytt i ert ärende", "Logga in för att läsa.")
    assert sent.to == ["anna@example.org"]
    assert sent.extra_headers["Content-Language"] == "sv"
    message.refresh_from_db()
    assert (message.state, message.attempts, message.lease_token) == (OutboxState.SENT, 1, None)
    assert message.sent_at is not None


def test_what_cannot_be_sent_waits_longer_each_time(mail_server_down: None) -> None:
    message = queue()
    assert tasks.send_outbox_message(message.pk) is False
    message.refresh_from_db()
    assert message.state == OutboxState.PENDING
    assert message.last_error == "ConnectionRefusedError: no mail server"
    assert due_mail_ids(now=timezone.now(), limit=9) == []
    assert due_mail_ids(now=timezone.now() + timedelta(minutes=1), limit=9) == [message.pk]
    assert [outbox.pause(n) for n in (1, 2, 3)] == [timedelta(minutes=m) for m in (1, 2, 4)]
    assert outbox.pause(MAX_ATTEMPTS) == timedelta(hours=12)


def test_what_can_never_be_sent_is_given_up(mail_server_down: None) -> None:
    message = queue()
    for _ in range(MAX_ATTEMPTS):
        OutboxMessage.objects.update(next_attempt_at=timezone.now())
        assert tasks.send_due_mail() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == (OutboxState.FAILED, MAX_ATTEMPTS)
    assert due_mail_ids(now=timezone.now() + timedelta(days=9), limit=9) == []


def test_a_mail_taken_by_one_worker_is_not_taken_by_another() -> None:
    message = queue()
    taken = outbox.claim(message_id=message.pk)
    assert taken is not None
    assert (taken.state, taken.attempts) == (OutboxState.LEASED, 1)
    assert outbox.claim(message_id=message.pk) is None


def test_a_mail_of_a_killed_worker_is_taken_over() -> None:
    message = queue()
    killed = outbox.claim(message_id=message.pk)
    later = timezone.now() + outbox.LEASE
    assert due_mail_ids(now=later, limit=9) == [message.pk]
    heir = outbox.claim(message_id=message.pk, now=later)
    assert killed is not None
    assert heir is not None
    assert outbox.mark_failed(message=killed, error="woke up late") is False
    assert outbox.mark_sent(message=killed) is False
    assert outbox.mark_sent(message=heir) is True
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (OutboxState.SENT, 2, "")


def test_a_mail_that_kills_every_worker_is_given_up() -> None:
    message = queue()
    outbox.claim(message_id=message.pk)
    later = timezone.now() + outbox.LEASE
    OutboxMessage.objects.update(attempts=MAX_ATTEMPTS)
    assert outbox.claim(message_id=message.pk, now=later) is None
    assert outbox.give_up_exhausted(now=timezone.now()) == 0
    assert outbox.give_up_exhausted(now=later) == 1
    message.refresh_from_db()
    assert message.state == OutboxState.FAILED


def test_those_that_waited_longest_come_first() -> None:
    first, second, third = queue("1"), queue("2"), queue("3")
    OutboxMessage.objects.filter(pk=third.pk).update(
        next_attempt_at=timezone.now() - timedelta(hours=1)
    )
    assert due_mail_ids(now=timezone.now(), limit=2) == [third.pk, first.pk]
    assert tasks.send_due_mail() == 3
    assert second.pk not in due_mail_ids(now=timezone.now(), limit=9)


@pytest.mark.parametrize(
    "changes",
    [{"state": "leased"}, {"state": "sent"}, {"lease_until": timezone.now()}],
)
def test_the_database_refuses_a_state_without_its_facts(changes: dict[str, Any]) -> None:
    queue()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(**changes)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    message = queue()
    sent: list[int] = []
    lock = threading.Lock()

    def slowly(self: EmailBackend, messages: Any) -> int:
        time.sleep(0.2)
        with lock:
            sent.append(1)
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    results = in_threads(*[lambda: tasks.send_outbox_message(message.pk)] * 6)
    assert sorted(results) == [False] * 5 + [True]
    assert len(sent) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (OutboxState.SENT, 1)


# The journal, and sending again ------------------------------------------------------------------


def queue_in_case(key: str = "decision:17:1:9", recipient: str = "anna@example.org") -> Any:
    with transaction.atomic():
        return outbox.queue_mail(
            recipient=recipient,
            language="sv",
            subject="Nytt",
            body="Logga in.",
            dedupe_key=key,
            journal_kind=JournalKind.CASE,
            journal_subject="17",
        )


def told() -> list[tuple[str, str]]:
    events = Event.objects.filter(journal__kind=JournalKind.CASE, journal__subject="17")
    return [(event.name, event.payload) for event in events.order_by("sequence")]


def test_a_mail_without_a_journal_is_told_of_nowhere() -> None:
    tasks.send_outbox_message(queue().pk)
    assert not Event.objects.exists()
    with pytest.raises(ValueError, match="journal"), transaction.atomic():
        outbox.queue_mail(
            recipient="a@example.org", language="sv", subject="s", body="b", dedupe_key="k",
            journal_subject="17",
        )  # fmt: skip


def test_what_happens_to_a_mail_is_in_its_journal_without_address_and_words() -> None:
    message = queue_in_case()
    queue_in_case()
    tasks.send_outbox_message(message.pk)
    known = f'"kind":"decision","mail":{message.pk}'
    assert told() == [
        ("mail.queued", f"{{{known}}}"),
        ("mail.sent", f'{{"attempts":1,{known}}}'),
    ]
    assert faults() == []


def test_giving_up_is_told_of_once(mail_server_down: None) -> None:
    queue_in_case()
    for _ in range(MAX_ATTEMPTS + 1):
        OutboxMessage.objects.update(next_attempt_at=timezone.now())
        tasks.send_due_mail()
    assert [name for name, _payload in told()] == ["mail.queued", "mail.failed"]


def test_giving_up_after_killed_workers_is_told_of_too() -> None:
    message = queue_in_case()
    outbox.claim(message_id=message.pk)
    OutboxMessage.objects.update(attempts=MAX_ATTEMPTS)
    later = timezone.now() + outbox.LEASE
    assert outbox.give_up_exhausted(now=later) == 1
    assert outbox.give_up_exhausted(now=later) == 0
    assert [name for name, _payload in told()] == ["mail.queued", "mail.failed"]


def refused(key: str = "decision:17:1:9") -> OutboxMessage:
    message = outbox.claim(message_id=queue_in_case(key).pk)
    assert message is not None
    outbox.mark_refused(message=message, error="550 no such user")
    return message


def test_a_refused_mail_is_sent_again_to_the_corrected_address() -> None:
    message = refused()
    assert tasks.send_due_mail() == 0
    outbox.send_again(message=message, actor=PERSON, recipient="anna.ek@example.org")
    outbox.send_again(message=message, actor=PERSON, recipient="anna.ek@example.org")
    assert tasks.send_due_mail() == 1
    assert [sent.to for sent in mail.outbox] == [["anna.ek@example.org"]]
    names = [name for name, _payload in told()]
    assert names == ["mail.queued", "mail.bounced", "mail.resent", "mail.sent"]
    assert '"corrected":true' in told()[2][1]
    assert "anna" not in told()[2][1]
    assert Event.objects.get(name="mail.resent").actor == PERSON.id


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.LEASED])
def test_a_mail_that_is_sent_or_on_its_way_is_not_sent_again(state: OutboxState) -> None:
    message = outbox.claim(message_id=queue_in_case().pk)
    assert message is not None
    if state == OutboxState.SENT:
        outbox.mark_sent(message=message)
    with pytest.raises(NotResendable):
        outbox.send_again(message=message, actor=PERSON)


def test_a_link_to_sign_in_with_goes_to_no_other_address() -> None:
    message = refused("account:9:login")
    assert message.holds_link
    with pytest.raises(NotResendable):
        outbox.send_again(message=message, actor=PERSON, recipient="mallory@example.org")
    outbox.send_again(message=message, actor=PERSON, recipient="anna@example.org")
    assert tasks.send_due_mail() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_send_again_at_once_send_one() -> None:
    message = refused()
    in_threads(*[lambda: outbox.send_again(message=message, actor=PERSON)] * 4)
    assert [name for name, _payload in told()].count("mail.resent") == 1
