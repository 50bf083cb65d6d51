"""What a person may look at where the rooms meet.

Permissions here are asked without an object; what of it the person sees is for the selectors.
"""

from typing import Any

import rules

from applicants.enums import Role
from applicants.selectors import agencies_of

LOOKS_AROUND = (Role.CASE_OFFICER, Role.ANALYST)


@rules.predicate  # type: ignore[untyped-decorator]
def looks_around(user: Any) -> bool:
    """Is case officer or analyst at some agency."""
    return agencies_of(user, LOOKS_AROUND).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def makes_editions(user: Any) -> bool:
    """Is analyst at some agency."""
    return agencies_of(user, (Role.ANALYST,)).exists()


rules.add_perm("portal.look_around", looks_around)
rules.add_perm("portal.make_editions", makes_editions)
