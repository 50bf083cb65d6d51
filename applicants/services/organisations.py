"""Registering organisations, and keeping their details right."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.checks import (
    ContactDetails,
    RepresentationRefused,
    normalise_org_no,
)
from applicants.enums import OrganisationKind
from applicants.models import Organisation, User
from applicants.selectors import is_unclaimed, organisation_with
from core.formats import swedish_sort_key
from core.models import Agency, County, Municipality

from .recording import locked, record, require


class OrganisationThere(Exception):
    """The number and unit are registered already; `organisation` has them."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        super().__init__(f"{organisation.org_no} {organisation.unit}")


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
    contact: ContactDetails | None = None,
) -> Organisation:
    """Register an organisation, or a unit of one that applies by itself under the same number.

    What an officer enters counts as verified. Raises PermissionDenied for anyone but the
    agency's register keepers, OrganisationNumberFault for what is not a number (an association
    may have none), OrganisationThere for a number and unit already registered, ValueError
    without a name or with a municipality of another county.
    """
    require("applicants.register_organisation", actor, agency)
    fields = _identity(name, kind, county, org_no, unit, municipality)
    number, unit = str(fields["org_no"]), str(fields["unit"])
    there = organisation_with(number, unit)
    if there is not None:
        raise OrganisationThere(there)
    organisation = _create(fields, contact, verified_on=timezone.localdate(), registered_by=None)
    record(
        organisation,
        "organisation.registered",
        actor,
        agency=agency.code,
        org_no=organisation.org_no,
        kind=str(kind),
        county=county.pk,
    )
    return organisation


@transaction.atomic
def register_own_organisation(
    *,
    actor: User,
    name: str,
    kind: OrganisationKind,
    county: County,
    municipality: Municipality,
    org_no: str = "",
    unit: str = "",
    contact: ContactDetails | None = None,
) -> Organisation:
    """Enter an organisation that the person is to ask to represent; an officer verifies it.

    Nobody acts for it until a request is approved. What another person entered, and no officer
    has believed, is entered anew in the same place. Raises as `register_organisation` does, and
    RepresentationRefused: `unit_missing` for a city district without its name.
    """
    require("applicants.register_own_organisation", actor, None)
    fields = _identity(name, kind, county, org_no, unit, municipality)
    if kind == OrganisationKind.MUNICIPALITY and not fields["unit"]:
        fields |= _named(municipality.official_name)
    if kind == OrganisationKind.CITY_DISTRICT and not fields["unit"]:
        raise RepresentationRefused("unit_missing")
    number, unit = str(fields["org_no"]), str(fields["unit"])
    there = organisation_with(number, unit)
    if there is not None:
        there = locked(there)
        if not is_unclaimed(there):
            raise OrganisationThere(there)
        organisation = _change(there, {**fields, "registered_by": actor}, contact)
    else:
        organisation = _create(fields, contact, verified_on=None, registered_by=actor)
    record(
        organisation,
        "organisation.entered",
        actor,
        org_no=organisation.org_no,
        kind=str(kind),
        county=county.pk,
        municipality=municipality.pk,
    )
    return organisation


@transaction.atomic
def change_details(
    *, organisation: Organisation, actor: User, contact: ContactDetails
) -> Organisation:
    """Change the organisation's address, contact and giro number.

    Raises PermissionDenied for anyone but its administrators.
    """
    organisation = locked(organisation)
    require("applicants.change_details", actor, organisation)
    before = contact_of(organisation)
    if before == contact:
        return organisation
    changed = sorted(
        name for name in contact.names() if getattr(before, name) != getattr(contact, name)
    )
    organisation = _change(organisation, {}, contact)
    record(
        organisation,
        "organisation.details_changed",
        actor,
        changed=changed,
        texts={name: str(getattr(contact, name)) for name in changed},
    )
    return organisation


@transaction.atomic
def correct_organisation(
    *,
    organisation: Organisation,
    actor: User,
    name: str,
    kind: OrganisationKind,
    county: County,
    org_no: str = "",
    unit: str = "",
    municipality: Municipality | None = None,
) -> Organisation:
    """Correct what the organisation is: its name, number, kind and place.

    Raises PermissionDenied for anyone but officers who oversee it, and otherwise as
    `register_organisation` does.
    """
    organisation = locked(organisation)
    require("applicants.oversee_organisation", actor, organisation)
    fields = _identity(name, kind, county, org_no, unit, municipality)
    there = organisation_with(str(fields["org_no"]), str(fields["unit"]))
    if there is not None and there != organisation:
        raise OrganisationThere(there)
    changed = sorted(key for key, value in fields.items() if getattr(organisation, key) != value)
    if not changed:
        return organisation
    organisation = _change(organisation, fields, None)
    record(
        organisation,
        "organisation.corrected",
        actor,
        changed=[key for key in changed if key != "sort_key"],
        org_no=organisation.org_no,
        kind=str(kind),
        county=county.pk,
    )
    return organisation


def contact_of(organisation: Organisation) -> ContactDetails:
    """The organisation's address, contact and giro number."""
    return ContactDetails(**{name: getattr(organisation, name) for name in ContactDetails.names()})


def _named(name: str) -> dict[str, object]:
    return {"name": name, "sort_key": swedish_sort_key(name)}


def _identity(
    name: str,
    kind: OrganisationKind,
    county: County,
    org_no: str,
    unit: str,
    municipality: Municipality | None,
) -> dict[str, object]:
    name, unit = " ".join(name.split()), " ".join(unit.split())
    if not name or (municipality is not None and municipality.county_id != county.pk):
        raise ValueError("an organisation has a name, and a municipality of its own county")
    number = ""
    if org_no.strip() or kind != OrganisationKind.ASSOCIATION:
        number = normalise_org_no(org_no)
    return {
        **_named(name),
        "org_no": number,
        "unit": unit,
        "kind": kind,
        "county": county,
        "municipality": municipality,
    }


def _create(
    fields: dict[str, object], contact: ContactDetails | None, **more: object
) -> Organisation:
    values = {**fields, **(contact.values() if contact else {}), **more}
    try:
        with transaction.atomic():
            return Organisation.objects.create(**values)
    except IntegrityError:
        # Another entered the same number and unit meanwhile.
        there = organisation_with(str(fields["org_no"]), str(fields["unit"]))
        if there is None:
            raise
        raise OrganisationThere(there) from None


def _change(
    organisation: Organisation, fields: dict[str, object], contact: ContactDetails | None
) -> Organisation:
    values = {**fields, **(contact.values() if contact else {})}
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(values))
    return organisation
