"""Staff on a phone: an officer from the worklist to a proposal, and a county board's opinion."""

import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from reviews.enums import Recommendation
from reviews.models import Opinion, Proposal
from tests.e2e.journeys import PHONE, Person
from tests.e2e.test_round import back, declare, find, press, propose, step
from tests.portal.assessed import Assessed
from tests.reviews.test_opinions import Asking

type SignedIn = Callable[..., Any]


def begun_at(page: Any, name: str) -> Person:
    """Somebody with a phone who has come from the front page to where their work begins."""
    person = Person(page, way="touch")
    person.page.goto("/")
    person.follow(name)
    return person.at(name)


def test_an_officer_comes_from_the_worklist_to_a_proposal(
    transactional_db: None, signed_in_page: SignedIn
) -> None:
    own = Assessed()
    person = begun_at(signed_in_page(own.officer, **PHONE), "Arbetslista")
    person.follow(own.case.number, "main table")
    person.at("Ale kommun")
    step(person, "Prestationskrav", "Jäv")
    declare(person)
    person.at("Prestationskrav")
    find(person, "Uppfyllt")
    back(person, own.case, "Till ärendet")
    step(person, "Kostnadsgranskning", "Kostnader")
    press(person, re.compile("^Godta alla övriga helt"))
    person.page.locator("#section-tag", has_text="Klar").wait_for()
    press(person, "Spara och gå vidare till förslaget")
    propose(person, "Bevilja", "Kraven nås.", "Bevilja: 250 000 kr")
    assert Proposal.objects.get().amount_sek == 250_000
    person.content()


def test_a_county_board_gives_its_opinion(transactional_db: None, signed_in_page: SignedIn) -> None:
    asking = Asking()
    asked = asking.one()
    person = begun_at(signed_in_page(asking.person, **PHONE), "Yttranden")
    person.follow(asking.case.number, "main table")
    person.at(asking.case.lead.name)
    person.tick(person.page.get_by_label("Tillstyrks", exact=True))
    person.write(person.page.get_by_label(re.compile("^Skäl")), "Få insatser finns i länet.")
    press(person, "Lämna yttrandet")
    person.reads("Yttrandet är lämnat. Tack.")
    person.look("yttrandet lämnat")
    person.content()
    given = Opinion.objects.get(pk=asked.pk)
    assert given.recommendation == Recommendation.RECOMMENDED
    assert given.given_at is not None
    assert given.given_at <= timezone.now()
