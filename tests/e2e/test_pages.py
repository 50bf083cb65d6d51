"""The pages in a browser: for everyone, by keyboard, on a phone, and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from grants.enums import Status
from reporting.enums import BuildStage, BuildState
from reporting.models import EditionBuild
from reporting.services.editions import run_build
from tests.browsers import violations
from tests.factories import PASSWORD, ApplicationFactory, EditionBuildFactory
from tests.portal.world import CUTOFF, World, edition_address, everywhere, municipality

type SignedIn = Callable[..., Any]
type NewPage = Callable[..., Any]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement"


def activate(page: Any, selector: str) -> None:
    """Use the first such link or button; by key, which no late font can move from under it."""
    page.locator(selector).first.press("Enter")


def opened(page: Any, address: str) -> Any:
    """The page once it is there with its styles and scripts."""
    response = page.goto(address)
    page.wait_for_load_state("networkidle")
    assert response.status == 200, address
    return page


@pytest.mark.long
def test_axe_finds_nothing_on_any_page(
    world: World, signed_in_page: SignedIn, new_page: NewPage
) -> None:
    addresses = everywhere(world)
    found = [
        f"{name}: {each}"
        for name, address in addresses.items()
        if name != "sign-in"
        for each in violations(opened(signed_in_page(world.analyst), address))
    ]
    found += violations(opened(new_page(), addresses["sign-in"]))
    assert not found, "\n".join(found)


@pytest.mark.smoke
def test_the_main_pages_are_accessible(
    world: World, signed_in_page: SignedIn, assert_accessible: Callable[[Any], None]
) -> None:
    world.case()
    page = signed_in_page(world.officer)
    for address in ("/", reverse("application-list"), edition_address(world.edition())):
        assert_accessible(opened(page, address))


@pytest.mark.parametrize("width", [320, 640])
def test_no_page_moves_sideways_on_a_narrow_screen(
    world: World, signed_in_page: SignedIn, width: int
) -> None:
    """320 pixels is a small phone; 640 is a screen of 1280 at 200 % zoom."""
    page = signed_in_page(world.analyst, viewport={"width": width, "height": 900})
    wide = [
        name
        for name, address in everywhere(world).items()
        if name != "sign-in" and opened(page, address).evaluate(SIDEWAYS) > 0
    ]
    assert wide == []


def test_a_row_on_a_phone_says_what_each_value_is(world: World, signed_in_page: SignedIn) -> None:
    world.case()
    page = signed_in_page(world.officer, viewport={"width": 360, "height": 900})
    opened(page, reverse("application-list"))
    cell = page.locator("#applications tbody td").nth(4)
    label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label.strip('"') == cell.get_attribute("data-label")
    assert page.get_by_role("row").count() == 2
    assert page.get_by_role("rowheader").count() == 1


# By keyboard alone -----------------------------------------------------------------------------


def tab_to(page: Any, selector: str, presses: int = 60) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_the_first_tab_stop_leads_past_the_menu(world: World, signed_in_page: SignedIn) -> None:
    page = opened(signed_in_page(world.officer), reverse("application-list"))
    page.keyboard.press("Tab")
    assert page.evaluate(f"{FOCUSED}.className") == "ds-skip-link"
    assert page.locator(".ds-skip-link").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate(f"{FOCUSED}.id") == "main"


def test_a_list_is_sorted_and_filtered_by_keyboard(world: World, signed_in_page: SignedIn) -> None:
    for number, name in enumerate(["Ale kommun", "Gotlands kommun"], 1):
        lead = municipality(name, "14" if number == 1 else "09")
        ApplicationFactory(call=world.call, lead=lead, reference=f"K13-{number:04}")
    page = opened(signed_in_page(world.officer), reverse("application-list"))
    tab_to(page, "th:nth-child(2) a")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=organisation")
    assert page.locator("th[aria-sort=ascending]").count() == 1
    assert page.locator("#applications tbody th").all_inner_texts() == ["K13-0001", "K13-0002"]
    tab_to(page, "#id_county")
    page.keyboard.type("Gotland")
    tab_to(page, "form.filter-panel button")
    page.keyboard.press("Enter")
    page.wait_for_url("**county=09**")
    assert page.locator("#applications tbody th").all_inner_texts() == ["K13-0002"]
    tab_to(page, "ul.filter-chips a")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "county" not in url)
    assert page.locator("#applications tbody th").count() == 2


def test_the_focus_is_always_seen(world: World, signed_in_page: SignedIn) -> None:
    page = opened(signed_in_page(world.officer), reverse("application-list"))
    for _ in range(15):
        page.keyboard.press("Tab")
        style = page.evaluate(
            f"(({{ outlineStyle, outlineWidth }}) => [outlineStyle, outlineWidth])"
            f"(getComputedStyle({FOCUSED}))"
        )
        skip = page.evaluate(f"{FOCUSED}.className") == "ds-skip-link"
        assert skip or (style[0] != "none" and float(style[1].removesuffix("px")) >= 2), style


# Without scripts -------------------------------------------------------------------------------


@pytest.mark.smoke
def test_everything_works_without_javascript(world: World, new_page: NewPage) -> None:
    world.case(1)
    ApplicationFactory(call=world.call, status=Status.REJECTED, reference="K13-0009")
    page = new_page(java_script_enabled=False)
    page.goto(reverse("application-list"))
    page.fill("#id_login", world.analyst.email)
    page.fill("#id_password", PASSWORD)
    activate(page, "main button[type=submit]")
    page.wait_for_url(f"**{reverse('application-list')}")
    page.select_option("#id_status", "rejected")
    activate(page, "form.filter-panel button")
    page.wait_for_url("**status=rejected**")
    assert page.locator("#applications tbody th").all_inner_texts() == ["K13-0009"]
    activate(page, "ul.filter-chips a")
    activate(page, "th a.sort-link")
    page.wait_for_url("**sort=number**")
    assert page.locator("#applications tbody th").all_inner_texts() == ["K13-0001", "K13-0009"]

    page.goto(reverse("edition-build"))
    activate(page, "main button[type=submit]")
    page.wait_for_url("**/rapporter/bygg/*/")
    build = EditionBuild.objects.get()
    assert page.url.endswith(reverse("build-detail", args=[build.pk]))
    assert page.locator("progress").get_attribute("value") in {"0", "100"}
    run_build(build_id=build.pk)
    page.goto(page.url)
    activate(page, "#build .ds-alert a")
    page.wait_for_url(f"**{edition_address(world.agency.editions.get())}")
    activate(page, "#table-1 a")
    page.wait_for_url("**/tabell/1/**")
    assert page.locator("#behind tbody tr").count() == 1


def test_the_language_is_changed_without_javascript(world: World, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/utlysningar/")
    assert page.locator("h1").inner_text() == "Utlysningar"
    activate(page, "form.language-switch button")
    page.wait_for_selector("html[lang=en]")
    assert page.locator("h1").inner_text() == "Calls"
    activate(page, "form.language-switch button")
    page.wait_for_selector("html[lang=sv]")
    assert page.locator("h1").inner_text() == "Utlysningar"


# With scripts ----------------------------------------------------------------------------------


def test_the_progress_of_an_edition_moves_by_itself(world: World, signed_in_page: SignedIn) -> None:
    world.case()
    build = EditionBuildFactory(
        agency=world.agency,
        cutoff=CUTOFF,
        state=BuildState.RUNNING,
        stage=BuildStage.FREEZING,
        progress=5,
    )
    page = opened(signed_in_page(world.analyst), reverse("build-detail", args=[build.pk]))
    assert page.locator("progress").get_attribute("value") == "5"
    EditionBuild.objects.update(progress=60, stage=BuildStage.COMPUTING)
    page.wait_for_selector("progress[value='60']")
    EditionBuild.objects.update(state=BuildState.QUEUED)
    run_build(build_id=build.pk)
    page.wait_for_selector("#build .ds-alert[data-color=success]")
    assert page.locator("progress").get_attribute("value") == "100"
    assert not violations(page)
    activate(page, "#build .ds-alert a")
    page.wait_for_url(f"**{edition_address(world.agency.editions.get())}")


def test_a_wrong_password_leads_to_the_summary_of_what_is_wrong(
    world: World, new_page: NewPage
) -> None:
    page = opened(new_page(), reverse("account_login"))
    page.fill("#id_login", world.officer.email)
    page.fill("#id_password", "fel")
    activate(page, "main button[type=submit]")
    page.wait_for_selector(".ds-error-summary")
    summary = page.locator(".ds-error-summary")
    assert summary.get_attribute("role") == "alert"
    assert page.evaluate(f"{FOCUSED}.className") == "ds-error-summary"
    assert not violations(page)


def test_paper_gets_the_content_alone(world: World, signed_in_page: SignedIn) -> None:
    world.case()
    page = opened(signed_in_page(world.officer), edition_address(world.edition()))
    page.emulate_media(media="print")
    for selector in (".site-nav", ".site-footer", ".contents", ".ds-breadcrumbs"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator("h1").is_visible()
    assert page.locator("#table-1 table").is_visible()
