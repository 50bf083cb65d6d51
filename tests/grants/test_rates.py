"""Reference rates entered since the register was made: what may be entered, and what it gives."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from applicants.models import User
from core.models import Agency, Event
from grants.content.interest import Demand, Interest, half_year, interest, reference_rates
from grants.models import ReferenceRate
from grants.selectors.rates import first_missing, next_half_year, rates_known
from grants.services.rates import RateRefused, add_rate, withdraw_rate
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, UserFactory, staff

NEWEST = next_half_year(max(reference_rates()))


@pytest.fixture
def agency(db: None) -> Agency:
    found: Agency = AgencyFactory()
    return found


@pytest.fixture
def controller(agency: Agency) -> User:
    return staff(agency, Role.CONTROLLER)


def enter(agency: Agency, actor: User, from_on: date = NEWEST, hundredths: int = 250) -> str:
    """What it is refused for; "" where it is entered."""
    try:
        add_rate(agency=agency, from_on=from_on, hundredths=hundredths, actor=actor)
    except RateRefused as refused:
        return refused.code
    return ""


def test_the_interest_goes_on_with_the_rate_that_is_entered(
    agency: Agency, controller: User
) -> None:
    due = date(NEWEST.year, NEWEST.month, 1)
    demands = [Demand(due, 365_000)]
    until = date(due.year, due.month, 11)
    assert interest(demands, [], until, rates_known()) == Interest(0, date(due.year, due.month, 2))
    assert enter(agency, controller) == ""
    # 2,50 + 8 percent of 365 000 kr is 105 kr a day.
    assert interest(demands, [], until, rates_known()) == Interest(1_050)


@pytest.mark.parametrize(
    ("from_on", "hundredths", "code"),
    [
        (date(2025, 2, 1), 250, "day"),
        (date(2099, 1, 1), 250, "early"),
        (NEWEST, 260, "step"),
        (NEWEST, 25_000, "range"),
        (NEWEST, -10_000, "range"),
        (date(2013, 1, 1), 250, "known"),
    ],
)
def test_what_cannot_be_a_rate_is_refused(
    agency: Agency, controller: User, from_on: date, hundredths: int, code: str
) -> None:
    assert enter(agency, controller, from_on, hundredths) == code
    assert not ReferenceRate.objects.exists()


def test_one_rate_a_half_year_until_it_is_withdrawn(agency: Agency, controller: User) -> None:
    enter(agency, controller)
    assert enter(agency, controller, hundredths=300) == "known"
    rate = ReferenceRate.objects.get()
    withdraw_rate(agency=agency, rate=rate, actor=controller)
    with pytest.raises(RateRefused):
        withdraw_rate(agency=agency, rate=rate, actor=controller)
    assert NEWEST not in rates_known()
    assert enter(agency, controller, hundredths=300) == ""
    assert rates_known()[NEWEST] == 300
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == [
        "reference_rate.entered", "reference_rate.withdrawn", "reference_rate.entered",
    ]  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_controllers_and_administrators_of_the_agency_enter_them(
    agency: Agency, role: Role
) -> None:
    may = role in (Role.CONTROLLER, Role.ADMINISTRATOR)
    person, elsewhere = staff(agency, role), staff(AgencyFactory(), role)
    for other in (elsewhere, UserFactory()):
        with pytest.raises(PermissionDenied):
            enter(agency, other)
    if may:
        assert enter(agency, person) == ""
    else:
        with pytest.raises(PermissionDenied):
            enter(agency, person)


def test_the_database_lets_nobody_change_one(agency: Agency, controller: User) -> None:
    enter(agency, controller)
    for sql in (
        "UPDATE grants_referencerate SET hundredths = 900",
        "DELETE FROM grants_referencerate",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_entered() -> None:
    agency = AgencyFactory()
    controller, other = staff(agency, Role.CONTROLLER), staff(agency, Role.CONTROLLER)
    done = in_threads(lambda: enter(agency, controller), lambda: enter(agency, other))
    assert sorted(done) == ["", "known"]


@given(st.dates(date(2003, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_what_is_missing_is_the_first_half_year_without_a_rate(today: date, known: int) -> None:
    first = date(2002, 7, 1)
    rates: dict[date, int] = {}
    for _each in range(known + 1):
        rates[first] = 0
        first = next_half_year(first)
    missing = first_missing(rates, today)
    if half_year(today) in rates or today < first:
        assert missing is None
    else:
        assert missing == first
