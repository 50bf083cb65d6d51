"""Signing in through another service, against a real OpenID Connect provider on loopback."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oidc_provider_mock import run_server_in_thread

from applicants.models import User
from config.oidc import OidcProvider
from core.models import OutboxMessage
from tests.factories import PASSWORD, AgencyFactory, UserFactory, staff
from tests.portal.html import Page
from tests.portal.test_sign_in import SECRET, one_time_code

pytestmark = pytest.mark.django_db

LOGIN = "/konto/oidc/katalogen/login/"
CALLBACK = "/konto/oidc/katalogen/login/callback/"
HIGH, LOW = "http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa1"
SECOND = "/konto/andra-steget/"

type Says = Callable[..., None]
type Configure = Callable[..., None]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with run_server_in_thread() as running:
            yield f"http://localhost:{running.server_port}"


@pytest.fixture
def says(server: str) -> Says:
    """`says("anna", email=…)`: what the provider knows of a person."""

    def tell(sub: str, **claims: Any) -> None:
        requests.put(f"{server}/users/{sub}", json=claims, timeout=5).raise_for_status()

    return tell


@pytest.fixture
def configure(settings: Any, server: str) -> Configure:
    """The provider as the environment may name it."""

    def write(**more: Any) -> None:
        provider = OidcProvider(
            **{
                "id": "katalogen", "name": "Myndighetens katalog", "server_url": server,
                "client_id": "tilldela", "secret": "hemligt", "acr_values": (HIGH,),
                "strong": (HIGH,),
            } | more
        )  # fmt: skip
        settings.OIDC_PROVIDERS = {provider.id: provider}
        settings.OIDC_STRONG = {provider.id: provider.strong}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.as_app()]}}

    return write


@pytest.fixture(autouse=True)
def provider(configure: Configure) -> None:
    configure()


def to_provider(client: Client, path: str = LOGIN, **more: str) -> str:
    """Where the person is sent, after asking to sign in there."""
    page = client.post(path, more).content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def back_from(address: str, sub: str) -> str:
    """The person signs in at the provider; where it sends the person back to."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def through(client: Client, sub: str, **more: str) -> Any:
    """The whole way through the provider, and the answer to coming back."""
    cache.clear()
    return client.get(back_from(to_provider(client, **more), sub))


def person(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def trusting(configure: Configure) -> None:
    configure(trust_email=("agency.se",))


# The way there and back --------------------------------------------------------------------------


def test_a_trusted_provider_opens_a_new_account_at_the_first_sign_in(
    client: Client, says: Says, configure: Configure
) -> None:
    trusting(configure)
    says("anna", email="anna@agency.se", email_verified=True, name="Anna  Ek", acr=HIGH)
    response = through(client, "anna", next="/utlysningar/")
    assert response.headers["Location"] == "/utlysningar/"
    user = person(client)
    assert user
    assert (user.email, user.name, user.language) == ("anna@agency.se", "Anna Ek", "sv")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert client.session["assurance"] == f"oidc:katalogen:{HIGH}"


def test_the_same_person_comes_back_to_the_same_account(client: Client, says: Says) -> None:
    user = UserFactory()
    SocialAccount.objects.create(user=user, provider="katalogen", uid="anna")
    says("anna", email="nytt.namn@agency.se", email_verified=True, name="Anna", acr=LOW)
    through(client, "anna")
    assert person(client) == user
    assert client.session["assurance"] == f"oidc:katalogen:{LOW}"


def test_the_wanted_level_is_asked_for_and_the_code_is_bound_to_the_asker(client: Client) -> None:
    asked = parse_qs(urlsplit(to_provider(client)).query)
    assert asked["acr_values"] == [HIGH]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]


def test_the_form_ends_at_this_site_as_its_policy_says(client: Client) -> None:
    response = client.post(LOGIN)
    assert response.status_code == 200
    assert "form-action 'self'" in response.headers["Content-Security-Policy"]
    assert Page(response).faults() == []
    assert Page(client.get(LOGIN)).faults() == []


def test_only_providers_that_are_configured_are_offered(client: Client, settings: Any) -> None:
    page = Page(client.get("/konto/login/"))
    assert "Logga in genom Myndighetens katalog" in page.texts("main button")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    page = Page(client.get("/konto/login/"))
    assert not any("katalog" in each for each in page.texts("main button"))
    assert client.post(LOGIN).status_code == 404
    assert client.post("/konto/oidc/annan/login/").status_code == 404


def test_a_provider_that_does_not_answer_is_told_of(client: Client, configure: Configure) -> None:
    configure(server_url="http://localhost:9")
    response = client.post(LOGIN)
    assert response.status_code == 503
    assert "Du blev inte inloggad" in response.content.decode()


def test_giving_up_at_the_provider_signs_nobody_in(client: Client) -> None:
    address = to_provider(client)
    answer = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    response = client.get(f"{parts.path}?{parts.query}", follow=True)
    assert Page(response).heading == "Du blev inte inloggad"
    assert person(client) is None


# Forgery -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["", "gissat", "AAAAAAAAAAAAAAAA"])
def test_an_answer_that_was_not_asked_for_is_refused(
    client: Client, says: Says, state: str
) -> None:
    says("anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH)
    asked = back_from(to_provider(Client()), "anna")
    code = parse_qs(urlsplit(asked).query)["code"][0]
    response = client.get(CALLBACK, {"code": code, "state": state})
    assert response.status_code == 401
    assert person(client) is None


def test_the_answer_to_another_browser_is_refused(client: Client, says: Says) -> None:
    """An attacker's own way back, given to somebody else to follow."""
    says("elak", email="elak@agency.se", email_verified=True, name="Elak", acr=HIGH)
    theirs = back_from(to_provider(Client()), "elak")
    to_provider(client)
    assert client.get(theirs).status_code == 401
    assert person(client) is None


def test_an_answer_can_be_used_once(client: Client, says: Says, configure: Configure) -> None:
    trusting(configure)
    says("anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH)
    address = back_from(to_provider(client), "anna")
    assert client.get(address).status_code == 302
    client.logout()
    assert client.get(address).status_code == 401


# Addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "verified", "address"),
    [
        (("agency.se",), False, "anna@agency.se"),
        (("agency.se",), "true", "anna@agency.se"),
        (("agency.se",), None, "anna@agency.se"),
        (("agency.se",), True, "anna@elsewhere.se"),
        (False, True, "anna@agency.se"),
        ((), True, "anna@agency.se"),
    ],
)
@pytest.mark.parametrize("confirmed", [True, False])
def test_an_address_that_nobody_vouches_for_takes_over_no_account(
    client: Client,
    says: Says,
    configure: Configure,
    trust: Any,
    verified: Any,
    address: str,
    confirmed: bool,
) -> None:
    configure(trust_email=trust)
    victim = UserFactory(email=address, verified=confirmed)
    says("elak", email=address, email_verified=verified, name="Elak", acr=HIGH)
    response = through(client, "elak")
    assert response.headers["Location"] == "/konto/confirm-email/"
    client.post("/konto/confirm-email/", {"code": "XXX-XXX"})
    assert person(client) is None
    assert not SocialAccount.objects.filter(user=victim).exists()
    assert User.objects.filter(email=address).count() == 1
    (mail,) = OutboxMessage.objects.filter(recipient=address)
    assert mail.subject == "Du har redan ett konto i Tilldela"


def test_an_unverified_address_is_confirmed_before_the_account_opens(
    client: Client, says: Says
) -> None:
    says("anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH)
    assert through(client, "anna").headers["Location"] == "/konto/confirm-email/"
    assert person(client) is None
    body = OutboxMessage.objects.get(recipient="anna@agency.se").body
    code = re.search(r": ([A-Z0-9-]{6,12})$", body, re.MULTILINE)
    assert code
    client.post("/konto/confirm-email/", {"code": code[1]})
    user = person(client)
    assert user
    assert user.email == "anna@agency.se"
    assert client.session["assurance"] == f"oidc:katalogen:{HIGH}"


def test_a_vouched_address_opens_the_account_that_has_it(
    client: Client, says: Says, configure: Configure
) -> None:
    trusting(configure)
    there = UserFactory(email="anna@agency.se")
    says("anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH)
    through(client, "anna")
    assert person(client) == there
    there.refresh_from_db()
    assert there.check_password(PASSWORD)
    assert SocialAccount.objects.get(user=there).uid == "anna"


def test_a_password_set_by_who_never_confirmed_the_address_stops_holding(
    client: Client, says: Says, configure: Configure
) -> None:
    """Someone made an account with another's address and waits for its owner."""
    trusting(configure)
    there = UserFactory(email="anna@agency.se", verified=False)
    says("anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH)
    through(client, "anna")
    there.refresh_from_db()
    assert not there.has_usable_password()


def test_what_the_provider_leaves_out_is_asked_for(
    client: Client, says: Says, configure: Configure
) -> None:
    trusting(configure)
    says("anna", email="anna@agency.se", email_verified=True, acr=HIGH)
    response = through(client, "anna")
    assert response.headers["Location"] == "/konto/3rdparty/signup/"
    page = Page(client.get("/konto/3rdparty/signup/"))
    assert page.faults() == []
    client.post("/konto/3rdparty/signup/", {"name": "Anna Ek", "email": "anna@agency.se"})
    user = person(client)
    assert user
    assert user.name == "Anna Ek"


def test_another_address_written_in_the_form_is_not_taken_as_vouched_for(
    client: Client, says: Says, configure: Configure
) -> None:
    trusting(configure)
    says("anna", email="anna@agency.se", email_verified=True, acr=HIGH)
    through(client, "anna")
    answers = {"name": "Anna Ek", "email": "chefen@agency.se"}
    client.post("/konto/3rdparty/signup/", answers)
    chief = EmailAddress.objects.filter(email="chefen@agency.se").first()
    assert chief is None or not chief.verified


def test_no_personal_identity_number_is_kept(
    client: Client, says: Says, configure: Configure
) -> None:
    trusting(configure)
    says(
        "anna", email="anna@agency.se", email_verified=True, name="Anna", acr=HIGH,
        personal_identity_number="197001011234", ssn="197001011234",
    )  # fmt: skip
    for _time in range(2):
        with CaptureQueriesContext(connection) as written:
            through(client, "anna")
        # Not for a moment either: what is taken away afterwards has been in the log of the disk.
        assert not [query for query in written if "197001011234" in str(query["sql"])]
        assert "197001011234" not in str(SocialAccount.objects.get().extra_data)
        assert "197001011234" not in str(dict(client.session))
        client.logout()


# Levels ------------------------------------------------------------------------------------------


@pytest.fixture
def officer(settings: Any) -> User:
    settings.STAFF_SECOND_FACTOR = True
    user = staff(AgencyFactory())
    SocialAccount.objects.create(user=user, provider="katalogen", uid="anna")
    return user


def open_to(client: Client) -> bool:
    return bool(client.get("/ansokningar/").status_code == 200)


def test_a_strong_class_is_enough_for_staff(client: Client, says: Says, officer: User) -> None:
    says("anna", email=officer.email, name="Anna", acr=HIGH)
    through(client, "anna")
    assert person(client) == officer
    assert open_to(client)


@pytest.mark.parametrize("claims", [{"acr": LOW}, {}, {"acr": [HIGH]}, {"acr": ""}])
def test_a_weak_class_leads_staff_to_the_second_factor(
    client: Client, says: Says, officer: User, claims: dict[str, Any]
) -> None:
    says("anna", email=officer.email, name="Anna", **claims)
    through(client, "anna")
    assert person(client) == officer
    assert not open_to(client)
    assert Page(client.get(SECOND)).heading == "Ett andra steg för att logga in"


def test_a_code_makes_up_for_a_weak_class(client: Client, says: Says, officer: User) -> None:
    TOTP.activate(officer, SECRET)
    says("anna", email=officer.email, name="Anna", acr=LOW)
    assert through(client, "anna").headers["Location"] == "/konto/2fa/authenticate/"
    assert person(client) is None
    client.post("/konto/2fa/authenticate/", {"code": one_time_code()})
    assert client.session["assurance"] == f"oidc+code:katalogen:{LOW}"
    assert open_to(client)


def test_a_provider_can_count_as_strong_whatever_it_says(
    client: Client, says: Says, officer: User, configure: Configure
) -> None:
    configure(strong=("*",))
    says("anna", email=officer.email, name="Anna")
    through(client, "anna")
    assert client.session["assurance"] == "oidc:katalogen:"
    assert open_to(client)


def test_a_provider_that_is_taken_away_no_longer_counts(
    client: Client, says: Says, officer: User, settings: Any
) -> None:
    says("anna", email=officer.email, name="Anna", acr=HIGH)
    through(client, "anna")
    settings.OIDC_STRONG = {}
    assert not open_to(client)


def test_asking_for_a_lower_class_in_the_address_gains_nothing(
    client: Client, says: Says, officer: User
) -> None:
    says("anna", email=officer.email, name="Anna", acr=LOW)
    address = to_provider(client, f"{LOGIN}?auth_params=acr_values%3D{LOW}")
    client.get(back_from(address, "anna"))
    assert not open_to(client)


# A service beside a password -----------------------------------------------------------------


def test_a_service_is_tied_to_an_account_and_taken_away(client: Client, says: Says) -> None:
    user = UserFactory()
    client.post("/konto/login/", {"login": user.email, "password": PASSWORD})
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    says("anna", email="privat@example.se", name="Anna", acr=HIGH)
    client.get(back_from(to_provider(client, f"{LOGIN}?process=connect"), "anna"))
    tied = SocialAccount.objects.get(user=user)
    assert client.session["assurance"] == "password"
    assert Page(client.get("/konto/3rdparty/")).faults() == []
    client.post("/konto/3rdparty/", {"account": tied.pk})
    assert not SocialAccount.objects.exists()
    subjects = [mail.subject for mail in OutboxMessage.objects.filter(recipient=user.email)]
    assert len(subjects) == 2


def test_a_service_is_not_tied_to_an_account_by_a_link(client: Client) -> None:
    user = UserFactory()
    client.post("/konto/login/", {"login": user.email, "password": PASSWORD})
    response = client.get(f"{LOGIN}?process=connect")
    assert response.status_code == 200
    assert "http-equiv" not in response.content.decode()
