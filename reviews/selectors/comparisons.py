"""Reading cases to compare a case with."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Abs

from applicants.enums import OrganisationKind
from applicants.models import Organisation
from grants.models import Application, ApplicationVersion
from reviews.checks.comparisons import Comparable, Likeness, most_alike
from reviews.models import LineAssessment

CANDIDATES = 80
"""How many cases are looked at, those with the nearest amounts."""
SHOWN = 8
OTHER = "-"
"""Any area but those asked about."""


@dataclass(frozen=True, slots=True)
class Similar:
    """A case like the one at hand, and in what."""

    application: Application
    case: Comparable
    like: Likeness


def similar_cases(
    application: Application, areas: Collection[str], *, within: QuerySet[Application]
) -> list[Similar]:
    """The cases of this year's call and last year's, among those `within`, that are most like the
    application, which is for these areas. It comes with lead, county and municipality; one
    query."""
    call = application.call
    latest = ApplicationVersion.objects.filter(application=OuterRef("pk")).order_by("-number")
    newest = (
        ApplicationVersion.objects.filter(application=OuterRef("application"))
        .order_by("-number")
        .values("number")[:1]
    )
    approved = (
        LineAssessment.objects.filter(application=OuterRef("pk"))
        .order_by()
        .values("application")
        .annotate(total=Sum("approved_sek"))
        .values("total")
    )
    rows = (
        within.filter(
            call__agency=call.agency_id,
            call__stream=call.stream,
            call__year__in=[call.year, call.year - 1],
            requested_sek__isnull=False,
        )
        .exclude(pk=application.pk)
        .select_related("call", "lead", "lead__county", "lead__municipality")
        .defer("call__definition_record__document")
        .annotate(
            apart=Abs(F("requested_sek") - (application.requested_sek or 0)),
            approved_sek=Subquery(approved, output_field=BigIntegerField()),
            # A document is canonical JSON, so that an area applied for reads just so in it.
            **{
                f"for_area_{place}": Exists(
                    ApplicationVersion.objects.filter(
                        application=OuterRef("pk"),
                        number=Subquery(newest),
                        document__contains=f'"area":"{code}"',
                    )
                )
                for place, code in enumerate(areas)
            },
            known_areas=Exists(latest.filter(document__contains='"areas":[{')),
        )
        .order_by("apart", "-pk")[:CANDIDATES]
    )
    found: dict[int, Any] = {row.pk: row for row in rows}
    comparable = [
        comparable_of(row, _areas(row, areas), row.approved_sek) for row in found.values()
    ]
    alike = most_alike(comparable_of(application, frozenset(areas)), comparable, limit=SHOWN)
    return [Similar(found[case.application], case, like) for case, like in alike]


def _areas(row: Any, asked: Collection[str]) -> frozenset[str]:
    """The areas in common, and OTHER where it is known what the case is for."""
    shared = {code for place, code in enumerate(asked) if getattr(row, f"for_area_{place}")}
    return frozenset({*shared, OTHER} if row.known_areas else shared)


def comparable_of(
    application: Application, areas: frozenset[str], approved_sek: int | None = None
) -> Comparable:
    """The case as it is compared."""
    lead = application.lead
    return Comparable(
        application=application.pk,
        year=application.call.year,
        kind=str(lead.kind),
        county=lead.county_id,
        areas=areas,
        requested_sek=application.requested_sek or 0,
        population=population_of(lead),
        approved_sek=approved_sek,
        granted_sek=application.granted_sek,
    )


def population_of(organisation: Organisation) -> int | None:
    """How many live where a municipality or a region answers; None for others, and where it is
    not known."""
    if organisation.kind == OrganisationKind.REGION:
        return organisation.county.population_2018q1
    if organisation.kind == OrganisationKind.MUNICIPALITY and organisation.municipality:
        return organisation.municipality.population
    return None
