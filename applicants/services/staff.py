"""Saying who works where."""

from django.db import transaction

from applicants.enums import Role
from applicants.models import StaffRole, User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal

from .recording import require


@transaction.atomic
def give_role(*, agency: Agency, user: User, role: Role, actor: User) -> StaffRole:
    """Let a person work as something at the agency. Raises PermissionDenied for anyone but its
    administrators."""
    require("applicants.give_role", actor, agency)
    found, created = StaffRole.objects.get_or_create(agency=agency, user=user, role=role)
    if created:
        journal.append(
            kind=JournalKind.INSTALLATION,
            subject="",
            name="role.given",
            payload={"agency": agency.code, "person": str(user.pseudonym), "role": str(role)},
            actor=journal.Actor.person(actor),
        )
    return found
