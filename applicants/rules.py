"""Who a person is at an agency, and what they may do for an organisation.

Predicates deny on None, and on whoever is not signed in or not active. There is no shortcut for
superusers: ask `rules.has_perm`, never `user.has_perm`.
"""

from collections.abc import Iterable
from typing import Any

import rules
from django.db.models import Q
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


_roles = Prepared(
    lambda user, agency: StaffRole.objects.filter(user=user, agency=agency).values_list(
        "role", flat=True
    )
)


def has_role(user: Any, agency_id: int | None, roles: Iterable[Role]) -> bool:
    """Whether the person works as any of these at the agency."""
    if agency_id is None or not is_person(user):
        return False
    return not frozenset(roles).isdisjoint(_roles(user.pk, agency_id))


def mandates_on(day: Any) -> Q:
    """Mandates that hold on a Swedish local date, as far as is known now."""
    return (
        Q(ended_at__isnull=True)
        & Q(starts_on__lte=day)
        & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    )


_mandates = Prepared(
    lambda user, organisation, day: Mandate.objects.filter(
        mandates_on(day), user=user, organisation=organisation
    ).values_list("role", flat=True)
)


def has_mandate(user: Any, organisation_id: int | None, roles: Iterable[OrganisationRole]) -> bool:
    """Whether the person may today act for the organisation in any of these roles."""
    if organisation_id is None or not is_person(user):
        return False
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
    return has_mandate(user, organisation.pk, OrganisationRole) or user.staff_roles.exists()


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
