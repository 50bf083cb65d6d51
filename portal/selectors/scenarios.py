"""What the pages on distributing a frame read."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from applicants.selectors import agencies_for
from grants.enums import Status
from grants.models import Application, Call, ShutOut
from portal.rules import TAKES_PART
from reviews.checks.scenarios import Candidate
from reviews.models import Scenario, ScenarioAmount

PAGE = 100


def distributed_calls(user: Any) -> QuerySet[Call]:
    """The calls at the person's agencies in which something is assessed or has been tried, the
    latest year first."""
    return (
        calls_to_distribute(user)
        .filter(
            Exists(Application.objects.filter(call=OuterRef("pk"), status=Status.ASSESSED))
            | Exists(Scenario.objects.filter(call=OuterRef("pk")))
        )
        .order_by("-year", "stream", "code")
    )


def calls_to_distribute(user: Any) -> QuerySet[Call]:
    """The calls whose frame the person may try to distribute: none with a case that a conflict of
    interest shuts the person out of, whose amount every sum would tell."""
    shut_out = ShutOut.objects.filter(application__call=OuterRef("pk"), user=user.pk)
    return calls_worked_with(user).filter(~Exists(shut_out))


def calls_worked_with(user: Any) -> QuerySet[Call]:
    """The calls at the agencies where the person takes part in cases."""
    return (
        Call.objects.filter(agency__in=agencies_for(user, TAKES_PART))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
    )


def assessed_in(calls: list[Call]) -> dict[int, int]:
    """How many cases are assessed and not decided, by call."""
    found = Application.objects.filter(call__in=calls, status=Status.ASSESSED)
    return dict(found.order_by().values_list("call").annotate(n=Count("pk")))


def granted_in(calls: list[Call]) -> dict[int, int]:
    """What has been granted, whole SEK, by call."""
    found = Application.objects.filter(call__in=calls, granted_sek__isnull=False)
    return dict(found.order_by().values_list("call").annotate(n=Sum("granted_sek")))


def scenarios_visible_to(user: Any, call: Call) -> QuerySet[Scenario]:
    """The call's scenarios, for who may try them."""
    return Scenario.objects.filter(call=call, call__in=calls_to_distribute(user))


@dataclass(frozen=True, slots=True)
class AmountRow:
    """A case in a scenario."""

    candidate: Candidate
    number: str
    lead: str
    county: str
    by_rule_sek: int
    amount_sek: int
    edited: bool
    refused: str


@dataclass(frozen=True, slots=True)
class AmountPage:
    """Some of a scenario's cases, and how many pages there are."""

    rows: list[AmountRow]
    page: int
    pages: int


def amount_page(scenario: Scenario, in_order: list[Candidate], page: int) -> AmountPage:
    """A page of the cases in that order."""
    pages = max(1, -(-len(in_order) // PAGE))
    page = min(max(1, page), pages)
    part = {each.application: each for each in in_order[(page - 1) * PAGE : page * PAGE]}
    rows = {
        row.application_id: row
        for row in ScenarioAmount.objects.filter(
            scenario=scenario, application__in=part
        ).select_related("application__lead__county")
    }
    return AmountPage(
        rows=[
            AmountRow(
                candidate=candidate,
                number=rows[key].application.number,
                lead=rows[key].application.lead.name,
                county=rows[key].application.lead.county.name,
                by_rule_sek=rows[key].by_rule_sek,
                amount_sek=rows[key].amount_sek,
                edited=rows[key].edited_by_id is not None,
                refused=rows[key].refused,
            )
            for key, candidate in part.items()
        ],
        page=page,
        pages=pages,
    )


def progress_of(scenario: Scenario) -> tuple[int, int, int]:
    """How many cases have become proposals, how many were refused, and how many there are."""
    found = scenario.amounts.aggregate(
        done=Count("applied_at"), refused=Count("pk", filter=~Q(refused="")), all=Count("pk")
    )
    return found["done"], found["refused"], found["all"]
