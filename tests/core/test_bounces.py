"""Mail that comes back after it was sent is marked, once, and only if it is ours."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from core import tasks
from core.enums import JournalKind, OutboxState
from core.models import Event, OutboxMessage
from core.services import outbox
from core.services.bounces import take_return

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> OutboxMessage:
    with transaction.atomic():
        found = outbox.queue_mail(
            recipient="anna@example.org",
            language="sv",
            subject="Nytt",
            body="Logga in.",
            dedupe_key="message:17:1:9",
            journal_kind=JournalKind.CASE,
            journal_subject="17",
        )
    assert tasks.send_due_mail() == 1
    found.refresh_from_db()
    return found


def report(
    mark: str, *, action: str = "failed", status: str = "5.1.1", headers_only: bool = False
) -> bytes:
    """A report as RFC 3464 has it, with the mail or only its headers."""
    original = f"Subject: Nytt\nX-Tilldela-Message: {mark}\n"
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "Subject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="grans"\n\n'
        "--grans\nContent-Type: text/plain; charset=utf-8\n\nDet gick inte.\n"
        "--grans\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mail.example.org\n\n"
        "Final-Recipient: rfc822; anna@example.org\n"
        f"Action: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <anna@example.org>:\n    user unknown\n\n"
        f"--grans\nContent-Type: {kind}\n\n{original}\n"
        f"{'' if headers_only else 'Logga in.'}\n--grans--\n"
    ).encode()


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_mail_that_came_back_is_marked_once(message: OutboxMessage, headers_only: bool) -> None:
    data = report(outbox.mark_of(message), headers_only=headers_only)
    assert take_return(data=data) is True
    assert take_return(data=data) is False
    message.refresh_from_db()
    assert message.state == OutboxState.BOUNCED
    assert message.sent_at is not None
    assert message.last_error == "5.1.1 550 5.1.1 <anna@example.org>: user unknown"
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["mail.queued", "mail.sent", "mail.bounced"]


@pytest.mark.parametrize(
    "changes", [{"action": "delayed", "status": "4.4.1"}, {"action": "delivered"},
                {"status": "4.2.2"}, {"status": "2.0.0"}],
)  # fmt: skip
def test_a_report_of_anything_else_changes_nothing(
    message: OutboxMessage, changes: dict[str, str]
) -> None:
    assert take_return(data=report(outbox.mark_of(message), **changes)) is False  # type: ignore[arg-type]
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


def test_nobody_marks_a_mail_by_guessing_its_number(message: OutboxMessage) -> None:
    for mark in (str(message.pk), f"{message.pk}:forged", "", "å:ä"):
        assert take_return(data=report(mark)) is False
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


def test_a_mail_that_is_to_be_sent_again_is_not_marked_by_an_old_report(
    message: OutboxMessage,
) -> None:
    OutboxMessage.objects.update(state=OutboxState.PENDING, sent_at=None)
    assert take_return(data=report(outbox.mark_of(message))) is False


@given(data=st.binary(max_size=400))
def test_whatever_is_piped_in_breaks_nothing(data: bytes, db: None) -> None:
    assert take_return(data=data) is False
    head = b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/"
    assert take_return(data=head + b"delivery-status\n\n" + data + b"\n--x--") is False
    assert take_return(data=head + b"rfc822\n\n" + data + b"\n--x--") is False


def test_the_command_reads_a_mail_on_its_standard_input(
    message: OutboxMessage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stdin:
        buffer = io.BytesIO(report(outbox.mark_of(message)))

    monkeypatch.setattr("sys.stdin", Stdin)
    call_command("read_bounces")
    assert "1" in capsys.readouterr().out
    message.refresh_from_db()
    assert message.state == OutboxState.BOUNCED


def test_the_command_reads_a_maildir_once(message: OutboxMessage, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(report(outbox.mark_of(message)))
    (tmp_path / "new" / "2.host").write_bytes(b"Subject: annat\n\nHej")
    call_command("read_bounces", tmp_path, verbosity=0)
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == [
        "1.host:2,S", "2.host:2,S",
    ]  # fmt: skip
    # Sent again, the mail is not marked by the report that has been read.
    OutboxMessage.objects.update(state=OutboxState.SENT)
    call_command("read_bounces", tmp_path, verbosity=0)
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


def test_the_command_says_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("read_bounces", tmp_path / "saknas")


def test_a_file_is_read(message: OutboxMessage, tmp_path: Path) -> None:
    file = tmp_path / "brev.eml"
    file.write_bytes(report(outbox.mark_of(message), headers_only=True))
    call_command("read_bounces", file, verbosity=0)
    message.refresh_from_db()
    assert message.state == OutboxState.BOUNCED


def test_the_events_say_nothing_of_the_address(message: OutboxMessage) -> None:
    take_return(data=report(outbox.mark_of(message)))
    events: Any = Event.objects.values_list("payload", flat=True)
    assert all("anna" not in payload for payload in events)
