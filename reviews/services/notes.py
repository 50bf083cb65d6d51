"""Writing official notes (tjänsteanteckningar)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.enums import Direction, DocumentKind
from grants.models import Application
from grants.services.moving import locked_application, record, require
from grants.services.register import register_document
from reviews.checks import ReviewRefused
from reviews.models import Note

LONGEST_NOTE = 20_000
"""In characters."""


@transaction.atomic
def write_note(
    *,
    application: Application,
    actor: User,
    title: str,
    body: str,
    about: date | None = None,
    secrecy: str = "",
) -> Note:
    """Write a note of what is of importance in the case (27 § förvaltningslagen), also in one
    that is decided. It is a document of the case and is not changed afterwards.

    `about` is the Swedish date of what it tells of, today where none is given. Raises
    PermissionDenied; ReviewRefused `empty`, `too_long`, and `in_the_future`.
    """
    application = locked_application(application.pk)
    require("reviews.write_note", actor, application)
    title, body = title.strip(), body.strip().replace("\r\n", "\n")
    today = timezone.localdate()
    if not title or not body:
        raise ReviewRefused("empty")
    if len(body) > LONGEST_NOTE:
        raise ReviewRefused("too_long")
    if about is not None and about > today:
        raise ReviewRefused("in_the_future")
    note = Note.objects.create(
        application=application,
        title=title,
        body=body,
        about=about or today,
        secrecy=secrecy.strip(),
        written_at=timezone.now(),
        written_by=actor,
    )
    record(
        application,
        "note.written",
        actor=actor,
        payload={"note": note.pk, "secret": bool(note.secrecy)},
        texts={"title": title, "note": body},
    )
    register_document(
        application=application,
        direction=Direction.INTERNAL,
        kind=DocumentKind.NOTE,
        source=f"note:{note.pk}",
        actor=actor,
        dated_on=note.about,
        title=title,
        secrecy=note.secrecy,
        secret_to_party=bool(note.secrecy),
        held=True,
    )
    return note
