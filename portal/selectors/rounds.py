"""Reading what was granted in a round, for everybody: page and open data show the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, TextField, Value, When

from grants.definitions import CallDefinition
from grants.enums import ParticipationRole
from grants.models import Application, Call, Decision, Participation
from grants.selectors.cases import register_entries
from grants.selectors.rounds import GRANT_THAT_COUNTS

from .paging import Key, text, whole

GRANT_KEYS: Mapping[str, tuple[Key, ...]] = {
    "organisation": (Key("name_key", text),),
    "county": (Key("county_key", whole), Key("name_key", text)),
    "granted": (Key("granted_sek", whole),),
    "requested": (Key("requested_sek", whole),),
}
LAST_NAME, LAST_COUNTY = "~", 1_000
"""What the marked ones are sorted by: where they stand among others says nothing of them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What everybody may know of a grant. Number, names, county and areas are empty where
    `secret`: the register says of a number whose case it is.

    `areas` are codes, None where they are not recorded. Amounts are whole SEK.
    """

    number: str
    name: str
    org_no: str
    kind: str
    county: str
    county_name: str
    partners: tuple[str, ...]
    requested_sek: int
    granted_sek: int
    decided_on: date | None
    areas: tuple[str, ...] | None
    secret: bool
    revoked: bool


def grants_found(grants: QuerySet[Any], chosen: Mapping[str, str]) -> QuerySet[Any]:
    """The grants that the filter asks for, with what they are ordered by. `grants` are those of
    grants.selectors.rounds.grants_of. What is marked is found by no search."""
    if chosen.keys() & {"q", "county", "kind", "joint"}:
        grants = grants.filter(secret=False)
    if words := chosen.get("q"):
        part = Participation.objects.filter(organisation__sort_key__contains=words.casefold())
        grants = grants.filter(pk__in=part.values("application"))
    if county := chosen.get("county"):
        grants = grants.filter(lead__county=county)
    if kind := chosen.get("kind"):
        grants = grants.filter(lead__kind=kind)
    if joint := chosen.get("joint"):
        joint_ones = {"partner_count__gt": 0}
        grants = grants.filter(**joint_ones) if joint == "yes" else grants.exclude(**joint_ones)
    found: QuerySet[Any] = grants.annotate(
        name_key=Case(
            When(secret=True, then=Value(LAST_NAME)),
            default="lead__sort_key",
            output_field=TextField(),
        ),
        county_key=Case(
            When(secret=True, then=Value(LAST_COUNTY)),
            default="lead__county__position",
            output_field=IntegerField(),
        ),
    )
    return found


def rows_of(applications: Iterable[Any], call: Call) -> list[Grant]:
    """The rows of some grants (of grants.selectors.rounds.grants_of, their leads fetched), in three
    queries."""
    found = list(applications)
    told = [each.pk for each in found if not each.secret]
    partners: dict[int, list[Participation]] = {}
    parts = Participation.objects.filter(application__in=told, role=ParticipationRole.PARTNER)
    for part in parts.select_related("organisation").order_by("organisation__sort_key"):
        partners.setdefault(part.application_id, []).append(part)
    purposes = _purposes(told)
    ids = {each.lead_id for each in found}
    ids |= {part.organisation_id for each in partners.values() for part in each}
    entries = register_entries(Application(call=call), ids)
    names = {pk: entry.name for pk, entry in entries.items()}
    return [_grant(each, partners.get(each.pk, []), purposes.get(each.pk), names) for each in found]


def _purposes(ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The areas of each grant, where they are recorded."""
    found = {}
    made = Decision.objects.filter(GRANT_THAT_COUNTS, application__in=list(ids))
    for decision in made.only("application_id", "basis"):
        basis = decision.basis_content
        if basis is not None:
            found[decision.application_id] = basis.purpose
    return found


def _grant(
    application: Any,
    partners: Iterable[Participation],
    areas: tuple[str, ...] | None,
    names: Mapping[int, str],
) -> Grant:
    lead = application.lead
    secret: bool = application.secret
    return Grant(
        number="" if secret else application.number,
        name="" if secret else names.get(lead.pk, lead.name),
        org_no="" if secret else lead.org_no,
        kind="" if secret else str(lead.kind),
        county="" if secret else lead.county_id,
        county_name="" if secret else lead.county.name,
        partners=()
        if secret
        else tuple(names.get(each.organisation_id, each.organisation.name) for each in partners),
        requested_sek=application.requested_sek or 0,
        granted_sek=application.granted_sek or 0,
        decided_on=application.decided_on,
        areas=() if secret else areas,
        secret=secret,
        revoked=application.revoked,
    )


def area_titles(areas: Iterable[str], definition: CallDefinition, language: str) -> list[str]:
    """What the areas are called; a code that the call does not know stands as it is."""
    titles = definition.area_titles(language)
    return [titles.get(each, each) for each in areas]
