"""Previews in a browser: accessible, readable on a phone, and answered without saving."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from grants.models import Call
from portal.views.preview import APPLY, ASSESS, CALL, CHANGES, REPORT, TABLES
from portal.views.reporting_texts import ECONOMY
from tests.browsers import violations
from tests.e2e.test_pages import SIDEWAYS, opened
from tests.portal.open_calls import call_with_form
from tests.portal.world import World

type SignedIn = Callable[..., Any]

PAGES = (
    (),
    (CALL,),
    (APPLY,),
    (APPLY, "area-mapping"),
    (APPLY, "budget"),
    (APPLY, "requirements"),
    (ASSESS,),
    (REPORT,),
    (REPORT, "area-mapping"),
    (REPORT, ECONOMY),
    (TABLES,),
    (CHANGES,),
)


def at(call: Call, *steps: str) -> str:
    name = ("call-preview", "call-preview-part", "call-preview-section")[len(steps)]
    return reverse(name, args=[call.agency.code, call.code, *steps])


def test_axe_finds_nothing_in_a_preview_and_nothing_is_too_wide(
    world: World, signed_in_page: SignedIn
) -> None:
    call = call_with_form(world.agency)
    page = signed_in_page(world.officer, viewport={"width": 320, "height": 900})
    found: list[str] = []
    for steps in PAGES:
        opened(page, at(call, *steps))
        found += [f"{steps}: {each}" for each in violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{steps}: wider than the screen")
    assert found == []


def test_an_answer_shows_the_question_that_follows(world: World, signed_in_page: SignedIn) -> None:
    call = call_with_form(world.agency)
    page = signed_in_page(world.officer)
    opened(page, at(call, ASSESS))
    follows = page.get_by_text("Vad är löpande drift?")
    assert follows.count() == 0
    page.get_by_label("Delvis").check()
    page.get_by_role("button", name="Se vad svaren leder till").click()
    follows.first.wait_for()
    assert page.get_by_label("Delvis").is_checked()
    opened(page, at(call, ASSESS))
    assert follows.count() == 0
