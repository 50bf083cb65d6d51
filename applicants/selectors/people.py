"""Reading people and where they work."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from applicants.enums import Role
from applicants.models import User
from applicants.rules import REPRESENTATION_OFFICERS, is_person, is_remembered, work_of
from core.models import Agency
from core.selectors.prepared import Prepared


def agencies_of(user: Any, roles: Iterable[Role] | None = None) -> QuerySet[Agency]:
    """The agencies where the person works as any of these; None means as anything."""
    if not is_person(user):
        return Agency.objects.none()
    wanted = list(Role) if roles is None else list(roles)
    return Agency.objects.filter(
        pk__in=user.staff_roles.filter(role__in=[str(role) for role in wanted]).values("agency")
    )


def officers_of(agency: Agency) -> QuerySet[User]:
    """Those at the agency who answer requests to represent an organisation."""
    return User.objects.filter(
        is_active=True,
        pk__in=agency.staff_roles.filter(
            role__in=[str(role) for role in REPRESENTATION_OFFICERS]
        ).values("user"),
    ).order_by("pk")


def people_by_pseudonym(pseudonyms: Iterable[str]) -> dict[str, User]:
    """The persons behind the journal's pseudonymous ids."""
    wanted = sorted({UUID(pseudonym) for pseudonym in pseudonyms})
    return {str(user.pseudonym): user for user in _behind(wanted)}


_behind = Prepared(lambda pseudonyms: User.objects.filter(pseudonym__in=pseudonyms))


def agencies_for(user: Any, roles: Iterable[Role] | None = None) -> list[int] | QuerySet[Agency]:
    """The same agencies for an `agency__in`: their ids where the person's work is remembered,
    which a database plans better by than by a subquery."""
    if not is_remembered(user) or not is_person(user):
        return agencies_of(user, roles)
    return agency_ids_for(user, roles)


def agency_ids_for(user: Any, roles: Iterable[Role] | None = None) -> list[int]:
    """Their ids, by the person's work."""
    wanted = set(Role) if roles is None else set(roles)
    return sorted({work.agency_id for work in work_of(user) if work.role in wanted})


def answers_requests(user: Any) -> bool:
    """Whether the person answers requests to represent organisations, at some agency."""
    return any(work.role in REPRESENTATION_OFFICERS for work in work_of(user))


def requests_waiting(user: Any) -> int:
    """How many requests wait for an answer at the agencies where the person answers them."""
    by_agency = {
        work.agency_id: int(getattr(work, "requests_waiting", 0))
        for work in work_of(user)
        if work.role in REPRESENTATION_OFFICERS
    }
    return sum(by_agency.values())
