"""Reading what-if distributions, and the set of applications that they are made over."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from applicants.enums import OrganisationKind
from core.checks.canonical import canonical_json, sha256_text
from core.models import County
from grants.enums import Status
from grants.models import Application, Call, Participation
from reviews.checks.scenarios import Amounts, Candidate
from reviews.enums import ProposedOutcome, ScenarioState
from reviews.models import Assessment, LineAssessment, Scenario, ScenarioAmount

SMALL = 15_000
"""A municipality with fewer inhabitants is counted as small."""
_PLACED = (OrganisationKind.MUNICIPALITY, OrganisationKind.CITY_DISTRICT)


def distributable(call: Call) -> QuerySet[Application]:
    """The assessed applications that something is proposed for, or was before a distribution left
    nothing to them."""
    cut = LineAssessment.objects.filter(application=OuterRef("pk"), allotted_sek__isnull=False)
    granting = [each.value for each in ProposedOutcome if each.grants]
    return Application.objects.filter(
        Q(proposal__outcome__in=granting) | Exists(cut), call=call, status=Status.ASSESSED
    )


def candidates_of(call: Call) -> list[Candidate]:
    """The set to distribute over, as it stands now, by receipt."""
    applications = list(
        distributable(call)
        .select_related("lead__municipality", "lead__county", "proposal")
        .order_by("received_at", "pk")
    )
    ids = [each.pk for each in applications]
    approved = _sums(LineAssessment.objects.filter(application__in=ids), "approved_sek")
    points = _sums(Assessment.objects.filter(application__in=ids, done_at__isnull=False), "points")
    before = _granted_before(call)
    members: dict[int, set[int]] = {}
    parts = Participation.objects.filter(application__in=ids)
    for application, organisation in parts.values_list("application_id", "organisation_id"):
        members.setdefault(application, set()).add(organisation)
    return [
        Candidate(
            application=each.pk,
            asked_sek=each.requested_sek or 0,
            approved_sek=approved.get(each.pk, each.proposal.amount_sek or 0),
            points=points.get(each.pk, 0),
            order=order,
            county=each.lead.county_id,
            kind=each.lead.kind,
            population=_population(each),
            county_population=each.lead.county.population_2018q1,
            first_time=not members.get(each.pk, {each.lead_id}) & before,
            small=_is_small(each),
        )
        for order, each in enumerate(applications, start=1)
    ]


def set_sha256(candidates: list[Candidate]) -> str:
    """What tells one frozen set from another."""
    return sha256_text(canonical_json([each.document() for each in candidates]))


def _sums(rows: QuerySet[LineAssessment] | QuerySet[Assessment], field: str) -> dict[int, int]:
    summed = rows.order_by().values_list("application_id").annotate(sum=Sum(field))
    return {key: value or 0 for key, value in summed}


def _granted_before(call: Call) -> set[int]:
    earlier = Participation.objects.filter(
        application__call__agency=call.agency_id,
        application__call__year__lt=call.year,
        application__granted_sek__isnull=False,
    )
    return set(earlier.values_list("organisation_id", flat=True).distinct())


def _population(application: Application) -> int | None:
    """Of the lead's municipality, or of its county where it works in no one municipality."""
    lead = application.lead
    if lead.kind in _PLACED:
        return lead.municipality.population if lead.municipality else None
    return lead.county.population_2018q1


def _is_small(application: Application) -> bool | None:
    lead = application.lead
    if lead.kind != OrganisationKind.MUNICIPALITY or lead.municipality is None:
        return None
    known = lead.municipality.population
    return None if known is None else known < SMALL


def county_populations() -> dict[str, int]:
    """Inhabitants by county, in the order of the codes."""
    rows = County.objects.filter(population_2018q1__isnull=False).order_by("code")
    return {row.code: row.population_2018q1 or 0 for row in rows}


def scenarios_of(call: Call) -> QuerySet[Scenario]:
    """The call's scenarios, the latest first."""
    return (
        Scenario.objects.filter(call=call).select_related("made_by", "adopted_by").order_by("-pk")
    )


def unfinished_adoptions() -> list[int]:
    """The adopted scenarios whose proposals are not all made, oldest first."""
    waiting = Scenario.objects.filter(state=ScenarioState.ADOPTING).order_by("adopted_at")
    return list(waiting.values_list("pk", flat=True))


def amounts_of(scenario: Scenario) -> Amounts:
    """What stands in the scenario, by application."""
    rows = ScenarioAmount.objects.filter(scenario=scenario)
    return dict(rows.values_list("application_id", "amount_sek"))


def amounts_by_scenario(scenarios: list[Scenario]) -> Mapping[int, Amounts]:
    """The same of several, in one query."""
    found: dict[int, Amounts] = {each.pk: {} for each in scenarios}
    rows = ScenarioAmount.objects.filter(scenario__in=scenarios)
    for scenario, application, amount in rows.values_list(
        "scenario_id", "application_id", "amount_sek"
    ):
        found[scenario][application] = amount
    return found


def frozen_set(scenario: Scenario) -> list[Candidate]:
    """The set that the scenario was made over."""
    return [Candidate.of(values) for values in scenario.candidates]
