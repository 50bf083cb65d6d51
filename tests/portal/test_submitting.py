"""Sending in: the summary, the signature, the receipt, and what may go wrong on the way."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxMessage
from grants.content.paths import answer_path
from grants.enums import Status
from grants.models import Application, Signature
from grants.selectors.submission import document_of
from grants.services import drafts, handling, submission
from tests.core.concurrency import in_threads
from tests.factories import acting_for
from tests.factories.forms import put
from tests.portal.html import Page, text
from tests.portal.own_cases import Own, fresh, shown, sign_data, url

pytestmark = pytest.mark.django_db
SITUATION = answer_path("mapping", "situation")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, application: Application, **more: str) -> Any:
    data = sign_data(client, application, **more)
    return client.post(url("application-submit", application), data)


def text_of(response: Any) -> str:
    return text(Page(response).root).replace("\N{NO-BREAK SPACE}", " ")


def opened(client: Client, name: str, application: Application) -> Page:
    """The page, which is whole."""
    page = Page(client.get(url(name, application)))
    assert page.faults() == []
    return page


def test_the_preview_shows_what_the_officer_will_see() -> None:
    own = Own()
    draft, partner, _person = own.joint_draft()
    before = signed_in(own.signatory).get(url("application-preview", draft))
    words = text_of(before)
    for wanted in (
        partner.name, "Svar på situation", "Kvinnor", "Kartlägga våldets omfattning",
        "250 000 kr", "bilaga.pdf", "Uppgifterna är riktiga.", "Godkänd",
    ):  # fmt: skip
        assert wanted in words, wanted
    send(signed_in(own.signatory), draft)
    case = opened(signed_in(own.officer), "application-detail", draft)
    assert case.texts(".sent-in dd") == Page(before).texts(".sent-in dd")
    assert case.rows("budget-lines") == Page(before).rows("budget-lines")


def test_one_click_sends_in_and_gives_a_receipt() -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    response = send(client, draft)
    assert response.headers["Location"] == url("application-receipt", draft)
    case = fresh(draft)
    version = case.versions.get()
    words = text_of(client.get(url("application-receipt", draft)))
    received = timezone.localtime(version.submitted_at)
    for wanted in (case.register_number, f"{received:%Y-%m-%d %H:%M:%S}", version.sha256):
        assert wanted in words
    assert url("application-pdf", draft, 1) in shown(client, url("application-receipt", draft))
    signature = version.signatures.get()
    assert (signature.user, signature.assurance) == (own.signatory, "password")
    assert "Lösenord" in words


def test_mail_goes_to_everyone_concerned_and_says_nothing() -> None:
    own = Own()
    draft, _partner, person = own.joint_draft()
    OutboxMessage.objects.all().delete()
    send(signed_in(own.signatory), draft)
    sent = list(OutboxMessage.objects.all())
    assert {mail.recipient for mail in sent} == {
        own.signatory.email, own.writer.email, person.email,
    }  # fmt: skip
    for mail in sent:
        assert fresh(draft).register_number in mail.subject
        assert url("application-file", draft) in mail.body
        assert "250" not in mail.body
        assert own.lead.name not in mail.body


@pytest.mark.parametrize("left_out", ["declaration_0", "declaration_1"])
def test_every_point_of_the_declaration_is_to_be_ticked(left_out: str) -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    del data[left_out]
    response = client.post(url("application-submit", draft), data)
    assert response.status_code == 200
    page = Page(response)
    assert page.faults() == []
    assert page.one(".ds-error-summary a").get("href") == f"#id_{left_out}"
    assert fresh(draft).status == Status.DRAFT


def test_a_second_click_is_shown_the_same_receipt() -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    address = url("application-submit", draft)
    for _click in range(2):
        response = client.post(address, data)
        assert response.headers["Location"] == url("application-receipt", draft)
    assert fresh(draft).versions.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_people_who_click_at_once_give_one_submission() -> None:
    own = Own()
    other = acting_for(own.lead)
    draft = own.draft()
    clients = [signed_in(person) for person in (own.signatory, other, own.signatory)]
    data = sign_data(clients[0], draft)
    address = url("application-submit", draft)
    found = in_threads(*[lambda c=client: c.post(address, data) for client in clients])
    assert {each.headers["Location"] for each in found} == {url("application-receipt", draft)}
    case = fresh(draft)
    assert case.versions.count() == 1
    assert case.register_number.split("-")[1] == "1"


def test_a_colleague_who_has_written_since_is_told_of() -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    put(draft, own.writer, SITUATION, "En ny lydelse")
    response = client.post(url("application-submit", draft), data, follow=True)
    assert fresh(draft).status == Status.DRAFT
    words = text_of(response)
    assert "Någon har skrivit i ansökan sedan du öppnade sidan" in words
    assert "En ny lydelse" in words
    assert send(client, draft).headers["Location"] == url("application-receipt", draft)


def test_what_blocks_is_listed_with_a_link_and_there_is_no_button() -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    put(draft, own.writer, SITUATION, "")
    page = opened(client, "application-preview", draft)
    links = [each.get("href") for each in page.all(".ds-alert a")]
    assert any("area-mapping" in link and "situation" in link for link in links)
    assert not page.all("input[name=seen]")
    data["seen"] = ""
    response = client.post(url("application-submit", draft), data, follow=True)
    assert "Något måste rättas innan ansökan kan skickas in" in text_of(response)
    assert fresh(draft).status == Status.DRAFT


def test_who_does_not_sign_reads_but_cannot_send_in() -> None:
    own = Own()
    draft = own.draft()
    data = sign_data(signed_in(own.signatory), draft)
    for person in (own.writer, own.reader):
        client = signed_in(person)
        page = opened(client, "application-preview", draft)
        assert "Siv Signerare" in text(page.root)
        assert not page.all("input[name=seen]")
        client.post(url("application-submit", draft), data)
        assert fresh(draft).status == Status.DRAFT


@pytest.mark.parametrize(
    "name", ["application-preview", "application-submit", "application-receipt", "application-file"]
)
def test_nobody_else_finds_it(client: Client, name: str) -> None:
    own = Own()
    draft = own.draft()
    for person in (own.officer, own.elsewhere, own.stranger):
        assert signed_in(person).get(url(name, draft)).status_code == 404
    assert client.get(url(name, draft)).headers["Location"].startswith("/konto/login/")


# Two who sign together -----------------------------------------------------------------------


def test_two_sign_together() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    assert "en till av: Tor Två" in text_of(signed_in(first).get(url("application-preview", draft)))
    response = send(signed_in(first), draft)
    assert response.headers["Location"] == url("application-preview", draft)
    assert fresh(draft).status == Status.DRAFT
    words = text_of(signed_in(first).get(url("application-preview", draft)))
    assert (
        "Du har skrivit under. Ansökan skickas in när en till har skrivit under: Tor Två" in words
    )
    words = text_of(signed_in(second).get(url("application-preview", draft)))
    assert "Eva Ett skrev under" in words
    assert OutboxMessage.objects.filter(recipient=second.email).exists()
    assert "Skriv under som den andra av två" in shown(signed_in(second), reverse("my-pages"))
    assert send(signed_in(second), draft).headers["Location"] == url("application-receipt", draft)
    signed = fresh(draft).versions.get().signatures.order_by("pk")
    assert [each.user for each in signed] == [first, second]
    assert all(each.jointly for each in signed)


def test_a_change_between_the_two_asks_the_first_to_sign_again() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    send(signed_in(first), draft)
    put(draft, own.writer, SITUATION, "Ändrat efter underskriften")
    words = text_of(signed_in(second).get(url("application-preview", draft)))
    assert "Ansökan har ändrats sedan dess, så det behövs en ny underskrift." in words
    send(signed_in(second), draft)
    assert fresh(draft).status == Status.DRAFT
    send(signed_in(first), draft)
    assert fresh(draft).status == Status.SUBMITTED
    assert Signature.objects.filter(version=None).count() == 1


# The last moment -----------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """The server's clock stands still at a moment in UTC."""
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize(
    ("last_day", "moment", "late"),
    [
        (date(2027, 1, 31), datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC), False),
        (date(2027, 1, 31), datetime(2027, 1, 31, 23, 0, 0, tzinfo=UTC), True),
        # Summer time begins 2027-03-28 and ends 2027-10-31.
        (date(2027, 3, 28), datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC), False),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, 0, 0, tzinfo=UTC), True),
        (date(2027, 10, 31), datetime(2027, 10, 31, 22, 59, 59, tzinfo=UTC), False),
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, 0, 0, tzinfo=UTC), True),
    ],
)
def test_right_up_to_the_last_second(
    monkeypatch: pytest.MonkeyPatch, last_day: date, moment: datetime, late: bool
) -> None:
    own = Own()
    draft = own.draft()
    own.call.closes_on = last_day
    own.call.save()
    at(monkeypatch, moment)
    client = signed_in(own.signatory)
    words = shown(client, url("application-preview", draft))
    assert ("Sista ansökningsdagen har passerat" in words) is late
    assert send(client, draft).status_code == 302
    case = fresh(draft)
    assert case.status == Status.SUBMITTED
    assert case.received_at == moment
    assert case.late is late


def test_waiting_for_a_lock_makes_nobody_late() -> None:
    own = Own()
    draft = own.draft()
    arrived = timezone.now() - timedelta(days=40)
    last_day = timezone.localdate(arrived)
    own.call.opens_on, own.call.closes_on = last_day - timedelta(days=9), last_day
    own.call.save()
    receipt = submission.sign_application(
        application=draft, actor=own.signatory, arrived_at=arrived
    )
    assert receipt is not None
    assert (receipt.late, receipt.received_at) == (False, arrived)


def test_after_the_last_day_one_is_told_and_ticks_it() -> None:
    own = Own(closes_in=-1)
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    assert data.pop("late") == "on"
    response = client.post(url("application-submit", draft), data)
    assert "kan avvisas" in text_of(response)
    assert fresh(draft).status == Status.DRAFT
    response = client.post(url("application-submit", draft), data | {"late": "on"}, follow=True)
    assert fresh(draft).late
    assert "Inkommen efter sista ansökningsdagen" in text_of(response)


def test_the_deadline_that_passes_while_one_reads_is_told_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = Own(closes_in=0)
    draft, client = own.draft(), signed_in(own.signatory)
    data = sign_data(client, draft)
    at(monkeypatch, timezone.now() + timedelta(days=1))
    client = signed_in(own.signatory)
    response = client.post(url("application-submit", draft), data)
    assert response.status_code == 200
    assert "Sista ansökningsdagen har passerat" in text_of(response)
    assert fresh(draft).status == Status.DRAFT


def test_a_forgotten_draft_says_so_and_can_be_thrown_away() -> None:
    own = Own(closes_in=-3)
    draft, client = own.draft(), signed_in(own.writer)
    assert "Skicka in för sent, eller släng utkastet" in shown(client, reverse("my-pages"))
    assert "aldrig in" in shown(client, url("application-discard", draft))
    response = client.post(url("application-discard", draft))
    assert response.headers["Location"] == reverse("my-pages")
    assert fresh(draft).status == Status.DISCARDED
    assert client.get(url("application-preview", draft)).status_code == 404


# Taking back, withdrawing --------------------------------------------------------------------


def test_take_back_change_and_send_in_again() -> None:
    own = Own()
    case, client = own.received(), signed_in(own.signatory)
    assert "Ta tillbaka ansökan" in shown(client, url("application-take-back", case))
    response = client.post(url("application-take-back", case))
    assert response.headers["Location"] == url("application-tasks", case)
    assert fresh(case).status == Status.DRAFT
    put(case, own.writer, SITUATION, "En ny lydelse")
    number = case.register_number
    assert number in shown(client, url("application-preview", case))
    assert send(client, case).headers["Location"] == url("application-receipt", case)
    assert fresh(case).register_number == number
    assert fresh(case).versions.count() == 2
    page = opened(client, "application-versions", case)
    assert page.rows("differences") == [
        ["Kartläggning", "Hur ser det ut i dag?", "Svar på situation", "En ny lydelse"]
    ]


def test_nothing_is_taken_back_when_somebody_has_begun_or_the_day_has_passed() -> None:
    own = Own()
    case = own.assigned()
    client = signed_in(own.signatory)
    assert "har börjat handlägga" in shown(client, url("application-take-back", case))
    client.post(url("application-take-back", case))
    assert fresh(case).status == Status.SUBMITTED
    handling.assign_officer(application=case, officer=None, actor=own.officer)
    own.call.closes_on = timezone.localdate() - timedelta(days=1)
    own.call.save()
    client.post(url("application-take-back", case))
    assert fresh(case).status == Status.SUBMITTED
    assert "Ta tillbaka ansökan för" not in shown(client, url("application-file", case))


def test_withdrawing_takes_a_reason_and_tells_the_officer() -> None:
    own = Own()
    case, client = own.completing(), signed_in(own.signatory)
    address = url("application-withdraw", case)
    assert client.post(address, {"reasons": " "}).status_code == 200
    assert fresh(case).status == Status.COMPLETION_REQUESTED
    client.post(address, {"reasons": "Projektet blir inte av."})
    assert fresh(case).status == Status.WITHDRAWN
    assert not case.completion_requests.filter(closed_at=None).exists()
    mail = OutboxMessage.objects.get(
        recipient=own.officer.email, dedupe_key__startswith="withdrawn"
    )
    assert url("application-detail", case) in mail.body
    assert "Projektet" not in mail.body
    assert "Projektet blir inte av." in shown(signed_in(own.officer), url("case-journal", case))


@pytest.mark.parametrize(
    "name", ["application-take-back", "application-withdraw", "application-discard"]
)
def test_only_those_who_may_change_the_case(name: str) -> None:
    own = Own()
    case = own.draft() if name == "application-discard" else own.received()
    before = case.status
    for person in (own.reader, own.stranger, own.officer):
        response = signed_in(person).post(url(name, case), {"reasons": "Skäl"})
        assert response.status_code == (302 if person == own.reader else 404)
        assert fresh(case).status == before


def test_a_draft_shows_no_case_and_a_case_no_draft() -> None:
    own = Own()
    draft, client = own.draft(), signed_in(own.signatory)
    assert client.get(url("application-file", draft)).headers["Location"] == url(
        "application-tasks", draft
    )
    assert client.get(url("application-receipt", draft)).headers["Location"] == url(
        "application-preview", draft
    )
    send(client, draft)
    assert client.get(url("application-preview", draft)).headers["Location"] == url(
        "application-file", draft
    )
    assert client.get(url("application-tasks", draft)).headers["Location"] == url(
        "application-file", draft
    )


def test_a_requirement_that_is_asked_is_sent_in_although_unanswered() -> None:
    own = Own()
    draft = drafts.create_draft(call=own.call, lead=own.lead, actor=own.writer)
    said = document_of(draft)["requirements"]
    assert [(each["requirement"], each["state"]) for each in said] == [("knowledge", "")]
