"""Judging requirements and writing an assessment in a browser: saved as one types, axe, 320 px."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews import services
from reviews.content.findings import answer_path
from reviews.enums import FindingValue
from reviews.models import RequirementFinding, SupervisionDecision, WorkValue
from reviews.selectors import demands_of
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories import OpinionFactory
from tests.portal.assessed import Assessed
from tests.reviews.test_assessment import answered
from tests.reviews.test_findings import WAIVER

type SignedIn = Callable[..., Any]
PAGES = (
    "case-findings",
    "case-assessment",
    "case-assess",
    "case-outside",
    "case-history",
    "case-journal",
)
DECIDING = ("waiver-list", "decision-list")
PICTURES = os.environ.get("TILLDELA_PICTURES", "")


def opened(page: Any, address: str) -> None:
    """The page, with the parts that it fetches by itself."""
    page.goto(address)
    page.wait_for_load_state("networkidle")


@pytest.fixture
def own(transactional_db: None) -> Assessed:
    return Assessed(partners=1, assessment=WAIVER).declared()


def half_done(own: Assessed) -> None:
    """A form begun, one requirement found not to be met, a waiver asked for, and a board and a
    supervising authority that have said something."""
    services.begin_assessment(application=own.case, actor=own.officer)
    answered(own.case, own.officer)
    demand = demands_of(own.case)[0]
    requirement = own.case.call.requirements.get(pk=demand.requirement)
    services.record_finding(
        application=own.case, requirement=requirement, organisation=own.lead, actor=own.officer,
        finding=FindingValue.NOT_MET, reason="Planen saknas.",
    )  # fmt: skip
    services.ask_waiver(
        application=own.case, requirement=requirement, organisation=own.lead, actor=own.officer,
        reason="Kommunen bildades i år.",
    )  # fmt: skip
    OpinionFactory(
        application=own.case, county=own.lead.county, recommendation="not_recommended",
        reasons="Behovet i länet är redan täckt av andra insatser.", given_at=timezone.now(),
    )  # fmt: skip
    SupervisionDecision.objects.create(
        agency=own.agency, organisation=own.lead, authority="IVO", number="8.5-1/2026",
        decided_on=timezone.localdate(), adverse=True, summary="Brister i handläggningen.",
        entered_by=own.officer, entered_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize("width", [320, 1500])
def test_axe_finds_nothing_on_the_pages_of_assessing(
    own: Assessed, signed_in_page: SignedIn, width: int
) -> None:
    half_done(own)
    window = {"width": width, "height": 1000}
    of_case = [(name, reverse(name, args=[own.case.pk])) for name in (*PAGES, "application-detail")]
    of_decider = [(name, reverse(name)) for name in DECIDING]
    officer = signed_in_page(own.officer, viewport=window)
    decider = signed_in_page(own.decider, viewport=window)
    found = []
    for name, address in (*of_case, *of_decider):
        page = decider if name in DECIDING else officer
        opened(page, address)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        found += [f"{address}: {each}" for each in violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{address}: moves sideways")
        if name == "application-detail":
            assert page.locator("#outside").get_by_text("IVO").is_visible()
            assert page.locator("#steps").get_by_text("väntar på att kommuniceras").is_visible()
    assert not found, "\n".join(found)


def test_what_one_types_is_saved_and_a_finding_made_with_it(
    own: Assessed, signed_in_page: SignedIn
) -> None:
    services.begin_assessment(application=own.case, actor=own.officer)
    page = signed_in_page(own.officer, viewport={"width": 1500, "height": 1000})
    opened(page, reverse("case-assessment", args=[own.case.pk]))
    path = answer_path(1, "why")
    page.fill(f'[name="v:{path}"]', "Väl beskrivet.")
    page.keyboard.press("Tab")
    page.wait_for_selector(f'[data-path="{path}"] [data-saved]:has-text("Sparat")')
    assert WorkValue.objects.get(path=path).text == "Väl beskrivet."
    opened(page, reverse("case-findings", args=[own.case.pk]))
    card = page.locator(".row-card").first
    card.get_by_label("Inte uppfyllt").check()
    card.locator("textarea").first.fill("Planen saknas.")
    with page.expect_navigation():
        card.get_by_role("button", name="Spara bedömningen").click()
    row = RequirementFinding.objects.get()
    assert (row.finding, row.reason) == ("not_met", "Planen saknas.")
