"""Messages in a case, between the applicants and the agency. Nothing is changed afterwards."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from applicants.rules import WRITERS
from applicants.selectors import organisations_acted_for
from core.enums import FileState
from core.models import StoredFile
from grants.enums import NoticeKind, ParticipationRole
from grants.models import Application, Attachment, Message, MessageReading
from grants.selectors.messages import officers_concerned, unread_messages
from grants.selectors.people import people_of

from .moving import locked_application, record, require
from .notices import notify
from .register import register_message

LONGEST = 10_000
"""Of a message, in characters."""


class MessageRefused(Exception):
    """`code`: `empty`, `too_long`, `file_elsewhere` (it belongs to something else)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def send_message(
    *,
    application: Application,
    actor: User,
    body: str,
    from_agency: bool,
    files: Iterable[StoredFile] = (),
) -> Message:
    """Write to the other side of the case, which is told by mail that there is a message.

    The agency's side is its case officers, the applicants' those who write for an organisation
    that takes part and has not left the grant. Raises PermissionDenied, and MessageRefused for a
    message with nothing in it, or with a file that somebody else uploaded or that stands
    elsewhere already.
    """
    application = locked_application(application.pk)
    permission = "grants.message_applicant" if from_agency else "grants.message_agency"
    require(permission, actor, application)
    body, files = body.strip().replace("\r\n", "\n"), list(files)
    if not body and not files:
        raise MessageRefused("empty")
    if len(body) > LONGEST:
        raise MessageRefused("too_long")
    for file in files:
        elsewhere = file.messages.exists() or Attachment.objects.filter(file=file).exists()
        if elsewhere or file.uploaded_by != actor.pseudonym:
            raise MessageRefused("file_elsewhere")
    organisation = None if from_agency else _organisation_of(actor, application)
    message = Message.objects.create(
        application=application,
        from_agency=from_agency,
        sender=actor,
        organisation=organisation,
        body=body,
        sent_at=timezone.now(),
    )
    message.files.set(files)
    register_message(message)
    record(
        application,
        "message.sent",
        actor=actor,
        payload={
            "message": message.pk,
            "from_agency": from_agency,
            "files": [file.sha256 for file in files if file.state != FileState.INFECTED],
        },
        texts={"message": body},
        on_behalf_of=organisation,
    )
    if from_agency:
        people = people_of(application)
    else:
        people = officers_concerned(application)
    notify(
        application=application,
        people=[person for person in people if person.pk != actor.pk],
        kind=NoticeKind.MESSAGE,
        key=str(message.pk),
        to_agency=not from_agency,
    )
    return message


def _organisation_of(actor: User, application: Application) -> Organisation:
    """For whom the actor writes: the lead, where that is one of them, or the first partner that
    has not left the grant."""
    own = organisations_acted_for(actor, WRITERS).values("pk")
    parts = application.participations.filter(organisation__in=own, left_on__isnull=True)
    parts = parts.select_related("organisation").order_by("role", "organisation__sort_key", "pk")
    found = list(parts)
    lead = [part for part in found if part.role == ParticipationRole.LEAD]
    return (lead or found)[0].organisation


@transaction.atomic
def mark_read(*, application: Application, actor: User, from_agency: bool) -> int:
    """Remember that the actor has read what the other side has written; returns how many.

    `from_agency`: the messages that the agency sent. Whoever may open the case may read them.
    Raises PermissionDenied.
    """
    require("grants.view_application", actor, application)
    unread = unread_messages(application, actor, from_agency=from_agency)
    now = timezone.now()
    readings = [MessageReading(message=each, user=actor, read_at=now) for each in unread]
    MessageReading.objects.bulk_create(readings, ignore_conflicts=True)
    return len(readings)
