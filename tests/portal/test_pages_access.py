"""Who may open which page: everyone's place is tried, also with somebody else's cases."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from applicants.models import User
from grants.enums import Status
from portal.urls import ROUTES
from portal.views.access import Access
from reporting.enums import ReportStatus
from tests.factories import (
    ApplicationFactory,
    CallFactory,
    EditionBuildFactory,
    EditionFactory,
    ReportFactory,
    acting_for,
    staff,
)
from tests.portal.world import CUTOFF, World, edition_address

OPEN = 200
SIGN_IN = 302
NOTHING = 404


@dataclass(frozen=True)
class Address:
    """Where a route leads in the world, and whether it redirects those who may open it."""

    url: str
    redirects: bool = False


@pytest.fixture
def addresses(world: World) -> dict[str, Address]:
    """An address of something that is there, for every route of the portal."""
    case = world.case()
    edition = world.edition()
    build = EditionBuildFactory(agency=world.agency, cutoff=CUTOFF)
    found = {
        "front-page": reverse("front-page"),
        "about": reverse("about"),
        "accessibility": reverse("accessibility"),
        "call-list": reverse("call-list"),
        "call-detail": reverse("call-detail", args=[world.agency.code, world.call.code]),
        "application-list": reverse("application-list"),
        "application-detail": reverse("application-detail", args=[case.pk]),
        "organisation-list": reverse("organisation-list"),
        "organisation-detail": reverse("organisation-detail", args=[case.lead_id]),
        "report-list": reverse("report-list"),
        "report-detail": reverse("report-detail", args=[world.agency.reports.get().pk]),
        "edition-list": reverse("edition-list"),
        "edition-build": reverse("edition-build"),
        "build-detail": reverse("build-detail", args=[build.pk]),
        "edition-detail": edition_address(edition),
        "edition-file": edition_address(edition, "edition-file", "json"),
        "cell-detail": edition_address(edition, "cell-detail", 1, "mapping", "completed"),
    }
    year = {"year-editions": Address(reverse("year-editions", args=[2013]), redirects=True)}
    return {name: Address(url) for name, url in found.items()} | year


ALLOWED: dict[str, set[Access]] = {
    "anonymous": {Access.PUBLIC},
    "stranger": {Access.PUBLIC},
    "registrar": {Access.PUBLIC},
    "applicant": {Access.PUBLIC},
    "officer": {Access.PUBLIC, Access.LOOK_AROUND},
    "analyst": {Access.PUBLIC, Access.LOOK_AROUND, Access.MAKE_EDITIONS},
}


@pytest.mark.parametrize("who", ALLOWED)
def test_every_page_opens_for_those_it_is_for_and_nobody_else(
    client: Client, world: World, addresses: dict[str, Address], who: str
) -> None:
    people: dict[str, User] = {
        "stranger": world.stranger,
        "registrar": world.registrar,
        "applicant": acting_for(world.agency.reports.get().organisation),
        "officer": world.officer,
        "analyst": world.analyst,
    }
    if who in people:
        client.force_login(people[who])
    assert set(addresses) == {route.name for route in ROUTES}
    for route in ROUTES:
        address = addresses[route.name]
        expected = SIGN_IN if who == "anonymous" else NOTHING
        if route.access in ALLOWED[who]:
            expected = SIGN_IN if address.redirects else OPEN
        response = client.get(address.url)
        assert response.status_code == expected, (who, route.name)
        if expected == SIGN_IN and not address.redirects:
            assert response["Location"] == f"/konto/login/?next={address.url}"


@pytest.mark.parametrize(
    "name", ["application-detail", "organisation-detail", "report-detail", "cell-detail"]
)
def test_another_agencys_cases_are_not_there(
    client: Client, world: World, addresses: dict[str, Address], name: str
) -> None:
    client.force_login(world.colleague_elsewhere)
    assert client.get(addresses[name].url).status_code == NOTHING


@pytest.mark.parametrize("name", ["application-list", "organisation-list", "report-list"])
def test_another_agencys_cases_are_not_listed(
    client: Client, world: World, addresses: dict[str, Address], name: str
) -> None:
    client.force_login(world.colleague_elsewhere)
    page = client.get(addresses[name].url).content.decode()
    for words in ("K13-0001", "RK13-0001", "Kommun 001"):
        assert words not in page


def test_another_agencys_build_is_not_there(
    client: Client, world: World, addresses: dict[str, Address]
) -> None:
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    client.force_login(elsewhere)
    assert client.get(addresses["build-detail"].url).status_code == NOTHING


def test_another_agencys_year_cannot_be_made(client: Client, world: World) -> None:
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    client.force_login(elsewhere)
    chosen = {"programme_year": f"{world.agency.code}-2013"}
    assert client.post(reverse("edition-build"), chosen).status_code == 200
    assert not world.agency.edition_builds.exists()


def test_those_who_make_no_editions_cannot_ask_for_one(client: Client, world: World) -> None:
    chosen = {"programme_year": f"{world.agency.code}-2013"}
    for person in (world.officer, world.registrar, world.stranger):
        client.force_login(person)
        assert client.post(reverse("edition-build"), chosen).status_code == NOTHING
    assert not world.agency.edition_builds.exists()


def test_staff_never_read_a_draft(client: Client, world: World) -> None:
    client.force_login(world.officer)
    for status in (Status.DRAFT, Status.DISCARDED):
        draft = ApplicationFactory(call=world.call, status=status)
        assert client.get(reverse("application-detail", args=[draft.pk])).status_code == NOTHING
        lead = reverse("organisation-detail", args=[draft.lead_id])
        assert client.get(lead).status_code == NOTHING


@pytest.mark.parametrize("status", [ReportStatus.DUE, ReportStatus.DRAFT])
def test_a_report_that_is_not_sent_in_is_not_there(
    client: Client, world: World, status: ReportStatus
) -> None:
    report = ReportFactory(agency=world.agency, status=status)
    client.force_login(world.officer)
    assert client.get(reverse("report-detail", args=[report.pk])).status_code == NOTHING


@pytest.mark.parametrize(
    "address",
    [
        "/ansokningar/99999999999999999999999/",
        "/organisationer/99999999999999999999999/",
        "/redovisningar/99999999999999999999999/",
        "/rapporter/99999999999999999999999/",
        "/rapporter/provmyndigheten/99999999999999999999999/utgava/1/",
        "/rapporter/bygg/99999999999999999999999/",
        "/utlysningar/saknas/saknas/",
    ],
)
def test_numbers_beyond_all_measure_are_not_there(
    client: Client, world: World, address: str
) -> None:
    client.force_login(world.analyst)
    assert client.get(address).status_code == NOTHING


def test_odd_values_in_an_address_break_no_list(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.officer)
    cursor = base64.urlsafe_b64encode(b'["\\u0000", 1]').decode()
    for name in ("application-list", "organisation-list", "report-list"):
        for query in ("q=%00", "q=%25", "county=%00", "sort=-", f"after={cursor}", "after=%FF"):
            response = client.get(f"{reverse(name)}?{query}&sort=organisation")
            assert response.status_code == 200, (name, query)


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1900, 2014])
def test_a_year_without_an_edition_is_not_there(client: Client, year: int) -> None:
    assert client.get(reverse("year-editions", args=[year])).status_code == NOTHING


def test_a_year_of_several_agencies_is_a_list(client: Client, world: World) -> None:
    first, second = EditionFactory(dataset__agency=world.agency), EditionFactory()
    page = client.get(reverse("year-editions", args=[2013])).content.decode()
    assert edition_address(first) in page
    assert edition_address(second) in page


def test_a_year_of_one_agency_is_its_latest_edition(client: Client, world: World) -> None:
    EditionFactory(dataset__agency=world.agency, number=1)
    latest = EditionFactory(dataset__agency=world.agency, number=2)
    response = client.get(reverse("year-editions", args=[2013]))
    assert response["Location"] == edition_address(latest)


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [(99, "mapping", "completed"), (1, "nothing", "completed"), (1, "mapping", "nothing")],
)
def test_a_cell_that_is_not_in_the_report_is_not_there(
    client: Client, world: World, table: int, row: str, column: str
) -> None:
    world.case()
    client.force_login(world.analyst)
    address = edition_address(world.edition(), "cell-detail", table, row, column)
    assert client.get(address).status_code == NOTHING


def test_a_file_of_another_kind_is_not_there(client: Client, world: World) -> None:
    world.case()
    address = edition_address(world.edition(), "edition-file", "exe")
    assert client.get(address).status_code == NOTHING


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("name", ["application-list", "organisation-list", "report-list"])
def test_pages_to_look_at_take_nothing(
    client: Client, world: World, method: str, name: str
) -> None:
    client.force_login(world.officer)
    send: Callable[[str], object] = getattr(client, method)
    assert getattr(send(reverse(name)), "status_code") == 405  # noqa: B009


def test_calls_of_the_same_code_are_told_apart_by_agency(client: Client, world: World) -> None:
    other = CallFactory(code=world.call.code)
    for call in (world.call, other):
        url = reverse("call-detail", args=[call.agency.code, call.code])
        assert str(call.agency.name_sv) in client.get(url).content.decode()
