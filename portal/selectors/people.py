"""Reading who is signed in."""

from typing import Any

from applicants.rules import is_person
from portal.content import Account


def account_of(user: Any) -> Account | None:
    """The person, with all the work it has at agencies; None for nobody."""
    if not is_person(user):
        return None
    roles = list(user.staff_roles.select_related("agency").order_by("agency__code", "role"))
    return Account(
        name=str(user),
        role=", ".join(dict.fromkeys(str(role.get_role_display()) for role in roles)),
        agency=", ".join(dict.fromkeys(role.agency.short for role in roles)),
    )
