"""Distributions, opinions and supervision decisions in a browser: accessible, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from reviews.checks.scenarios import Method, Rules
from reviews.models import Proposal, Scenario
from reviews.services.opinions import ask_more_time
from reviews.services.scenarios import adopt_scenario, apply_scenario, make_scenario
from reviews.services.supervision import Entered, enter_supervision
from tests.browsers import violations
from tests.e2e.test_pages import SIDEWAYS, opened
from tests.reviews.distributing import Round
from tests.reviews.test_opinions import Asking, in_days

type SignedIn = Callable[..., Any]


@pytest.fixture
def round_(transactional_db: None) -> Round:
    found = Round()
    for number in range(6):
        found.case(150_000 + 40_000 * number, 60_000, points=number % 4)
    return found


def tried(round_: Round, name: str, method: Method) -> Scenario:
    return make_scenario(
        call=round_.call, actor=round_.officer, name=name, rules=Rules(method=method)
    )


def distributions(round_: Round) -> dict[str, tuple[Any, str]]:
    """Every page on distributing, in each state."""
    first = tried(round_, "Rangordning", Method.RANKING)
    second = tried(round_, "Lika för alla", Method.PROPORTIONAL)
    adopt_scenario(scenario=second, actor=round_.other)
    apply_scenario(scenario_id=second.pk)
    call = round_.call.pk
    return {
        "calls": (round_.officer, reverse("distribution-list")),
        "populations": (round_.officer, reverse("populations")),
        "side by side": (round_.officer, reverse("distribution", args=[call])),
        "what if": (round_.other, reverse("scenario", args=[call, first.pk])),
        "adopted": (round_.other, reverse("scenario", args=[call, second.pk])),
    }


def opinions() -> dict[str, tuple[Any, str]]:
    """Every page on opinions and supervision decisions."""
    asking = Asking()
    opinion = asking.one()
    ask_more_time(
        opinion=opinion, actor=asking.person, until=in_days(30), reason="Nämnden möts senare."
    )
    waiting = asking.another()
    row = enter_supervision(
        agency=asking.call.agency,
        actor=asking.officer,
        entered=Entered(
            asking.case.lead, "IVO", "3.5-1/2026", in_days(-9), True, "Handläggningen brister."
        ),
    )
    return {
        "the board's list": (asking.person, reverse("opinion-list")),
        "the board's page": (asking.person, reverse("opinion", args=[opinion.pk])),
        "the case's opinions": (asking.officer, reverse("case-opinions", args=[asking.case.pk])),
        "not asked": (asking.officer, reverse("case-opinions", args=[waiting.pk])),
        "the round": (asking.officer, reverse("round-opinions", args=[asking.call.pk])),
        "supervision": (asking.officer, reverse("supervision-list")),
        "one decision": (asking.officer, reverse("supervision-detail", args=[row.pk])),
        "enter": (asking.officer, reverse("supervision-enter", args=[asking.case.lead_id])),
        "from a file": (asking.officer, reverse("supervision-import")),
    }


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_moves_sideways(
    round_: Round, signed_in_page: SignedIn, width: int
) -> None:
    found = []
    for name, (person, address) in {**distributions(round_), **opinions()}.items():
        page = opened(signed_in_page(person, viewport={"width": width, "height": 900}), address)
        found += [f"{name}: {each}" for each in violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{name} moves sideways at {width}")
    assert found == []


def test_a_distribution_is_tried_changed_and_adopted_by_keyboard(
    round_: Round, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(round_.other), reverse("distribution", args=[round_.call.pk]))
    page.get_by_label("Namn").fill("Lika för alla")
    page.get_by_label("Alla minskas lika").press("Space")
    page.get_by_role("button", name="Fördela", exact=True).press("Enter")
    page.get_by_role("heading", name="Lika för alla", level=1).wait_for()
    amount = page.locator(".amount-input").first
    amount.fill("100 000")
    page.get_by_role("button", name="Spara beloppen").press("Enter")
    page.get_by_text("Beloppen är sparade.").wait_for()
    page.get_by_role("button", name="Anta: gör förslag till beslut av den").press("Enter")
    page.get_by_text("Fördelningen är antagen och blir förslag till beslut.").wait_for()
    scenario = Scenario.objects.get()
    apply_scenario(scenario_id=scenario.pk)
    page.reload()
    page.get_by_text("6 av 6").first.wait_for()
    changed = scenario.amounts.get(edited_by=round_.other)
    assert changed.amount_sek == 100_000
    proposed = Proposal.objects.get(application=changed.application_id)
    assert proposed.amount_sek == 100_000
