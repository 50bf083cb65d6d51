"""What a mandate may say, and why one is refused."""

from collections.abc import Iterable
from datetime import date, timedelta

from applicants.enums import OrganisationRole, Signing

LONGEST_MANDATE_YEARS = 5
INVITATION_HOLDS = timedelta(days=14)


class RepresentationRefused(Exception):
    """A request, an invitation or a mandate cannot be as asked; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def check_roles(
    roles: Iterable[str], signing: str
) -> tuple[tuple[OrganisationRole, ...], Signing | None]:
    """The roles, each once and in the order of the list, and how a signatory signs.

    Raises RepresentationRefused: `no_roles`, `unknown_role`, `signing_missing`,
    `signing_without_role`.
    """
    wanted = {str(role) for role in roles}
    if not wanted:
        raise RepresentationRefused("no_roles")
    if not wanted <= set(OrganisationRole.values):
        raise RepresentationRefused("unknown_role")
    kept = tuple(role for role in OrganisationRole if role.value in wanted)
    signs = OrganisationRole.SIGNATORY in kept
    if signs and signing not in Signing.values:
        raise RepresentationRefused("signing_missing")
    if not signs and signing:
        raise RepresentationRefused("signing_without_role")
    return kept, Signing(signing) if signs else None


def check_last_day(ends_on: date | None, today: date) -> date:
    """The last day of a mandate to be given, as a Swedish date.

    Raises RepresentationRefused: `no_last_day`, `last_day_passed`, `last_day_too_late`.
    """
    if ends_on is None:
        raise RepresentationRefused("no_last_day")
    if ends_on < today:
        raise RepresentationRefused("last_day_passed")
    if ends_on > latest_last_day(today):
        raise RepresentationRefused("last_day_too_late")
    return ends_on


def latest_last_day(today: date) -> date:
    """The latest day that a mandate given today may end."""
    year = today.year + LONGEST_MANDATE_YEARS
    # The 29th of February has no counterpart in most years.
    return today.replace(year=year, day=min(today.day, 28) if today.month == 2 else today.day)
