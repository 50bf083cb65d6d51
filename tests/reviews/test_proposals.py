"""Proposals: what they rest on, their fields while they are written, and similar cases."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import TransitionRefused
from grants.services.moving import UnknownField
from grants.workflow import Condition
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.checks.comparisons import (
    Comparable,
    is_near,
    likeness,
    most_alike,
    tenths_per_inhabitant,
)
from reviews.content.proposals import (
    LibraryItem,
    chosen_conditions,
    conditions_in,
    proposal_path,
)
from reviews.enums import ProposedOutcome, TextUse
from reviews.models import Proposal
from reviews.selectors.proposals import ProposalDates, proposal_values, usual_dates
from reviews.selectors.texts import library_of
from tests.factories import ProposalFactory
from tests.factories.costs import check_costs, say
from tests.factories.scenario import REQUESTED, Scenario, fresh


def declared() -> tuple[Scenario, Any]:
    scenario = Scenario()
    case = scenario.submitted()
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    return scenario, case


def propose(scenario: Scenario, case: Any, **changes: Any) -> Proposal:
    arguments: dict[str, Any] = {
        "actor": scenario.officer,
        "outcome": ProposedOutcome.GRANT,
        "reasons": "Prövat.",
    }
    return services.propose(application=case, **arguments | changes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("approved", "said", "outcome"),
    [
        (REQUESTED, ProposedOutcome.GRANT, ProposedOutcome.GRANT),
        (REQUESTED, ProposedOutcome.PART, ProposedOutcome.GRANT),
        (REQUESTED - 1, ProposedOutcome.GRANT, ProposedOutcome.PART),
        (1, ProposedOutcome.PART, ProposedOutcome.PART),
    ],
)
def test_the_sum_of_the_lines_says_whether_it_is_all_or_a_part(
    approved: int, said: ProposedOutcome, outcome: ProposedOutcome
) -> None:
    scenario, case = declared()
    check_costs(case, scenario.officer, approved)
    proposal = propose(scenario, case, outcome=said)
    assert (proposal.outcome, proposal.amount_sek, proposal.grants) == (outcome, approved, True)


@pytest.mark.django_db
def test_what_the_distribution_leaves_is_proposed_rather_than_what_is_approved() -> None:
    scenario, case = declared()
    check_costs(case, scenario.officer)
    case.line_assessments.update(allotted_sek=200_000, allotted_reason="frame")
    assert propose(scenario, case).amount_sek == 200_000
    (line,) = selectors.lines_of(case)
    assert (line.approved_sek, line.allotted_sek, line.reason) == (REQUESTED, 200_000, "frame")


@pytest.mark.django_db
def test_an_approved_amount_that_is_lowered_takes_what_was_allotted_with_it() -> None:
    scenario, case = declared()
    check_costs(case, scenario.officer)
    case.line_assessments.update(allotted_sek=400_000)
    say(case, scenario.officer, 0, part_sek=300_000, verdict="part")
    assert case.line_assessments.get().allotted_sek == 300_000
    say(case, scenario.officer, 0, verdict="full")
    assert case.line_assessments.get().allotted_sek == 300_000


@pytest.mark.django_db
def test_a_case_is_not_assessed_on_a_proposal_that_its_lines_no_longer_say() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    say(case, scenario.officer, 0, part_sek=100_000, verdict="part", text="Löpande drift.")
    proposal = Proposal.objects.get()
    assert not selectors.proposal_stands(fresh(case), proposal)
    with pytest.raises(TransitionRefused) as caught:
        services.assess_application(application=case, actor=scenario.officer)
    refused = {each.condition for each in caught.value.refusals}
    assert refused == {Condition.PROPOSAL_WITH_REASONS}
    propose(scenario, case)
    services.assess_application(application=case, actor=scenario.officer)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "dates",
    [
        ProposalDates(use_from=date(2028, 2, 1), use_until=date(2028, 1, 31)),
        ProposalDates(interim_due=date(2028, 2, 1), final_due=date(2028, 1, 31)),
        ProposalDates(use_from=date(2028, 2, 1), final_due=date(2028, 1, 31)),
        ProposalDates(use_until=date(2028, 2, 1), final_due=date(2028, 1, 31)),
    ],
)
def test_dates_are_in_order(dates: ProposalDates) -> None:
    scenario, case = declared()
    check_costs(case, scenario.officer)
    with pytest.raises(ReviewRefused) as caught:
        propose(scenario, case, dates=dates)
    assert caught.value.code == "dates"


@pytest.mark.django_db
def test_a_field_not_written_yet_has_the_calls_date() -> None:
    scenario, case = declared()
    path = proposal_path("use_until")
    assert proposal_values(case)[path].text == case.call.spend_by.isoformat()
    saved = services.save_proposal_field(
        application=case, path=path, text="", base=0, actor=scenario.officer
    )
    assert (saved.text, proposal_values(case)[path].text) == ("", "")
    assert usual_dates(case.call).use_until == case.call.spend_by


@pytest.mark.django_db
def test_who_writes_a_part_of_a_proposal_has_assessed_the_case() -> None:
    scenario, case = declared()
    services.declare_conflict(application=case, actor=scenario.colleague, has_conflict=False)
    for text in ("Ett", "Ett två"):
        services.save_proposal_field(
            application=case,
            path=proposal_path("reasons"),
            text=text,
            base=0,
            actor=scenario.colleague,
            page="samma",
        )
    names = [each.name for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names.count("proposal.drafted") == 1
    assert scenario.colleague.pk in selectors.assessors_of(case)
    with pytest.raises(UnknownField):
        services.save_proposal_field(
            application=case, path="proposal.amount_sek", text="1", base=0, actor=scenario.officer
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "amount"), [("grant", None), ("part", 0), ("reject", 1), ("dismiss", None)]
)
def test_the_database_refuses_an_amount_that_the_outcome_does_not_have(
    outcome: str, amount: int | None
) -> None:
    case = Scenario().submitted()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalFactory(application=case, outcome=outcome, amount_sek=amount)


# Texts --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_library_is_its_own_agencys() -> None:
    scenario, other = Scenario(), Scenario()
    agency = scenario.call.agency
    row = services.add_text(
        agency=agency, actor=scenario.officer, use=TextUse.REJECT, title="Drift", text="Drift."
    )
    assert [each.code for each in library_of(scenario.call, "reject")] == [f"own-{row.pk}"]
    assert library_of(other.call, "reject") == ()
    for stranger in (other.officer, scenario.decider, scenario.signatory):
        with pytest.raises(PermissionDenied):
            services.retire_text(text_id=row.pk, actor=stranger, retire=True)
    services.retire_text(text_id=row.pk, actor=scenario.officer, retire=True)
    assert library_of(scenario.call, "reject") == ()


def test_conditions_have_empty_lines_between_them() -> None:
    assert conditions_in("\n Ett.\nDel två. \n\n \nTvå.\r\n") == ("Ett.\nDel två.", "Två.")
    assert conditions_in("  \n") == ()
    library = [
        LibraryItem("a", "condition", "A", "Först."),
        LibraryItem("b", "condition", "B", "Sen."),
    ]
    assert chosen_conditions(["b", "a", "borta"], library, "Sist.") == ("Först.", "Sen.", "Sist.")


# Similar cases ------------------------------------------------------------------------------------

CASES = st.builds(
    Comparable,
    application=st.integers(1, 999),
    year=st.sampled_from([2025, 2026]),
    kind=st.sampled_from(["municipality", "region"]),
    county=st.sampled_from(["01", "14"]),
    areas=st.frozensets(st.sampled_from(["mapping", "training", "-"]), max_size=2),
    requested_sek=st.integers(1, 5_000_000),
    population=st.none() | st.integers(1, 1_000_000),
)


@given(CASES, CASES)
def test_likeness_is_the_same_either_way(one: Comparable, other: Comparable) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(CASES, st.lists(CASES, max_size=12), st.integers(0, 8))
def test_the_likest_come_first_and_others_only_where_nothing_is_known(
    case: Comparable, others: list[Comparable], limit: int
) -> None:
    found = most_alike(case, others, limit=limit)
    assert len(found) <= limit
    points = [like.points for _other, like in found]
    assert points == sorted(points, reverse=True)
    for other, like in found:
        assert like.shared_areas or (like.same_kind and not (case.areas and other.areas))
    assert found == most_alike(case, list(reversed(others)), limit=limit) or len(
        {each.application for each in others}
    ) < len(others)


def test_twice_the_size_is_near_and_unknown_is_not() -> None:
    assert is_near(100, 200)
    assert not is_near(100, 201)
    assert not is_near(None, 100)
    assert not is_near(0, 0)


def test_kronor_for_each_inhabitant_in_tenths() -> None:
    assert tenths_per_inhabitant(250_000, 30_000) == 83
    assert tenths_per_inhabitant(25, 100) == 3
    assert tenths_per_inhabitant(250_000, None) is None
    assert tenths_per_inhabitant(None, 30_000) is None
