"""Calls in a browser, without signing in: found, read, and whether one may apply."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from grants.models import Call
from tests.browsers import violations
from tests.portal.open_calls import YES, address, call_with_form, check_address, freeze, open_today
from tests.portal.world import World

type NewPage = Callable[..., Any]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement"


def choose(page: Any, **answers: str) -> None:
    for key, code in answers.items():
        page.locator(f"input[name={key}][value={code}]").check()


@pytest.mark.parametrize("name", ["kommuner", "foreningar"])
def test_from_the_front_page_to_a_yes(world: World, new_page: NewPage, name: str) -> None:
    call = open_today(world.agency, name)
    page = new_page()
    page.goto("/")
    page.locator(".call-card h3 a").press("Enter")
    page.wait_for_url(f"**{address(call)}")
    assert "dagar kvar" in page.locator(".countdown__left").inner_text()
    page.get_by_role("link", name="Får vi söka?").first.press("Enter")
    page.wait_for_url(f"**{check_address(call)}")
    choose(page, **YES[name])
    page.get_by_role("button", name="Visa svaret").press("Enter")
    page.wait_for_url("**earlier_grant=no_grant**")
    assert page.locator("#verdict").inner_text() == "Ja, ni kan söka"
    assert page.evaluate(f"{FOCUSED}.id") == "result"
    assert page.context.cookies() == []
    page.get_by_role("link", name="Ansök", exact=True).press("Enter")
    page.wait_for_url("**konto/**")
    begin = reverse("application-begin", args=[call.agency.code, call.code])
    assert parse_qs(urlsplit(page.url).query)["next"] == [begin]


def test_a_no_says_why_and_can_be_shared(world: World, new_page: NewPage) -> None:
    call = open_today(world.agency)
    page = new_page()
    page.goto(check_address(call))
    choose(page, **YES["kommuner"] | {"plan": "none"})
    page.get_by_role("button", name="Visa svaret").press("Enter")
    page.wait_for_url("**plan=none**")
    shared = new_page()
    shared.goto(page.url)
    for each in (page, shared):
        assert each.locator("#verdict").inner_text() == "Nej, inte som det är nu"
        finding = each.locator(".reasons li").inner_text()
        assert "Utan handlingsplan uppfyller ni inte prestationskraven." in finding
        assert "Länsstyrelsen kan stödja er" in finding
        assert each.get_by_role("link", name="Ansök", exact=True).count() == 0
        assert each.locator("input[value=none]").is_checked()
    choose(shared, plan="adopted")
    shared.get_by_role("button", name="Visa svaret").press("Enter")
    shared.wait_for_url("**plan=adopted**")
    assert shared.locator("#verdict").inner_text() == "Ja, ni kan söka"


def test_without_scripts_it_is_all_there(world: World, new_page: NewPage) -> None:
    call = open_today(world.agency)
    page = new_page(java_script_enabled=False)
    page.goto(address(call))
    assert "dagar kvar" in page.locator(".countdown__left").inner_text()
    page.locator("#application-form ~ details summary").first.click()
    expect(page.get_by_text("Vad ska ansökan heta?")).to_be_visible()
    page.get_by_role("link", name="Får vi söka?").first.click()
    page.get_by_role("button", name="Visa svaret").click()
    page.wait_for_url("**far-vi-soka/**")
    choose(page, **YES["kommuner"] | {"applicant": "company"})
    page.get_by_role("button", name="Visa svaret").click()
    page.wait_for_url("**applicant=company**")
    assert page.locator("#verdict").inner_text() == "Nej, inte som det är nu"
    page.locator(".language-switch button").click()
    page.wait_for_url("**applicant=company**")
    assert page.locator("#verdict").inner_text() == "No, not as it is now"


def test_by_keyboard_alone(world: World, new_page: NewPage) -> None:
    call = open_today(world.agency)
    page = new_page()
    page.goto(address(call))

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    tab_to(f"a[href='{check_address(call)}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**far-vi-soka/")
    for key, code in YES["kommuner"].items():
        tab_to(f"input[name={key}]")
        page.keyboard.press("Space")
        for _ in range(5):
            if page.evaluate(f"{FOCUSED}.value") == code:
                break
            page.keyboard.press("ArrowDown")
        assert page.locator(f"input[name={key}][value={code}]").is_checked()
    tab_to("form.eligibility button")
    page.keyboard.press("Enter")
    page.wait_for_url("**applicant=municipality**")
    assert page.locator("#verdict").inner_text() == "Ja, ni kan söka"


def test_what_is_missing_is_led_to(world: World, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{check_address(open_today(world.agency))}?applicant=municipality")
    assert page.evaluate(f"{FOCUSED}.className") == "ds-error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#id_use")
    assert page.locator("#id_use").is_visible()
    assert page.locator("#id_use_error").inner_text().endswith("Välj ett svar.")


@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_nothing_moves_sideways(world: World, new_page: NewPage, width: int) -> None:
    call = open_today(world.agency)
    open_today(world.agency, "foreningar")
    page = new_page(viewport={"width": width, "height": 800})
    for url in everywhere(call):
        page.goto(url)
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
        assert page.evaluate(SIDEWAYS) <= 0, url
    for target in page.locator("form.eligibility label").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 24


@pytest.mark.parametrize("language", ["sv", "en"])
def test_axe_finds_nothing(world: World, new_page: NewPage, language: str) -> None:
    call = open_today(world.agency)
    coming = call_with_form(world.agency, "foreningar", code="kommer")
    Call.objects.filter(pk=coming.pk).update(opens_on="2998-01-01", closes_on="2999-01-01")
    closed = call_with_form(world.agency, code="stangd", version=2)
    Call.objects.filter(pk=closed.pk).update(opens_on="2019-01-01", closes_on="2020-01-01")
    page = new_page(extra_http_headers={"Accept-Language": language})
    found = []
    for url in [*everywhere(call), address(coming), address(closed)]:
        page.goto(url)
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
        page.wait_for_load_state("networkidle")
        found += [f"{url}: {each}" for each in violations(page)]
    assert not found, "\n".join(found)


def everywhere(call: Call) -> list[str]:
    check = check_address(call)
    query = "&".join(f"{key}={code}" for key, code in YES["kommuner"].items())
    return [
        "/",
        reverse("call-list"),
        address(call),
        check,
        f"{check}?applicant=municipality",
        f"{check}?{query}",
        f"{check}?{query}&plan=none&use=purchased".replace("plan=adopted&", ""),
    ]


def test_the_last_hours_are_counted_on(
    world: World, new_page: NewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_with_form(world.agency)
    freeze(monkeypatch, "2027-01-14 21:30")
    page = new_page()
    page.clock.install(time="2031-05-05T05:05:00")
    page.goto(address(call))
    words = page.locator(".countdown")
    assert words.inner_text().split("\n") == ["26 timmar kvar", "Stänger i morgon kl. 23.59"]
    for passing, expected in [
        ("03:00:00", ["23 timmar kvar", "Stänger i kväll kl. 23.59"]),
        ("22:00:00", ["1 timme kvar", "Stänger i kväll kl. 23.59"]),
        ("01:00:00", ["29 minuter kvar", "Stänger i kväll kl. 23.59"]),
        ("00:28:30", ["Mindre än en minut kvar", "Stänger i kväll kl. 23.59"]),
        ("00:01:00", ["Utlysningen har stängt"]),
    ]:
        page.clock.fast_forward(passing)
        page.clock.run_for(16_000)
        assert words.inner_text().strip().split("\n") == expected
