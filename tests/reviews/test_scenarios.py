"""Distributing a frame: nobody above what was approved, all together never above the frame."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.checks.scenarios import (
    Candidate,
    Method,
    PotKey,
    PotWeight,
    Rules,
    cut_lines,
    distribute,
    effect_of,
    split,
)

AMOUNT = st.integers(0, 3_000_000)
FRAME = st.integers(0, 12_000_000)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 12))
    found = []
    for number in range(1, count + 1):
        asked = draw(st.integers(1, 3_000_000))
        found.append(
            Candidate(
                application=number,
                asked_sek=asked,
                approved_sek=draw(st.integers(0, asked)),
                points=draw(st.integers(0, 12)),
                order=number,
                county=draw(st.sampled_from(["01", "12", "25"])),
                kind=draw(st.sampled_from(["municipality", "region"])),
                population=draw(st.none() | st.integers(1, 100_000)),
                county_population=draw(st.none() | st.integers(1, 2_000_000)),
                first_time=draw(st.booleans()),
            )
        )
    return found


RULES = st.builds(
    Rules,
    method=st.sampled_from(Method),
    ceiling_sek=st.none() | AMOUNT,
    ceiling_percent=st.none() | st.integers(1, 100),
    floor_sek=st.just(0) | st.integers(0, 400_000),
    base_sek=st.integers(0, 500_000),
    pots=st.none() | st.sampled_from(PotKey),
    weight=st.sampled_from(PotWeight),
)


def one(number: int, approved: int, points: int = 0, **more: object) -> Candidate:
    values = {"county": "01", "kind": "municipality", "order": number, **more}
    return Candidate(number, approved, approved, points, **values)  # type: ignore[arg-type]


@given(candidates(), FRAME, RULES)
def test_never_above_the_frame_nor_above_what_was_approved(
    found: list[Candidate], frame: int, rules: Rules
) -> None:
    amounts = distribute(found, frame_sek=frame, rules=rules)
    assert set(amounts) == {each.application for each in found}
    assert sum(amounts.values()) <= frame
    for each in found:
        assert 0 <= amounts[each.application] <= rules.most(each) <= each.approved_sek


@given(candidates(), FRAME, st.integers(0, 2_000_000), RULES)
def test_more_frame_gives_nobody_less_under_ranking_without_pots(
    found: list[Candidate], frame: int, more: int, rules: Rules
) -> None:
    rules = replace(rules, method=Method.RANKING, pots=None)
    small = distribute(found, frame_sek=frame, rules=rules)
    large = distribute(found, frame_sek=frame + more, rules=rules)
    assert all(small[key] <= large[key] for key in small)


@given(candidates(), FRAME, RULES)
def test_who_gets_anything_gets_at_least_the_floor(
    found: list[Candidate], frame: int, rules: Rules
) -> None:
    amounts = distribute(found, frame_sek=frame, rules=rules)
    for each in found:
        given_sek = amounts[each.application]
        assert given_sek == 0 or given_sek >= rules.least(each)


@given(candidates(), FRAME, RULES, st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_given_does_not_matter(
    found: list[Candidate], frame: int, rules: Rules, random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert distribute(shuffled, frame_sek=frame, rules=rules) == distribute(
        found, frame_sek=frame, rules=rules
    )


@given(candidates(), FRAME)
def test_proportional_uses_the_whole_frame_or_grants_all(
    found: list[Candidate], frame: int
) -> None:
    amounts = distribute(found, frame_sek=frame, rules=Rules(method=Method.PROPORTIONAL))
    assert sum(amounts.values()) == min(frame, sum(each.approved_sek for each in found))


@given(candidates(), FRAME, RULES)
def test_rules_and_candidates_come_back_as_they_were_written(
    found: list[Candidate], frame: int, rules: Rules
) -> None:
    assert Rules.of(rules.document()) == rules
    assert [Candidate.of(each.document()) for each in found] == found


@given(candidates(), FRAME, RULES)
def test_the_groups_of_an_effect_add_up_to_it(
    found: list[Candidate], frame: int, rules: Rules
) -> None:
    amounts = distribute(found, frame_sek=frame, rules=rules)
    effect = effect_of(found, amounts, frame_sek=frame, populations={"01": 2_000_000})
    for groups in (effect.counties, effect.kinds):
        assert sum(each.amount_sek for each in groups) == effect.amount_sek
        assert sum(each.granted for each in groups) == effect.granted
        assert sum(each.candidates for each in groups) == effect.candidates == len(found)
    assert effect.left_sek >= 0
    assert effect.in_full <= effect.granted


@given(st.lists(AMOUNT, max_size=8), st.integers(0, 100))
def test_lines_are_cut_to_the_krona_and_none_grows(lines: list[int], percent: int) -> None:
    amount = sum(lines) * percent // 100
    cut = cut_lines(lines, amount)
    assert sum(cut) == amount
    assert all(0 <= after <= before for after, before in zip(cut, lines, strict=True))


def test_lines_are_not_cut_to_more_than_they_are() -> None:
    with pytest.raises(ValueError, match="101"):
        cut_lines([100], 101)


@given(AMOUNT, st.lists(st.integers(0, 1_000_000), min_size=1, max_size=10))
def test_a_split_adds_up(whole: int, weights: list[int]) -> None:
    parts = split(whole, weights)
    assert sum(parts) == (whole if sum(weights) else 0)


def _amounts(found: Sequence[Candidate], frame: int, rules: Rules) -> list[int]:
    amounts = distribute(found, frame_sek=frame, rules=rules)
    return [amounts[each.application] for each in found]


def test_ranking_goes_down_to_the_frame_and_stops() -> None:
    found = [one(1, 100, 3), one(2, 100, 9), one(3, 100, 5), one(4, 10, 1)]
    assert _amounts(found, 250, Rules(method=Method.RANKING)) == [50, 100, 100, 0]


def test_what_is_left_at_the_line_is_not_given_below_the_floor() -> None:
    found = [one(1, 100, 9), one(2, 100, 5), one(3, 10, 1)]
    assert _amounts(found, 140, Rules(method=Method.RANKING, floor_sek=60)) == [100, 0, 0]


def test_the_first_received_goes_before_on_equal_points() -> None:
    found = [one(1, 100, 5, order=2), one(2, 100, 5, order=1)]
    assert _amounts(found, 100, Rules(method=Method.RANKING)) == [0, 100]


def test_proportional_cuts_all_alike() -> None:
    found = [one(1, 100), one(2, 300)]
    assert _amounts(found, 200, Rules(method=Method.PROPORTIONAL)) == [50, 150]


def test_proportional_cuts_nobody_below_the_floor() -> None:
    found = [one(1, 100), one(2, 300)]
    assert _amounts(found, 200, Rules(method=Method.PROPORTIONAL, floor_sek=80)) == [80, 120]


def test_where_the_floors_do_not_fit_the_lowest_ranked_get_nothing() -> None:
    found = [one(1, 100, 1), one(2, 100, 9)]
    assert _amounts(found, 110, Rules(method=Method.PROPORTIONAL, floor_sek=80)) == [0, 100]


def test_a_ceiling_holds_in_kronor_and_in_per_cent() -> None:
    found = [one(1, 1_000), one(2, 100)]
    rules = Rules(method=Method.RANKING, ceiling_sek=700, ceiling_percent=50)
    assert _amounts(found, 10_000, rules) == [500, 50]


def test_each_county_has_its_pot_and_what_it_does_not_need_goes_on() -> None:
    found = [
        one(1, 100, 9, county="01"),
        one(2, 100, 8, county="01"),
        one(3, 40, 1, county="12"),
    ]
    rules = Rules(method=Method.RANKING, pots=PotKey.COUNTY, weight=PotWeight.EQUAL)
    assert _amounts(found, 200, rules) == [100, 60, 40]


def test_pots_by_population_follow_the_inhabitants() -> None:
    found = [
        one(1, 900, county="01", county_population=300),
        one(2, 900, county="12", county_population=100),
    ]
    rules = Rules(method=Method.RANKING, pots=PotKey.COUNTY, weight=PotWeight.POPULATION)
    assert _amounts(found, 400, rules) == [300, 100]


def test_an_equal_share_and_then_by_population() -> None:
    found = [one(1, 1_000, population=300), one(2, 1_000, population=100), one(3, 1_000)]
    rules = Rules(method=Method.BASE_AND_POPULATION, base_sek=100)
    assert _amounts(found, 700, rules) == [400, 200, 100]


def test_where_the_equal_shares_do_not_fit_they_are_made_smaller() -> None:
    found = [one(1, 1_000, population=300), one(2, 1_000, population=100)]
    rules = Rules(method=Method.BASE_AND_POPULATION, base_sek=100)
    assert _amounts(found, 100, rules) == [50, 50]


def test_money_for_each_inhabitant_is_in_ore() -> None:
    found = [one(1, 1_000, county="01")]
    effect = effect_of(found, {1: 1_000}, frame_sek=1_000, populations={"01": 3_000, "12": 500})
    stockholm, sodermanland = effect.counties
    assert stockholm.per_inhabitant_ore == 33
    assert sodermanland.per_inhabitant_ore == 0
    assert effect.counties_reached == 1
