"""Every address of the site is in one list with its rule, and keeps it."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from applicants.enums import Role
from portal.urls import OTHERS, ROUTES
from portal.views.access import Access
from tests.factories.applicants import StaffRoleFactory, UserFactory

# What fits each kind of value in an address, and names nothing that is there.
NOTHING = {"int": 987654, "slug": "saknas", "str": "saknas", "uuid": UUID(int=0)}
SIGN_IN = ("/konto/login/", "/admin/login/")
# Steps of a sign-in lead back to its beginning where none is going on.
SIGNING_IN = ("account_", "mfa_", "socialaccount_")


def walk(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace:
            yield from walk(pattern.url_patterns, f"{namespace}{pattern.namespace}:")
        else:
            yield from walk(pattern.url_patterns, namespace)


def listed() -> dict[str, Access]:
    return dict(OTHERS) | {f"{route.name}": route.access for route in ROUTES}


FOUND = dict(walk(get_resolver().url_patterns))
RULES = listed()


def rule(name: str) -> Access | None:
    namespace = name.partition(":")[0]
    return RULES.get(name) or RULES.get(f"{namespace}:*")


def address(name: str) -> str:
    converters = FOUND[name].pattern.converters
    kinds = {key: type(value).__name__ for key, value in converters.items()}
    values = {
        key: NOTHING[kind.removesuffix("Converter").lower().replace("string", "str")]
        for key, kind in kinds.items()
    }
    return reverse(name, kwargs=values)


def asked_to_sign_in(client: Client, name: str) -> bool:
    response = client.get(address(name))
    if response.status_code == 405:
        response = client.post(address(name))
    return response.status_code == 302 and response.headers["Location"].startswith(SIGN_IN)


def with_rule(*rules: Access) -> list[str]:
    """The addresses made of plain values; those of a regular expression carry secret keys."""
    return [
        name
        for name, pattern in FOUND.items()
        if rule(name) in rules
        and not name.startswith("admin:")
        and (pattern.pattern.converters or not pattern.pattern.regex.groups)
    ]


OPEN = with_rule(Access.PUBLIC)
WITH_PERMISSION = with_rule(Access.ANSWER_REQUESTS, Access.LOOK_AROUND, Access.MAKE_EDITIONS)
# Signing out has nothing to protect: allauth sends those who are out to the front page.
SIGNED_IN = [name for name in with_rule(Access.SIGNED_IN) if name != "account_logout"]


def test_every_address_is_listed() -> None:
    assert {name for name in FOUND if rule(name) is None} == set()


def test_nothing_is_listed_that_is_not_there() -> None:
    namespaces = {f"{name.partition(':')[0]}:*" for name in FOUND if ":" in name}
    assert set(RULES) - set(FOUND) - namespaces == set()


def test_there_is_something_of_each_kind() -> None:
    assert OPEN
    assert WITH_PERMISSION
    assert SIGNED_IN


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPEN)
def test_the_public_is_not_asked_to_sign_in(client: Client, name: str) -> None:
    assert not asked_to_sign_in(client, name) or name.startswith(SIGNING_IN)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*SIGNED_IN, *WITH_PERMISSION])
def test_a_stranger_is_asked_to_sign_in(client: Client, name: str) -> None:
    assert asked_to_sign_in(client, name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", WITH_PERMISSION)
def test_an_account_without_a_role_finds_nothing(client: Client, name: str) -> None:
    client.force_login(UserFactory())
    assert client.get(address(name)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", with_rule(Access.MAKE_EDITIONS))
def test_a_case_officer_makes_no_editions(client: Client, name: str) -> None:
    client.force_login(StaffRoleFactory(role=Role.CASE_OFFICER).user)
    assert client.get(address(name)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [n for n in with_rule(Access.LOOK_AROUND) if not FOUND[n].pattern.converters]
)
@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.ANALYST])
def test_case_officers_and_analysts_see_the_lists(client: Client, name: str, role: Role) -> None:
    client.force_login(StaffRoleFactory(role=role).user)
    assert client.get(address(name)).status_code == 200


@pytest.mark.django_db
def test_administration_is_for_its_own_staff(client: Client) -> None:
    names = ["admin:index", *(name for name in FOUND if name.endswith("_changelist"))]
    assert len(names) > 1
    for name in names:
        assert asked_to_sign_in(client, name)
    client.force_login(StaffRoleFactory(role=Role.CASE_OFFICER).user)
    for name in names:
        assert asked_to_sign_in(client, name)
