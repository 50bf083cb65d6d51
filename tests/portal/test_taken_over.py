"""After a merger the absorbed organisation's cases that have ended are read by whoever acts for the
successor, as by its own people, and written in by nobody of the successor's."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import User
from core.models import Event
from grants.enums import Status
from grants.models import Application, CompletionRequest, Message, Participation
from grants.services.messages import send_message
from portal.selectors.communication import documents_read_by
from reporting.enums import ReportStatus
from reporting.models import Report, ReportValue
from reporting.selectors.writing import reports_read_by, reports_written_by
from reviews.models import CommunicationAnswer, CommunicationReading
from reviews.selectors.communication import communications_read_by, communications_to
from tests.factories import ApplicationFactory, OrganisationFactory, ReportFactory, acting_for
from tests.grants.test_mergers import merged
from tests.portal.everyone import Everyone
from tests.portal.fair import sent_to_all
from tests.portal.html import Page

pytestmark = pytest.mark.django_db

OF_CASE = (
    "application-file", "application-messages", "application-pdf", "application-receipt",
    "application-versions", "message-file", "own-appeal", "own-communication",
    "own-communication-file", "own-decision", "own-decision-pdf", "own-document",
    "own-document-file", "own-document-pdf", "own-documents", "own-case-letter", "own-change",
    "own-changes", "own-money",
)  # fmt: skip
OF_REPORT = ("own-report", "own-report-section", "own-report-history", "own-report-file")


def addresses_of(everyone: Everyone) -> tuple[dict[str, str], Report]:
    """What there is to read in the lead's cases, and the lead's report that was received."""
    found = everyone.addresses()
    received = Report.objects.get(
        organisation=everyone.lead, status=ReportStatus.RECEIVED, references__isnull=False
    )
    file = received.files.get()
    at = {
        "own-report": reverse("own-report", args=[received.pk]),
        "own-report-section": reverse("own-report-section", args=[received.pk, "ekonomi"]),
        "own-report-history": (
            f"{reverse('own-report-history', args=[received.pk])}?falt=area.mapping"
        ),
        "own-report-file": reverse("own-report-file", args=[received.pk, file.pk]),
    }
    return {name: (found | at)[name] for name in (*OF_CASE, *OF_REPORT)}, received


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def told(client: Client, address: str) -> tuple[int, Any]:
    """The answer: what the page says, or the file."""
    response = client.get(address)
    if response.streaming:
        return response.status_code, b"".join(response.streaming_content)
    if "html" not in response["Content-Type"]:
        return response.status_code, response.content
    page = Page(response)
    return response.status_code, page.text("main") if page.all("main") else ""


@pytest.mark.long
@pytest.mark.parametrize("absorbed", ["lead", "partner"])
def test_the_successors_people_read_what_the_absorbed_ones_do(absorbed: str) -> None:
    everyone = Everyone()
    addresses, _received = addresses_of(everyone)
    own = browser(everyone.people[f"{absorbed} reader"])
    between, last, elsewhere = OrganisationFactory.create_batch(3)
    reader = browser(acting_for(last, OrganisationRole.READER))
    signatory = browser(acting_for(last))
    stranger = browser(acting_for(elsewhere))
    before = {name: told(own, address) for name, address in addresses.items()}
    assert {status for status, _what in before.values()} == {200}
    for client in (reader, signatory, stranger):
        assert {client.get(address).status_code for address in addresses.values()} == {404}
    organisation = everyone.lead if absorbed == "lead" else everyone.partner
    merged(organisation, between, last)
    events = Event.objects.count()
    wrong = {
        name: found
        for name, address in addresses.items()
        if (found := told(reader, address)) != before[name]
    }
    assert not wrong
    assert {signatory.get(address).status_code for address in addresses.values()} == {200}
    # To have read it is no event of the organisation's that it was sent to.
    assert Event.objects.count() == events
    assert not CommunicationReading.objects.exists()
    assert {stranger.get(address).status_code for address in addresses.values()} == {404}


@pytest.mark.long
def test_every_way_on_from_an_ended_case_leads_somewhere_and_nothing_is_written() -> None:
    everyone = Everyone()
    addresses, received = addresses_of(everyone)
    last = OrganisationFactory(name="Nya kommunen")
    merged(everyone.lead, last)
    cases = Application.objects.filter(lead=everyone.lead).exclude(
        status__in=[Status.DRAFT, Status.DISCARDED]
    )
    cases.update(status=Status.CLOSED)
    CompletionRequest.objects.update(closed_at=timezone.now())
    Report.objects.filter(pk=received.pk).update(status=ReportStatus.ACCEPTED)
    person = acting_for(last)
    client = browser(person)
    start = Page(client.get(reverse("my-pages")))
    (table,) = [each for each in start.all("main table") if "Ale kommun" in _caption(each)]
    assert "som har gått upp i en annan" in _caption(table)
    shown = {link.get("href") for link in start.all("main table tbody a")}
    assert shown == {reverse("application-file", args=[each.pk]) for each in cases}
    assert {
        reverse("own-report", args=[received.pk]),
        addresses["own-communication"],
        addresses["application-receipt"],
    } <= ways_on(client, sorted(shown))

    counted = (Event, Message, CommunicationAnswer, ReportValue)
    before = [model.objects.count() for model in counted]
    posts: dict[str, dict[str, str]] = {
        addresses["application-messages"]: {"body": "Hej."},
        addresses["own-communication"]: {"body": "Vi svarar.", "organisation": "1"},
        addresses["own-report-section"]: {"then": "next"},
        addresses["own-report-history"]: {"version": "1", "base": "1"},
        reverse("own-report-save", args=[received.pk]): {"path": "area.mapping", "text": "Nytt"},
        reverse("own-report-send", args=[received.pk]): {"seen": ""},
        reverse("own-report-file-remove", args=[received.pk, received.files.get().pk]): {},
        reverse("own-report-file-add", args=[received.pk]): {},
    }
    answers = {address: client.post(address, data).status_code for address, data in posts.items()}
    # What was typed as a message is shown again, and is not sent.
    assert answers.pop(addresses["application-messages"]) == 200
    assert set(answers.values()) == {404}, answers
    assert [model.objects.count() for model in counted] == before


def ways_on(client: Client, pages: list[str]) -> set[str]:
    """Where the links of the pages lead, which is somewhere but for files that are not there."""
    found = set()
    for page in pages:
        for link in Page(client.get(page)).all("main a[href^='/']"):
            address = link.get("href").partition("#")[0]
            found.add(address)
            if "/bilagor/" not in address:
                assert told(client, address)[0] == 200, address
    return found


def _caption(table: Any) -> str:
    return " ".join("".join(table.find("caption").itertext()).split())


def test_a_report_that_has_not_been_received_stays_with_those_who_write_it() -> None:
    lead, partner, last, partners_last = OrganisationFactory.create_batch(4)
    case = ApplicationFactory(lead=lead, partners=[partner], status=Status.CLOSED)
    found = {
        status: ReportFactory(
            agency=case.call.agency, organisation=lead, applications=[case], status=status,
            year=2014 + number,
        )
        for number, status in enumerate(ReportStatus)
    }  # fmt: skip
    own, other = acting_for(lead), acting_for(partner)
    heir, partners_heir = acting_for(last), acting_for(partners_last)
    merged(lead, last)
    merged(partner, partners_last)
    sent_in = {ReportStatus.RECEIVED, ReportStatus.RETURNED, ReportStatus.ACCEPTED}
    for person in (own, other):
        assert set(reports_read_by(person)) == set(found.values())
    for person in (heir, partners_heir):
        assert {report.status for report in reports_read_by(person)} == sent_in
        assert not reports_written_by(person).exists()
    # A partner that declined took no part, and neither does whoever has absorbed it.
    Participation.objects.filter(organisation=partner).update(approval="declined")
    assert not reports_read_by(partners_heir).exists()


@pytest.mark.long
def test_what_was_sent_to_the_lead_alone_is_not_for_those_who_absorbed_a_partner() -> None:
    everyone = Everyone()
    case, officer = everyone.case.application, everyone.people["case_officer"]
    alone = sent_to_all(case, officer, organisations=[case.lead])
    leads_heir, partners_heir = OrganisationFactory.create_batch(2)
    people = [acting_for(leads_heir), acting_for(partners_heir)]
    merged(everyone.lead, leads_heir)
    merged(everyone.partner, partners_heir)
    reads = [list(communications_read_by(case, person)) for person in people]
    assert reads == [[alone], []]
    assert not communications_to(case, people[0]).exists()
    assert list(communications_read_by(case, everyone.people["partner reader"])) == []
    source = f"communication:{alone.pk}"
    documents = [documents_read_by(case, person).filter(source=source).count() for person in people]
    assert documents == [1, 0]
    address = reverse("own-communication", args=[case.pk, alone.pk])
    assert [browser(person).get(address).status_code for person in people] == [200, 404]


def test_a_draft_of_the_absorbed_one_is_not_on_the_successors_pages() -> None:
    first, last = OrganisationFactory(name="Gamla kommunen"), OrganisationFactory()
    merged(first, last)
    person = acting_for(last)
    ApplicationFactory(lead=first, status=Status.DRAFT)
    page = Page(browser(person).get(reverse("my-pages")))
    assert page.all("main table") == []
    ended = ApplicationFactory(lead=first, status=Status.CLOSED)
    page = Page(browser(person).get(reverse("my-pages")))
    (link,) = page.all("main table tbody a")
    assert link.get("href") == reverse("application-file", args=[ended.pk])


@pytest.mark.parametrize("mergers", [1, 5])
def test_a_merger_costs_a_page_one_query_however_long_the_line(mergers: int) -> None:
    line = OrganisationFactory.create_batch(mergers + 1)
    case = ApplicationFactory(
        lead=line[0], status=Status.CLOSED, granted_sek=100, received_at=timezone.now()
    )
    report = ReportFactory(
        agency=case.call.agency, organisation=line[0], applications=[case],
        status=ReportStatus.ACCEPTED,
    )  # fmt: skip
    own, heir = browser(acting_for(line[0])), browser(acting_for(line[-1]))
    merged(*line)
    pages = {
        "my-pages": [], "application-file": [case.pk], "application-messages": [case.pk],
        "own-documents": [case.pk], "own-report": [report.pk],
    }  # fmt: skip
    for name, args in pages.items():
        address = reverse(name, args=args)
        assert asked(heir, address) == asked(own, address) + 1, name


def asked(client: Client, address: str) -> int:
    for _time in range(2):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
    return len(found)


def test_what_the_successors_people_write_is_refused_by_the_services_too() -> None:
    first, last = OrganisationFactory.create_batch(2)
    case = ApplicationFactory(lead=first, status=Status.CLOSED)
    merged(first, last)
    with pytest.raises(PermissionDenied):
        send_message(application=case, actor=acting_for(last), body="Hej.", from_agency=False)
