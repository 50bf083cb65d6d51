"""Register numbers: in the agency's pattern, without gaps."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.transaction import TransactionManagementError

from core.models import Agency, NumberSeries, validate_register_pattern
from core.services.numbering import next_register_number
from tests.core.concurrency import in_threads


@pytest.mark.django_db
def test_numbers_follow_the_agencys_pattern(agency: Agency) -> None:
    assert next_register_number(agency=agency, year=2024) == "801-1-2024"
    agency.register_pattern = "{year}/{number:05}"
    assert next_register_number(agency=agency, year=2024) == "2024/00002"


@pytest.mark.django_db
def test_an_agency_without_a_series_has_no_divider_before_its_numbers(agency: Agency) -> None:
    agency.series = ""
    assert next_register_number(agency=agency, year=2024) == "1-2024"


@pytest.mark.django_db
def test_each_agency_and_year_counts_by_itself(agency: Agency) -> None:
    other = Agency.objects.create(code="annan", name_sv="a", name_en="a", short="A", series="9")
    numbers = [
        next_register_number(agency=who, year=year)
        for who, year in ((agency, 2023), (agency, 2024), (other, 2024), (agency, 2024))
    ]
    assert numbers == ["801-1-2023", "801-1-2024", "9-1-2024", "801-2-2024"]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_gives_the_number_back(agency: Agency) -> None:
    for _ in range(2):
        with transaction.atomic():
            assert next_register_number(agency=agency, year=2024) == "801-1-2024"
            transaction.set_rollback(True)
    with transaction.atomic():
        assert next_register_number(agency=agency, year=2024) == "801-1-2024"


@pytest.mark.django_db(transaction=True)
def test_no_number_is_taken_outside_a_transaction(agency: Agency) -> None:
    with pytest.raises(TransactionManagementError):
        next_register_number(agency=agency, year=2024)
    assert not NumberSeries.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_numbers_without_gaps(agency: Agency) -> None:
    def take(rolled_back: int) -> list[str]:
        numbers = []
        for turn in range(5):
            with transaction.atomic():
                number = next_register_number(agency=agency, year=2024)
                if turn == rolled_back:
                    transaction.set_rollback(True)
                else:
                    numbers.append(number)
        return numbers

    taken = in_threads(*[lambda turn=turn: take(turn) for turn in range(5)])
    numbers = sorted(int(number.split("-")[1]) for some in taken for number in some)
    assert numbers == list(range(1, 21))


@pytest.mark.parametrize(
    "pattern", ["{series}-{number}-{year}", "{year}:{number:04}", "{number}/{year}"]
)
def test_patterns_that_number_every_case(pattern: str) -> None:
    validate_register_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "{number}", "{year}", "{series}-{year}", "{number}-{year}-{case}", "{number}-{year", "{}",
     "{number}-{year.x}", "{number}-{year:x!}"],
)  # fmt: skip
def test_patterns_that_do_not(pattern: str) -> None:
    with pytest.raises(ValidationError):
        validate_register_pattern(pattern)
