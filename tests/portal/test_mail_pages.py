"""The pages of mail and of incidents: who sees what, and what is never shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.enums import IncidentKind, JournalKind, OutboxState
from core.models import Event, Incident, OutboxMessage
from grants.enums import Status
from portal.selectors.incidents import around_deadline
from portal.services.mail import resend_mail
from tests.factories import ApplicationFactory, CallFactory, acting_for, staff
from tests.portal.html import Page
from tests.portal.mails import mailed
from tests.portal.world import World

LIST = "/utskick/"
INCIDENTS = "/driftstorningar/"


def shown(page: Page) -> set[str]:
    return {row[3] for row in page.rows("mails")}


# Who sees which mail -----------------------------------------------------------------------------


def test_staff_see_the_mails_of_their_own_agencys_cases(
    get: Callable[..., Page], world: World
) -> None:
    mail = mailed(world.case())
    for person in (world.officer, world.registrar, staff(world.agency, Role.ADMINISTRATOR)):
        assert shown(get(LIST, person)) == {mail.recipient}
    assert shown(get(LIST, world.colleague_elsewhere)) == set()


@pytest.mark.parametrize("page", ["mail-list", "incident-list"])
def test_others_find_no_such_page(client: Client, world: World, page: str) -> None:
    case = world.case()
    mailed(case)
    assert client.get(reverse(page)).status_code == 302
    for person in (world.stranger, world.analyst, acting_for(case.lead)):
        client.force_login(person)
        assert client.get(reverse(page)).status_code == 404


def test_a_mail_is_sent_again_by_those_who_see_it_and_by_no_other(
    client: Client, world: World
) -> None:
    mail = mailed(world.case())
    url = reverse("mail-resend", args=[mail.pk])
    sent = {"recipient": mail.recipient}
    assert client.post(url, sent).status_code == 302
    for person in (world.stranger, world.analyst, world.colleague_elsewhere):
        client.force_login(person)
        assert client.get(url).status_code == 404
        assert client.post(url, sent).status_code == 404
        with pytest.raises(PermissionDenied):
            resend_mail(message=mail, actor=person)
    mail.refresh_from_db()
    assert mail.state == OutboxState.BOUNCED
    client.force_login(world.registrar)
    assert client.post(url, sent).status_code == 302
    mail.refresh_from_db()
    assert mail.state == OutboxState.PENDING


def test_mails_of_drafts_and_accounts_are_for_administrators(
    get: Callable[..., Page], world: World
) -> None:
    draft = ApplicationFactory(call=world.call, status=Status.DRAFT)
    elsewhere = ApplicationFactory(status=Status.DRAFT)
    hidden = {
        mailed(draft, recipient="utkast@example.se").recipient,
        mailed(None, kind="account", recipient="konto@example.se").recipient,
        mailed(
            None, kind="invitation", recipient="inbjuden@example.se",
            journal_kind=JournalKind.ORGANISATION, journal_subject="1",
        ).recipient,
    }  # fmt: skip
    mailed(elsewhere, recipient="annat-utkast@example.se")
    for person in (world.officer, world.registrar):
        assert shown(get(LIST, person)) == set()
    page = get(LIST, staff(world.agency, Role.ADMINISTRATOR))
    assert shown(page) == hidden
    [row] = [row for row in page.rows("mails") if row[3] == "utkast@example.se"]
    assert row[2] == "A draft"
    assert draft.lead.name not in page.root.text_content()
    for mail in OutboxMessage.objects.all():
        with pytest.raises(PermissionDenied):
            resend_mail(message=mail, actor=world.officer)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_a_mail_says_is_never_shown(
    get: Callable[..., Page], world: World, language: str
) -> None:
    administrator = staff(world.agency, Role.ADMINISTRATOR)
    for mail in (mailed(world.case()), mailed(None, kind="account")):
        for url in (LIST, reverse("mail-resend", args=[mail.pk])):
            page = get(url, administrator, language)
            assert "Hemlig" not in page.root.text_content()
            assert page.faults() == []


# The list ----------------------------------------------------------------------------------------


def test_what_did_not_arrive_comes_first(get: Callable[..., Page], world: World) -> None:
    case = world.case()
    states = [OutboxState.BOUNCED, OutboxState.FAILED, OutboxState.SENT, OutboxState.PENDING]
    mails = [mailed(case, state) for state in states]
    page = get(LIST, world.officer)
    addresses = [row[3] for row in page.rows("mails")]
    assert addresses == [mails[place].recipient for place in (1, 0, 3, 2)]
    links = page.texts("table#mails tbody a[href^='/utskick/']")
    assert links == ["Send again", "Send again"]


def test_the_list_is_filtered_by_state_and_searched_by_case_and_address(
    get: Callable[..., Page], world: World
) -> None:
    one, two = world.case(1), world.case(2)
    first = mailed(one, recipient="anna@example.se")
    second = mailed(two, OutboxState.SENT, recipient="bo@example.se")
    assert shown(get(f"{LIST}?state=sent", world.officer)) == {second.recipient}
    assert shown(get(f"{LIST}?q=K13-0001", world.officer)) == {first.recipient}
    assert shown(get(f"{LIST}?q=bo@", world.officer)) == {second.recipient}
    assert shown(get(f"{LIST}?state=made-up", world.officer)) == {
        first.recipient, second.recipient,
    }  # fmt: skip


def test_the_case_is_a_link_for_those_who_may_open_it(
    get: Callable[..., Page], world: World
) -> None:
    case = world.case()
    mailed(case)
    address = reverse("application-detail", args=[case.pk])
    for person in (world.officer, world.registrar):
        assert get(LIST, person).all(f"table#mails a[href='{address}']")
    page = get(LIST, staff(world.agency, Role.ADMINISTRATOR))
    assert not page.all(f"table#mails a[href='{address}']")
    assert page.rows("mails")[0][2] == case.number


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_the_database_as_often_for_thirty(
    client: Client, world: World, rows: int, django_assert_num_queries: Any
) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        mailed(world.case(number + 1, reported=False))
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_incidents_ask_the_database_as_often_for_thirty(
    client: Client, world: World, rows: int, django_assert_num_queries: Any
) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        failed(minutes=number)
    client.get(INCIDENTS)
    with django_assert_num_queries(5):
        client.get(INCIDENTS)


def test_the_menu_leads_there_those_who_may(get: Callable[..., Page], world: World) -> None:
    def places(person: Any) -> set[str]:
        return {each.get("href") for each in get("/", person).all("nav.site-nav a")}

    assert {LIST, INCIDENTS} <= places(world.registrar)
    assert not {LIST, INCIDENTS} & places(world.analyst)
    assert not {LIST, INCIDENTS} & places(world.stranger)


# Sending again -----------------------------------------------------------------------------------


def test_a_corrected_address_is_where_it_goes_and_the_journal_tells_who(
    client: Client, world: World
) -> None:
    case = world.case()
    mail = mailed(case)
    client.force_login(world.registrar)
    url = reverse("mail-resend", args=[mail.pk])
    wrong = Page(client.post(url, {"recipient": "inte en adress"}))
    assert wrong.all(".error-summary, [role=alert]")
    response = client.post(url, {"recipient": "ratt@example.se"})
    assert response["Location"] == LIST
    mail.refresh_from_db()
    assert (mail.recipient, mail.state) == ("ratt@example.se", OutboxState.PENDING)
    event = Event.objects.get(name="mail.resent")
    assert event.actor == str(world.registrar.pseudonym)
    assert "ratt@" not in event.payload
    # Another click finds it waiting.
    client.post(url, {"recipient": "ratt@example.se"})
    assert Event.objects.filter(name="mail.resent").count() == 1


@pytest.mark.parametrize("kind", ["account", "invitation", "partner_invited"])
def test_a_link_for_its_receiver_goes_to_no_other_address(
    client: Client, world: World, kind: str
) -> None:
    mail = mailed(None, kind=kind)
    client.force_login(staff(world.agency, Role.ADMINISTRATOR))
    url = reverse("mail-resend", args=[mail.pk])
    assert not Page(client.get(url)).all("input[name=recipient]")
    client.post(url, {"recipient": "mallory@example.se"})
    before, after = mail.recipient, OutboxMessage.objects.get(pk=mail.pk)
    assert (after.recipient, after.state) == (before, OutboxState.PENDING)


def test_a_mail_that_was_sent_is_not_sent_again(client: Client, world: World) -> None:
    mail = mailed(world.case(), OutboxState.SENT)
    client.force_login(world.officer)
    url = reverse("mail-resend", args=[mail.pk])
    assert not Page(client.get(url)).all("main form")
    client.post(url, {"recipient": mail.recipient})
    mail.refresh_from_db()
    assert mail.state == OutboxState.SENT


def test_the_cases_page_tells_what_was_mailed(get: Callable[..., Page], world: World) -> None:
    case = world.case()
    mail = mailed(case)
    resend_mail(message=mail, actor=world.officer)
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert "A mail was sent again" in page.root.text_content()
    assert "Message in the case" in page.root.text_content()


# Incidents ---------------------------------------------------------------------------------------

END = datetime(2030, 3, 31, 22, 0, tzinfo=UTC)
"""The end of 31 March in Sweden, a day of 23 hours."""


def failed(minutes: int = 0, **fields: Any) -> Incident:
    values = {
        "kind": IncidentKind.ERROR,
        "started_at": END - timedelta(minutes=minutes),
        "ended_at": END - timedelta(minutes=minutes),
        "address": "/ansokan/",
        "status": 500,
        "reference": f"REF{minutes}",
    }
    return Incident.objects.create(**(values | fields))


def test_incidents_are_shown_with_time_place_and_number(
    get: Callable[..., Page], world: World
) -> None:
    failed(30, count=7)
    failed(
        90, kind=IncidentKind.STOPPED, address="", status=None, ended_at=END - timedelta(minutes=60)
    )
    rows = get(INCIDENTS, world.officer).rows("incidents")
    assert [row[0] for row in rows] == ["2030-03-31 23:30", "2030-03-31 22:30"]
    assert rows[0][3:] == ["/ansokan/", "7", "REF30"]
    assert rows[1][1:4] == ["2030-03-31 23:00", "no sign of life", "The whole service"]
    assert [row[5] for row in get(f"{INCIDENTS}?q=ref9", world.officer).rows("incidents")] == [
        "REF90"
    ]
    assert len(get(f"{INCIDENTS}?kind=stopped", world.officer).rows("incidents")) == 1


def test_what_is_told_of_a_late_application_is_what_failed_in_the_last_hours(
    get: Callable[..., Page], world: World
) -> None:
    call = CallFactory(agency=world.agency, closes_on=date(2030, 3, 31))
    inside = failed(5)
    before = failed(48 * 60 - 1)
    failed(48 * 60 + 1)
    failed(-1)
    across = failed(
        49 * 60, kind=IncidentKind.STOPPED, ended_at=END - timedelta(hours=47), status=None
    )
    assert around_deadline(call) == [across, before, inside]
    late = ApplicationFactory(call=call, late=True)
    page = get(reverse("application-detail", args=[late.pk]), world.officer)
    assert [row[5] for row in page.rows("late-incidents")] == ["REF2940", "REF2879", "REF5"]
    assert page.faults() == []
    in_time = ApplicationFactory(call=call)
    page = get(reverse("application-detail", args=[in_time.pk]), world.officer)
    assert not page.all("#late-incidents")


def test_a_late_application_when_nothing_failed_says_so(
    get: Callable[..., Page], world: World
) -> None:
    for closes_on in (date(2030, 3, 31), None):
        call = CallFactory(agency=world.agency, closes_on=closes_on)
        late = ApplicationFactory(call=call, late=True)
        page = get(reverse("application-detail", args=[late.pk]), world.officer)
        assert "No failure on our side is on record" in page.root.text_content()
        assert not page.all("#late-incidents")


# As the pages look -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_accessible(
    signed_in_page: Callable[..., Any],
    assert_accessible: Callable[[Any], None],
    world: World,
    width: int,
) -> None:
    case = world.case()
    mail = mailed(case)
    mailed(case, OutboxState.SENT)
    call = CallFactory(agency=world.agency, closes_on=date(2030, 3, 31))
    late = ApplicationFactory(call=call, late=True)
    failed(5)
    page = signed_in_page(world.officer, viewport={"width": width, "height": 800})
    for url in (
        LIST,
        reverse("mail-resend", args=[mail.pk]),
        INCIDENTS,
        reverse("application-detail", args=[late.pk]),
    ):
        page.goto(url)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
