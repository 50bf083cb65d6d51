"""Reference rates on a page, and what the pages of claims say when the newest is too old."""

from datetime import date

import pytest
from django.urls import reverse

from applicants.enums import Role
from applicants.models import User
from core.models import Agency
from grants.content.interest import reference_rates
from grants.models import ReferenceRate
from grants.selectors.rates import next_half_year
from grants.services.rates import add_rate
from portal.views import rates
from tests.factories import AgencyFactory, staff
from tests.portal.checking import signed_in
from tests.portal.html import Page
from tests.portal.own_cases import shown

pytestmark = pytest.mark.django_db
ADDRESS = "/ekonomi/referensranta/"
NEWEST = next_half_year(max(reference_rates()))


@pytest.fixture
def agency(db: None) -> Agency:
    found: Agency = AgencyFactory()
    return found


@pytest.fixture
def controller(agency: Agency) -> User:
    return staff(agency, Role.CONTROLLER)


def test_a_controller_enters_one_and_takes_it_back(controller: User) -> None:
    client = signed_in(controller)
    assert ADDRESS in shown(client, reverse("claims"))
    assert reverse("reference-rates") == ADDRESS
    client.post(ADDRESS, {"what": "enter", "from_on": NEWEST.isoformat(), "percent": "2,5 %"})
    rate = ReferenceRate.objects.get()
    assert (rate.from_on, rate.hundredths) == (NEWEST, 250)
    page = Page(client.get(ADDRESS))
    assert f"{NEWEST}: 2,50 %" in page.text("main")
    assert not page.faults()
    for _again in range(2):
        client.post(ADDRESS, {"what": "withdraw", "rate": str(rate.pk)})
    rate.refresh_from_db()
    assert rate.withdrawn_by == controller


def test_an_administrator_finds_it_in_the_menu(agency: Agency) -> None:
    client = signed_in(staff(agency, Role.ADMINISTRATOR))
    assert ADDRESS in shown(client, reverse("front-page"))
    assert f'href="{reverse("money")}"' not in shown(client, ADDRESS)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"from_on": "2026-02-01"}, "Ett halvår börjar"),
        ({"percent": "två"}, "Skriv räntan i procent"),
        ({"percent": "2,555"}, "Skriv räntan i procent"),
        ({"percent": "NaN"}, "Skriv räntan i procent"),
        ({"percent": "1e9999"}, "Skriv räntan i procent"),
        ({"percent": "2,25"}, "halva procentenheter"),
        ({"from_on": "2013-01-01"}, "har redan en räntesats"),
    ],
)
def test_what_is_wrong_is_told_and_kept(controller: User, said: dict[str, str], told: str) -> None:
    given = {"what": "enter", "from_on": NEWEST.isoformat(), "percent": "2,50"} | said
    page = Page(signed_in(controller).post(ADDRESS, given))
    assert told in page.text(".ds-error-summary")
    assert page.one("[name=percent]").get("value") == given["percent"]
    assert page.one("[name=from_on]").get("value") == given["from_on"]
    assert not ReferenceRate.objects.exists()


def test_the_warning_goes_when_every_half_year_has_its_rate(
    controller: User, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, today = signed_in(controller), date(NEWEST.year, NEWEST.month, 15)
    monkeypatch.setattr(rates.timezone, "localdate", lambda *_args: today)
    assert f"från {NEWEST} saknas" in shown(client, reverse("claims"))
    add_rate(agency=agency, from_on=NEWEST, hundredths=400, actor=controller)
    assert "saknas" not in shown(client, reverse("claims"))


def test_others_find_nothing(agency: Agency) -> None:
    for role in (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.ANALYST):
        client = signed_in(staff(agency, role))
        assert client.get(ADDRESS).status_code == 404
        assert client.post(ADDRESS, {"what": "enter"}).status_code == 404
