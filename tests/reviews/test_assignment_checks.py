"""Spreading cases: even loads, nobody with a conflict of interest, nobody on leave."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.checks.assignment import OfficerLoad, SpreadBy, WaitingCase, spread

COUNTIES, KINDS = ("01", "03", "14", "25"), ("municipality", "region", "association")


@st.composite
def cases_to_give(draw: st.DrawFn, most: int = 40) -> list[WaitingCase]:
    number = draw(st.integers(0, most))
    return [
        WaitingCase(each, draw(st.sampled_from(COUNTIES)), draw(st.sampled_from(KINDS)))
        for each in range(number)
    ]


@st.composite
def situations(
    draw: st.DrawFn, most_cases: int = 25, most_officers: int = 5
) -> tuple[list[WaitingCase], list[OfficerLoad]]:
    cases = draw(cases_to_give(most_cases))
    ids = [each.id for each in cases]
    some = st.frozensets(st.sampled_from(ids)) if ids else st.just(frozenset())
    officers = [
        OfficerLoad(100 + n, draw(st.integers(0, 8)), draw(some), draw(st.booleans()))
        for n in range(draw(st.integers(1, most_officers)))
    ]
    return cases, officers


by_all = st.sampled_from(SpreadBy)


@given(cases_to_give(), st.integers(1, 7), st.integers(0, 5), by_all)
def test_equal_loads_and_no_conflicts_end_with_loads_that_differ_by_at_most_one(
    cases: list[WaitingCase], number: int, load: int, by: SpreadBy
) -> None:
    found = spread(cases, [OfficerLoad(n, load) for n in range(number)], by=by)
    counts = [list(found.given.values()).count(n) for n in range(number)]
    assert sum(counts) == len(cases)
    assert max(counts) - min(counts) <= 1
    assert found.left == ()


@given(cases_to_give(), st.lists(st.integers(0, 30), min_size=1, max_size=6), by_all)
def test_without_conflicts_no_one_who_is_given_a_case_ends_two_above_another(
    cases: list[WaitingCase], loads: list[int], by: SpreadBy
) -> None:
    found = spread(cases, [OfficerLoad(n, load) for n, load in enumerate(loads)], by=by)
    after = [load + list(found.given.values()).count(n) for n, load in enumerate(loads)]
    for n in set(found.given.values()):
        assert after[n] - min(after) <= 1


@given(situations(), by_all)
def test_nobody_on_leave_or_with_a_conflict_is_given_a_case_and_each_case_has_one_answer(
    situation: tuple[list[WaitingCase], list[OfficerLoad]], by: SpreadBy
) -> None:
    cases, officers = situation
    found = spread(cases, officers, by=by)
    by_id = {each.id: each for each in officers}
    for case, officer in found.given.items():
        assert not by_id[officer].on_leave
        assert case not in by_id[officer].shut_out
    assert sorted([*found.given, *found.left]) == [each.id for each in cases]
    for case in found.left:
        assert not any(each.may_have(case) for each in officers)


@settings(max_examples=60)
@given(situations(most_cases=5, most_officers=3), by_all)
def test_no_other_way_gives_more_even_loads(
    situation: tuple[list[WaitingCase], list[OfficerLoad]], by: SpreadBy
) -> None:
    """Held against every way there is: the sum of squares is the least."""
    cases, officers = situation
    found = spread(cases, officers, by=by)
    able = [each for each in officers if not each.on_leave]
    choices = [[each.id for each in able if each.may_have(case)] for case in sorted(found.given)]

    def unevenness(chosen: tuple[int, ...]) -> int:
        return sum((each.load + chosen.count(each.id)) ** 2 for each in able)

    best = min((unevenness(way) for way in product(*choices)), default=0)
    assert unevenness(tuple(found.given[case] for case in sorted(found.given))) == best


def test_by_county_one_officer_is_given_a_countys_cases_as_far_as_loads_allow() -> None:
    cases = [WaitingCase(n, "01" if n % 2 else "14", "region") for n in range(8)]
    found = spread(cases, [OfficerLoad(1, 0), OfficerLoad(2, 0)], by=SpreadBy.COUNTY)
    whose = {
        case.county: {found.given[each.id] for each in cases if each.county == case.county}
        for case in cases
    }
    assert whose == {"01": {1}, "14": {2}}


def test_by_kind_the_same() -> None:
    cases = [WaitingCase(n, "01", KINDS[n % 2]) for n in range(6)]
    found = spread(cases, [OfficerLoad(1, 0), OfficerLoad(2, 0)], by=SpreadBy.KIND)
    assert {found.given[n] for n in (0, 2, 4)} != {found.given[n] for n in (1, 3, 5)}
    assert len({found.given[n] for n in (0, 2, 4)}) == 1


def test_who_has_more_in_hand_is_given_fewer() -> None:
    cases = [WaitingCase(n, "01", "region") for n in range(4)]
    found = spread(cases, [OfficerLoad(1, 5), OfficerLoad(2, 1)], by=SpreadBy.LOAD)
    assert set(found.given.values()) == {2}


def test_nobody_chosen_leaves_every_case() -> None:
    cases = [WaitingCase(1, "01", "region")]
    assert spread(cases, [], by=SpreadBy.LOAD).left == (1,)
    assert spread(cases, [OfficerLoad(1, 0, on_leave=True)], by=SpreadBy.LOAD).left == (1,)


def test_a_conflict_is_met_by_letting_another_case_go_the_other_way() -> None:
    """Case 0 can only be had by officer 1, who then leaves case 1 to officer 2."""
    cases = [WaitingCase(0, "01", "region"), WaitingCase(1, "01", "region")]
    officers = [OfficerLoad(1, 0), OfficerLoad(2, 0, frozenset({0}))]
    for by in SpreadBy:
        assert spread(cases, officers, by=by).given == {0: 1, 1: 2}
