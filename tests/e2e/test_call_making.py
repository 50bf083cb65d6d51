"""A call is made in a browser, from the front page to an applicant who sees its new question."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole
from grants.models import Call, CallDraft
from tests.browsers import violations
from tests.e2e.test_pages import SIDEWAYS, opened
from tests.factories import OrganisationFactory, acting_for
from tests.portal.call_pages import Makers, node_url, part_url

type SignedIn = Callable[..., Any]
NEW_QUESTION = "Vad ska arbetet heta under nästa år?"


@pytest.fixture
def makers(transactional_db: None) -> Makers:
    return Makers()


def addresses(makers: Makers) -> dict[str, str]:
    draft = makers.copy()
    question = "application/questionnaire/sections/0/questions/1"
    wrong = makers.copy(2029)
    CallDraft.objects.filter(pk=wrong.pk).update(
        document=wrong.document | {"frame_sek": "mycket"}, version=2
    )
    return {
        "list": reverse("call-making"),
        "begin": reverse("call-begin"),
        "made": reverse("call-made", args=[makers.call.pk]),
        "draft": reverse("call-draft", args=[draft.pk]),
        "basics": part_url(draft, "grunder"),
        "wrong": part_url(wrong, "tider-och-ram"),
        "areas": part_url(draft, "omraden"),
        "categories": part_url(draft, "kostnadsslag"),
        "questions": part_url(draft, "fragor"),
        "question": node_url(draft, question),
        "rule": node_url(draft, "application/budget/rules/0"),
        "table": node_url(draft, "tables/0"),
        "changes": reverse("call-draft-changes", args=[draft.pk]),
        "publish": reverse("call-draft-publish", args=[draft.pk]),
    }


@pytest.mark.long
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_accessible_and_nothing_moves_sideways(
    makers: Makers, signed_in_page: SignedIn, width: int
) -> None:
    page = signed_in_page(makers.officer, viewport={"width": width, "height": 900})
    found = []
    for name, address in addresses(makers).items():
        opened(page, address)
        found += [f"{name}: {each}" for each in violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{name}: moves sideways")
        if folder := os.environ.get("CALL_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert not found, "\n".join(found)


def from_front_page(page: Any) -> Any:
    page.goto("/")
    page.get_by_text("Mer", exact=True).click()
    page.get_by_role("link", name="Gör utlysningar").click()
    page.get_by_role("heading", name="Gör utlysningar", level=1).wait_for()
    return page


def test_a_call_is_copied_changed_looked_at_and_published(
    makers: Makers, signed_in_page: SignedIn
) -> None:
    today = timezone.localdate()
    page = from_front_page(signed_in_page(makers.officer))
    page.get_by_role("link", name="Ny utlysning").click()
    page.get_by_role("button", name="Kopiera utlysningen").click()

    page.get_by_role("link", name="Rubrik, syfte och rättslig grund").click()
    title = page.get_by_role("group", name="Rubrik").or_(page.get_by_role("group", name="Titel"))
    title.get_by_label("På svenska").fill("Medel för trygga hem {year}")
    title.get_by_label("På engelska").fill("Money for safe homes {year}")
    page.get_by_role("button", name="Spara och gå till delarna").click()

    page.get_by_role("link", name="Datum och medelsram").click()
    page.locator("#f-dates-opens").fill(today.isoformat())
    page.locator("#f-dates-closes").fill((today + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Spara och gå till delarna").click()

    page.get_by_role("link", name="Ansökans frågor").click()
    page.locator("#f-sections-0").get_by_role("link").click()
    page.locator("#f-questions-0").get_by_role("link").click()
    page.locator("#f-text-sv").fill(NEW_QUESTION)
    page.get_by_role("button", name="Spara", exact=True).last.click()
    page.get_by_text("Sparat.").wait_for()

    page.get_by_role("link", name="Förhandsvisning").first.click()
    page.get_by_role("heading", level=1).wait_for()
    assert not Call.objects.filter(year=2028).exists()

    page = from_front_page(signed_in_page(makers.decider))
    page.get_by_role("link", name="Medel för trygga hem").click()
    page.get_by_role("link", name="Publicera", exact=True).click()
    page.get_by_role("button", name="Publicera", exact=True).click()
    page.get_by_text("Utlysningen är publicerad.").wait_for()

    municipality = OrganisationFactory(name="Tibro kommun", kind="municipality")
    writer = acting_for(municipality, OrganisationRole.SIGNATORY)
    page = signed_in_page(writer)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Medel för trygga hem")).first.click()
    page.locator("main").get_by_role("link", name="Ansök", exact=True).first.click()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("link", name="Ansökan i korthet").click()
    page.get_by_text(NEW_QUESTION).first.wait_for()
