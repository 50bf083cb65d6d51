"""What others have said of a case, readable on its page: opinions and supervision decisions."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from core.models import County
from reviews.enums import Recommendation
from reviews.models import SupervisionDecision
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    ConflictDeclarationFactory,
    CountyFactory,
    OpinionFactory,
    OrganisationFactory,
    staff,
)
from tests.factories.assessing import assessed_call
from tests.portal.html import Page

pytestmark = pytest.mark.django_db


class Scene:
    """A case with partners in several counties, of a call that asks their boards."""

    def __init__(self, partners: int = 0) -> None:
        self.call = assessed_call(asks_opinion=True)
        self.officer = staff(self.call.agency, Role.CASE_OFFICER)
        self.analyst = staff(self.call.agency, Role.CONTROLLER)
        self.counties = list(County.objects.order_by("position")[: partners + 1]) or [
            CountyFactory(code="14")
        ]
        organisations = [
            OrganisationFactory(name=f"Kommun {number:02}", county=county)
            for number, county in enumerate(self.counties)
        ]
        self.lead = organisations[0]
        self.case = ApplicationFactory(
            call=self.call,
            lead=self.lead,
            partners=organisations[1:],
            received_at=timezone.now(),
            assigned_to=self.officer,
        )
        self.address = reverse("case-outside", args=[self.case.pk])

    def supervised(self, number: int, **fields: Any) -> None:
        SupervisionDecision.objects.create(
            **{
                "agency": self.call.agency,
                "organisation": self.lead,
                "authority": "IVO",
                "number": f"8.5-{number}",
                "decided_on": timezone.localdate(),
                "adverse": True,
                "summary": "Brister i handläggningen.",
                "entered_by": self.officer,
                "entered_at": timezone.now(),
                **fields,
            }
        )


def test_every_board_stands_with_its_state_reasons_and_date(get: Any) -> None:
    scene, today = Scene(partners=5), timezone.localdate()
    said = {
        0: {"recommendation": Recommendation.NOT_RECOMMENDED, "reasons": "Behovet är litet."},
        1: {"recommendation": Recommendation.NO_OPINION},
        2: {"due_on": today - timedelta(days=1)},
        3: {"due_on": today},
    }
    for number, fields in said.items():
        if "recommendation" in fields:
            fields |= {"given_at": timezone.now(), "answers": {"knowledge": "Vi vet lite."}}
        OpinionFactory(application=scene.case, county=scene.counties[number], **fields)
    scene.supervised(1)
    page: Page = get(scene.address, scene.officer)
    assert page.faults() == []
    rows = {row[0]: row[1:] for row in page.rows("case-opinions")}
    names = [each.name for each in scene.counties]
    assert set(rows) == set(names)
    assert rows[names[0]][0] == "Not recommended"
    assert "Behovet är litet." in rows[names[0]][1]
    assert "Vi vet lite." in rows[names[0]][1]
    assert rows[names[0]][2] == today.isoformat()
    assert rows[names[1]][0] == "No opinion"
    assert rows[names[2]][0].startswith("Overdue")
    assert rows[names[3]][0] == "Asked for an opinion"
    assert today.isoformat() in rows[names[3]][2]
    assert rows[names[4]][0] == rows[names[5]][0] == "Not asked yet"
    (decision,) = page.rows("supervision")
    assert "Brister i handläggningen." in decision[-1]
    assert page.all(f"a[href='{reverse('case-opinions', args=[scene.case.pk])}']")


def test_it_is_fetched_into_the_page_of_the_case_or_followed_as_a_link(get: Any) -> None:
    scene = Scene()
    case_page: Page = get(reverse("application-detail", args=[scene.case.pk]), scene.analyst)
    assert case_page.faults() == []
    part = case_page.one("#outside")
    assert part.get("hx-get") == scene.address
    assert part.get("hx-select") == "#outside"
    assert part.xpath(".//a/@href") == [scene.address]
    page: Page = get(scene.address, scene.analyst)
    # Who may not ask the boards is not led to where they are asked.
    assert not page.all(f"a[href='{reverse('case-opinions', args=[scene.case.pk])}']")
    assert page.all("#outside #case-opinions")


def test_a_call_that_asks_nobody_says_so(get: Any) -> None:
    scene = Scene()
    scene.call.asks_opinion = False
    scene.call.save(update_fields=["asks_opinion"])
    page: Page = get(scene.address, scene.officer)
    assert "does not ask county boards" in page.text("#outside")
    assert "No supervision decision is entered" in page.text("#outside")


def test_others_and_those_with_a_conflict_find_nothing(client: Client) -> None:
    scene = Scene()
    elsewhere = staff(AgencyFactory(), Role.CASE_OFFICER)
    shut = staff(scene.call.agency, Role.CASE_OFFICER)
    ConflictDeclarationFactory(application=scene.case, user=shut, has_conflict=True)
    for person in (elsewhere, shut, staff(scene.call.agency, Role.ADMINISTRATOR)):
        client.force_login(person)
        assert client.get(scene.address).status_code == 404


@pytest.mark.parametrize("partners", [1, 19])
def test_it_asks_as_often_for_twenty_boards_as_for_one(
    client: Client, partners: int, django_assert_num_queries: Any
) -> None:
    scene = Scene(partners=partners)
    for number, county in enumerate(scene.counties[:-1]):
        OpinionFactory(application=scene.case, county=county)
        scene.supervised(number)
    client.force_login(scene.officer)
    case_page = reverse("application-detail", args=[scene.case.pk])
    for address, number in ((scene.address, 9), (case_page, 11)):
        client.get(address)
        with django_assert_num_queries(number):
            client.get(address)
