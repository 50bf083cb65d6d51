"""A change of a grant in a browser: asked for, prepared, decided; the letter, and the new plan."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.urls import reverse

from grants.models import CaseLetter, GrantChange
from grants.tasks import make_case_letter
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories.changing import Changing

WIDE = {"width": 1280, "height": 900}


PICTURES = os.environ.get("TILLDELA_PICTURES", "")


def looked_at(page: Any, name: str) -> None:
    page.wait_for_load_state("load")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"change-{name}.png", full_page=True)
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


def test_money_is_moved_between_activities_and_the_report_shows_the_new_plan(
    transactional_db: None, signed_in_page: Callable[..., Any]
) -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    report = desk.required(case)
    page = signed_in_page(desk.signatory, viewport=WIDE)
    page.goto(reverse("application-file", args=[case.pk]))
    page.get_by_role("link", name="Be om en ändring och se vad som har beslutats").click()
    looked_at(page, "changes")
    page.get_by_role("link", name="Använda pengarna på ett annat sätt").click()
    page.fill("[name='line-1']", "250 000")
    page.fill("[name=reasons]", "Färre intervjuer, fler utbildningsdagar.")
    page.get_by_role("button", name="Skicka begäran").click()
    page.wait_for_selector("text=Något behöver rättas")
    looked_at(page, "wrong")
    page.fill("[name='line-2']", "150 000")
    page.get_by_role("button", name="Skicka begäran").click()
    page.wait_for_selector("text=Begäran är skickad till myndigheten")
    looked_at(page, "asked")

    page = signed_in_page(desk.officer, viewport=WIDE)
    page.goto(reverse("front-page"))
    page.locator("header summary:has-text('Mer')").click()
    page.locator("header").get_by_role("link", name="Ändringar och överföringar").click()
    looked_at(page, "list")
    page.locator("main").get_by_role("link", name=case.number).click()
    looked_at(page, "to prepare")
    page.locator("form:has(input[value=propose]) [name=reasons]").fill("Ryms inom syftet.")
    page.get_by_role("button", name="Föreslå att den beviljas").click()
    page.wait_for_selector("text=Förslaget är gjort")
    looked_at(page, "prepared")
    assert page.get_by_role("button", name="Besluta enligt förslaget").count() == 0

    page = signed_in_page(desk.decider, viewport=WIDE)
    change = GrantChange.objects.get()
    page.goto(reverse("change-list"))
    page.locator("main").get_by_role("link", name=case.number).click()
    page.get_by_role("button", name="Besluta enligt förslaget").click()
    page.wait_for_selector("text=Beslutet är fattat")
    looked_at(page, "decided")
    make_case_letter(CaseLetter.objects.get().pk)

    page = signed_in_page(desk.signatory, viewport={"width": 360, "height": 800})
    page.goto(reverse("own-change", args=[case.pk, change.pk]))
    looked_at(page, "own decided")
    with page.expect_download() as download:
        page.get_by_role("link", name="Läs brevet (PDF)").click()
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    page.goto(reverse("own-report-section", args=[report.pk, "ekonomi"]))
    text = page.inner_text("main").replace("\u00a0", " ")
    assert "250 000" in text
    assert "150 000" in text
