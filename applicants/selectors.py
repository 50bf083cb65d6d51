"""Reading people, organisations and the agencies that people work at."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, OrganisationEntry, User
from applicants.rules import is_person, mandates_on
from core.models import Agency


def agencies_of(user: Any, roles: Iterable[Role] | None = None) -> QuerySet[Agency]:
    """The agencies where the person works as any of these; None means as anything."""
    if not is_person(user):
        return Agency.objects.none()
    wanted = list(Role) if roles is None else list(roles)
    return Agency.objects.filter(
        pk__in=user.staff_roles.filter(role__in=[str(role) for role in wanted]).values("agency")
    )


def organisations_acted_for(
    user: Any, roles: Iterable[OrganisationRole] | None = None
) -> QuerySet[Organisation]:
    """The organisations that the person may today act for."""
    if not is_person(user):
        return Organisation.objects.none()
    wanted = list(OrganisationRole) if roles is None else list(roles)
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in wanted]
    )
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def entries_of(organisation: Organisation) -> QuerySet[OrganisationEntry]:
    """The organisation as it was in the registers of the years, oldest first."""
    return organisation.entries.select_related("agency", "county", "municipality").order_by(
        "year", "agency"
    )


def people_by_pseudonym(pseudonyms: Iterable[str]) -> dict[str, User]:
    """The persons behind the journal's pseudonymous ids."""
    found = User.objects.filter(pseudonym__in=set(pseudonyms))
    return {str(user.pseudonym): user for user in found}
