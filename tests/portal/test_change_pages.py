"""Changes of a grant on pages: asking, preparing and deciding, and the letters of claims."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applicants.models import User
from grants.enums import ChangeState
from grants.models import CaseLetter, GrantChange
from grants.services import claims
from tests.factories import OrganisationFactory
from tests.factories.changing import Changing
from tests.factories.paying import Paying
from tests.grants.test_changes import MOVED
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


def test_a_request_goes_from_the_grantee_to_the_letter(client: Client, get: Get) -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    own = reverse("own-changes", args=[case.pk])
    file = get(reverse("application-file", args=[case.pk]), desk.signatory)
    assert own in [link.get("href") for link in file.all("a")]
    assert get(own, desk.writer).all("main a[href*=ny]") == []
    new = reverse("own-change-new", args=[case.pk, "budget"])
    wrong = post(client, desk.signatory, new, **{
        "line-1": "250 000", "line-2": "100 000", "reasons": "Färre intervjuer.",
    })  # fmt: skip
    page = Page(wrong)
    assert page.faults() == []
    # What was entered is there, with what is wrong.
    assert "350 000 kr together" in page.text("main")
    assert page.all("input[name=line-1]")[0].get("value") == "250 000"
    assert "Färre intervjuer." in page.text("textarea")
    sent = post(client, desk.signatory, new, **{
        "line-1": "250 000", "line-2": "150 000", "reasons": "Färre intervjuer.",
    })  # fmt: skip
    change = GrantChange.objects.get()
    assert sent.headers["Location"] == reverse("own-change", args=[case.pk, change.pk])
    staffs = reverse("case-change", args=[case.pk, change.pk])
    assert get(reverse("change-list"), desk.officer).rows("waiting")[0][:3] == [
        case.number, "Ale kommun", "Other use of the money",
    ]  # fmt: skip
    post(client, desk.officer, staffs, action="question", **{"question-text": "Vilka?"})
    mine = reverse("own-change", args=[case.pk, change.pk])
    assert "Vilka?" in get(mine, desk.writer).text("main")
    empty = Page(post(client, desk.signatory, mine, action="answer", **{"answer-text": ""}))
    assert empty.faults() == []
    post(client, desk.signatory, mine, action="answer", **{"answer-text": "De äldre."})
    assert "De äldre." in get(staffs, desk.officer).text("main")
    proposed = {"line-1": "250 000", "line-2": "150 000", "reasons": "Ryms i syftet."}
    assert post(client, desk.decider, staffs, action="propose", **proposed).status_code == 404
    post(client, desk.officer, staffs, action="propose", **proposed)
    seen = get(staffs, desk.decider).one("input[name=seen]").get("value")
    post(client, desk.officer, staffs, action="propose", **proposed | {"reasons": "Andra skäl."})
    # What was prepared anew since the page was shown is looked at first.
    post(client, desk.decider, staffs, action="decide", seen=seen)
    change.refresh_from_db()
    assert change.state == ChangeState.PREPARED
    assert "gone on meanwhile" in get(staffs, desk.decider).text("main")
    seen = get(staffs, desk.decider).one("input[name=seen]").get("value")
    post(client, desk.decider, staffs, action="decide", seen=seen)
    change.refresh_from_db()
    assert change.state == ChangeState.GRANTED
    again = post(client, desk.decider, staffs, action="decide", seen=seen)
    assert again.status_code in {302, 404}
    letter = CaseLetter.objects.get()
    pdf = reverse("own-case-letter", args=[case.pk, letter.pk])
    assert pdf in [link.get("href") for link in get(mine, desk.signatory).all("a")]
    assert client.get(pdf).content[:5] == b"%PDF-"
    rows = get(mine, desk.signatory).rows("lines-decided")
    assert [row[1:3] for row in rows] == [
        ["300 000 kr", "250 000 kr"], ["100 000 kr", "150 000 kr"],
    ]  # fmt: skip
    client.force_login(desk.stranger)
    for address in (own, mine, pdf, new):
        assert client.get(address).status_code == 404


def test_a_partner_leaves_from_the_request_to_the_letter(client: Client, get: Get) -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    desk.declared(case)
    new = reverse("own-change-new", args=[case.pk, "partner"])
    asked = {"kept-2": "10000", "moved-2": "20000", "to-2": str(case.lead_id), "reasons": "Av."}
    mine = post(client, desk.signatory, new, **asked).headers["Location"]
    change = GrantChange.objects.get()
    staffs = reverse("case-change", args=[case.pk, change.pk])
    # The officer's form has what was asked for.
    assert get(staffs, desk.officer).one("input[name=kept-2]").get("value") == "10\xa0000"
    assert post(
        client, desk.officer, staffs, action="propose", organisation=str(desk.partner.pk), **asked
    ).status_code == 302  # fmt: skip
    seen = get(staffs, desk.decider).one("input[name=seen]").get("value")
    assert post(client, desk.decider, staffs, action="decide", seen=seen).status_code == 302
    change.refresh_from_db()
    assert change.state == ChangeState.GRANTED
    page = get(mine, desk.signatory)
    assert page.faults() == []
    pdf = reverse("own-case-letter", args=[case.pk, CaseLetter.objects.get().pk])
    assert pdf in [link.get("href") for link in page.all("a")]
    assert client.get(pdf).content[:5] == b"%PDF-"
    # 100 000 was the partner's: 10 000 is kept and 20 000 moved.
    assert "70 000 kr" in page.text("main").replace("\xa0", " ")


def test_whoever_has_not_declared_does_that_first(client: Client) -> None:
    desk = Changing()
    case = desk.granted()
    change = desk.asked(case, MOVED)
    client.force_login(desk.officer)
    address = reverse("case-change", args=[case.pk, change.pk])
    answer = client.get(address)
    assert answer.headers["Location"].startswith(reverse("case-conflict", args=[case.pk]))


def test_each_kind_has_its_form(client: Client, get: Get) -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    successor = OrganisationFactory(name="Nya Ale", org_no="212000-1355")

    def new(kind: str, **data: Any) -> Any:
        address = reverse("own-change-new", args=[case.pk, kind])
        assert get(address, desk.signatory).all("form.stack")
        return post(client, desk.signatory, address, **data)

    late = new("time", what="use_until", day=str(desk.call.spend_by + timedelta(days=1)),
               reasons="Försenat.")  # fmt: skip
    assert "To use money later, ask to carry it over." in Page(late).text("main")
    assert (
        new("time", what="use_until", day=str(desk.later), reasons="Försenat.").status_code == 302
    )
    half = new("partner", **{"kept-2": "10000", "moved-2": "20000", "reasons": "Hoppar av."})
    assert "both how much is moved and to whom" in Page(half).text("main")
    full = {"kept-2": "10000", "moved-2": "20000", "to-2": str(case.lead_id), "reasons": "Av."}
    assert new("partner", **full).status_code == 302
    nobody = new("merger", organisation=str(case.lead_id), successor="999999-9999",
                 day=str(desk.today), reasons="Fusion.")  # fmt: skip
    assert "No organisation with that number" in Page(nobody).text("main")
    assert new("merger", organisation=str(case.lead_id), successor=successor.org_no,
               day=str(desk.today), reasons="Fusion.").status_code == 302  # fmt: skip
    for change in GrantChange.objects.all():
        page = get(reverse("own-change", args=[case.pk, change.pk]), desk.signatory)
        assert page.text("h1")
    assert len(get(reverse("own-changes", args=[case.pk]), desk.signatory).rows("changes")) == 3


def test_the_letter_of_a_claim_and_its_reminder_are_on_both_pages(client: Client, get: Get) -> None:
    desk = Paying()
    case = desk.granted()
    person = desk.signatory(case)
    desk.pay(case)
    address = reverse("case-claims", args=[case.pk])
    form = get(address, desk.first)
    assert form.one("textarea[name=claim-pay_to]").text_content().strip() == ""
    day = form.all("input[name=claim-due_on]")[0].get("value")
    post(client, desk.first, address, action="claim",
         **{"claim-due_on": day, "claim-text": "Ni har inte redovisat.",
            "claim-pay_to": "Bankgiro 5050-1055."})  # fmt: skip
    claim = case.claims.get()
    assert claim.pay_to == "Bankgiro 5050-1055."
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "django.utils.timezone.localdate", lambda *_a: claim.due_on + timedelta(days=1)
        )
        assert claims.remind_of_claims() == 1
    sources = list(CaseLetter.objects.order_by("pk").values_list("source", flat=True))
    assert sources == [f"claim:{claim.pk}", f"claim_reminder:{claim.pk}"]
    for page, who in ((address, desk.first), (reverse("own-money", args=[case.pk]), person)):
        links = [link.get("href") or "" for link in get(page, who).all("#claims a")]
        assert len(links) == 2
        for link in links:
            assert client.get(link).content[:5] == b"%PDF-"


QUERIES = {"change-list": 6, "case-changes": 6, "own-changes": 9}


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows_as_with_one(client: Client, rows: int) -> None:
    desk = Changing()
    case = desk.granted()
    for number in range(rows):
        change = desk.asked(case, MOVED)
        GrantChange.objects.filter(pk=change.pk).update(
            state=ChangeState.WITHDRAWN, withdrawn_at=change.asked_at
        )
        other = desk.granted(lead=OrganisationFactory(name=f"Kommun {number}"))
        GrantChange.objects.create(
            application=other, kind="budget", wanted=change.wanted, reasons="Skäl.",
            asked_by=desk.signatory, asked_at=change.asked_at,
        )  # fmt: skip
    asked = {}
    people = {"own-changes": desk.signatory}
    for name in QUERIES:
        client.force_login(people.get(name, desk.officer))
        address = reverse(name, args=[] if name == "change-list" else [case.pk])
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        asked[name] = len(found)
    assert asked == QUERIES
