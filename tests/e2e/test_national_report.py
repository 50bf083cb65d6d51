"""The analyst in a browser: from the front page to what is missing, a text, an edition, years."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from reporting.models import ReportText
from reporting.services.editions import run_build
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories import ReportFactory
from tests.portal.world import make_world, municipality

type SignedIn = Callable[..., Any]
PICTURES = os.environ.get("TILLDELA_PICTURES", "")


def looked_at(page: Any, name: str) -> None:
    """Nothing for axe to find, and nothing beside the page."""
    page.wait_for_load_state("load")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"national-{name}.png", full_page=True)
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


@pytest.mark.parametrize("width", [1280])
def test_an_analyst_follows_writes_and_makes_the_report(
    transactional_db: None, signed_in_page: SignedIn, width: int
) -> None:
    world = make_world()
    first = world.case(1)
    late = world.case(2, reported=False, lead=municipality("Åre kommun", "23"))
    ReportFactory(
        agency=world.agency, organisation=late.lead, applications=[late], due_on=first.decided_on
    )
    page = signed_in_page(world.analyst, viewport={"width": width, "height": 1000})
    page.goto(reverse("front-page"))
    page.locator(".site-nav__more > summary").click()
    page.get_by_role("link", name="Nationella rapporter").first.click()
    page.get_by_role("link", name="Saknas för 2013").click()
    page.wait_for_selector("h1:has-text('Redovisningar som saknas för 2013')")
    assert page.get_by_role("link", name="Åre kommun").count() == 1
    looked_at(page, "missing")
    page.get_by_role("link", name="Förhandsvisning av 2013").click()
    page.wait_for_selector(".ds-alert:has-text('Det här är ingen utgåva')")
    looked_at(page, "preview")

    # By keyboard: the figure is put in where one writes.
    page.get_by_role("link", name="Skriv rapportens texter").click()
    looked_at(page, "texts")
    page.get_by_role("link", name="Skriv: Sammanfattning, Svenska").click()
    page.wait_for_selector("#figures")
    page.locator("#figures-of").select_option("figures-municipalities")
    page.wait_for_selector("#figures code:has-text('{granted.municipalities}')")
    page.locator("#id_body").focus()
    page.keyboard.type("I år beviljades ")
    page.locator('[data-insert="{granted.municipalities}"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.type(" ansökningar.")
    assert page.input_value("#id_body") == "I år beviljades {granted.municipalities} ansökningar."
    looked_at(page, "text")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.wait_for_selector("text=I år beviljades 2 ansökningar.")
    looked_at(page, "written")

    # A grant more, and the sentence is flagged until somebody has confirmed it.
    world.case(3)
    page.reload()
    page.wait_for_selector("text=Meningar som inte stämmer med sina siffror")
    looked_at(page, "flagged")
    page.get_by_role("button", name="Bekräfta meningen").click()
    page.wait_for_selector("text=Meningen är bekräftad")
    assert ReportText.objects.count() == 2
    page.get_by_role("link", name="Alla versioner").click()
    looked_at(page, "versions")

    page.locator(".site-nav__more > summary").click()
    page.get_by_role("link", name="Nationella rapporter").first.click()
    page.get_by_role("link", name="Ta fram en ny utgåva").click()
    page.get_by_role("button", name="Ta fram utgåvan").click()
    page.wait_for_selector("#build")
    run_build(build_id=world.agency.edition_builds.get().pk)
    page.reload()
    page.get_by_role("link", name="Nationell rapport för 2013, utgåva 1").click()
    page.wait_for_selector("#summary ~ p:has-text('I år beviljades 3 ansökningar.')")
    looked_at(page, "edition")
    page.get_by_role("link", name="Jämför tabell 1 med andra år").click()
    page.wait_for_selector("#years")
    looked_at(page, "years")


def test_the_pages_are_read_at_360_px(transactional_db: None, signed_in_page: SignedIn) -> None:
    world = make_world()
    world.case()
    world.edition()
    page = signed_in_page(world.analyst, viewport={"width": 360, "height": 800})
    own = (world.agency.code, 2013)
    for name, more in (
        ("edition-list", ()),
        ("edition-preview", own),
        ("missing-reports", own),
        ("report-texts", own),
        ("report-text", (*own, "table-6", "sv")),
        ("years-tables", own[:1]),
        ("years-table", (world.agency.code, "municipalities", 2013, 6)),
    ):
        page.goto(reverse(name, args=more))
        looked_at(page, f"360-{name}")
