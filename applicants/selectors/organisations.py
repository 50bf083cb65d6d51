"""Reading organisations, and finding whether one is there already."""

from django.db.models import Q, QuerySet

from applicants.checks import likeness, similar_names
from applicants.enums import OrganisationKind, RequestState
from applicants.models import Organisation, OrganisationEntry
from core.models import County, Municipality

MOST_ALIKE = 5
"""So many organisations are pointed out, those most alike."""


def entries_of(organisation: Organisation) -> QuerySet[OrganisationEntry]:
    """The organisation as it was in the registers of the years, oldest first."""
    return organisation.entries.select_related("agency", "county", "municipality").order_by(
        "year", "agency"
    )


def municipalities_by_county() -> QuerySet[Municipality]:
    """The municipalities of the register, by county in the published order."""
    return Municipality.objects.select_related("county").order_by("county__position", "sort_key")


def organisations_with_number(org_no: str) -> QuerySet[Organisation]:
    """The legal entity with that number (`NNNNNN-NNNN`) and its units, the entity first."""
    if not org_no:
        return Organisation.objects.none()
    return (
        Organisation.objects.filter(org_no=org_no)
        .select_related("county", "municipality")
        .order_by("unit", "pk")
    )


def organisation_with(org_no: str, unit: str) -> Organisation | None:
    """The organisation with that number and unit, however the unit is cased."""
    found = organisations_with_number(org_no)
    return found.filter(unit=unit).first() or next(
        (each for each in found if each.unit.casefold() == unit.casefold()), None
    )


def organisations_alike(
    *,
    name: str,
    kind: OrganisationKind,
    county: County,
    municipality: Municipality | None,
    org_no: str = "",
    unit: str = "",
    without: Organisation | None = None,
) -> list[Organisation]:
    """Organisations that may be the same one: of much the same name in the same municipality,
    or the municipality's own under another number. At most MOST_ALIKE, the most alike first.

    Other units under the same number are not pointed out.
    """
    near = Q(municipality=municipality) | Q(municipality__isnull=True, county=county)
    if municipality is None:
        near = Q(county=county)
    rows = Organisation.objects.filter(near).select_related("county", "municipality")
    if org_no:
        rows = rows.exclude(org_no=org_no)
    if without is not None:
        rows = rows.exclude(pk=without.pk)
    alike: list[tuple[int, Organisation]] = []
    for each in rows:
        same_municipality = (
            kind == each.kind == OrganisationKind.MUNICIPALITY
            and municipality is not None
            and each.municipality_id == municipality.pk
            and not unit
            and not each.unit
        )
        if same_municipality or similar_names(name, each.name):
            alike.append((100 if same_municipality else likeness(name, each.name), each))
    alike.sort(key=lambda pair: (-pair[0], pair[1].sort_key, pair[1].pk))
    return [each for _share, each in alike[:MOST_ALIKE]]


def is_unclaimed(organisation: Organisation) -> bool:
    """Whether it was only ever typed in by an applicant whom no officer has believed: nobody
    acts or has acted for it, nobody waits for an answer, and no register of a year has it."""
    return (
        organisation.registered_by_id is not None
        and organisation.verified_on is None
        and not organisation.mandates.exists()
        and not organisation.entries.exists()
        and not organisation.representation_requests.filter(
            state__in=[RequestState.WAITING, RequestState.APPROVED]
        ).exists()
    )
