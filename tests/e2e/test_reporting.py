"""A report in a browser: from the front page to an accepted report, saved as one types, axe."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from grants.enums import Status
from grants.models import Application
from portal.views.applying_sections import area_slug, field_id
from portal.views.reporting_texts import whole_slug
from reporting.content.paths import answer_path, booked_path, spent_path, status_path
from reporting.enums import ReportStatus
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh

type SignedIn = Callable[..., Any]
PICTURES = os.environ.get("TILLDELA_PICTURES", "")


def looked_at(page: Any, name: str) -> None:
    """Nothing for axe to find, and nothing beside the page."""
    page.wait_for_load_state("load")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"report-{name}.png", full_page=True)
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


def typed(page: Any, path: str, text: str) -> None:
    """Typed, left, and seen to be saved."""
    page.fill(f'[name="v:{path}"]', text)
    page.keyboard.press("Tab")
    page.wait_for_selector(f'[data-path="{path}"] [data-saved]:has-text("Sparat")')


def chosen(page: Any, path: str, code: str) -> None:
    page.check(f"#{field_id(path)}-{code}")
    page.wait_for_selector(f'[data-path="{path}"] [data-saved]:has-text("Sparat")')


@pytest.mark.parametrize("width", [1400])
def test_a_grantee_reports_and_the_case_goes_on(
    transactional_db: None, signed_in_page: SignedIn, width: int
) -> None:
    world = Reporting()
    report = world.required()
    case = report.references.get().application_id
    page = signed_in_page(world.signatory, viewport={"width": width, "height": 1000})
    page.goto(reverse("front-page"))
    page.get_by_role("link", name="Mina sidor").first.click()
    looked_at(page, "my-pages")
    page.get_by_role("link", name=f"Redovisning {report.code}").click()
    looked_at(page, "tasks")
    page.get_by_role("link", name="Kartläggning").click()
    chosen(page, status_path("mapping"), "ongoing")
    looked_at(page, "area")
    page.goto(reverse("own-report-section", args=[report.pk, area_slug("training")]))
    chosen(page, status_path("training"), "completed")
    page.goto(reverse("own-report-section", args=[report.pk, whole_slug("whole")]))
    chosen(page, answer_path("", "attended_training"), "yes")
    page.goto(reverse("own-report-section", args=[report.pk, "ekonomi"]))
    typed(page, spent_path(case, 1), "200000")
    typed(page, spent_path(case, 2), "100000")
    typed(page, booked_path(case), "300000")
    page.wait_for_selector("text=Posterna blir tillsammans 300 000 kr")
    looked_at(page, "economy")
    page.get_by_role("button", name="Spara och kontrollera redovisningen").click()
    page.wait_for_selector("h1:has-text('Kontrollera redovisningen')")
    looked_at(page, "check")
    page.get_by_role("link", name="Läs igenom och skicka in").click()
    looked_at(page, "send")
    page.get_by_role("button", name="Skicka in redovisningen").click()
    page.wait_for_selector("text=Redovisningen är inskickad")
    looked_at(page, "sent")
    assert fresh(report).status == ReportStatus.RECEIVED

    page = signed_in_page(world.officer, viewport={"width": width, "height": 1000})
    page.goto(reverse("worklist"))
    page.locator(".site-nav__more > summary").click()
    page.get_by_role("link", name="Redovisningar att granska").click()
    looked_at(page, "inbox")
    page.get_by_role("link", name=report.code).click()
    looked_at(page, "review")
    page.get_by_role("button", name="Godkänn redovisningen").click()
    page.wait_for_selector("text=är godkänd")
    assert Application.objects.get(pk=case).status == Status.INTERIM_REPORTED


def test_the_pages_are_read_at_320_px(transactional_db: None, signed_in_page: SignedIn) -> None:
    world = Reporting(changes={"certificate_from_sek": 1})
    report = world.required(joint=True)
    world.put(report, status_path("mapping"), "ongoing")
    page = signed_in_page(world.writer, viewport={"width": 320, "height": 900})
    for slug in ("", f"del-{world.partner.pk}/", "ekonomi/", "intyg/", "kontroll/"):
        page.goto(f"{reverse('own-report', args=[report.pk])}{slug}")
        looked_at(page, f"320-{slug.strip('/') or 'tasks'}")
