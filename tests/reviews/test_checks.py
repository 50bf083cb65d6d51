"""Requirements and opinions, in pure functions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.checks import Demand, failing, missing, opinions_missing, requirements_met

ENOUGH = frozenset({"met", "begun"})
DEMANDS = [Demand(1, 10, ENOUGH), Demand(1, 20, ENOUGH), Demand(2, 20, frozenset({"met"}))]
ALL_MET = {(1, 10): "met", (1, 20): "begun", (2, 20): "met"}


def met(findings: dict[tuple[int, int], str], amount_sek: int | None = 100) -> bool | None:
    return requirements_met(
        DEMANDS,
        findings,
        organisations=frozenset({10, 20}),
        belongs_sek=60,
        amount_sek=amount_sek,
    )


@pytest.mark.parametrize(
    ("changes", "amount_sek", "expected"),
    [
        ({}, 100, True),
        ({(2, 20): "begun"}, 61, False),
        ({(2, 20): "begun"}, 60, True),
        ({(2, 20): "begun"}, None, None),
        ({(2, 20): "not_met", (1, 10): "not_applicable"}, 1, False),
    ],
)
def test_the_amount_is_whole_or_reduced_to_those_that_meet_the_requirements(
    changes: dict[tuple[int, int], str], amount_sek: int | None, expected: bool | None
) -> None:
    assert met(ALL_MET | changes, amount_sek) is expected


@given(st.sets(st.sampled_from(sorted(ALL_MET))), st.integers(1, 100))
def test_it_is_undetermined_while_anything_is_missing(
    left_out: set[tuple[int, int]], amount_sek: int
) -> None:
    findings = {key: value for key, value in ALL_MET.items() if key not in left_out}
    assert missing(DEMANDS, findings) == len(left_out)
    assert met(findings, amount_sek) is (None if left_out else True)
    assert failing(DEMANDS, findings) == {organisation for _requirement, organisation in left_out}


def test_opinions_are_missing_until_given_or_overdue() -> None:
    due = {"01": date(2013, 1, 31), "14": date(2013, 1, 31)}

    def left(day: int, given: dict[str, bool], month: int = 1) -> int:
        return opinions_missing(
            ["01", "14", "25"], given=given, due=due, today=date(2013, month, day)
        )

    assert left(31, {}) == 3
    assert left(31, {"01": True, "14": False}) == 2
    assert left(1, {}, month=2) == 1
    assert opinions_missing([], given={}, due={}, today=date(2013, 1, 1)) == 0
