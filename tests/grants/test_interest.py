"""Interest on what is paid late: by the day, by the half-year's rate, to the whole krona."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grants.content.interest import (
    Demand,
    Interest,
    Settled,
    half_year,
    interest,
    reference_rates,
)

DUE = date(2013, 6, 30)


def test_a_year_at_nine_percent() -> None:
    whole = interest([Demand(DUE, 100_000)], [], date(2014, 6, 30))
    assert whole == Interest(9_000)
    assert interest([Demand(DUE, 100_000)], [], DUE) == Interest(0)
    assert interest([Demand(DUE, 100_000)], [], DUE + timedelta(days=1)) == Interest(25)
    paid = [Settled(date(2013, 12, 31), 100_000)]
    assert interest([Demand(DUE, 100_000)], paid, date(2014, 6, 30)) == Interest(4_537)
    # Paid in time, it bears none; what comes first is settled first.
    assert interest([Demand(DUE, 5)], [Settled(DUE, 5)], date(2020, 1, 1)) == Interest(0)
    assert interest([], [], DUE) == Interest(0)


def test_a_half_year_without_a_rate_is_not_guessed() -> None:
    rates = {date(2013, 7, 1): 100}
    found = interest([Demand(DUE, 100_000)], [], date(2014, 6, 30), rates)
    assert found == Interest(4_537, date(2014, 1, 1))
    assert min(reference_rates()) == date(2002, 7, 1)
    halves = sorted(reference_rates())
    assert [half_year(later - timedelta(days=1)) for later in halves[1:]] == halves[:-1]


DAYS = st.dates(date(2013, 1, 1), date(2016, 12, 31))
AMOUNTS = st.integers(1, 10**7)


@given(
    demands=st.lists(st.builds(Demand, DAYS, AMOUNTS), max_size=3),
    settled=st.lists(st.builds(Settled, DAYS, AMOUNTS), max_size=3),
    until=DAYS,
)
def test_it_is_what_counting_day_by_day_gives(
    demands: list[Demand], settled: list[Settled], until: date
) -> None:
    total, day = Fraction(0), date(2013, 1, 1)
    while day <= until:
        late = sum(each.amount_sek for each in demands if each.due_on < day)
        late -= sum(each.amount_sek for each in settled if each.on < day)
        if late > 0:
            total += Fraction(late * (reference_rates()[half_year(day)] + 800), 365 * 10_000)
        day += timedelta(days=1)
    assert interest(demands, settled, until) == Interest(int(total + Fraction(1, 2)))
