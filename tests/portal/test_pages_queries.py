"""Pages ask the database as often with thirty rows as with one.

Each number is written out, so that whoever adds a query sees it. Two are the session and the
person, one the work that rule, menu and header go by.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from grants.enums import EntryKind, Outcome, Status
from grants.models import Application
from reporting.enums import AreaStatus, ReportStatus
from tests.factories import (
    ApplicationFactory,
    CallFactory,
    DecisionFactory,
    EditionFactory,
    OrganisationEntryFactory,
    ParticipationFactory,
    ReportAnswerFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
    RequirementFindingFactory,
)
from tests.portal.world import World, book, edition_address, municipality, tell

type Queries = Callable[[int], object]
ROWS = [1, 30]
pytestmark = pytest.mark.parametrize("rows", ROWS)


@pytest.fixture
def asks(client: Client, django_assert_num_queries: Callable[..., object]) -> Callable[..., None]:
    """`asks(url, number)`: the page opens with that many queries.

    It is opened once before, for what a process reads only once: definitions and editions.
    """

    def check(url: str, number: int) -> None:
        assert client.get(url).status_code == 200
        with django_assert_num_queries(number):  # type: ignore[attr-defined]
            client.get(url)

    return check


def test_front_page(asks: Callable[..., None], world: World, rows: int) -> None:
    for number in range(rows):
        CallFactory(agency=world.agency, definition_record=world.call.definition_record)
        world.case(number + 1)
    world.edition()
    asks("/", 2)


def test_calls(asks: Callable[..., None], world: World, rows: int) -> None:
    for number in range(rows):
        call = CallFactory(agency=world.agency, code=f"utlysning-{number}")
        ApplicationFactory(call=call)
    asks(reverse("call-list"), 2)


def test_call(asks: Callable[..., None], world: World, rows: int) -> None:
    for number in range(rows):
        world.case(number + 1)
    asks(reverse("call-detail", args=[world.agency.code, world.call.code]), 3)


def test_applications(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        partner = municipality(f"Partner {number}")
        world.case(number + 1, partners=[partner])
    asks(f"{reverse('application-list')}?q=kommun&status=interim_reported&sort=-granted", 10)


def test_application(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    case = world.case()
    fill_case(world, case, rows)
    asks(reverse("application-detail", args=[case.pk]), 11)


def fill_case(world: World, case: Application, rows: int) -> None:
    """More of everything that a case's page lists."""
    requirement = world.call.requirements.first()
    before = case.decisions.get()
    for number in range(rows):
        partner = municipality(f"Partner {number}")
        ParticipationFactory(application=case, organisation=partner)
        RequirementFindingFactory(application=case, requirement=requirement, organisation=partner)
        book(case, EntryKind.PAID, 1, year=2013 + number)
        before = DecisionFactory(
            application=case, outcome=Outcome.GRANTED, amount_sek=1, supersedes=before
        )
        report = ReportFactory(
            agency=world.agency, year=2014 + number, organisation=case.lead,
            status=ReportStatus.ACCEPTED, applications=[case],
        )  # fmt: skip
        assert report.pk
    tell(case, rows)


def test_organisations(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        world.case(number + 1)
    asks(f"{reverse('organisation-list')}?q=kommun&sort=-granted", 7)


def test_organisation(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    case = world.case()
    for number in range(rows):
        year = 2014 + number
        call = CallFactory(agency=world.agency, year=year, code=f"utlysning-{year}")
        later = ApplicationFactory(call=call, lead=case.lead, status=Status.GRANTED)
        book(later, EntryKind.GRANTED, 1, year=year)
        ReportFactory(
            agency=world.agency, year=year, organisation=case.lead,
            status=ReportStatus.ACCEPTED, applications=[later],
        )  # fmt: skip
        OrganisationEntryFactory(agency=world.agency, year=year, organisation=case.lead)
    asks(reverse("organisation-detail", args=[case.lead_id]), 10)


def test_reports(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        world.case(number + 1)
    asks(f"{reverse('report-list')}?q=kommun&year=2013&sort=organisation", 9)


def test_report(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    applications = [ApplicationFactory(call=world.call, status=Status.GRANTED) for _ in range(rows)]
    report = ReportFactory(
        agency=world.agency, status=ReportStatus.ACCEPTED, applications=applications
    )
    for number in range(rows):
        version = ReportVersionFactory(report=report, number=number + 1)
        for area in world.call.definition.area_codes[:rows]:
            ReportAreaFactory(version=version, area=area, status=AreaStatus.ONGOING)
            ReportAnswerFactory(version=version, area=area, question="q", option="o")
    asks(reverse("report-detail", args=[report.pk]), 10)


def test_editions(asks: Callable[..., None], world: World, rows: int) -> None:
    for number in range(rows):
        EditionFactory(dataset__agency=world.agency, number=number + 1)
    asks(reverse("edition-list"), 1)


def test_edition(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        world.case(number + 1)
    asks(edition_address(world.edition()), 8)


def test_cell(client: Client, asks: Callable[..., None], world: World, rows: int) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        world.case(number + 1)
    address = edition_address(world.edition(), "cell-detail", 1, "mapping", "completed")
    asks(address, 7)
