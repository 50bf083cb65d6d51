"""Trying distributions, and letting one become proposals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Role
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.enums import Status
from grants.models import Application
from reviews import selectors
from reviews.checks import ReviewRefused
from reviews.checks.scenarios import Method, Rules
from reviews.enums import ProposedOutcome, ScenarioState
from reviews.models import LineAssessment, Proposal, Scenario
from reviews.selectors.scenarios import amounts_of, unfinished_adoptions
from reviews.services.scenarios import (
    adopt_scenario,
    apply_scenario,
    edit_amounts,
    make_scenario,
    remove_scenario,
)
from reviews.tasks import resume_scenarios
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, ConflictDeclarationFactory, staff

from .distributing import Round

pytestmark = pytest.mark.django_db
RANKING = Rules(method=Method.RANKING)
ALIKE = Rules(method=Method.PROPORTIONAL)


def made(round_: Round, rules: Rules = ALIKE, **changes: Any) -> Scenario:
    arguments = {
        "call": round_.call,
        "actor": round_.other,
        "name": "Lika för alla",
        "rules": rules,
    }
    return make_scenario(**{**arguments, **changes})


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ReviewRefused) as found:
        act()
    return found.value.code


def adopted(round_: Round, scenario: Scenario) -> Scenario:
    adopt_scenario(scenario=scenario, actor=round_.other)
    apply_scenario(scenario_id=scenario.pk)
    return Scenario.objects.get(pk=scenario.pk)


def test_what_is_left_of_the_frame_is_distributed_over_the_assessed() -> None:
    round_ = Round()
    large, small = round_.case(900_000, 600_000), round_.case(500_000)
    scenario = made(round_)
    assert amounts_of(scenario) == {large.pk: 750_000, small.pk: 250_000}
    assert scenario.frame_sek == 1_000_000
    names = [event.name for event in events_of(kind=JournalKind.CALL, subject=str(round_.call.pk))]
    assert names[-1] == "scenario.made"


def test_the_most_points_come_first_under_ranking() -> None:
    round_ = Round()
    poor, good = round_.case(800_000, points=1), round_.case(800_000, points=3)
    assert amounts_of(made(round_, RANKING)) == {good.pk: 800_000, poor.pk: 200_000}


def test_a_scenario_is_refused_above_the_frame_and_over_nothing() -> None:
    round_ = Round()
    assert refused(lambda: made(round_)) == "nothing_to_distribute"
    round_.case(100)
    assert refused(lambda: made(round_, frame_sek=1_000_001)) == "frame"
    made(round_)
    assert refused(lambda: made(round_)) == "name_taken"


def test_only_those_who_work_with_the_call_try_and_only_officers_adopt() -> None:
    round_ = Round()
    round_.case(100)
    for stranger in (
        staff(AgencyFactory(), Role.CASE_OFFICER),
        staff(round_.call.agency, Role.ANALYST),
    ):
        with pytest.raises(PermissionDenied):
            made(round_, actor=stranger)
    scenario = made(round_, actor=round_.decider)
    with pytest.raises(PermissionDenied):
        adopt_scenario(scenario=scenario, actor=round_.decider)


def test_an_amount_is_changed_by_hand_within_what_was_approved() -> None:
    round_ = Round()
    case = round_.case(500_000)
    scenario = made(round_)
    edit_amounts(scenario=scenario, actor=round_.other, amounts={case.pk: 400_000})
    row = scenario.amounts.get()
    assert (row.amount_sek, row.by_rule_sek, row.edited_by) == (400_000, 500_000, round_.other)
    for amount in (500_001, -1):
        act = {case.pk: amount}
        assert (
            refused(
                lambda act=act: edit_amounts(scenario=scenario, actor=round_.other, amounts=act)
            )
            == "amount"
        )
    edit_amounts(scenario=scenario, actor=round_.other, amounts={case.pk: 500_000})
    assert scenario.amounts.get().edited_by is None


def test_an_adopted_scenario_becomes_proposals_that_are_the_sum_of_their_lines() -> None:
    round_ = Round()
    large, small = round_.case(900_000, 600_001), round_.case(500_000)
    scenario = adopted(round_, made(round_))
    assert scenario.state == ScenarioState.ADOPTED
    for case in (large, small):
        proposal = Proposal.objects.get(application=case)
        lines = LineAssessment.objects.filter(application=case)
        assert proposal.amount_sek == sum(line.allotted_sek or 0 for line in lines)
        assert proposal.amount_sek == amounts_of(scenario)[case.pk]
        assert proposal.outcome == ProposedOutcome.PART
        assert proposal.reasons.endswith("Medelsramen räcker inte till allt.")
        assert {line.allotted_reason for line in lines} == {"frame"}
    last = events_of(kind=JournalKind.CASE, subject=str(large.pk)).last()
    assert last is not None
    assert last.name == "proposal.allotted"


def test_what_was_cut_comes_back_under_a_larger_frame() -> None:
    round_ = Round()
    case = round_.case(1_500_000)
    adopted(round_, made(round_))
    round_.call.frame_sek = 2_000_000
    round_.call.save(update_fields=["frame_sek"])
    again = adopted(round_, made(round_, name="Större ram"))
    proposal = Proposal.objects.get(application=case)
    assert (proposal.amount_sek, proposal.outcome) == (1_500_000, ProposedOutcome.GRANT)
    assert proposal.reasons == "Kraven är uppfyllda."
    states = set(Scenario.objects.values_list("name", "state"))
    assert states == {("Lika för alla", "replaced"), ("Större ram", "adopted")}
    assert again.finished_at is not None


def test_who_gets_nothing_is_proposed_to_be_rejected_and_can_be_tried_again() -> None:
    round_ = Round()
    round_.case(1_000_000, points=3)
    last = round_.case(500_000, points=1)
    adopted(round_, made(round_, RANKING))
    proposal = Proposal.objects.get(application=last)
    assert (proposal.outcome, proposal.amount_sek) == (ProposedOutcome.REJECT, None)
    assert last.pk in amounts_of(made(round_, name="En gång till"))


def test_who_adopts_has_assessed_and_decides_none_of_them() -> None:
    round_ = Round()
    case = round_.case(1_500_000)
    adopted(round_, made(round_))
    assert round_.other.pk in selectors.assessors_of(case)


def test_nothing_is_adopted_above_the_frame_or_over_another_set() -> None:
    round_ = Round()
    case, other = round_.case(800_000), round_.case(700_000)
    scenario = made(round_)
    edit_amounts(
        scenario=scenario, actor=round_.other, amounts={case.pk: 800_000, other.pk: 700_000}
    )
    assert refused(lambda: adopt_scenario(scenario=scenario, actor=round_.other)) == "frame"
    edit_amounts(scenario=scenario, actor=round_.other, amounts={other.pk: 200_000})
    round_.case(10_000)
    assert refused(lambda: adopt_scenario(scenario=scenario, actor=round_.other)) == "set_changed"


def test_one_with_a_conflict_neither_adopts_nor_changes_that_case() -> None:
    round_ = Round()
    case = round_.case(800_000)
    scenario = made(round_)
    ConflictDeclarationFactory(application=case, user=round_.other, has_conflict=True)
    with pytest.raises(PermissionDenied):
        edit_amounts(scenario=scenario, actor=round_.other, amounts={case.pk: 1})
    with pytest.raises(PermissionDenied):
        adopt_scenario(scenario=scenario, actor=round_.other)


def test_an_adopted_one_can_neither_be_changed_nor_removed() -> None:
    round_ = Round()
    case = round_.case(800_000)
    scenario = adopted(round_, made(round_))
    act = {case.pk: 1}
    assert (
        refused(lambda: edit_amounts(scenario=scenario, actor=round_.other, amounts=act))
        == "status"
    )
    assert refused(lambda: remove_scenario(scenario=scenario, actor=round_.other)) == "status"


def test_a_case_that_is_decided_meanwhile_is_told_and_left_alone() -> None:
    round_ = Round()
    case, other = round_.case(800_000), round_.case(700_000)
    scenario = made(round_)
    adopt_scenario(scenario=scenario, actor=round_.other)
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    assert apply_scenario(scenario_id=scenario.pk) == 1
    assert scenario.amounts.get(application=case).refused == "status"
    assert Proposal.objects.get(application=case).amount_sek == 800_000
    assert Proposal.objects.get(application=other).outcome == ProposedOutcome.PART


def test_a_worker_that_was_killed_is_followed_by_another() -> None:
    round_ = Round()
    cases = [round_.case(800_000), round_.case(700_000)]
    scenario = made(round_)
    adopt_scenario(scenario=scenario, actor=round_.other)
    # As a worker leaves it that is killed after the first case.
    first = scenario.amounts.order_by("application_id").first()
    assert first is not None
    first.applied_at = timezone.now()
    first.save(update_fields=["applied_at"])
    Scenario.objects.filter(pk=scenario.pk).update(
        lease_token="gone", lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert resume_scenarios() == 0
    assert unfinished_adoptions() == [scenario.pk]
    Scenario.objects.filter(pk=scenario.pk).update(lease_until=timezone.now() - timedelta(1))
    assert resume_scenarios() == 1
    assert unfinished_adoptions() == []
    assert Proposal.objects.get(application=cases[1]).outcome == ProposedOutcome.PART


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_adopt_at_once_one_does() -> None:
    round_ = Round()
    round_.case(800_000)
    first, second = made(round_), made(round_, RANKING, name="Rangordning")

    def adopt(scenario: Scenario) -> str:
        try:
            adopt_scenario(scenario=scenario, actor=round_.other)
        except ReviewRefused as error:
            return error.code
        return "adopted"

    results = in_threads(lambda: adopt(first), lambda: adopt(second))
    assert sorted(results) == ["adopted", "status"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_each_case_is_taken_once() -> None:
    round_ = Round()
    for _each in range(6):
        round_.case(800_000)
    scenario = made(round_)
    adopt_scenario(scenario=scenario, actor=round_.other)
    results = in_threads(
        lambda: apply_scenario(scenario_id=scenario.pk),
        lambda: apply_scenario(scenario_id=scenario.pk),
    )
    assert sum(results) in (0, 6)
    apply_scenario(scenario_id=scenario.pk)
    allotted = [
        event
        for row in scenario.amounts.all()
        for event in events_of(kind=JournalKind.CASE, subject=str(row.application_id))
        if event.name == "proposal.allotted"
    ]
    assert len(allotted) == 6
