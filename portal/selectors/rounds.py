"""Reading what was granted in a round, for everybody: page and open data show the same rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from applicants.models import OrganisationEntry
from grants.definitions import CallDefinition
from grants.enums import ParticipationRole
from grants.models import Call, Decision, Participation
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
    """The rows of some grants (of grants.selectors.rounds.grants_of, their leads fetched), in one
    query."""
    found = list(applications)
    told = [each.pk for each in found if not each.secret]
    parts: dict[int, list[Any]] = {}
    for part in _parts_of(told, call):
        parts.setdefault(part.application_id, []).append(part)
    return [_grant(each, parts.get(each.pk, [])) for each in found]


def _parts_of(ids: Iterable[int], call: Call) -> QuerySet[Any]:
    """Who takes part in the grants, in Swedish order; with `name_then`, what each was called in
    the agency's register of the call's year, and on the lead's `basis`, what the grant rests on."""
    entry = OrganisationEntry.objects.filter(
        agency=call.agency_id, year=call.year, organisation=OuterRef("organisation")
    )
    made = Decision.objects.filter(GRANT_THAT_COUNTS, application=OuterRef("application"))
    basis = Subquery(made.order_by("-pk").values("basis")[:1])
    return (
        Participation.objects.filter(application__in=list(ids))
        .select_related("organisation")
        .annotate(
            name_then=Coalesce(Subquery(entry.values("name")[:1]), "organisation__name"),
            basis=Case(
                When(role=ParticipationRole.LEAD, then=basis),
                default=Value(""),
                output_field=TextField(),
            ),
        )
        .order_by("organisation__sort_key")
    )


def _grant(application: Any, parts: Sequence[Any]) -> Grant:
    lead = application.lead
    secret: bool = application.secret
    own = next((each for each in parts if each.role == ParticipationRole.LEAD), None)
    basis = None if own is None else Decision(basis=own.basis or "").basis_content
    areas = None if basis is None else basis.purpose
    return Grant(
        number="" if secret else application.number,
        name="" if secret else lead.name if own is None else own.name_then,
        org_no="" if secret else lead.org_no,
        kind="" if secret else str(lead.kind),
        county="" if secret else lead.county_id,
        county_name="" if secret else lead.county.name,
        partners=()
        if secret
        else tuple(each.name_then for each in parts if each.role == ParticipationRole.PARTNER),
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
