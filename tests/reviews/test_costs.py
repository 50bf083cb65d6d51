"""The cost check: sums that add up, ceilings, what the database refuses, and two at once."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.definitions import CostRule, CostRuleKind
from grants.services.versions import ValueChanged
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.checks.costs import (
    CheckedLine,
    approved_of,
    ceilings,
    lacks,
    of_failing,
    outcome_for,
    spread,
    sum_of,
    sums_by,
    unmet,
)
from reviews.content.costs import line_of, line_path
from reviews.enums import LineVerdict, ProposedOutcome
from reviews.models import LineAssessment, Proposal
from reviews.selectors.costs import cost_check, lines_of
from reviews.services import save_cost_field
from tests.core.concurrency import in_threads
from tests.factories import ConflictDeclarationFactory, OrganisationFactory, acting_for, staff
from tests.factories.costs import check_costs, say
from tests.factories.definitions import both
from tests.factories.scenario import REQUESTED, Scenario, fresh

AMOUNTS = st.integers(0, 5_000_000)
GROUPS = st.sampled_from(["one", "two", "three"])


@st.composite
def checked(draw: st.DrawFn) -> CheckedLine:
    asked = draw(AMOUNTS)
    verdict = draw(st.sampled_from(["", *LineVerdict.values]))
    return CheckedLine(
        number=draw(st.integers(1, 99)),
        category=draw(GROUPS),
        area=draw(GROUPS),
        activity=draw(st.integers(1, 3)),
        organisation=draw(st.sampled_from([None, 1, 2, 3])),
        asked_sek=asked,
        verdict=verdict,
        part_sek=draw(st.none() | AMOUNTS),
        allotted_sek=draw(st.none() | AMOUNTS),
        reason=draw(st.sampled_from(["", "running_costs"])),
        changed=not verdict and draw(st.booleans()),
    )


LINES = st.lists(checked(), max_size=12)


@st.composite
def rules(draw: st.DrawFn) -> CostRule:
    limited = draw(st.booleans())
    limits: Mapping[str, Any] = (
        {
            "max_amount_sek": draw(st.none() | st.integers(1, 5_000_000)),
            "max_percent": draw(st.none() | st.integers(1, 100)),
        }
        if limited
        else {}
    )
    return CostRule.model_validate(
        {
            "code": draw(GROUPS),
            "kind": "limited" if limited else "not_payable",
            "title": both("Regel"),
            "reason": both("Skäl"),
            "categories": draw(st.lists(GROUPS, min_size=1, max_size=2, unique=True)),
            "areas": draw(st.lists(GROUPS, max_size=1)),
            **limits,
        }
    )


@given(LINES, st.sampled_from(["area", "activity", "organisation", "category", "verdict"]))
def test_sums_by_anything_add_up_to_the_whole(lines: list[CheckedLine], name: str) -> None:
    whole, parts = sum_of(lines), sums_by(lines, lambda line: getattr(line, name)).values()
    for figure in ("asked_sek", "approved_sek", "left_sek", "lines"):
        assert sum(getattr(part, figure) for part in parts) == getattr(whole, figure)


@given(checked())
def test_no_more_is_left_than_approved_nor_approved_than_asked(line: CheckedLine) -> None:
    assert 0 <= line.left_sek <= line.approved_sek <= line.asked_sek
    outcome = line.outcome()
    assert (outcome.asked_sek, outcome.approved_sek) == (line.asked_sek, line.approved_sek)
    assert outcome.allotted_sek == line.left_sek


@given(st.sampled_from(LineVerdict.values), AMOUNTS, st.none() | AMOUNTS)
def test_a_verdict_says_one_amount(verdict: str, asked: int, part: int | None) -> None:
    found = approved_of(verdict, asked, part)
    match verdict:
        case "full":
            assert found == asked
        case "none":
            assert found == 0
        case _:
            assert found == (part if part is not None and 0 < part < asked else None)


@given(LINES, st.lists(rules(), max_size=4))
def test_a_ceiling_is_kept_or_pointed_out(lines: list[CheckedLine], told: list[CostRule]) -> None:
    total = sum(line.approved_sek for line in lines)
    found = ceilings(lines, told)
    for rule in told:
        about = [line for line in lines if rule.applies_to(line.category, line.area)]
        approved, most = sum(line.approved_sek for line in about), rule.ceiling_sek(total)
        broken = any(each.rule is rule and each.is_broken for each in found)
        assert broken == (most is not None and approved > most)
        if rule.kind is CostRuleKind.NOT_PAYABLE and approved:
            assert broken
    reasons = {each.rule.code: "Därför." for each in found}
    assert unmet(found, reasons) == ()
    assert unmet(found, {}) == tuple(each for each in found if each.is_broken)


@given(LINES, st.frozensets(st.sampled_from([1, 2, 3])))
def test_only_lines_of_those_that_fail_are_to_be_refused(
    lines: list[CheckedLine], failed: frozenset[int]
) -> None:
    wrong = of_failing(lines, failed)
    assert all(line.organisation in failed and line.asked_sek for line in wrong)
    rest = [line for line in lines if line not in wrong and line.organisation in failed]
    assert sum(line.approved_sek for line in rest) == 0


@given(AMOUNTS, st.dictionaries(st.integers(0, 9), AMOUNTS, max_size=8))
def test_an_amount_is_spread_to_the_last_krona(amount: int, most: dict[int, int]) -> None:
    shares = spread(amount, most)
    assert sum(shares.values()) == min(amount, sum(most.values()))
    assert all(0 <= shares[number] <= part for number, part in most.items())
    assert shares == spread(amount, dict(sorted(most.items(), reverse=True)))


@pytest.mark.parametrize(
    ("values", "lack"),
    [
        ({}, "verdict"),
        ({"verdict": "full"}, ""),
        ({"verdict": "part"}, "amount"),
        ({"verdict": "part", "part_sek": 100}, "amount"),
        ({"verdict": "part", "part_sek": 40}, "reason"),
        ({"verdict": "part", "part_sek": 40, "reason": "unknown"}, "reason"),
        ({"verdict": "part", "part_sek": 40, "reason": "known"}, ""),
        ({"verdict": "none", "text": "Drift."}, "reason"),
        ({"verdict": "none", "reason": "known"}, ""),
        ({"changed": True, "reason": "known"}, "changed"),
        ({"asked_sek": 0}, ""),
    ],
)
def test_a_line_says_what_it_lacks(values: dict[str, Any], lack: str) -> None:
    line = CheckedLine(**{"number": 1, "asked_sek": 100, **values})
    assert lacks(line, {"known"}) == lack


def test_a_call_without_codes_takes_words() -> None:
    line = CheckedLine(number=1, asked_sek=100, verdict="none", text="Drift.")
    assert lacks(line, ()) == ""
    assert lacks(CheckedLine(number=1, asked_sek=100, verdict="none", text=" "), ()) == "reason"


def test_an_amount_says_whether_it_is_all_or_a_part() -> None:
    assert outcome_for(0, 100) is None
    assert outcome_for(99, 100) is ProposedOutcome.PART
    assert outcome_for(100, 100) is ProposedOutcome.GRANT


@pytest.mark.parametrize("path", ["line.x.verdict", "line.1", "line.1.other", "row.1.text", ""])
def test_a_path_that_names_no_field_of_a_line(path: str) -> None:
    assert line_of(path) is None
    assert line_of(line_path(7, "text")) == (7, "text")


# Through the services -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_case_without_a_budget_is_one_line_and_its_amount_is_proposed() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    (before,) = lines_of(case)
    assert (before.number, before.asked_sek, before.approved_sek) == (0, REQUESTED, 0)
    assert before.organisation == case.lead_id
    check_costs(case, scenario.officer, 300_000)
    (line,) = lines_of(case)
    assert (line.approved_sek, line.allotted_sek, line.text) == (
        300_000,
        300_000,
        "Kostnaden godtas inte.",
    )
    assert cost_check(case).total.left_sek == 300_000


@pytest.mark.django_db
def test_what_a_joint_case_without_a_budget_asks_for_is_common() -> None:
    scenario = Scenario()
    case = scenario.submitted(partners=(OrganisationFactory(),))
    assert [line.organisation for line in lines_of(case)] == [None]


@pytest.mark.django_db
def test_each_save_is_in_the_journal_and_makes_the_person_an_assessor() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    services.declare_conflict(application=case, actor=scenario.colleague, has_conflict=False)
    say(case, scenario.colleague, 0, verdict="none", text="Löpande drift hos Anna.")
    events = [
        event
        for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))
        if event.name == "line.assessed"
    ]
    assert [json.loads(event.payload)["verdict"] for event in events] == ["none", "none"]
    assert all("Anna" not in event.payload for event in events)
    assert events[-1].texts.get().text == "Löpande drift hos Anna."
    assert scenario.colleague.pk in selectors.assessors_of(case)


@pytest.mark.django_db
def test_the_same_again_makes_no_version_and_another_base_is_told() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    for person in (scenario.officer, scenario.colleague):
        services.declare_conflict(application=case, actor=person, has_conflict=False)
    path = line_path(0, "text")
    first = save_cost_field(application=case, path=path, text="Ett", base=0, actor=scenario.officer)
    again = save_cost_field(
        application=case, path=path, text="Ett", base=0, actor=scenario.colleague
    )
    assert (first.number, again.number) == (1, 1)
    with pytest.raises(ValueChanged):
        save_cost_field(application=case, path=path, text="Två", base=0, actor=scenario.colleague)


@pytest.mark.django_db
def test_an_organisation_that_is_not_found_to_fail_is_not_refused() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    with pytest.raises(ReviewRefused) as caught:
        services.refuse_failing(application=case, organisation=case.lead_id, actor=scenario.officer)
    assert caught.value.code == "meets"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "full", "approved_sek": 99},
        {"verdict": "full", "approved_sek": None},
        {"verdict": "none", "approved_sek": None},
        {"verdict": "none", "approved_sek": 1},
        {"verdict": "part", "part_sek": 100, "approved_sek": 100},
        {"verdict": "part", "part_sek": 50, "approved_sek": 49},
        {"verdict": "", "approved_sek": 100},
        {"verdict": "full", "approved_sek": 100, "allotted_sek": 101},
        {"verdict": "full", "approved_sek": 100, "allotted_sek": -1},
        {"verdict": "", "approved_sek": None, "allotted_sek": 0},
        {"verdict": "all", "approved_sek": 100},
        {"verdict": "part", "part_sek": 0, "approved_sek": None},
    ],
)
def test_the_database_refuses_amounts_that_the_verdict_does_not_say(
    changes: dict[str, Any],
) -> None:
    case = Scenario().submitted()
    with pytest.raises(IntegrityError), transaction.atomic():
        LineAssessment.objects.create(
            application=case,
            number=0,
            version=0,
            asked_sek=100,
            assessed_by=acting_for(OrganisationFactory()),
            assessed_at=timezone.now(),
            **changes,
        )


@pytest.mark.django_db
def test_the_database_refuses_one_with_a_conflict_to_judge_a_line() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    partial = staff(case.call.agency, Role.CASE_OFFICER)
    ConflictDeclarationFactory(application=case, user=partial, has_conflict=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        LineAssessment.objects.create(
            application=case,
            number=0,
            version=0,
            asked_sek=100,
            assessed_by=partial,
            assessed_at=timezone.now(),
        )


# Two at once --------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_on_one_line_one_is_told() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    people = (scenario.officer, scenario.colleague)
    for person in people:
        services.declare_conflict(application=case, actor=person, has_conflict=False)

    def write(person: Any) -> str:
        try:
            save_cost_field(
                application=case,
                path=line_path(0, "text"),
                text=f"Text av {person.pk}",
                base=0,
                actor=person,
            )
        except ValueChanged as changed:
            return changed.theirs.text
        return ""

    told = in_threads(*(lambda person=person: write(person) for person in people))
    row = LineAssessment.objects.get(application=case)
    assert sorted(told) == ["", row.text]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_proposal_made_while_a_line_changes_says_what_one_of_them_says() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    for person in (scenario.officer, scenario.colleague):
        services.declare_conflict(application=case, actor=person, has_conflict=False)
    check_costs(case, scenario.officer, 300_000)

    def propose() -> None:
        services.propose(
            application=case,
            actor=scenario.officer,
            outcome=ProposedOutcome.GRANT,
            reasons="Ja.",
        )

    in_threads(propose, lambda: say(case, scenario.colleague, 0, verdict="full"))
    proposal = Proposal.objects.get()
    total = cost_check(fresh(case)).total.left_sek
    assert total == REQUESTED
    assert proposal.amount_sek in (300_000, REQUESTED)
    stands = selectors.proposal_stands(fresh(case), proposal)
    assert stands is (proposal.amount_sek == total)
