"""Reading people and where they work."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from applicants.enums import RequestState, Role
from applicants.models import RepresentationRequest, StaffRole, User
from applicants.rules import REPRESENTATION_OFFICERS, is_person
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


_WORK = "_remembered_work"


def work_of(user: Any) -> list[StaffRole]:
    """The person's work at all agencies, with the agencies; what was remembered is not asked
    of the database again."""
    if not is_person(user):
        return []
    remembered: list[StaffRole] | None = getattr(user, _WORK, None)
    if remembered is None:
        remembered = _work(user.pk)
        if is_remembered(user):
            setattr(user, _WORK, remembered)
    return remembered


def is_remembered(user: Any) -> bool:
    """Whether the object is one request's, and what is read of the person is kept with it."""
    return hasattr(user, _WORK)


def remember_work(user: Any) -> None:
    """Let `work_of` ask the database at most once for this object: for a request, which has
    its own. It is not asked before somebody wants to know."""
    if is_person(user) and not is_remembered(user):
        setattr(user, _WORK, None)


def _all_work(user: Any) -> QuerySet[StaffRole]:
    waiting = (
        RepresentationRequest.objects.filter(agency=OuterRef("agency"), state=RequestState.WAITING)
        .order_by()
        .values("agency")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = StaffRole.objects.filter(user=user).select_related("agency")
    return rows.order_by("agency__code", "role").annotate(
        requests_waiting=Coalesce(Subquery(waiting), 0)
    )


_work = Prepared(_all_work)


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
