"""The benchmark's round is one that the services take, and a goal that is missed is said."""

from typing import Any

import pytest
from django.core.management import call_command

from benchmarks.round_data import IN_HAND, fill_round
from benchmarks.rounds import measure, report
from grants.enums import Status
from grants.models import Application, Decision
from reviews.enums import ProposedOutcome
from reviews.models import Proposal, Scenario
from reviews.selectors.proposals import proposal_stands

pytestmark = pytest.mark.django_db
NUMBER = 30


@pytest.fixture
def _measured(settings: Any) -> None:
    settings.ROOT_URLCONF = "benchmarks.urls"
    settings.MIDDLEWARE = ["benchmarks.timing.server_timing", *settings.MIDDLEWARE]


@pytest.mark.usefixtures("_measured")
def test_a_small_round_is_measured_from_the_worklist_to_decisions() -> None:
    found = measure(NUMBER, times=1, decided=4)
    assert Decision.objects.count() == 4
    assert Application.objects.filter(status=Status.GRANTED).count() == 4
    assert Scenario.objects.count() == 4
    adopted = Scenario.objects.get(name="proportional")
    assert set(adopted.amounts.values_list("refused", flat=True)) == {""}
    assert sum(adopted.amounts.values_list("amount_sek", flat=True)) == adopted.frame_sek
    text, goals = report(found)
    assert "deciding" in text
    assert all(kept for goal, kept in goals if "queries" in goal), goals


def test_the_round_stands_as_the_services_would_have_left_it() -> None:
    filled = fill_round(NUMBER)
    cases = Application.objects.filter(call=filled.call)
    assert cases.filter(status=Status.ASSESSED).count() == NUMBER
    assert cases.exclude(status=Status.ASSESSED).count() == max(NUMBER // IN_HAND, 3)
    for proposal in Proposal.objects.select_related("application__call"):
        assert proposal.outcome == ProposedOutcome.PART
        assert proposal_stands(proposal.application, proposal)
    call_command("verify_journal")


def found(**page: float) -> dict[str, Any]:
    fast = {"seconds": 0.001, "processor_ms": 1.0, "sql_ms": 0.1, "queries": 3}
    wrote = {"seconds": 0.03, "processor": 0.02, "cases": 10, "queries": 11.0, "growth": 1.0}
    return {
        "number": 10,
        "filled_seconds": 1.0,
        "pages": {"bare": fast, "mine": {**fast, "processor_ms": 30.0, "queries": 11, **page}},
        "computing": {"plain Python and SQL": 0.01, "ranking": 0.1},
        "adopting": {**wrote, "adopt_seconds": 0.1},
        "deciding": wrote,
    }


@pytest.mark.parametrize(
    ("page", "missed"),
    [({}, 0), ({"processor_ms": 200.0}, 1), ({"queries": 13}, 1)],
    ids=["kept", "too slow", "too many queries"],
)
def test_a_goal_that_is_missed_is_told(page: dict[str, float], missed: int) -> None:
    _text, goals = report(found(**page))
    assert [kept for _goal, kept in goals].count(False) == missed
