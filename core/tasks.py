"""What workers and beat run."""

import logging

from celery import shared_task
from django.core.mail import EmailMessage
from django.utils import timezone

from core.selectors.outbox import due_mail_ids
from core.services import journal, outbox

logger = logging.getLogger(__name__)
MAILS_A_RUN = 200


@shared_task
def send_outbox_message(message_id: int) -> bool:
    """Send one mail if it is due and nobody else has it; returns whether it went out."""
    message = outbox.claim(message_id=message_id)
    if message is None:
        return False
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.recipient],
        headers={"Content-Language": message.language, "X-Tilldela-Message": str(message.pk)},
    )
    try:
        mail.send()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the mail waits in its row
        logger.warning("mail %s was not sent: %s", message.pk, type(error).__name__)
        outbox.mark_failed(message=message, error=f"{type(error).__name__}: {error}")
        return False
    return outbox.mark_sent(message=message)


@shared_task
def send_due_mail() -> int:
    """Send what is due, for beat; returns how many went out."""
    outbox.give_up_exhausted()
    ids = due_mail_ids(now=timezone.now(), limit=MAILS_A_RUN)
    return sum(send_outbox_message(message_id) for message_id in ids)


@shared_task
def seal_journals() -> int:
    """Seal the journals that have grown, for beat; returns how many."""
    return journal.seal_journals()
