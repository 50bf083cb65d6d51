"""The page on how many inhabitants the municipalities have."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.enums import JournalKind
from core.models import Event, Municipality
from tests.reviews.distributing import Round

pytestmark = pytest.mark.django_db

SWEDISH = "kommunkod;kommun;folkmängd\n114;Upplands Väsby;51 000\n2584;Kiruna;22100\n"


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(Round().officer)
    return client


def sent(client: Client, text: str, on: str = "2025-12-31") -> str:
    file = SimpleUploadedFile("folk.csv", text.encode("utf-8-sig"), content_type="text/csv")
    answer = client.post(reverse("populations"), {"on": on, "file": file}, follow=True)
    return answer.content.decode().replace("\xa0", " ")


def known() -> dict[str, int | None]:
    rows = Municipality.objects.filter(population__isnull=False)
    return dict(rows.values_list("code", "population"))


def test_an_officer_comes_from_the_distributions_and_sets_what_a_spreadsheet_saved(
    officer: Client,
) -> None:
    assert reverse("populations") in officer.get(reverse("distribution-list")).content.decode()
    empty = officer.get(reverse("populations")).content.decode()
    assert "Antalet invånare är inte känt i" in empty
    page = sent(officer, SWEDISH)
    assert known() == {"0114": 51_000, "2584": 22_100}
    assert Municipality.objects.get(code="2584").population_on == date(2025, 12, 31)
    assert "Antalet invånare är satt för 2 kommuner." in page
    assert "51 000" in page
    event = Event.objects.get(name="register.populations_set")
    assert event.journal.kind == JournalKind.INSTALLATION


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a;b\n1;2\n", "kommunkod"),
        ("kommunkod;folkmängd\n0114;1\n9999;2\n", "Rad 3"),
        ("kommunkod;folkmängd\n0114;1\n114;2\n", "två gånger"),
        ("kommunkod;folkmängd\n0114;många\n", "många"),
        ("kommunkod;folkmängd\n0114\n", "Rad 2"),
        ("kommunkod;folkmängd\n0114;" + "9" * 5_000 + "\n", "Rad 2"),
        ("kommunkod;folkmängd\n0114;" + "9" * 1_040_000 + "\n", "Rad"),
        ("", "Filen"),
    ],
)
def test_a_file_with_a_fault_sets_nothing_and_says_which_line(
    officer: Client, text: str, says: str
) -> None:
    page = sent(officer, text)
    assert says in page
    assert "ds-error-summary" in page
    assert known() == {}


def test_a_day_to_come_is_refused(officer: Client) -> None:
    assert "Välj en dag som har varit." in sent(officer, SWEDISH, on="2999-12-31")
    assert known() == {}


def test_the_page_asks_the_register_once(
    officer: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    officer.get(reverse("populations"))
    with django_assert_max_num_queries(8):
        officer.get(reverse("populations"))
