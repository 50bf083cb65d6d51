"""Requests about a grant on paper, on pages: entered by staff, seen by the grantee, listed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from grants.models import CarryOverRequest, CaseDocument, GrantChange
from grants.services.changes import ask_about_change
from grants.services.deciding_changes import shown_as
from tests.core.sample_files import pdf
from tests.factories import AgencyFactory, OrganisationFactory, staff
from tests.grants.test_paper_requests import MOVED, Registry
from tests.portal.desks import shut_out
from tests.portal.html import Page

pytestmark = pytest.mark.django_db

type Get = Callable[..., Page]


@pytest.fixture
def get(client: Client) -> Get:
    def fetch(address: str, person: User) -> Page:
        client.force_login(person)
        client.cookies["django_language"] = "en"
        page = Page(client.get(address))
        assert page.faults() == []
        return page

    return fetch


def post(client: Client, person: User, address: str, **data: Any) -> Any:
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client.post(address, data)


def links(page: Page) -> list[str]:
    return [link.get("href") or "" for link in page.all("main a")]


def test_from_the_case_page_to_the_decision_and_the_grantees_page(client: Client, get: Get) -> None:
    desk = Registry()
    case = desk.granted()
    desk.declared(case)
    kinds = reverse("case-paper-requests", args=[case.pk])
    for person in (desk.registrar, desk.officer):
        for name in ("application-detail", "case-changes"):
            assert kinds in links(get(reverse(name, args=[case.pk]), person))
    assert kinds not in links(get(reverse("application-detail", args=[case.pk]), desk.controller))
    new = reverse("case-paper-request", args=[case.pk, "budget"])
    assert new in links(get(kinds, desk.registrar))
    said = {"line-1": "250 000", "line-2": "150 000", "reasons": "Färre intervjuer.",
            "received_on": str(desk.today + timedelta(days=1)), "signed_by": "",
            "medium": "paper"}  # fmt: skip
    get(new, desk.registrar)
    wrong = Page(post(client, desk.registrar, new, **said))
    assert wrong.faults() == []
    said["signed_by"] = "Kim Kommunchef"
    future = Page(post(client, desk.registrar, new, **said))
    assert future.faults() == []
    assert "The day has not come yet." in future.text("main")
    assert not GrantChange.objects.exists()
    said["received_on"] = str(desk.came)
    file = SimpleUploadedFile("begäran.pdf", pdf("begäran"))
    sent = post(client, desk.registrar, new, file=file, **said)
    change = GrantChange.objects.get()
    staffs = reverse("case-change", args=[case.pk, change.pk])
    assert sent.headers["Location"] == staffs
    document = CaseDocument.objects.get(source=f"change:{change.pk}")
    page = get(staffs, desk.registrar)
    assert "Signed by Kim Kommunchef" in page.text("main")
    assert "Rut Registrator" in page.text("main")
    assert reverse("case-document", args=[case.pk, document.number]) in links(page)
    # One more of the kind is not entered while it waits.
    assert new not in links(get(kinds, desk.registrar))
    again = Page(post(client, desk.registrar, new, **said))
    assert again.faults() == []
    assert "has been asked for already" in again.text("[role=alert]")
    assert "Färre intervjuer." in again.text("main")
    assert GrantChange.objects.count() == 1
    assert get(new, desk.registrar).all("form.stack") == []

    mine = reverse("own-change", args=[case.pk, change.pk])
    own = get(mine, desk.writer)
    assert "Signed by Kim Kommunchef" in own.text("main")
    assert "Rut Registrator" not in own.text("main")
    paper = reverse("own-document", args=[case.pk, document.number])
    assert paper in links(own)
    assert "begäran.pdf" in get(paper, desk.writer).text("main")
    timeline = get(reverse("application-file", args=[case.pk]), desk.writer).text("main")
    assert "A request to change the grant came on paper" in timeline

    ask_about_change(change=change, actor=desk.officer, text="Vilka intervjuer?")
    answer = reverse("case-paper-answer", args=[case.pk, change.pk])
    assert answer in links(get(staffs, desk.registrar))
    form = get(answer, desk.registrar)
    assert "Vilka intervjuer?" in form.text("main")
    empty = Page(post(client, desk.registrar, answer, received_on=str(desk.came), text=""))
    assert empty.faults() == []
    post(client, desk.registrar, answer, received_on=str(desk.came), text="De äldre.",
         signed_by="Kim Kommunchef", medium="email")  # fmt: skip
    assert "De äldre." in get(mine, desk.signatory).text("main")
    assert "On paper, signed by Kim Kommunchef" in get(staffs, desk.officer).text("main")
    # Nothing waits for an answer any more.
    client.force_login(desk.registrar)
    assert client.get(answer).headers["Location"] == staffs

    proposed = {"line-1": "250 000", "line-2": "150 000", "reasons": "Ryms i syftet."}
    post(client, desk.officer, staffs, action="propose", **proposed)
    change.refresh_from_db()
    post(client, desk.decider, staffs, action="decide", seen=shown_as(change))
    change.refresh_from_db()
    assert change.state == "granted"


def test_whoever_registered_it_is_not_offered_the_decision(client: Client, get: Get) -> None:
    desk = Registry()
    case = desk.granted()
    desk.declared(case)
    desk.registrar.staff_roles.create(agency=desk.agency, role=Role.DECISION_MAKER)
    asked = desk.propose(desk.registered(case), MOVED)
    from reviews import services as reviews

    reviews.declare_conflict(application=case, actor=desk.registrar, has_conflict=False)
    address = reverse("case-change", args=[case.pk, asked.pk])
    assert get(address, desk.registrar).all("input[value=decide]") == []
    assert get(address, desk.decider).all("input[value=decide]")
    told = post(client, desk.registrar, address, action="decide", seen=shown_as(asked))
    assert told.status_code == 302
    shown = get(address, desk.registrar).text("body")
    assert "Another person than the one who registered it decides." in shown


def test_a_withdrawal_is_registered_from_the_requests_page(client: Client, get: Get) -> None:
    desk = Registry()
    case = desk.granted()
    asked = desk.registered(case)
    ask_about_change(change=asked, actor=desk.officer, text="Vilka intervjuer?")
    staffs = reverse("case-change", args=[case.pk, asked.pk])
    address = reverse("case-paper-withdrawal", args=[case.pk, asked.pk])
    assert address in links(get(staffs, desk.registrar))
    assert address not in links(get(staffs, desk.controller))
    # Whoever prepares declares first whether there is a conflict of interest, and then comes back.
    client.force_login(desk.officer)
    declaring = reverse("case-conflict", args=[case.pk])
    assert client.get(address).headers["Location"].startswith(f"{declaring}?")
    assert post(client, desk.officer, address).headers["Location"].startswith(f"{declaring}?")
    desk.declared(case)
    assert address in links(get(staffs, desk.officer))
    form = get(address, desk.officer)
    assert f"The request was made {desk.came}" in form.text("main").replace("\xa0", " ")
    said = {"text": "Vi tar tillbaka vår begäran.", "signed_by": "Kim Kommunchef",
            "medium": "paper", "received_on": str(desk.came - timedelta(days=1))}  # fmt: skip
    early = Page(post(client, desk.officer, address, **said))
    assert early.faults() == []
    assert "The day is before the request was made" in early.text("main")
    assert early.text("textarea") == "Vi tar tillbaka vår begäran."
    late = Page(post(client, desk.officer, address,
                     **said | {"received_on": str(desk.today + timedelta(days=1))}))  # fmt: skip
    assert "The day has not come yet." in late.text("main")
    empty = Page(post(client, desk.officer, address, received_on=str(desk.came)))
    assert empty.faults() == []
    assert GrantChange.objects.get().state == "question"
    file = SimpleUploadedFile("återkallelse.pdf", pdf("återkallelse"))
    came = str(desk.came + timedelta(days=1))
    sent = post(client, desk.officer, address, file=file, **said | {"received_on": came})
    assert sent.headers["Location"] == staffs
    assert GrantChange.objects.get().state == "withdrawn"

    document = CaseDocument.objects.get(source=f"change_withdrawal:{asked.pk}")
    page = get(staffs, desk.controller)
    assert came in page.text("main")
    assert "Vi tar tillbaka vår begäran." in page.text("main")
    assert str(desk.officer) in page.text("main")
    assert address not in links(page)
    assert address not in links(get(staffs, desk.officer))
    page = get(reverse("case-document", args=[case.pk, document.number]), desk.registrar)
    assert "återkallelse.pdf" in page.text("main")
    own = get(reverse("own-change", args=[case.pk, asked.pk]), desk.writer)
    for words in ("Withdrawn on paper", "Signed by Kim Kommunchef", "Vi tar tillbaka vår begäran."):
        assert words in own.text("main")
    assert str(desk.officer) not in own.text("main")
    paper = reverse("own-document", args=[case.pk, document.number])
    assert paper in links(own)
    assert "återkallelse.pdf" in get(paper, desk.writer).text("main")
    timeline = get(reverse("application-file", args=[case.pk]), desk.writer).text("main")
    assert "The withdrawal of a request for a change came on paper" in timeline
    # There is nothing to withdraw any more.
    client.force_login(desk.officer)
    assert client.get(address).headers["Location"] == staffs


def test_each_kind_has_its_form_and_a_partner_is_chosen_first(client: Client, get: Get) -> None:
    desk = Registry()
    case = desk.granted(joint=True)
    third = OrganisationFactory(name="Ceders kommun")
    case.participations.create(organisation=third, role="partner", approval="approved")
    paper = {"received_on": str(desk.came), "signed_by": "Kim", "medium": "paper"}

    def new(kind: str, query: str = "", **data: Any) -> Any:
        address = reverse("case-paper-request", args=[case.pk, kind])
        assert get(f"{address}{query}", desk.officer).all("form.stack")
        return post(client, desk.officer, address, **paper, **data)

    choice = get(reverse("case-paper-request", args=[case.pk, "partner"]), desk.officer)
    assert choice.all("form.stack") == []
    which = f"?organisation={desk.partner.pk}"
    assert which in links(choice)
    late = new("time", what="use_until", day=str(desk.call.spend_by + timedelta(days=1)),
               reasons="Försenat.")  # fmt: skip
    assert Page(late).faults() == []
    assert "To use money later, ask to carry it over." in Page(late).text("main")
    later = str(desk.later)
    assert new("time", what="use_until", day=later, reasons="Försenat.").status_code == 302
    full = {"kept-2": "10000", "organisation": str(desk.partner.pk), "reasons": "Av."}
    assert new("partner", which, **full).status_code == 302
    successor = desk.successor()
    merged = {"organisation": str(case.lead_id), "successor": successor.org_no,
              "day": str(desk.today), "reasons": "Fusion."}  # fmt: skip
    assert new("merger", **merged).status_code == 302
    assert new("overforing", amount="999 999 999", reasons="Sent.").status_code == 200
    assert new("overforing", amount="20 000", reasons="Sent.").status_code == 302
    request = CarryOverRequest.objects.get()
    (row,) = get(reverse("own-money", args=[case.pk]), desk.writer).rows("carry-overs")
    assert "On paper, signed by Kim" in row[0]
    assert request.registered_by == desk.officer
    assert {change.registered_by for change in GrantChange.objects.all()} == {desk.officer}
    assert client.get(reverse("case-paper-request", args=[case.pk, "annat"])).status_code == 404


def test_it_is_for_the_agencys_registrars_and_officers(client: Client) -> None:
    desk = Registry()
    case = desk.granted()
    change = desk.registered(case)
    ask_about_change(change=change, actor=desk.officer, text="Vilka?")
    shut = staff(desk.agency, Role.REGISTRAR)
    shut_out(case, shut)
    addresses = [
        reverse("case-paper-requests", args=[case.pk]),
        reverse("case-paper-request", args=[case.pk, "time"]),
        reverse("case-paper-request", args=[case.pk, "overforing"]),
        reverse("case-paper-answer", args=[case.pk, change.pk]),
        reverse("case-paper-withdrawal", args=[case.pk, change.pk]),
    ]
    desk.declared(case)
    others = [
        desk.decider, desk.controller, desk.signatory, desk.stranger, shut,
        staff(AgencyFactory(), Role.REGISTRAR),
    ]  # fmt: skip
    for address in addresses:
        for person in others:
            client.force_login(person)
            assert client.get(address).status_code == 404, (address, person)
            assert client.post(address, {}).status_code in {404, 405}
        for person in (desk.registrar, desk.officer):
            client.force_login(person)
            assert client.get(address).status_code == 200


def test_both_kinds_of_requests_stand_in_one_list(get: Get) -> None:
    desk = Registry()
    first, second = desk.granted(), desk.granted()
    desk.carried(first)
    asked = desk.asked(second, MOVED)
    rows = get(reverse("change-list"), desk.officer).rows("waiting")
    assert [row[0] for row in rows] == [first.number, second.number]
    assert (rows[0][2][:13], rows[0][2][-9:]) == ("Carrying over", "50 000 kr")
    assert rows[1][2] == "Other use of the money"
    # A decision maker finds what it may decide now.
    (row,) = get(reverse("change-list"), desk.decider).rows("waiting")
    assert row[0] == first.number
    desk.propose(asked, MOVED)
    page = get(reverse("change-list"), desk.decider)
    assert len(page.rows("waiting")) == 2
    assert f"{reverse('case-claims', args=[first.pk])}#carry-overs-heading" in links(page)
    elsewhere = staff(AgencyFactory(), Role.CASE_OFFICER)
    assert get(reverse("change-list"), elsewhere).rows("waiting") == []
    shut_out(first, desk.officer)
    assert [row[0] for row in get(reverse("change-list"), desk.officer).rows("waiting")] == [
        second.number
    ]


QUERIES = {"change-list": 6, "case-paper-requests": 11, "case-paper-withdrawal": 8}


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows_as_with_one(client: Client, rows: int) -> None:
    desk = Registry()
    case, now = desk.granted(), timezone.now()
    asked_for = desk.asked(case, MOVED)
    wanted = asked_for.wanted
    desk.declared(case)
    told = {"change-list": [], "case-paper-withdrawal": [case.pk, asked_for.pk]}
    for number in range(rows):
        other = desk.granted(lead=OrganisationFactory(name=f"Kommun {number}"))
        given: dict[str, Any] = {
            "application": other, "reasons": "Skäl.", "asked_at": now, "signed_by": "Kim",
            "registered_by": desk.registrar,
        }  # fmt: skip
        GrantChange.objects.create(kind="budget", wanted=wanted, **given)
        CarryOverRequest.objects.create(year=desk.today.year, amount_sek=1, **given)
        GrantChange.objects.create(
            application=case, kind="budget", wanted=wanted, reasons="Skäl.", asked_at=now,
            asked_by=desk.signatory, state="withdrawn", withdrawn_at=now,
        )  # fmt: skip
    asked = {}
    for name in QUERIES:
        client.force_login(desk.officer)
        address = reverse(name, args=told.get(name, [case.pk]))
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        asked[name] = len(found)
    assert asked == QUERIES
