"""Making an account and signing in: what is asked for, what is told, and what is limited."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from applicants.content import assurance_label
from applicants.enums import Role
from applicants.models import StaffRole, User
from config.account_texts import MAILS
from config.oidc import providers_from
from core.models import Event, OutboxMessage
from portal.views.signing_in import is_strong, level_from
from tests.factories import PASSWORD, AgencyFactory, UserFactory, staff
from tests.infra.test_settings import settings_with
from tests.portal.html import Page, text

pytestmark = pytest.mark.django_db

LOGIN, SIGNUP, RESET = "/konto/login/", "/konto/signup/", "/konto/password/reset/"
CONFIRM = "/konto/confirm-email/"
SECOND = "/konto/andra-steget/"
SECRET = "JBSWY3DPEHPK3PXP"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def sign_up(client: Client, email: str, language: str = "sv", **more: str) -> Any:
    answers = {
        "name": "Ny Person",
        "email": email,
        "password1": PASSWORD,
        "password2": PASSWORD,
        **more,
    }
    return client.post(SIGNUP, answers, headers={"accept-language": language})


def mails(email: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(recipient=email).order_by("pk"))


def code_for(email: str) -> str:
    found = re.search(r": ([A-Z0-9-]{6,12})$", mails(email)[-1].body, re.MULTILINE)
    assert found, mails(email)[-1].body
    return found[1]


def one_time_code() -> str:
    cache.clear()
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def level(client: Client) -> str | None:
    found: str | None = client.session.get("assurance")
    return found


# Making an account ---------------------------------------------------------------------------


def test_an_account_is_made_and_signs_in_once_its_address_is_confirmed(client: Client) -> None:
    response = sign_up(client, "ny@example.se")
    assert response.headers["Location"] == CONFIRM
    assert not is_in(client)
    response = client.post(CONFIRM, {"code": code_for("ny@example.se")})
    assert response.headers["Location"] == reverse("after-sign-in")
    user = User.objects.get(email="ny@example.se")
    assert (user.name, user.language) == ("Ny Person", "sv")
    assert EmailAddress.objects.get(user=user).verified
    assert is_in(client)
    assert level(client) == "password"


def test_the_code_may_be_asked_for_on_another_device(client: Client) -> None:
    """The first browser is gone: signing in elsewhere sends a code, and holds by it."""
    sign_up(client, "ny@example.se")
    cache.clear()
    other = Client()
    assert sign_in(other, "ny@example.se").headers["Location"] == CONFIRM
    assert not is_in(other)
    other.post(CONFIRM, {"code": code_for("ny@example.se")})
    assert is_in(other)


def test_a_wrong_code_confirms_nothing(client: Client) -> None:
    sign_up(client, "ny@example.se")
    for _try in range(3):
        client.post(CONFIRM, {"code": "XXX-XXX"})
    client.post(CONFIRM, {"code": code_for("ny@example.se")})
    assert not is_in(client)
    assert not EmailAddress.objects.get(email="ny@example.se").verified


@pytest.mark.parametrize(("language", "subject"), [
    ("sv", "Din kod för Tilldela"), ("en", "Your code for Tilldela"),
])  # fmt: skip
def test_the_page_language_is_kept_and_mail_comes_in_it(
    client: Client, language: str, subject: str
) -> None:
    sign_up(client, "ny@example.se", language)
    assert User.objects.get(email="ny@example.se").language == language
    (mail,) = mails("ny@example.se")
    assert (mail.language, mail.subject) == (language, subject)


def test_a_known_receivers_mail_is_in_the_receivers_language(client: Client) -> None:
    user = UserFactory(language="en")
    client.post(RESET, {"email": user.email}, headers={"accept-language": "sv"})
    (mail,) = mails(user.email)
    assert mail.subject == "Choose a new password in Tilldela"
    assert mail.dedupe_key.startswith("account:")


def test_mail_follows_the_language_switch(client: Client) -> None:
    user = UserFactory(language="sv")
    client.force_login(user)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"
    client.post(reverse("set_language"), {"language": "tlh", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"


def test_every_mail_can_be_written_in_both_languages() -> None:
    values = dict.fromkeys(
        ("code", "password_reset_url", "signup_url", "to_email", "from_email", "deleted_email",
         "provider", "time", "ip"), "X",
    )  # fmt: skip
    for mail in MAILS.values():
        said = []
        for language in ("sv", "en"):
            with override(language):
                said.append([str(mail.subject), *(str(each) % values for each in mail.paragraphs)])
        assert said[0][0] != said[1][0]
        assert not any("%(" in each for each in said[0] + said[1])


# No hint whether an address exists -------------------------------------------------------------


def what_is_seen(response: Any) -> tuple[int, str, str, list[str]]:
    """All that the one who asks is shown, but for the tokens of the forms and the address."""
    said = [str(each) for each in get_messages(response.wsgi_request)]
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    body = re.sub(r"[\w.+-]+@example\.se", "ADDRESS", body)
    return response.status_code, response.headers.get("Location", ""), body, said


def asked(action: Callable[[Client, str], Any], email: str) -> tuple[Any, int]:
    """What is seen, of the answer and of the page it leads to, and how many mails were sent."""
    cache.clear()
    client = Client()
    before = OutboxMessage.objects.count()
    response = action(client, email)
    seen = [what_is_seen(response)]
    if response.status_code == 302:
        seen.append(what_is_seen(client.get(response.headers["Location"])))
    return seen, OutboxMessage.objects.count() - before


def reset(client: Client, email: str) -> Any:
    return client.post(RESET, {"email": email})


def wrong_password(client: Client, email: str) -> Any:
    return sign_in(client, email, "fel lösenord helt och hållet")


def passkey_sign_up(client: Client, email: str) -> Any:
    return client.post("/konto/signup/passkey/", {"name": "Ny Person", "email": email})


@pytest.mark.parametrize(
    ("action", "mails_sent"),
    [(sign_up, 1), (passkey_sign_up, 1), (reset, 1), (wrong_password, 0)],
)
def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(
    action: Callable[[Client, str], Any], mails_sent: int
) -> None:
    known = UserFactory(email="kand@example.se")
    waiting = UserFactory(email="vantar@example.se", verified=False)
    seen, sent = asked(action, "okand@example.se")
    assert sent == mails_sent
    for there in (known, waiting):
        assert asked(action, there.email) == (seen, sent)


def test_codes_for_an_address_that_is_taken_are_refused_as_wrong_ones_are() -> None:
    UserFactory(email="kand@example.se")
    seen = []
    for email in ("kand@example.se", "okand@example.se"):
        cache.clear()
        client = Client()
        sign_up(client, email)
        answers = [client.post(CONFIRM, {"code": "XXX-XXX"}) for _try in range(3)]
        seen.append([what_is_seen(each) for each in answers])
        cache.clear()
    assert seen[0] == seen[1]


def test_a_taken_address_costs_as_much_work_as_a_free_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    kept = User.set_password
    UserFactory(email="kand@example.se")

    def counted(self: User, raw: str | None) -> None:
        hashed.append(raw or "")
        kept(self, raw)

    monkeypatch.setattr(User, "set_password", counted)
    sign_up(client, "kand@example.se")
    taken = len(hashed)
    sign_up(Client(), "okand@example.se")
    assert taken == len(hashed) - taken == 1


def test_the_mail_to_a_taken_address_says_that_it_is_and_how_to_get_in(client: Client) -> None:
    user = UserFactory()
    sign_up(client, user.email)
    (mail,) = mails(user.email)
    assert mail.subject == "Du har redan ett konto i Tilldela"
    assert RESET in mail.body
    assert User.objects.filter(email=user.email).count() == 1


# Limits ------------------------------------------------------------------------------------------


def test_guessing_passwords_is_stopped_also_for_the_right_one(client: Client) -> None:
    user = UserFactory()
    for _try in range(5):
        wrong_password(client, user.email)
    page = Page(sign_in(client, user.email))
    assert not is_in(client)
    assert "fem minuter" in page.text(".ds-error-summary")
    cache.clear()
    sign_in(client, user.email)
    assert is_in(client)


@pytest.mark.parametrize(
    ("path", "answers", "allowed"),
    [
        (LOGIN, {"login": "{}@example.se", "password": "fel"}, 30),
        (SIGNUP, {"email": "{}"}, 20),
        (RESET, {"email": "okand@example.se"}, 5),
    ],
)
def test_signing_in_signing_up_and_resetting_have_limits(
    client: Client, path: str, answers: dict[str, str], allowed: int
) -> None:
    codes = [
        client.post(path, {key: each.format(n) for key, each in answers.items()}).status_code
        for n in range(allowed + 1)
    ]
    assert set(codes[:allowed]) <= {200, 302}
    assert codes[allowed] == 429


def test_a_page_says_that_it_was_too_many(client: Client) -> None:
    for _try in range(6):
        response = client.post(RESET, {"email": "okand@example.se"})
    response.status_code = 200
    assert Page(response).heading == "För många försök"


def test_limits_are_counted_for_each_network_address_behind_a_proxy(
    client: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(25):
        headers = {"x-forwarded-for": f"203.0.113.9, 198.51.100.{n}"}
        assert client.post(SIGNUP, {"email": "x"}, headers=headers).status_code == 200


# Accounts that were there, or were made by others -----------------------------------------------


def test_an_account_made_by_an_administrator_confirms_its_address_at_its_first_sign_in(
    client: Client,
) -> None:
    User.objects.create_user("Anna.Handlaggare@Example.SE", PASSWORD, name="Anna")
    address = "anna.handlaggare@example.se"
    assert sign_in(client, "Anna.Handlaggare@Example.SE").headers["Location"] == CONFIRM
    client.post(CONFIRM, {"code": code_for(address)})
    assert is_in(client)


def test_a_closed_account_is_not_signed_in_to(client: Client) -> None:
    user = UserFactory(is_active=False)
    assert sign_in(client, user.email).headers["Location"] == "/konto/inactive/"
    assert not is_in(client)


def test_a_changed_address_holds_once_it_is_confirmed(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user.email)
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    client.post("/konto/email/", {"email": "nytt@example.se", "action_add": ""})
    assert not User.objects.filter(email="nytt@example.se").exists()
    client.post(CONFIRM, {"code": code_for("nytt@example.se")})
    old = user.email
    user.refresh_from_db()
    assert user.email == "nytt@example.se"
    assert "har ändrats" in mails(old)[-1].subject


def test_an_address_of_an_unconfirmed_account_cannot_be_taken_over(client: Client) -> None:
    other = UserFactory(verified=False)
    user = UserFactory()
    sign_in(client, user.email)
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    client.post("/konto/email/", {"email": other.email, "action_add": ""})
    client.post(CONFIRM, {"code": code_for(other.email)})
    mine = user.email
    user.refresh_from_db()
    assert user.email == mine


# The second factor -------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


def with_codes(user: User) -> User:
    TOTP.activate(user, SECRET)
    return user


def led_to_second_factor(client: Client, path: str) -> bool:
    response = client.get(path)
    return response.status_code == 302 and response.headers["Location"].startswith(SECOND)


PLACES = [
    "/", "/ansokningar/", "/organisationer/", "/utlysningar/", "/rapporter/bygg/", "/admin/",
    "/konto/email/", "/konto/password/change/", "/konto/2fa/", "/konto/2fa/recovery-codes/",
    "/konto/3rdparty/",
]  # fmt: skip


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.COUNTY_BOARD, Role.ADMINISTRATOR])
def test_staff_with_a_password_alone_get_nowhere_but_to_the_second_factor(
    client: Client, role: Role
) -> None:
    user = staff(AgencyFactory(), role)
    sign_in(client, user.email)
    assert is_in(client)
    for path in PLACES:
        assert led_to_second_factor(client, path), path
    page = Page(client.get(SECOND))
    links = [each.get("href") for each in page.all("main a.ds-button")]
    assert links == ["/konto/2fa/webauthn/add/", "/konto/2fa/totp/activate/"]
    assert page.faults() == []


@pytest.mark.usefixtures("required")
def test_a_post_leads_to_the_second_factor_and_does_nothing(client: Client) -> None:
    user = staff(AgencyFactory())
    sign_in(client, user.email)
    answers = {
        "oldpassword": PASSWORD,
        "password1": "ett nytt långt",
        "password2": "ett nytt långt",
    }
    response = client.post("/konto/password/change/", answers)
    assert response.headers["Location"].startswith(SECOND)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.usefixtures("required")
def test_who_is_let_into_the_administration_is_staff_too(client: Client) -> None:
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    assert led_to_second_factor(client, "/admin/")
    session = client.session
    session["assurance"] = "passkey"
    session.save()
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("required")
def test_the_administrations_own_sign_in_takes_no_password(client: Client) -> None:
    user = with_codes(UserFactory(is_staff=True, is_superuser=True))
    answers = {"username": user.email, "password": PASSWORD, "next": "/admin/"}
    response = client.post("/admin/login/", answers)
    assert response.headers["Location"].startswith(LOGIN)
    assert not is_in(client)


@pytest.mark.usefixtures("required")
def test_setting_up_an_app_opens_the_pages_at_once(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    user = staff(AgencyFactory())
    sign_in(client, user.email)
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    client.get("/konto/2fa/totp/activate/")
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/konto/2fa/totp/activate/", {"code": one_time_code()})
    assert response.headers["Location"] == "/konto/2fa/recovery-codes/"
    assert level(client) == "password+code"
    assert client.get("/ansokningar/").status_code == 200
    assert "Engångskoder" in mails(user.email)[-1].subject


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("recovery", [False, True])
def test_a_one_time_code_or_a_recovery_code_is_the_second_step(
    client: Client, recovery: bool
) -> None:
    user = with_codes(staff(AgencyFactory()))
    code = one_time_code()
    if recovery:
        code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert sign_in(client, user.email).headers["Location"] == "/konto/2fa/authenticate/"
    assert not is_in(client)
    client.post("/konto/2fa/authenticate/", {"code": "000000" if not recovery else "11111111"})
    assert not is_in(client)
    client.post("/konto/2fa/authenticate/", {"code": code})
    assert level(client) == "password+code"
    assert client.get("/ansokningar/").status_code == 200


@pytest.mark.usefixtures("required")
def test_a_new_password_does_not_get_past_the_second_step(client: Client) -> None:
    user = with_codes(staff(AgencyFactory()))
    client.post(RESET, {"email": user.email})
    link = re.search(r"http://testserver(\S+)", mails(user.email)[-1].body)
    assert link
    form = client.get(link[1], follow=True).request["PATH_INFO"]
    new = "ett helt nytt lösenord"
    client.post(form, {"password1": new, "password2": new})
    assert not is_in(client)
    assert sign_in(client, user.email, new).headers["Location"] == "/konto/2fa/authenticate/"
    assert not is_in(client)


@pytest.mark.usefixtures("required")
def test_who_is_given_a_role_while_signed_in_is_asked_at_once(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user.email)
    assert client.get("/").status_code == 200
    StaffRole.objects.create(user=user, agency=AgencyFactory(), role=Role.CASE_OFFICER)
    assert led_to_second_factor(client, "/")


@pytest.mark.usefixtures("required")
def test_a_session_by_password_cannot_add_a_second_factor_beside_the_one_there_is(
    client: Client,
) -> None:
    user = UserFactory()
    sign_in(client, user.email)
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    with_codes(user)
    StaffRole.objects.create(user=user, agency=AgencyFactory(), role=Role.CASE_OFFICER)
    for path in ("/konto/2fa/totp/activate/", "/konto/2fa/webauthn/add/"):
        assert led_to_second_factor(client, path)
    page = Page(client.get(SECOND, {"next": "/ansokningar/"}))
    (link,) = [each.get("href") for each in page.all("main a.ds-button")]
    assert link == "/konto/2fa/reauthenticate/?next=%2Fansokningar%2F"
    response = client.post(link, {"code": one_time_code()})
    assert response.headers["Location"] == "/ansokningar/"
    assert level(client) == "password+code"
    assert client.get("/ansokningar/").status_code == 200


@pytest.mark.usefixtures("required")
def test_the_way_on_leads_to_no_other_site(client: Client) -> None:
    client.force_login(UserFactory())
    page = Page(client.get(SECOND, {"next": "https://elak.example/"}))
    assert "elak" not in "".join(each.get("href") for each in page.all("main a"))


@pytest.mark.usefixtures("required")
def test_applicants_need_no_second_factor(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user.email)
    assert client.get("/").status_code == 200
    assert level(client) == "password"


@pytest.mark.usefixtures("required")
def test_staff_keep_the_last_second_factor(client: Client) -> None:
    user = with_codes(staff(AgencyFactory()))
    sign_in(client, user.email)
    client.post("/konto/2fa/authenticate/", {"code": one_time_code()})
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    client.post("/konto/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@pytest.mark.usefixtures("required")
def test_who_has_lost_the_telephone_is_let_in_anew_and_told(client: Client) -> None:
    user = with_codes(staff(AgencyFactory()))
    call_command("remove_second_factor", user.email.upper(), verbosity=0, stdout=StringIO())
    assert not Authenticator.objects.filter(user=user).exists()
    event = Event.objects.get(name="second_factor.removed")
    assert json.loads(event.payload)["person"] == str(user.pseudonym)
    assert mails(user.email)[-1].subject.startswith("Ditt andra steg")
    sign_in(client, user.email)
    assert led_to_second_factor(client, "/ansokningar/")
    call_command("remove_second_factor", user.email, stdout=StringIO())
    assert len(mails(user.email)) == 1


def test_the_second_factor_of_nobody_is_not_removed() -> None:
    with pytest.raises(CommandError):
        call_command("remove_second_factor", "saknas@example.se")


def test_signing_out_forgets_the_level(client: Client) -> None:
    sign_in(client, UserFactory().email)
    client.post("/konto/logout/")
    assert level(client) is None


# Levels ------------------------------------------------------------------------------------------

PASSWORD_STEP = {"method": "password"}
CODE_STEP = {"method": "mfa", "type": "totp"}
KEY_STEP = {"method": "mfa", "type": "webauthn"}
OTHER_STEP = {"method": "socialaccount", "provider": "idp", "uid": "7"}
VOUCHED = {"provider": "idp", "uid": "7", "acr": "http://loa/3"}


@pytest.mark.parametrize(
    ("steps", "vouched", "expected"),
    [
        ([], None, "password"),
        ([PASSWORD_STEP], None, "password"),
        ([{"method": "password_reset"}], None, "password"),
        ([PASSWORD_STEP, CODE_STEP], None, "password+code"),
        ([PASSWORD_STEP, {"method": "mfa", "type": "recovery_codes"}], None, "password+code"),
        ([PASSWORD_STEP, KEY_STEP], None, "password+passkey"),
        ([{**KEY_STEP, "passwordless": True}], None, "passkey"),
        ([OTHER_STEP], VOUCHED, "oidc:idp:http://loa/3"),
        ([OTHER_STEP], None, "oidc:idp:"),
        ([{**OTHER_STEP, "uid": "8"}], VOUCHED, "oidc:idp:"),
        ([OTHER_STEP, CODE_STEP], VOUCHED, "oidc+code:idp:http://loa/3"),
        ([PASSWORD_STEP], VOUCHED, "password"),
    ],
)
def test_the_steps_add_up_to_a_level(
    steps: list[dict[str, Any]], vouched: dict[str, str] | None, expected: str
) -> None:
    assert level_from(steps, vouched) == expected


@pytest.mark.parametrize(
    ("level", "strong"),
    [
        ("", False),
        ("password", False),
        ("password+code", True),
        ("password+passkey", True),
        ("passkey", True),
        ("oidc:idp:high", True),
        ("oidc:idp:low", False),
        ("oidc:idp:", False),
        ("oidc:other:high", False),
        ("oidc:always:", True),
        ("oidc+code:idp:low", True),
        ("oidc+code", False),
        ("oidc", False),
    ],
)
def test_which_levels_are_enough_for_staff(settings: Any, level: str, strong: bool) -> None:
    settings.OIDC_STRONG = {"idp": ("high",), "always": ("*",)}
    assert is_strong(level) == strong


@pytest.mark.parametrize(
    ("level", "swedish"),
    [
        ("password", "Lösenord"),
        ("password+code", "Lösenord och engångskod"),
        ("passkey", "Lösennyckel"),
        ("oidc:freja:loa3", "Genom freja, nivå loa3"),
        ("oidc+code:freja:", "Genom freja, med engångskod"),
        ("", "Inte registrerat"),
        ("gissning", "Inte registrerat"),
    ],
)
def test_a_level_is_said_in_words(level: str, swedish: str) -> None:
    with override("sv"):
        assert str(assurance_label(level)) == swedish


# Providers in the environment ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "not json",
        "{}",
        '[{"id": "a"}]',
        '[{"id": "A B", "name": "A", "server_url": "https://a", "client_id": "x"}]',
        '[{"id": "a", "name": "A", "server_url": "http://a.se", "client_id": "x"}]',
        '[{"id": "a", "name": "A", "server_url": "https://a", "client_id": "x", "acr": "y"}]',
        '[{"id": "a", "name": "A", "server_url": "https://a", "client_id": "x"},'
        ' {"id": "a", "name": "B", "server_url": "https://b", "client_id": "x"}]',
    ],
)
def test_a_fault_in_the_providers_is_told_at_the_start(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_PROVIDERS"):
        providers_from(written)


def test_a_fault_never_shows_the_secret() -> None:
    written = '[{"id": "a", "name": "A", "secret": "hemligt-och-dolt", "client_id": 7}]'
    with pytest.raises(ImproperlyConfigured) as caught:
        providers_from(written)
    assert "hemligt-och-dolt" not in str(caught.value)


def test_nobody_is_trusted_with_addresses_unless_told() -> None:
    written = '[{"id": "a", "name": "A", "server_url": "https://a", "client_id": "x"%s}]'
    assert not providers_from(written % "")["a"].trusts("a@agency.se")
    trusted = providers_from(written % ', "trust_email": ["agency.se"]')["a"]
    assert trusted.trusts("a@Agency.se")
    assert not trusted.trusts("a@elsewhere.se")
    assert not trusted.trusts("a@sub.agency.se")
    assert not isinstance(AnonymousUser(), User)


def test_staff_need_a_second_factor_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    names = ["STAFF_SECOND_FACTOR", "OIDC_STRONG", "ALLAUTH_TRUSTED_PROXY_COUNT"]
    assert settings_with(tmp_path, names) == dict(zip(names, (True, {}, 0), strict=True))
    provider = {"id": "a", "name": "A", "server_url": "https://a", "client_id": "x"}
    found = settings_with(
        tmp_path,
        names,
        HTTPS="true",
        STAFF_SECOND_FACTOR="false",
        OIDC_PROVIDERS=json.dumps([{**provider, "strong": ["loa3"]}]),
    )
    assert found == dict(zip(names, (False, {"a": ["loa3"]}, 1), strict=True))


# The pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LOGIN, SIGNUP, "/konto/signup/passkey/", RESET])
def test_a_page_for_everyone_is_whole(client: Client, path: str) -> None:
    page = Page(client.get(path))
    assert page.faults() == []


@pytest.mark.parametrize(
    "path",
    [
        "/konto/password/change/", "/konto/email/", "/konto/2fa/", "/konto/2fa/totp/activate/",
        "/konto/2fa/webauthn/", "/konto/2fa/webauthn/add/", "/konto/3rdparty/",
        "/konto/reauthenticate/", "/konto/logout/", SECOND,
    ],
)  # fmt: skip
def test_a_page_of_ones_own_is_whole(client: Client, path: str) -> None:
    sign_in(client, UserFactory().email)
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    assert Page(client.get(path)).faults() == []


def test_the_words_are_the_projects_own(client: Client) -> None:
    page = Page(client.get(LOGIN))
    assert page.texts("form label") == ["E-postadress", "Lösenord"]
    shown = text(page.root)
    assert "epost-adress" not in shown.lower()
    assert "Skapa konto" in shown
