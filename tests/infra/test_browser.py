"""The browser that the other browser tests stand on finds what it is there to find."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.smoke
def test_the_sign_in_page_is_accessible_and_breaks_no_policy(
    page: Any, assert_accessible: Callable[[Any], None]
) -> None:
    page.goto("/konto/login/")
    assert page.locator("html").get_attribute("lang") == "sv"
    assert_accessible(page)


@pytest.mark.smoke
def test_signing_in_by_the_form_leads_to_the_front_page(page: Any) -> None:
    from tests.factories.applicants import PASSWORD, UserFactory

    user = UserFactory()
    page.goto("/konto/login/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/")
    assert page.context.cookies()


def test_a_session_can_be_given_to_a_page(signed_in_page: Callable[..., Any]) -> None:
    from tests.factories.applicants import UserFactory

    page = signed_in_page(UserFactory())
    page.goto("/konto/password/change/")
    assert page.url.endswith("/konto/password/change/")


def test_axe_finds_a_field_without_a_label(
    page: Any, assert_accessible: Callable[[Any], None]
) -> None:
    page.set_content('<html lang="sv"><title>x</title><main><h1>x</h1><input></main></html>')
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


def test_a_script_in_the_page_is_refused(browser: Any, live_server: Any) -> None:
    """Not by the fixture's own page, which would then fail."""
    said: list[str] = []
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.on("console", lambda line: said.append(line.text))
    page.goto("/konto/login/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("() => window.hit") is None
    assert any("Content Security Policy" in line for line in said)
    context.close()
