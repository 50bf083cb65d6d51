"""Days when agencies work: what is due on another is due on the next of them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.checks.working_days import easter_sunday, is_holiday, is_working_day, working_day_from

DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 1))
LONGEST = 5
"""Days at most without work: from Christmas Eve on a Wednesday to the Sunday after."""


@given(DAYS)
def test_it_is_the_first_working_day_from_then_on(day: date) -> None:
    found = working_day_from(day)
    assert is_working_day(found)
    assert timedelta(0) <= found - day <= LONGEST * DAY
    passed = [day + n * DAY for n in range((found - day).days)]
    assert not any(is_working_day(each) for each in passed), "a working day was passed by"
    assert (found == day) == is_working_day(day)
    assert working_day_from(found) == found


@given(DAYS, st.integers(0, 60))
def test_a_later_day_is_never_due_before_an_earlier(day: date, more: int) -> None:
    assert working_day_from(day) <= working_day_from(day + more * DAY)


@given(st.integers(2000, 2099))
def test_a_year_has_its_holidays(year: int) -> None:
    easter = easter_sunday(year)
    assert easter.weekday() == 6
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)
    days = [date(year, 1, 1) + n * DAY for n in range(366)]
    holidays = [day for day in days if day.year == year and is_holiday(day)]
    # Eight on fixed days, Good Friday, Easter with its Monday, Ascension Day, Whit Sunday,
    # Midsummer's Eve and All Saints' Day; two of them may fall on one day.
    assert 13 <= len(holidays) <= 15
    [midsummers_eve] = [day for day in holidays if day.month == 6 and 19 <= day.day <= 25]
    assert midsummers_eve.weekday() == 4
