"""What every write here begins and ends with: the lock, the permission and the event."""

from collections.abc import Mapping

import rules
from django.core.exceptions import PermissionDenied

from applicants import rules as applicant_rules
from applicants.models import Organisation, User
from core.enums import JournalKind
from core.services import journal

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert applicant_rules.is_writer is not None  # noqa: S101


def require(permission: str, actor: User | None, thing: object) -> None:
    """Raises PermissionDenied unless the actor has the permission on the thing."""
    if actor is None or not rules.has_perm(permission, actor, thing):
        raise PermissionDenied(permission)


def locked(organisation: Organisation) -> Organisation:
    """The organisation under its row's lock, which orders all that is done to its mandates.

    Its key is not locked: others may go on pointing at it.
    """
    rows = Organisation.objects.select_for_update(no_key=True)
    return rows.get(pk=organisation.pk)


def record(
    organisation: Organisation,
    name: str,
    actor: User,
    *,
    texts: Mapping[str, str] | None = None,
    **payload: object,
) -> None:
    """An event in the organisation's journal; personal data and free text only in `texts`."""
    journal.append(
        kind=JournalKind.ORGANISATION,
        subject=str(organisation.pk),
        name=name,
        payload=payload,
        actor=journal.Actor.person(actor),
        texts={key: text for key, text in (texts or {}).items() if text},
    )
