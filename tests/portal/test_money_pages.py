"""The money on pages: paying, following every figure to its entries, reconciling, one's own."""

import csv
import io
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
from core.models import OutboxMessage
from grants.enums import EntryKind, OrderState
from grants.models import (
    Application,
    CarryOverRequest,
    Claim,
    PaymentOrder,
    Reconciliation,
    WriteOff,
)
from grants.selectors import fund_years
from grants.services import ledger, payment_answers
from grants.services.reconciling import reconcile, reconcile_all
from tests.factories import (
    CountyFactory,
    LedgerEntryFactory,
    OrganisationFactory,
    acting_for,
    staff,
)
from tests.factories.paying import HALVES, Paying, answer_file
from tests.portal.desks import shut_out
from tests.portal.html import Page
from tests.reporting.years import bring_in

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


def order_page(order: PaymentOrder) -> str:
    return reverse("payment-order", args=[order.pk])


def test_two_controllers_pay_from_the_list_to_the_answer(client: Client, get: Get) -> None:
    desk = Paying(HALVES)
    ale = desk.granted(lead=OrganisationFactory(name="Ale kommun"))
    bjuv = desk.granted(400_000, lead=OrganisationFactory(name="Bjuvs kommun"))
    nowhere = desk.granted(300_000, lead=OrganisationFactory(name="Tibro"), giro="")
    today = timezone.localdate()
    young = desk.granted(200_000, lead=OrganisationFactory(name="Orsa"), decided_on=today)
    page = get(reverse("payments"), desk.first)
    assert [row[1:4] for row in page.rows("payable")] == [
        [ale.number, "Ale kommun", "1"], [ale.number, "Ale kommun", "2"],
        [bjuv.number, "Bjuvs kommun", "1"], [bjuv.number, "Bjuvs kommun", "2"],
        [young.number, "Orsa", "1"],
    ]  # fmt: skip
    assert [(row[0], row[5]) for row in page.rows("waiting")] == [
        (nowhere.number, "No giro number"), (nowhere.number, "No giro number"),
        (young.number, "Not due yet"),
    ]  # fmt: skip
    assert page.figures()["Can be paid now"] == "1 000 000 kr"

    again = Page(post(client, desk.first, reverse("payments")))
    assert "Tick at least one payment." in again.text("main")
    made = post(client, desk.first, reverse("payments"), part=[f"{ale.pk}-1", f"{bjuv.pk}-1"])
    order = PaymentOrder.objects.get()
    address = order_page(order)
    assert made.headers["Location"] == address
    stale = Page(post(client, desk.second, reverse("payments"), part=[f"{ale.pk}-1"]))
    assert f"try again. {ale.number}" in stale.text("main")

    own = get(address, desk.first)
    assert own.all("button[value=approve]") == []
    assert "cannot approve it yourself" in own.text("main")
    post(client, desk.first, address, action="approve")
    assert PaymentOrder.objects.get().state == OrderState.MADE
    assert len(get(address, desk.second).all("button[value=approve]")) == 1
    assert client.get(reverse("payment-order-file", args=[order.pk])).status_code == 404
    for action, person in (("approve", desk.second), ("hand-over", desk.first)):
        post(client, person, address, action=action)
    assert post(client, desk.first, address, action="pay-twice").status_code == 404
    response = client.get(reverse("payment-order-file", args=[order.pk]))
    order = PaymentOrder.objects.get()
    assert response.headers["X-Checksum-SHA256"] == order.sha256
    assert get(address, desk.first).summary()["Checksum (SHA-256)"] == order.sha256
    sent = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["amount_sek"] for row in sent] == ["250000", "200000"]

    def answered(content: bytes) -> Any:
        upload = SimpleUploadedFile("svar.csv", content)
        return post(client, desk.first, address, action="answer", answer=upload)

    wrong = Page(answered(f"reference,result\n{order.pk}-1,paid\n{order.pk}-9,paid".encode()))
    assert wrong.faults() == []
    assert f"Line 3: there is no payment {order.pk}-9 in the order." in wrong.text("main")
    assert "Choose the file." in Page(post(client, desk.first, address, action="answer")).text(
        ".ds-validation-message"
    )
    assert answered(answer_file(order, "paid", "Kontot finns inte.")).status_code == 302
    payment_answers.book_answer(answer_id=order.answers.get().pk)
    rows = get(address, desk.second).rows("payments")
    assert [row[7] for row in rows] == ["Paid", "Not carried outKontot finns inte."]
    assert fund_years(ale)[0].paid_sek == 250_000
    assert len(get(reverse("payments"), desk.first).rows("payable")) == 4

    outsider = staff(Paying().agency, Role.CONTROLLER)
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    assert client.get(reverse("payment-order-file", args=[order.pk])).status_code == 404
    # A conflict of interest hides the case, and lets nobody pay it.
    shut_out(bjuv, desk.first)
    assert bjuv.number not in get(address, desk.first).text("main")
    assert bjuv.number not in get(reverse("payments"), desk.first).text("main")


def test_payments_are_stopped_and_taken_up_again_on_the_page_of_the_case(
    client: Client, get: Get
) -> None:
    desk = Paying()
    case = desk.granted()
    person = desk.signatory(case)
    address = reverse("case-payments", args=[case.pk])
    assert get(address, desk.officer).all("form textarea") == []
    assert post(client, desk.officer, address, reason="Nej.").status_code == 404
    empty = Page(post(client, desk.decider, address, reason=" "))
    assert empty.faults() == []
    assert len(empty.all(".error-summary a, .ds-error-summary a")) == 1
    post(client, desk.decider, address, reason="Uppgifterna ska kontrolleras.")
    page = get(address, desk.first)
    assert page.rows("parts")[0][4] == "Stopped"
    assert page.rows("stops")[0][2] == "Uppgifterna ska kontrolleras."
    own = reverse("own-money", args=[case.pk])
    assert "Uppgifterna ska kontrolleras." in get(own, person).text("main")
    post(client, desk.first, address, reason="Allt stämde.")
    assert get(address, desk.first).rows("parts")[0][4] == "Can be paid"
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="payment:")
    assert {mail.recipient for mail in mails} == {person.email}
    assert not any("stopp" in mail.body.casefold() for mail in mails)


def test_every_figure_opens_the_entries_behind_it(client: Client, get: Get) -> None:
    desk = Paying()
    north = CountyFactory(code="24", letter="AC", name="Västerbottens län", position=20)
    ale = desk.granted(lead=OrganisationFactory(name="Ale kommun"))
    umea = desk.granted(300_000, lead=OrganisationFactory(name="Umeå kommun", county=north))
    other = Paying().granted(900_000)
    desk.pay(ale)
    for case, kind, amount in (
        (ale, EntryKind.SPENT, 350_000), (ale, EntryKind.CLAIMED, 100_000),
        (umea, EntryKind.SPENT, 120_000),
    ):  # fmt: skip
        ledger.book(application=case, kind=kind, year=2013, amount_sek=amount, actor=None,
                    key=f"{case.pk}{kind}")  # fmt: skip
    ledger.reverse(entry=umea.ledger_entries.get(kind=EntryKind.SPENT), actor=None, key="fel")
    hidden = desk.granted(50_000)
    shut_out(hidden, desk.first)
    expected = {
        "call": [["800 000 kr", "500 000 kr", "350 000 kr", "350 000 kr"]],
        "year": [["800 000 kr", "500 000 kr", "350 000 kr", "350 000 kr"]],
        "county": [
            ["500 000 kr", "500 000 kr", "350 000 kr", "50 000 kr"],
            ["300 000 kr", "0 kr", "0 kr", "300 000 kr"],
        ],
    }
    expected["organisation"] = expected["case"] = expected["county"]
    for by, rows in expected.items():
        page = get(f"{reverse('money')}?by={by}", desk.first)
        found = page.rows("money")
        assert page.texts("#money thead th")[1:] == [
            "Granted", "Paid out", "Spent", "To repay", "Left to use", "Still to be repaid",
        ]  # fmt: skip
        assert [[*row[1:4], row[5]] for row in found] == rows, by
        # Each figure leads to entries which come to just that.
        for link in page.all("table#money tbody a[href*='transaktioner']"):
            behind = get(link.get("href"), desk.first)
            told = [item.split(": ")[1] for item in behind.texts("section ul.ds-list li")]
            assert link.text_content().replace("\xa0", " ") in told
    page = get(f"{reverse('money-entries')}?case={ale.pk}&kind=spent", desk.first)
    assert [row[5] for row in page.rows("entries")] == ["350 000 kr"]
    client.force_login(desk.first)
    text = b"".join(client.get(reverse("money-export")).streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["kind"], line["amount_sek"], line["reversed"]) for line in lines] == [
        ("granted", "500000", "0"), ("granted", "300000", "0"), ("paid", "500000", "0"),
        ("spent", "350000", "0"), ("claimed", "100000", "0"), ("spent", "120000", "1"),
        ("reversed", "120000", "0"),
    ]  # fmt: skip
    assert lines[6]["reverses"] == lines[5]["entry"]
    assert other.number not in text


def test_what_does_not_agree_is_kept_shown_and_told(client: Client, get: Get) -> None:
    desk = Paying()
    fine, wrong = desk.granted(), desk.granted(300_000)
    desk.pay(fine)
    assert reconcile_all() == 0
    first = Reconciliation.objects.get(agency=desk.agency)
    assert (first.faults, first.cases, first.entries, first.nightly) == ([], 2, 3, True)
    assert first.totals == {"granted": 800_000, "paid": 500_000}
    assert not OutboxMessage.objects.filter(dedupe_key__startswith="reconciliation").exists()
    assert "Everything agrees." in get(reverse("reconciliations"), desk.first).text("main")

    LedgerEntryFactory(application=wrong, kind=EntryKind.PAID, amount_sek=300_007)
    LedgerEntryFactory(application=wrong, kind=EntryKind.CARRIED_OVER, amount_sek=11)
    LedgerEntryFactory(
        application=fine, kind=EntryKind.PAID, amount_sek=1, idempotency_key="payment-order:0-1"
    )
    Application.objects.filter(pk=wrong.pk).update(granted_sek=299_998)
    # Once a night, and whenever a controller asks for it.
    assert reconcile(agency=desk.agency) == first
    assert reconcile_all() == 0
    post(client, desk.first, reverse("reconciliations"))
    made = Reconciliation.objects.latest("pk")
    assert sorted(map(tuple, made.faults)) == sorted(
        [
            ("granted", wrong.pk, 2), ("carried", wrong.pk, 11), ("overpaid", wrong.pk, 7),
            ("payments", wrong.pk, 300_007), ("overpaid", fine.pk, 1), ("payments", fine.pk, 1),
        ]
    )  # fmt: skip
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="reconciliation")
    assert {mail.recipient for mail in mails} == {desk.first.email, desk.second.email}
    page = get(reverse("reconciliations"), desk.second)
    assert {row[0] for row in page.rows("faults")} == {fine.number, wrong.number}
    assert [row[5] for row in page.rows("reconciliations")] == ["300 029 kr", "0 kr"]
    assert "6 differences, 300 029 kr in all" in get(reverse("money"), desk.first).text("main")


def test_a_payment_booked_beside_the_orders_is_found(client: Client, get: Get) -> None:
    desk = Paying(HALVES)
    beside, unordered, fine = desk.granted(), desk.granted(), desk.granted()
    desk.pay(beside, fine)
    for case, key in ((beside, "1"), (unordered, "2")):
        ledger.book_payment(
            application=case, actor=desk.first, kind=EntryKind.PAID, year=case.call.year,
            amount_sek=120_000, key=key,
        )  # fmt: skip
    undone = ledger.book_payment(
        application=fine, actor=desk.first, kind=EntryKind.PAID, year=fine.call.year,
        amount_sek=30_000, key="3",
    )  # fmt: skip
    ledger.reverse(entry=undone, actor=desk.first, key="3-reversed")
    made = reconcile(agency=desk.agency)
    assert sorted(map(tuple, made.faults)) == [
        ("payments", beside.pk, 120_000), ("payments", unordered.pk, 120_000),
    ]  # fmt: skip
    page = get(reverse("reconciliations"), desk.second)
    assert page.rows("faults") == [
        [each.number, each.lead.name, "Payment orders and the ledger do not agree", "120 000 kr"]
        for each in (beside, unordered)
    ]
    links = {link.get("href") for link in page.all("table#faults tbody a")}
    assert reverse("case-payments", args=[unordered.pk]) in links


def test_the_year_that_was_brought_in_agrees() -> None:
    made = reconcile(agency=bring_in())
    assert made.cases > 100
    assert made.faults == []


def test_a_grantee_sees_its_balance_and_asks_for_its_money(client: Client, get: Get) -> None:
    desk = Paying({**HALVES, "requisition": True})
    lead = OrganisationFactory(name="Ale kommun")
    case = desk.granted(lead=lead)
    signatory = desk.signatory(case)
    address = reverse("own-money", args=[case.pk])
    page = get(address, signatory)
    assert page.texts("form button[name=part]") == ["Ask for part 1", "Ask for part 2"]
    post(client, signatory, address, part="1")
    page = get(address, signatory)
    assert [row[4] for row in page.rows("parts")] == ["Can be paid", "Waits for a requisition"]
    document = case.documents.get()
    paper = get(reverse("own-document", args=[case.pk, document.number]), signatory)
    assert "Part of the grant" in paper.text("main")
    desk.pay(case)
    ledger.book(application=case, kind=EntryKind.SPENT, year=2013, amount_sek=100_000, actor=None,
                key="spent")  # fmt: skip
    page = get(address, signatory)
    assert page.figures() == {
        "Granted": "500 000 kr", "Paid out": "250 000 kr", "Spent": "100 000 kr",
        "Left to use": "400 000 kr", "Still to be repaid": "0 kr",
    }  # fmt: skip
    assert [row[1] for row in page.rows("entries")] == ["Granted", "Paid out", "Spent"]
    whole = get(reverse("my-organisation-money", args=[lead.pk]), signatory)
    assert whole.rows("cases")[0][3:] == [
        "500 000 kr", "250 000 kr", "100 000 kr", "400 000 kr", "0 kr",
    ]  # fmt: skip
    assert whole.figures() == page.figures()
    reader = acting_for(lead, role="reader")  # type: ignore[arg-type]
    assert get(address, reader).all("form button[name=part]") == []
    for data in ({"part": "2"}, {"part": "x"}):
        post(client, reader, address, **data)
    assert case.requisitions.count() == 1
    client.force_login(acting_for(OrganisationFactory()))
    assert client.get(address).status_code == 404
    assert client.get(reverse("my-organisation-money", args=[lead.pk])).status_code == 404


def test_money_is_carried_over_claimed_repaid_and_written_off_on_pages(
    client: Client, get: Get
) -> None:
    desk = Paying()
    case = desk.granted()
    person = desk.signatory(case)
    desk.pay(case)
    own, page = (reverse(name, args=[case.pk]) for name in ("own-carry-over", "case-claims"))
    assert "500 000 kr is left to use" in get(own, person).text("main")
    faulty = Page(post(client, person, own, amount="600 000", reasons="Sent."))
    assert faulty.faults() == []
    assert "more than there is" in faulty.text("main")
    assert faulty.one("textarea").text_content().strip() == "Sent."
    post(client, person, own, amount="200 000", reasons="Projektet är försenat.")
    assert get(own, person).all("textarea") == []
    assert [row[:4] for row in get(reverse("money-decisions"), desk.decider).rows("waiting")] == [
        [case.number, case.lead.name, "Carrying over", "200 000 kr"],
    ]  # fmt: skip
    decision = {"action": "carry-over", "carry-over-granted": "150 000",
                "carry-over-answer": "Skälen räcker."}  # fmt: skip
    assert post(client, desk.first, page, **decision).status_code == 404
    missing = Page(post(client, desk.decider, page, **decision))
    assert missing.faults() == []
    assert "The day is too early." in missing.text("main")
    until = timezone.localdate() + timedelta(days=100)
    post(client, desk.decider, page, **decision, **{"carry-over-use_by": str(until)})
    (row,) = get(reverse("own-money", args=[case.pk]), person).rows("carry-overs")
    assert row[3:5] == ["150 000 kr", str(until)]

    assert get(reverse("claims"), desk.first).rows("to-claim")[0][2] == "350 000 kr"
    due = timezone.localdate() + timedelta(days=30)
    claim = {"action": "claim", "claim-text": "Betala till bankgiro 5050-1055."}
    assert post(client, desk.decider, page, **claim).status_code == 404
    early = Page(post(client, desk.first, page, **claim, **{"claim-due_on": "2013-01-01"}))
    assert "The day is too early." in early.text("main")
    post(client, desk.first, page, **claim, **{"claim-due_on": str(due)})
    assert get(reverse("claims"), desk.first).rows("open")[0][2:5] == [
        str(due), "350 000 kr", "350 000 kr",
    ]  # fmt: skip
    told = get(reverse("own-money", args=[case.pk]), person)
    assert told.rows("claims")[0][1:4] == [
        "350 000 kr", str(due), "Betala till bankgiro 5050-1055.",
    ]  # fmt: skip
    post(client, desk.first, page, action="repayment",
         **{"repayment-amount": "300 000", "repayment-reference": "bg 1"})  # fmt: skip
    post(client, desk.first, page, action="write-off",
         **{"write-off-amount": "50 000", "write-off-grounds": "Konkurs."})  # fmt: skip
    assert get(page, desk.first).all("button[value=yes]") == []
    assert post(
        client, desk.first, page, action="decide-write-off", granted="yes"
    ).status_code == 404  # fmt: skip
    post(client, desk.decider, page, action="decide-write-off", granted="yes")
    post(client, desk.decider, page, action="decide-write-off", granted="yes")
    figures = get(page, desk.first).figures()
    assert (figures["Asked for"], figures["Still to be repaid"]) == ("350 000 kr", "0 kr")
    assert get(reverse("claims"), desk.first).rows("open") == []
    documents = case.documents.order_by("number")
    assert [(each.title, each.direction) for each in documents] == [
        ("Ansökan om överföring", "in"), ("Beslut om överföring", "out"), ("Återkrav", "out"),
    ]  # fmt: skip
    for each, words in zip(documents, ["försenat", "Skälen räcker.", "bankgiro"], strict=True):
        address = reverse("case-document", args=[case.pk, each.number])
        assert words in get(address, desk.officer).text("main")
    assert sorted(case.ledger_entries.values_list("kind", "amount_sek")) == [
        ("carried_in", 150_000), ("carried_over", 150_000), ("claimed", 350_000),
        ("granted", 500_000), ("paid", 500_000), ("repaid", 300_000), ("written_off", 50_000),
    ]  # fmt: skip


QUERIES = {
    "money": 9, "money?by=organisation": 11, "money?by=case": 11, "money?by=county": 9,
    "money-entries": 9, "payments": 11, "payment-order": 7, "reconciliations": 4,
    "case-payments": 9, "own-money": 12, "my-organisation-money": 7,
    "claims": 11, "case-claims": 11, "money-decisions": 6, "own-carry-over": 7,
}  # fmt: skip


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows_as_with_one(client: Client, rows: int) -> None:
    desk = Paying(HALVES)
    lead = OrganisationFactory()
    cases = [desk.granted(lead=lead if number % 2 else None) for number in range(rows)]
    waiting = [desk.granted(lead=lead, giro="5050-1055") for _number in range(rows)]
    order = desk.pay(*cases)
    for case in cases:
        LedgerEntryFactory(application=case, kind=EntryKind.SPENT, amount_sek=1)
    desk.order(*waiting, to=OrderState.MADE)
    reconcile(agency=desk.agency)
    signatory, own = acting_for(lead), waiting[0]
    now, soon = timezone.now(), timezone.localdate() + timedelta(days=9)
    for case in [desk.granted() for _number in range(rows)]:
        CarryOverRequest.objects.create(
            application=case, year=2013, amount_sek=1, reasons="Skäl.", asked_by=signatory,
            asked_at=now,
        )  # fmt: skip
    for case in [desk.granted() for _number in range(rows)]:
        Claim.objects.create(
            application=case, amount_sek=1, due_on=soon, sent_by=desk.first, sent_at=now
        )
        WriteOff.objects.create(
            application=case, amount_sek=1, grounds="Skäl.", proposed_by=desk.first, proposed_at=now
        )
    people = {"payment-order": desk.second, "own-money": signatory, "own-carry-over": signatory,
              "my-organisation-money": signatory, "money-decisions": desk.decider}  # fmt: skip
    named = {"payment-order": [order.pk], "case-payments": [own.pk], "own-money": [own.pk],
             "my-organisation-money": [lead.pk], "case-claims": [case.pk],
             "own-carry-over": [own.pk]}  # fmt: skip
    asked = {}
    for page in QUERIES:
        name, _mark, query = page.partition("?")
        client.force_login(people.get(name, desk.first))
        address = f"{reverse(name, args=named.get(name, []))}?{query}"
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        asked[page] = len(found)
    assert asked == QUERIES
