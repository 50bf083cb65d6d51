"""How strongly the session was signed in, and whether that is enough for an agency's staff.

The level is one of

- `password`
- `password+code`: and a one-time code, of an app or one of the recovery codes
- `password+passkey`: and a passkey or security key as the second step
- `passkey`: a passkey alone, unlocked by its owner
- `oidc:<provider>:<acr>`: another service, with the class it vouches for (may be empty)
- `oidc+code:<provider>:<acr>`, `oidc+passkey:<provider>:<acr>`: with a second step here
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from applicants.models import User
from applicants.rules import remember_work
from portal.selectors.people import works_at_an_agency

SESSION_KEY = "assurance"
PASSWORD = "password"  # noqa: S105 (the name of a level)
LONGEST_ACR = 150
_STRONG = {"password+code", "password+passkey", "passkey"}
_STRONG_KINDS = {"oidc+code", "oidc+passkey"}


def assurance_of(request: HttpRequest) -> str:
    """The level with which the session was signed in; the least of them where none is kept."""
    return str(request.session.get(SESSION_KEY, PASSWORD))


def is_strong(level: str) -> bool:
    """Whether the level holds a second factor, or is another service's that counts as one."""
    kind, _sign, rest = level.partition(":")
    if level in _STRONG or (kind in _STRONG_KINDS and rest):
        return True
    provider, _sign, acr = rest.partition(":")
    counted: Iterable[str] = settings.OIDC_STRONG.get(provider, ())
    return kind == "oidc" and ("*" in counted or (acr != "" and acr in counted))


def level_from(steps: Iterable[Mapping[str, Any]], vouched: Mapping[str, str] | None = None) -> str:
    """The level that the steps of a sign-in add up to.

    `vouched` is what another service said of the person: provider, uid and acr; it counts for
    the step that names the same provider and person.
    """
    steps = list(steps)
    here = [step for step in steps if step.get("method") == "mfa"]
    code = any(step.get("type") in {"totp", "recovery_codes"} for step in here)
    key = any(step.get("type") == "webauthn" for step in here)
    second = "+code" if code else "+passkey" if key else ""
    for step in reversed(steps):
        if step.get("method") == "socialaccount":
            same = vouched and all(vouched[each] == step[each] for each in ("provider", "uid"))
            acr = vouched["acr"][:LONGEST_ACR] if vouched and same else ""
            return f"oidc{second}:{step['provider']}:{acr}"
    if any(step.get("passwordless") for step in here):
        return "passkey"
    return PASSWORD + second


def needs_second_factor(request: HttpRequest) -> bool:
    """Whether the one signed in works at an agency and has not shown a second factor.

    Asked at each request: who is given a role while signed in is asked for it at once.
    """
    if not settings.STAFF_SECOND_FACTOR or not isinstance(request.user, User):
        return False
    if is_strong(assurance_of(request)):
        return False
    remember_work(request.user)
    return works_at_an_agency(request.user)
