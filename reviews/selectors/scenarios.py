"""Reading what-if distributions, and the set of applications that they are made over."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Sum

from applicants.enums import OrganisationKind
from core.checks.canonical import canonical_json, sha256_text
from core.models import County
from grants.enums import Status
from grants.models import Application, Call, Participation, ShutOut
from reviews.checks.scenarios import Amounts, Candidate
from reviews.enums import ProposedOutcome, ScenarioState
from reviews.models import Assessment, LineAssessment, Proposal, Scenario, ScenarioAmount

SMALL = 15_000
"""A municipality with fewer inhabitants is counted as small."""
_PLACED = (OrganisationKind.MUNICIPALITY, OrganisationKind.CITY_DISTRICT)


def distributable(call: Call) -> QuerySet[Application]:
    """The assessed applications that something is proposed for, or was before a distribution left
    nothing to them. One that somebody has checked, assessed or proposed who has declared a conflict
    of interest since waits for that to be done anew."""
    cut = LineAssessment.objects.filter(application=OuterRef("pk"), allotted_sek__isnull=False)
    granting = [each.value for each in ProposedOutcome if each.grants]
    return Application.objects.filter(
        ~Exists(_left(LineAssessment, "assessed_by")),
        ~Exists(_left(Assessment, "officer")),
        ~Exists(_left(Proposal, "prepared_by")),
        Q(proposal__outcome__in=granting) | Exists(cut),
        call=call,
        status=Status.ASSESSED,
    )


def _left(model: type[Model], person: str) -> QuerySet[Any]:
    """The rows of the case by people whom a conflict of interest has shut out of it."""
    shut_out = ShutOut.objects.filter(application=OuterRef("application"), user=OuterRef(person))
    rows: QuerySet[Any] = model._default_manager.filter(application=OuterRef("pk"))
    return rows.filter(Exists(shut_out))


def candidates_of(call: Call) -> list[Candidate]:
    """The set to distribute over, as it stands now, by receipt."""
    rows = list(
        distributable(call)
        .order_by("received_at", "pk")
        .values(
            "pk",
            "requested_sek",
            "lead_id",
            proposed_sek=F("proposal__amount_sek"),
            kind=F("lead__kind"),
            county=F("lead__county_id"),
            county_population=F("lead__county__population_2018q1"),
            inhabitants=F("lead__municipality__population"),
        )
    )
    assessed = Q(application__call=call, application__status=Status.ASSESSED)
    approved = _sums(LineAssessment.objects.filter(assessed), "approved_sek")
    points = _sums(Assessment.objects.filter(assessed, done_at__isnull=False), "points")
    before = _granted_before(call)
    members: dict[int, set[int]] = {}
    parts = Participation.objects.filter(assessed)
    for application, organisation in parts.values_list("application_id", "organisation_id"):
        members.setdefault(application, set()).add(organisation)
    return [
        Candidate(
            application=row["pk"],
            asked_sek=row["requested_sek"] or 0,
            approved_sek=approved.get(row["pk"], row["proposed_sek"] or 0),
            points=points.get(row["pk"], 0),
            order=order,
            county=row["county"],
            kind=row["kind"],
            population=_population(row),
            county_population=row["county_population"],
            first_time=not members.get(row["pk"], {row["lead_id"]}) & before,
            small=_is_small(row),
        )
        for order, row in enumerate(rows, start=1)
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


def _population(row: Mapping[str, Any]) -> int | None:
    """Of the lead's municipality, or of its county where it works in no one municipality."""
    found = row["inhabitants"] if row["kind"] in _PLACED else row["county_population"]
    return None if found is None else int(found)


def _is_small(row: Mapping[str, Any]) -> bool | None:
    if row["kind"] != OrganisationKind.MUNICIPALITY or row["inhabitants"] is None:
        return None
    return bool(row["inhabitants"] < SMALL)


def county_populations() -> dict[str, int]:
    """Inhabitants by county, in the order of the codes."""
    rows = County.objects.filter(population_2018q1__isnull=False).order_by("code")
    return {row.code: row.population_2018q1 or 0 for row in rows}


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
