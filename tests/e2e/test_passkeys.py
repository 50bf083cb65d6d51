"""Passkeys in a browser, with an authenticator that the browser plays."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from applicants.models import User
from core.models import OutboxMessage
from tests.factories import PASSWORD, AgencyFactory, UserFactory, staff

pytestmark = [pytest.mark.django_db(transaction=True)]

type NewPage = Callable[..., Any]
type Check = Callable[[Any], None]


@pytest.fixture
def authenticator() -> Callable[[Any], Any]:
    """Gives the page a device that keeps passkeys and knows its owner; returns its controls."""

    def plug_in(page: Any, **options: Any) -> Any:
        controls = page.context.new_cdp_session(page)
        controls.send("WebAuthn.enable")
        made = controls.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                    **options,
                }
            },
        )
        controls.id = made["authenticatorId"]
        return controls

    return plug_in


def code_for(email: str) -> str:
    body = OutboxMessage.objects.filter(recipient=email).latest("pk").body
    found = re.search(r": ([A-Z0-9-]{6,12})$", body, re.MULTILINE)
    assert found
    return found[1]


def press(page: Any, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).first.press("Enter")


def sign_in(page: Any, user: User) -> None:
    page.goto("/konto/login/")
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    press(page, "Logga in")


def name_in_header(page: Any) -> str:
    found: str = page.locator(".account__who strong").inner_text()
    return found


@pytest.mark.smoke
def test_an_account_is_made_and_signed_in_to_with_a_passkey(
    page: Any, authenticator: Callable[..., Any], assert_accessible: Check
) -> None:
    authenticator(page)
    page.goto("/konto/signup/")
    page.get_by_role("link", name="Skapa konto med lösennyckel (passkey)").click()
    page.fill("#id_name", "Nora Nyckel")
    page.fill("#id_email", "nora@example.se")
    assert_accessible(page)
    press(page, "Fortsätt")
    page.wait_for_url("**/konto/confirm-email/")
    assert_accessible(page)
    page.fill("#id_code", code_for("nora@example.se"))
    press(page, "Bekräfta")
    page.wait_for_url("**/konto/2fa/webauthn/signup/")
    assert_accessible(page)
    press(page, "Skapa lösennyckeln")
    page.wait_for_selector(".account__who")
    assert name_in_header(page) == "Nora Nyckel"
    user = User.objects.get(email="nora@example.se")
    assert not user.has_usable_password()

    press(page, "Logga ut")
    page.goto("/konto/login/")
    press(page, "Logga in med lösennyckel (passkey)")
    page.wait_for_selector(".account__who")
    assert name_in_header(page) == "Nora Nyckel"


@pytest.mark.parametrize("passwordless", [True, False])
def test_staff_are_led_to_make_a_passkey_and_then_need_it(
    page: Any,
    authenticator: Callable[..., Any],
    assert_accessible: Check,
    settings: Any,
    passwordless: bool,
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    user = staff(AgencyFactory())
    authenticator(page)
    sign_in(page, user)
    page.wait_for_url("**/konto/andra-steget/**")
    assert_accessible(page)
    page.get_by_role("link", name="Skapa en lösennyckel").click()
    page.wait_for_url("**/konto/reauthenticate/**")
    assert_accessible(page)
    page.fill("#id_password", PASSWORD)
    press(page, "Fortsätt")
    page.wait_for_url("**/konto/2fa/webauthn/add/")
    assert_accessible(page)
    page.set_checked("#id_passwordless", passwordless)
    press(page, "Skapa lösennyckeln")
    page.wait_for_url("**/konto/2fa/recovery-codes/")
    assert_accessible(page)
    assert page.locator(".recovery-codes li").count() == 10
    assert page.goto("/ansokningar/").status == 200
    assert page.url.endswith("/ansokningar/")

    press(page, "Logga ut")
    cache.clear()
    sign_in(page, user)
    page.wait_for_url("**/konto/2fa/authenticate/")
    assert_accessible(page)
    press(page, "Använd en lösennyckel")
    page.wait_for_selector(".account__who")
    page.goto("/ansokningar/")
    assert page.url.endswith("/ansokningar/")

    press(page, "Logga ut")
    page.goto("/konto/login/")
    press(page, "Logga in med lösennyckel (passkey)")
    if passwordless:
        page.wait_for_selector(".account__who")
        page.goto("/ansokningar/")
        assert page.url.endswith("/ansokningar/")
    else:
        page.wait_for_selector("[data-passkey-error]:visible")
        assert not page.locator(".account__who").count()


def test_a_passkey_is_given_once_more_where_the_session_lacks_it(
    page: Any, signed_in_page: Callable[..., Any], authenticator: Callable[..., Any], settings: Any
) -> None:
    """Somebody with a passkey is given a role while signed in by a password."""
    user = UserFactory()
    page = signed_in_page(user)
    authenticator(page)
    page.goto("/konto/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    press(page, "Fortsätt")
    page.wait_for_url("**/konto/2fa/webauthn/add/")
    press(page, "Skapa lösennyckeln")
    page.wait_for_url("**/konto/2fa/recovery-codes/")
    assert Authenticator.objects.filter(user=user, type="webauthn").exists()


def test_a_passkey_is_renamed_and_removed(
    signed_in_page: Callable[..., Any], authenticator: Callable[..., Any], assert_accessible: Check
) -> None:
    user = UserFactory()
    page = signed_in_page(user)
    authenticator(page)
    page.goto("/konto/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    press(page, "Fortsätt")
    page.wait_for_url("**/konto/2fa/webauthn/add/")
    page.fill("#id_name", "Min telefon")
    press(page, "Skapa lösennyckeln")
    page.wait_for_url("**/konto/2fa/recovery-codes/")
    page.goto("/konto/2fa/webauthn/")
    assert_accessible(page)
    assert page.locator("tbody th").inner_text() == "Min telefon"
    page.get_by_role("link", name="Byt namn Min telefon").click()
    page.fill("#id_name", "Gamla telefonen")
    assert_accessible(page)
    press(page, "Spara")
    page.wait_for_url("**/konto/2fa/webauthn/")
    page.get_by_role("link", name="Ta bort Gamla telefonen").click()
    assert_accessible(page)
    press(page, "Ta bort lösennyckeln")
    page.wait_for_url("**/konto/2fa/webauthn/")
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_passkey_that_its_owner_does_not_unlock_signs_nobody_in(
    page: Any, authenticator: Callable[..., Any]
) -> None:
    authenticator(page, isUserVerified=False)
    page.goto("/konto/login/")
    press(page, "Logga in med lösennyckel (passkey)")
    page.wait_for_selector("[data-passkey-error]:visible")
    assert page.url.endswith("/konto/login/")


def test_without_javascript_the_page_says_what_passkeys_need(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/konto/login/")
    assert page.get_by_text("Lösennycklar kräver JavaScript").first.is_visible()
    assert not page.get_by_role("button", name="Logga in med lösennyckel (passkey)").count()
    sign_in(page, UserFactory())
    page.wait_for_selector(".account__who")


@pytest.mark.parametrize(
    "path",
    ["login/", "signup/", "signup/passkey/", "password/reset/", "password/reset/done/",
     "inactive/", "3rdparty/login/cancelled/", "password/reset/key/1-fel/"],
)  # fmt: skip
def test_pages_of_sign_in_are_accessible_and_fit_a_phone(
    new_page: NewPage, assert_accessible: Check, path: str
) -> None:
    page = new_page(viewport={"width": 320, "height": 800})
    page.goto(f"/konto/{path}")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize(
    "path",
    ["password/change/", "email/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "3rdparty/",
     "andra-steget/", "logout/"],
)  # fmt: skip
def test_pages_of_ones_account_are_accessible_and_fit_a_phone(
    new_page: NewPage, assert_accessible: Check, path: str
) -> None:
    page = new_page(viewport={"width": 320, "height": 800})
    sign_in(page, UserFactory())
    page.wait_for_selector(".account__who")
    page.goto(f"/konto/{path}")
    if "reauthenticate" in page.url:
        page.fill("#id_password", PASSWORD)
        press(page, "Fortsätt")
        page.wait_for_url(f"**/{path}")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
