"""Registering organisations, and saying who acts for them and who works where."""

from datetime import date

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction

from applicants import rules as applicant_rules
from applicants.checks import normalise_org_no
from applicants.enums import OrganisationKind, OrganisationRole, Role
from applicants.models import Mandate, Organisation, StaffRole, User
from core.enums import JournalKind
from core.formats import swedish_sort_key
from core.models import Agency, County, Municipality
from core.services import journal

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert applicant_rules.is_writer is not None  # noqa: S101


class OrganisationThere(Exception):
    """The number and unit are registered already; `organisation` has them."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        super().__init__(f"{organisation.org_no} {organisation.unit}")


def _require(permission: str, actor: User | None, thing: object) -> None:
    if actor is None or not rules.has_perm(permission, actor, thing):
        raise PermissionDenied(permission)


def _record(organisation: Organisation, name: str, actor: User, **payload: object) -> None:
    journal.append(
        kind=JournalKind.ORGANISATION,
        subject=str(organisation.pk),
        name=name,
        payload=payload,
        actor=journal.Actor.person(actor),
    )


@transaction.atomic
def register_organisation(
    *,
    agency: Agency,
    actor: User,
    name: str,
    kind: OrganisationKind,
    county: County,
    org_no: str = "",
    unit: str = "",
    municipality: Municipality | None = None,
) -> Organisation:
    """Register an organisation, or a unit of one that applies by itself under the same number.

    Raises PermissionDenied for anyone but the agency's register keepers,
    OrganisationNumberFault for what is not a number (an association may have none),
    OrganisationThere for a number and unit already registered, ValueError without a name or
    with a municipality of another county.
    """
    _require("applicants.register_organisation", actor, agency)
    name, unit = " ".join(name.split()), " ".join(unit.split())
    if not name or (municipality is not None and municipality.county_id != county.pk):
        raise ValueError("an organisation has a name, and a municipality of its own county")
    number = ""
    if org_no.strip() or kind != OrganisationKind.ASSOCIATION:
        number = normalise_org_no(org_no)
    there = Organisation.objects.filter(org_no=number, unit=unit).first() if number else None
    if there is not None:
        raise OrganisationThere(there)
    organisation = Organisation.objects.create(
        org_no=number,
        unit=unit,
        name=name,
        sort_key=swedish_sort_key(name),
        kind=kind,
        county=county,
        municipality=municipality,
    )
    _record(
        organisation,
        "organisation.registered",
        actor,
        agency=agency.code,
        org_no=number,
        kind=str(kind),
        county=county.pk,
    )
    return organisation


@transaction.atomic
def give_mandate(
    *,
    organisation: Organisation,
    user: User,
    role: OrganisationRole,
    actor: User,
    starts_on: date,
    ends_on: date | None = None,
) -> Mandate:
    """Let a person act for the organisation, from and until Swedish dates, inclusive.

    Raises PermissionDenied for anyone but the organisation's administrators and signatories.
    """
    _require("applicants.give_mandate", actor, organisation)
    mandate, _created = Mandate.objects.update_or_create(
        user=user,
        organisation=organisation,
        role=role,
        defaults={"starts_on": starts_on, "ends_on": ends_on},
    )
    _record(
        organisation,
        "mandate.given",
        actor,
        person=str(user.pseudonym),
        role=str(role),
        starts_on=starts_on.isoformat(),
        ends_on=None if ends_on is None else ends_on.isoformat(),
    )
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, actor: User, ends_on: date) -> Mandate:
    """Let a mandate end with a Swedish date, inclusive. Raises PermissionDenied, and ValueError
    for a day before it began."""
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    _require("applicants.give_mandate", actor, mandate.organisation)
    if ends_on < mandate.starts_on:
        raise ValueError("a mandate ends after it begins")
    mandate.ends_on = ends_on
    mandate.save(update_fields=["ends_on"])
    _record(
        mandate.organisation,
        "mandate.ended",
        actor,
        person=str(mandate.user.pseudonym),
        role=mandate.role,
        ends_on=ends_on.isoformat(),
    )
    return mandate


@transaction.atomic
def give_role(*, agency: Agency, user: User, role: Role, actor: User) -> StaffRole:
    """Let a person work as something at the agency. Raises PermissionDenied for anyone but its
    administrators."""
    _require("applicants.give_role", actor, agency)
    found, created = StaffRole.objects.get_or_create(agency=agency, user=user, role=role)
    if created:
        journal.append(
            kind=JournalKind.INSTALLATION,
            subject="",
            name="role.given",
            payload={"agency": agency.code, "person": str(user.pseudonym), "role": str(role)},
            actor=journal.Actor.person(actor),
        )
    return found
