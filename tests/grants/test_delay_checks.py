"""Six months and four weeks, by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.checks.delay import answered_by, may_be_asked_from, months_after


@pytest.mark.parametrize(
    ("received", "first"),
    [
        (date(2026, 1, 15), date(2026, 7, 16)),
        (date(2026, 8, 31), date(2027, 3, 1)),
        (date(2027, 8, 31), date(2028, 3, 1)),
        (date(2026, 8, 30), date(2027, 3, 1)),
        (date(2026, 3, 31), date(2026, 10, 1)),
    ],
)
def test_the_first_day_after_six_months(received: date, first: date) -> None:
    assert may_be_asked_from(received) == first


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 30))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_four_weeks_from_the_day_it_came() -> None:
    assert answered_by(date(2026, 3, 2)) == date(2026, 3, 30)
