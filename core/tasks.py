"""What workers and beat run."""

import logging
import smtplib
from email.utils import parseaddr

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.utils import timezone

from core.enums import FileState
from core.models import OutboxMessage
from core.selectors.files import due_file_ids, file_path, scanner_configured
from core.selectors.outbox import due_mail_ids
from core.services import files, incidents, journal, outbox, scanning
from core.services.bounces import MARK
from core.services.watching import watch_web_server

logger = logging.getLogger(__name__)
MAILS_A_RUN = 200
FILES_A_RUN = 200
PERMANENT = range(500, 600)
"""Replies after which a mail is not to be sent again as it is (RFC 5321, 4.2.1)."""


@shared_task
def send_outbox_message(message_id: int) -> bool:
    """Send one mail if it is due and nobody else has it; returns whether it went out."""
    return _send(message_id) is None


@shared_task
def send_due_mail() -> int:
    """Send what is due, for beat; returns how many went out.

    A mail server that is away is asked once a run, and the other mails keep their attempts.
    """
    outbox.give_up_exhausted()
    sent = 0
    for message_id in due_mail_ids(now=timezone.now(), limit=MAILS_A_RUN):
        fault = _send(message_id)
        if _is_away(fault):
            break
        sent += fault is None
    return sent


class NotDue(Exception):
    """The mail is not to be sent now, or another worker has it."""


def _send(message_id: int) -> Exception | None:
    """Send one mail; returns what hindered it, None when it went out."""
    message = outbox.claim(message_id=message_id)
    if message is None:
        return NotDue()
    try:
        _hand_over(_mail_of(message))
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the mail waits in its row
        logger.warning("mail %s was not sent: %s", message.pk, type(error).__name__)
        refusal = _refusal(error)
        if refusal is not None:
            outbox.mark_refused(message=message, error=refusal)
        else:
            outbox.mark_failed(message=message, error=f"{type(error).__name__}: {error}")
        return error
    return None if outbox.mark_sent(message=message) else NotDue()


def _mail_of(message: OutboxMessage) -> EmailMessage:
    """The mail as it goes out. Its Message-ID is always the same: should a worker be killed
    between the server's answer and the row, the receiver's server can tell that it has it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    mark = outbox.mark_of(message)
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.recipient],
        headers={
            "Message-ID": f"<{mark.replace(':', '.')}@{domain}>",
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
            MARK: mark,
        },
    )


def _refusal(error: Exception) -> str | None:
    """What the server said when it refused the receiver, or the mail, for good; None for what
    may pass, and for what is wrong on our side (the sender, the sign-in, the connection)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError):
        replies = [(error.smtp_code, error.smtp_error)]
    else:
        return None
    if not replies or any(code not in PERMANENT for code, _said in replies):
        return None
    code, said = replies[0]
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"{code} {text}"


def _is_away(error: Exception | None) -> bool:
    """Whether the server was not reached, or went away: the next mail would meet the same."""
    if isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
        return isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPAuthenticationError)
    return isinstance(error, OSError)


def _hand_over(mail: EmailMessage) -> None:
    """Hand the mail to the server. What it has taken is sent, however it takes its leave."""
    mailer = mailers.default
    mailer.open()
    try:
        mailer.send_messages([mail])
    finally:
        try:
            mailer.close()
        except OSError as error:
            logger.info("the mail server did not take its leave: %s", type(error).__name__)


@shared_task
def seal_journals() -> int:
    """Seal the journals that have grown, for beat; returns how many."""
    return journal.seal_journals()


@shared_task
def heartbeat() -> bool:
    """Leave a sign of life, for beat; returns whether the service had stood still."""
    return incidents.beat() is not None


@shared_task
def collect_incidents() -> int:
    """Bring in the failures noted while the database was away, for beat; returns how many."""
    return incidents.collect_noted()


@shared_task
def scan_file(file_id: int) -> str:
    """Check one file for viruses if it is due and nobody else has it; returns its state then,
    empty when it was not checked."""
    file = files.claim_scan(file_id=file_id)
    if file is None:
        return ""
    try:
        with file_path(file).open("rb") as content:
            signature = scanning.virus_in(content)
    except (scanning.ScannerUnavailable, OSError) as error:
        logger.warning("file %s was not checked for viruses: %s", file.pk, error)
        files.mark_scan_failed(file=file, error=f"{type(error).__name__}: {error}")
        return ""
    if signature:
        logger.error("file %s had a virus and is removed: %s", file.pk, signature)
        held = files.mark_infected(file=file, signature=signature)
        return FileState.INFECTED if held else ""
    return FileState.CLEAN if files.mark_clean(file=file) else ""


@shared_task
def scan_waiting_files() -> int:
    """Check the files that wait for it, for beat; returns how many got a verdict."""
    if not scanner_configured():
        return 0
    files.queue_unchecked()
    ids = due_file_ids(now=timezone.now(), limit=FILES_A_RUN)
    # Without the daemon each file would wait for it in turn, and be tried later than it could.
    if not ids or not scanning.scanner_answers():
        return 0
    return sum(bool(scan_file(file_id)) for file_id in ids)


@shared_task
def sweep_files() -> int:
    """Remove what interrupted uploads left, for beat; returns how many files."""
    return files.sweep()


@shared_task
def watch() -> bool:
    """Ask the web server how it is, for beat; returns whether it was away."""
    return watch_web_server() is not None
