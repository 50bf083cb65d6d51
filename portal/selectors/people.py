"""Reading who is signed in."""

from typing import Any

from applicants.models import User
from applicants.rules import is_person, work_of
from portal.content import Account


def account_of(user: Any) -> Account | None:
    """The person, with all the work it has at agencies; None for nobody."""
    if not is_person(user):
        return None
    roles = work_of(user)
    return Account(
        name=str(user),
        role=", ".join(dict.fromkeys(str(role.get_role_display()) for role in roles)),
        agency=", ".join(dict.fromkeys(role.agency.short for role in roles)),
    )


def works_at_an_agency(user: User) -> bool:
    """Whether the person has any role at an agency or a county board, or is let into the
    technical administration."""
    return user.is_staff or user.is_superuser or bool(work_of(user))
