"""Mail over real SMTP, to a server that accepts, waits, refuses and goes away."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core import tasks
from core.enums import JournalKind, OutboxState
from core.models import Event, OutboxMessage
from core.selectors.outbox import due_mail_ids
from core.services import outbox
from tests.core.concurrency import in_threads
from tests.core.mail_server import MailServer, mail_server
from tests.processes import Process, python, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as found:
        settings.MAILERS = found.mailers
        yield found


def queue(key: str = "message:17:1:9", recipient: str = "anna@example.org") -> OutboxMessage:
    with transaction.atomic():
        return outbox.queue_mail(
            recipient=recipient,
            language="sv",
            subject="Det finns nytt i ärendet 801-17-2024",
            body="Logga in för att läsa. Åäö.",
            dedupe_key=key,
            journal_kind=JournalKind.CASE,
            journal_subject="17",
        )


def events() -> list[str]:
    found = Event.objects.filter(journal__kind=JournalKind.CASE, journal__subject="17")
    return list(found.order_by("sequence").values_list("name", flat=True))


def due_now(message: OutboxMessage) -> OutboxMessage:
    """Let the pause be over."""
    OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING).update(
        next_attempt_at=timezone.now()
    )
    message.refresh_from_db()
    return message


def test_a_mail_arrives_once_with_its_letters(server: MailServer) -> None:
    message = queue()
    assert tasks.send_due_mail() == 1
    assert tasks.send_due_mail() == 0
    [mail] = server.received
    assert mail["Subject"] == "Det finns nytt i ärendet 801-17-2024"
    assert mail.get_content().strip() == "Logga in för att läsa. Åäö."
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("sv", "auto-generated")
    assert outbox.read_mark(mail["X-Tilldela-Message"]) == message.pk
    assert mail["Message-ID"].endswith("@localhost>")
    assert server.recipients == ["anna@example.org"]
    assert events() == ["mail.queued", "mail.sent"]


@pytest.mark.parametrize("place", ["at_recipient", "at_data"])
def test_a_server_that_asks_us_to_wait_gets_it_later_and_once(
    server: MailServer, place: str
) -> None:
    getattr(server, place).extend(["451 4.7.1 greylisted", "450 4.2.0 try again"])
    message = queue()
    for attempt in (1, 2):
        assert tasks.send_due_mail() == 0
        message.refresh_from_db()
        assert (message.state, message.attempts) == (OutboxState.PENDING, attempt)
        waits = message.next_attempt_at - timezone.now()
        assert outbox.pause(attempt) - timedelta(seconds=20) < waits <= outbox.pause(attempt)
        assert due_mail_ids(now=timezone.now(), limit=9) == []
        due_now(message)
    assert tasks.send_due_mail() == 1
    assert len(server.received) == 1
    assert events() == ["mail.queued", "mail.sent"]


@pytest.mark.parametrize("place", ["at_recipient", "at_data"])
def test_a_mail_refused_for_good_is_not_tried_again(server: MailServer, place: str) -> None:
    getattr(server, place).append("550 5.1.1 no such user here")
    message = queue()
    other = queue("message:17:2:9")
    assert tasks.send_due_mail() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (OutboxState.BOUNCED, 1)
    assert message.last_error == "550 5.1.1 no such user here"
    assert message.sent_at is None
    other.refresh_from_db()
    assert other.state == OutboxState.SENT
    assert due_mail_ids(now=timezone.now() + timedelta(days=9), limit=9) == []
    assert events() == ["mail.queued", "mail.queued", "mail.bounced", "mail.sent"]


def test_neither_address_nor_words_are_in_the_journal(server: MailServer) -> None:
    server.at_recipient.append("550 5.1.1 <anna@example.org> is unknown")
    queue()
    tasks.send_due_mail()
    for event in Event.objects.all():
        assert "anna" not in event.payload
        assert "nytt" not in event.payload
        assert '"kind":"message"' in event.payload


def test_a_server_that_is_away_is_asked_once_a_run(server: MailServer, settings: Any) -> None:
    messages = [queue(f"message:17:{number}:9") for number in range(3)]
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 2},
        }
    }
    assert tasks.send_due_mail() == 0
    attempts = list(OutboxMessage.objects.order_by("pk").values_list("attempts", flat=True))
    assert attempts == [1, 0, 0]
    settings.MAILERS = server.mailers
    due_now(messages[0])
    assert tasks.send_due_mail() == 3
    assert len(server.received) == 3


def test_what_is_wrong_with_our_sender_is_no_fault_of_the_receiver(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Any, server: Any, session: Any, envelope: Any, *rest: Any) -> str:
        return "550 5.7.1 sender not allowed"

    monkeypatch.setattr(MailServer, "handle_MAIL", refuse, raising=False)
    message = queue()
    assert tasks.send_due_mail() == 0
    message.refresh_from_db()
    assert message.state == OutboxState.PENDING


def test_a_server_that_dies_in_the_middle_gets_the_mail_again(server: MailServer) -> None:
    server.at_data.append("421 4.3.2 shutting down")
    message = queue()
    assert tasks.send_due_mail() == 0
    due_now(message)
    assert tasks.send_due_mail() == 1
    assert len(server.received) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(server: MailServer) -> None:
    for number in range(12):
        queue(f"message:17:{number}:9", f"person{number}@example.org")
    sent = in_threads(tasks.send_due_mail, tasks.send_due_mail)
    assert sum(sent) == 12
    assert sorted(server.recipients) == sorted(f"person{n}@example.org" for n in range(12))
    assert events().count("mail.sent") == 12


# A worker of its own ------------------------------------------------------------------------------


@pytest.fixture
def worker(
    process_environment: dict[str, str], server: MailServer
) -> Iterator[Callable[[], Process]]:
    """Starts real workers that send to the server."""
    environment = {**process_environment, "EMAIL_URL": server.url}
    command = python(
        "-m", "celery", "-A", "config", "worker", "--pool=solo",
        "--without-gossip", "--without-mingle",
    )  # fmt: skip
    processes: list[Any] = []

    def start() -> Process:
        manager = started(command, environment, gently=False)
        process = manager.__enter__()
        processes.append(manager)
        process.wait_for("ready.")
        return process

    yield start
    for manager in processes:
        manager.__exit__(None, None, None)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_what_is_queued(worker: Callable[[], Process], server: MailServer) -> None:
    worker()
    message = queue()
    until(lambda: OutboxMessage.objects.filter(state=OutboxState.SENT).exists())
    assert len(server.received) == 1
    message.refresh_from_db()
    assert message.attempts == 1
    assert events() == ["mail.queued", "mail.sent"]


@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_worker_is_killed_meanwhile_is_sent_once_by_the_next(
    worker: Callable[[], Process], server: MailServer
) -> None:
    asked, killed = threading.Event(), threading.Event()

    def while_killed() -> str:
        asked.set()
        killed.wait(30)
        return "451 4.3.0 nobody listens to this answer"

    server.at_data.append(while_killed)
    first = worker()
    message = queue()
    assert asked.wait(30)
    first.signal(signal.SIGKILL)
    first.popen.wait(15)
    killed.set()
    message.refresh_from_db()
    assert message.state == OutboxState.LEASED
    # Nobody takes it before the lease has run out.
    assert tasks.send_due_mail() == 0
    OutboxMessage.objects.update(lease_until=timezone.now())
    assert tasks.send_due_mail() == 1
    assert len(server.received) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (OutboxState.SENT, 2)
    assert events() == ["mail.queued", "mail.sent"]
