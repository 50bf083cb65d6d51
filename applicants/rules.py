"""Who a person is at an agency, and what they may do for an organisation.

Predicates deny on None, and on whoever is not signed in or not active. There is no shortcut for
superusers: ask `rules.has_perm`, never `user.has_perm`.
"""

from collections.abc import Iterable
from typing import Any

import rules
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from applicants.enums import OrganisationRole, RequestState, Role
from applicants.models import (
    Mandate,
    Organisation,
    OrganisationEntry,
    RepresentationRequest,
    StaffRole,
    User,
)
from core.models import Agency
from core.selectors.prepared import Prepared

SIGNATORIES = (OrganisationRole.SIGNATORY,)
REPRESENTATION_OFFICERS = (Role.CASE_OFFICER, Role.REGISTRAR)
"""Who answers those who ask to represent an organisation."""
WRITERS = (
    OrganisationRole.WRITER,
    OrganisationRole.SIGNATORY,
    OrganisationRole.ADMINISTRATOR,
)


def is_person(user: Any) -> bool:
    """Whether somebody is signed in with an active account."""
    return isinstance(user, User) and user.pk is not None and user.is_active


_WORK = "_remembered_work"
_MANDATES = "_remembered_mandates"
_READS = "_only_reads"


def remember_work(user: Any, *, reads: bool = False) -> None:
    """Let `work_of` and `mandates_held` ask the database at most once for this object: for a
    request, which has its own. It is not asked before somebody wants to know.

    With `reads`, for a request that only shows something, permissions go by the same; whoever
    writes is asked about each time, for a write goes by what holds then."""
    if is_person(user) and not is_remembered(user):
        setattr(user, _WORK, None)
        if reads:
            setattr(user, _READS, True)


def is_remembered(user: Any) -> bool:
    """Whether the object is one request's, and what is read of the person is kept with it."""
    return hasattr(user, _WORK)


def only_reads(user: Any) -> bool:
    """Whether the object is that of a request that only shows something."""
    return getattr(user, _READS, False) is True


def work_of(user: Any) -> list[StaffRole]:
    """The person's work at all agencies, with the agencies; what was remembered is not asked
    of the database again."""
    if not is_person(user):
        return []
    remembered: list[StaffRole] | None = getattr(user, _WORK, None)
    if remembered is None:
        remembered = _work(user.pk, timezone.localdate())
        if is_remembered(user):
            setattr(user, _WORK, remembered)
    return remembered


def _all_work(user: Any, today: Any) -> QuerySet[StaffRole]:
    waiting = (
        RepresentationRequest.objects.filter(agency=OuterRef("agency"), state=RequestState.WAITING)
        .order_by()
        .values("agency")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = StaffRole.objects.filter(user=user).select_related("agency")
    return rows.order_by("agency__code", "role").annotate(
        requests_waiting=Coalesce(Subquery(waiting), 0),
        acts_for_some=Exists(Mandate.objects.filter(mandates_on(today), user=OuterRef("user"))),
    )


_work = Prepared(_all_work)
_roles = Prepared(
    lambda user, agency: StaffRole.objects.filter(user=user, agency=agency).values_list(
        "role", flat=True
    )
)


def has_role(user: Any, agency_id: int | None, roles: Iterable[Role]) -> bool:
    """Whether the person works as any of these at the agency."""
    return not frozenset(roles).isdisjoint(roles_at(user, agency_id))


def roles_at(user: Any, agency_id: int | None) -> frozenset[str]:
    """What the person works as at the agency."""
    if agency_id is None or not is_person(user):
        return frozenset()
    if only_reads(user):
        return frozenset(work.role for work in work_of(user) if work.agency_id == agency_id)
    return frozenset(_roles(user.pk, agency_id))


def mandates_on(day: Any) -> Q:
    """Mandates that hold on a Swedish local date, as far as is known now."""
    return (
        Q(ended_at__isnull=True)
        & Q(starts_on__lte=day)
        & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    )


def mandates_held(user: Any) -> list[Mandate]:
    """The person's mandates that hold today, with their organisations, in Swedish order; asked
    of the database once for an object whose work is remembered (`remember_work`)."""
    if not is_person(user):
        return []
    if not is_remembered(user):
        return _held(user.pk, timezone.localdate())
    found: list[Mandate] | None = getattr(user, _MANDATES, None)
    if found is None:
        # Who works at an agency seldom acts for an organisation, and their work tells, where it
        # has been read.
        work: list[StaffRole] = getattr(user, _WORK, None) or []
        none = any(not getattr(each, "acts_for_some", True) for each in work)
        found = [] if none else _held(user.pk, timezone.localdate())
        setattr(user, _MANDATES, found)
    return found


def mandates_with_organisations(user: Any, today: Any) -> QuerySet[Mandate]:
    """The same as a query."""
    held = Mandate.objects.filter(mandates_on(today), user=user)
    absorbed = Organisation.objects.filter(merged_into=OuterRef("organisation"))
    return (
        held.select_related("organisation")
        .annotate(has_absorbed=Exists(absorbed))
        .order_by("organisation__sort_key", "organisation", "role")
    )


_held = Prepared(mandates_with_organisations)
_mandates = Prepared(
    lambda user, organisation, day: Mandate.objects.filter(
        mandates_on(day), user=user, organisation=organisation
    ).values_list("role", flat=True)
)


def has_mandate(user: Any, organisation_id: int | None, roles: Iterable[OrganisationRole]) -> bool:
    """Whether the person may today act for the organisation in any of these roles."""
    if organisation_id is None or not is_person(user):
        return False
    held: Iterable[str]
    if only_reads(user):
        held = [
            each.role for each in mandates_held(user) if each.organisation_id == organisation_id
        ]
    else:
        held = _mandates(user.pk, organisation_id, timezone.localdate())
    return not frozenset(roles).isdisjoint(held)


@rules.predicate  # type: ignore[untyped-decorator]
def is_signatory(user: Any, organisation: Organisation | None) -> bool:
    """May sign for the organisation."""
    return organisation is not None and has_mandate(user, organisation.pk, SIGNATORIES)


@rules.predicate  # type: ignore[untyped-decorator]
def is_writer(user: Any, organisation: Organisation | None) -> bool:
    """May write for the organisation."""
    return organisation is not None and has_mandate(user, organisation.pk, WRITERS)


@rules.predicate  # type: ignore[untyped-decorator]
def is_administrator_of(user: Any, organisation: Organisation | None) -> bool:
    """May say who acts for the organisation, and change its details."""
    roles = (OrganisationRole.ADMINISTRATOR,)
    return organisation is not None and has_mandate(user, organisation.pk, roles)


@rules.predicate  # type: ignore[untyped-decorator]
def sees_details_of(user: Any, organisation: Organisation | None) -> bool:
    """May see the organisation's address, contact and giro number: its own people and staff."""
    if organisation is None or not is_person(user):
        return False
    return has_mandate(user, organisation.pk, OrganisationRole) or bool(work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def is_signed_in(user: Any) -> bool:
    """Has an active account and is signed in."""
    return is_person(user)


@rules.predicate  # type: ignore[untyped-decorator]
def asked_to_represent(user: Any, request: RepresentationRequest | None) -> bool:
    """Made the request."""
    return request is not None and is_person(user) and request.user_id == user.pk


@rules.predicate  # type: ignore[untyped-decorator]
def decides_representation(user: Any, request: RepresentationRequest | None) -> bool:
    """Answers requests at the agency asked; nobody answers their own."""
    return (
        request is not None
        and has_role(user, request.agency_id, REPRESENTATION_OFFICERS)
        and request.user_id != user.pk
    )


@rules.predicate  # type: ignore[untyped-decorator]
def oversees_organisation(user: Any, organisation: Organisation | None) -> bool:
    """Answers requests at an agency that the organisation has had to do with."""
    if organisation is None or not is_person(user):
        return False
    agencies = StaffRole.objects.filter(
        user=user, role__in=[str(role) for role in REPRESENTATION_OFFICERS]
    ).values("agency")
    asked = RepresentationRequest.objects.filter(
        organisation=organisation, agency__in=agencies
    ).exclude(state=RequestState.DRAFT)
    known = OrganisationEntry.objects.filter(organisation=organisation, agency__in=agencies)
    return asked.exists() or known.exists()


@rules.predicate  # type: ignore[untyped-decorator]
def administers_agency(user: Any, agency: Agency | None) -> bool:
    """Administers the agency."""
    return agency is not None and has_role(user, agency.pk, (Role.ADMINISTRATOR,))


@rules.predicate  # type: ignore[untyped-decorator]
def registers_for_agency(user: Any, agency: Agency | None) -> bool:
    """Keeps the agency's registers."""
    roles = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.CASE_OFFICER)
    return agency is not None and has_role(user, agency.pk, roles)


rules.add_perm("applicants.register_organisation", registers_for_agency)
rules.add_perm("applicants.register_own_organisation", is_signed_in)
rules.add_perm("applicants.give_mandate", is_administrator_of)
rules.add_perm("applicants.change_details", is_administrator_of)
rules.add_perm("applicants.see_details", sees_details_of)
rules.add_perm("applicants.invite_colleague", is_administrator_of)
rules.add_perm("applicants.ask_to_represent", is_signed_in)
rules.add_perm("applicants.change_request", asked_to_represent)
rules.add_perm("applicants.decide_representation", decides_representation)
rules.add_perm("applicants.oversee_organisation", oversees_organisation)
rules.add_perm("applicants.give_role", administers_agency)
