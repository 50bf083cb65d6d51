"""Files in a case: added and removed while the application is written or completed."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.checks.files import FileRefused
from core.models import StoredFile
from grants.content.paths import ATTACHMENTS, organisation_of
from grants.models import Application, Attachment
from grants.selectors import participants_of
from grants.selectors.draft import attachments_of

from .drafts import FieldLocked
from .moving import UnknownField, locked_application
from .writing import ask_again_where_answered, is_writable, written_for


@transaction.atomic
def attach_file(
    *, application: Application, file: StoredFile, place: str, actor: User
) -> Attachment:
    """Put a received file in the case, at a place that the call's form has (see
    `grants.models.Attachment`). Whoever writes for an organisation that takes part may, for
    evidence only at its own requirements.

    Raises PermissionDenied, FieldLocked, UnknownField for a place that is not there, and
    FileRefused `too_many`.
    """
    application = locked_application(application.pk)
    parts = participants_of(application)
    own = written_for(actor, parts)
    of = organisation_of(place)
    if not own or (of is not None and of not in own):
        raise PermissionDenied("grants.write_application")
    _check_place(application, place, {part.organisation_id for part in parts})
    _check_open(application, place)
    if len(attachments_of(application)) >= settings.FILES_PER_CASE:
        raise FileRefused("too_many", limit=settings.FILES_PER_CASE)
    organisation = of or (application.lead_id if application.lead_id in own else min(own))
    ask_again_where_answered(application, parts, changed={of}, actor=actor)
    return Attachment.objects.create(
        application=application,
        file=file,
        place=place,
        organisation_id=organisation,
        added_at=timezone.now(),
        added_by=actor,
    )


def _check_place(application: Application, place: str, organisations: set[int]) -> None:
    definition = application.definition
    form = definition.application
    known = form is not None and (
        place == "other"
        or any(place == f"{ATTACHMENTS}.{kind.code}" for kind in form.attachments)
        or any(
            place == f"requirement.{organisation}.{requirement.code}"
            for organisation in organisations
            for requirement in definition.requirements
        )
    )
    if not known:
        raise UnknownField(place)


def _check_open(application: Application, place: str) -> None:
    name = place if place.startswith((ATTACHMENTS, "requirement")) else f"{ATTACHMENTS}.{place}"
    if not is_writable(application, name):
        raise FieldLocked


@transaction.atomic
def remove_attachment(*, attachment: Attachment, actor: User) -> Attachment:
    """Take a file out of what is being written. A version that was sent in with it keeps it.

    Raises PermissionDenied for others than those who write for the organisation that added it,
    or for the lead; FieldLocked.
    """
    application = locked_application(attachment.application_id)
    attachment = Attachment.objects.select_related("file").get(pk=attachment.pk)
    parts = participants_of(application)
    own = written_for(actor, parts)
    if attachment.organisation_id not in own and application.lead_id not in own:
        raise PermissionDenied("grants.write_application")
    _check_open(application, attachment.place)
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_by = timezone.now(), actor
        attachment.save(update_fields=["removed_at", "removed_by"])
        changed = {organisation_of(attachment.place)}
        ask_again_where_answered(application, parts, changed=changed, actor=actor)
    return attachment
