"""The waivers that wait, where decision makers find them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from grants.enums import Status
from grants.models import Application
from reviews.enums import WaiverState
from reviews.models import Assessment, RequirementFinding, Waiver
from tests.factories import ConflictDeclarationFactory, staff
from tests.portal.deciders import Desk
from tests.portal.html import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Desk()


def waiver(desk: Desk, case: Application, **fields: Any) -> Waiver:
    return Waiver.objects.create(
        **{
            "application": case,
            "requirement": case.call.requirements.order_by("position")[0],
            "organisation": case.lead,
            "rule": "9 § förordningen",
            "reason": "Kommunen är ny.",
            "asked_by": desk.officer,
            "asked_at": timezone.now(),
            **fields,
        }
    )


def listed(get: Any, desk: Desk, person: Any = None) -> list[str]:
    page: Page = get(reverse("waiver-list"), person or desk.decider)
    assert page.faults() == []
    return [row[1] for row in page.rows("waivers")]


def test_a_waiver_that_waits_is_told_of_among_the_decisions(get: Any, desk: Desk) -> None:
    case = desk.case("Ale kommun", declared=False)
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    page = get(reverse("decision-list"), desk.decider)
    assert not page.all(f"a[href='{reverse('waiver-list')}']")
    assert listed(get, desk) == []
    asked = waiver(desk, case)
    page = get(reverse("decision-list"), desk.decider)
    assert page.faults() == []
    assert "1 waiver waits for your decision" in page.text("main")
    assert page.all(f"a[href='{reverse('waiver-list')}']")
    page = get(reverse("waiver-list"), desk.decider)
    (row,) = page.rows("waivers")
    assert row[0].startswith(case.number)
    assert row[1] == "Ale kommun"
    assert row[3] == "Kommunen är ny."
    code = asked.requirement.code
    link = page.one("#waivers tbody a").get("href")
    assert link == (f"{reverse('case-findings', args=[case.pk])}#f-finding-{code}-{case.lead_id}")
    desk.declare(case)
    assert get(link.partition("#")[0], desk.decider).all(f"#{link.partition('#')[2]}")


def test_only_what_the_person_may_decide_is_listed(get: Any, desk: Desk) -> None:
    elsewhere = Desk()
    waiver(elsewhere, elsewhere.case("Annans kommun"))
    shut = desk.case("Jävs kommun", declared=False)
    waiver(desk, shut)
    ConflictDeclarationFactory(application=shut, user=desk.decider, has_conflict=True)
    waiver(desk, desk.case("Egen begäran"), asked_by=desk.decider)
    judged = desk.case("Eget krav")
    waiver(desk, judged)
    RequirementFinding.objects.filter(application=judged).update(made_by=desk.decider)
    written = desk.case("Eget formulär")
    waiver(desk, written)
    Assessment.objects.create(
        application=written, number=1, officer=desk.decider, begun_at=timezone.now()
    )
    done = {"decided_by": desk.decider, "decided_at": timezone.now()}
    waiver(desk, desk.case("Godkänt"), state=WaiverState.APPROVED, **done)
    waiver(desk, desk.case("Dras bort"), state=WaiverState.WITHDRAWN)
    decided = desk.case("Beslutat")
    waiver(desk, decided)
    Application.objects.filter(pk=decided.pk).update(status=Status.REJECTED)
    waiver(desk, desk.case("Väntar"))
    assert listed(get, desk) == ["Väntar"]
    assert listed(get, elsewhere) == ["Annans kommun"]
    other = staff(desk.agency, Role.DECISION_MAKER)
    found = {"Eget formulär", "Eget krav", "Egen begäran", "Jävs kommun", "Väntar"}
    assert set(listed(get, desk, other)) == found


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_as_often_with_thirty_waivers(
    client: Client, desk: Desk, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        waiver(desk, desk.case(f"Kommun {number}"))
    client.force_login(desk.decider)
    address = reverse("waiver-list")
    assert client.get(address).status_code == 200
    with django_assert_num_queries(6):
        client.get(address)
