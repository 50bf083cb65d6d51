"""The pages of decision letters: the party's, the staff's, what was not opened, archives."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from core.checks import canonical_json
from core.models import OutboxMessage
from grants.enums import BatchState, LetterState, Outcome
from grants.models import CaseDocument, Decision, DecisionDelivery, DecisionLetter
from grants.selectors.letters import content_of
from grants.services.letter_batches import request_batch
from grants.tasks import make_letter, run_letter_batch
from tests.core.tagged_pdf import TaggedPdf
from tests.factories import DecisionFactory, OrganisationFactory, acting_for, staff
from tests.factories.letters import Deciding, told_days_ago
from tests.factories.reviews import ConflictDeclarationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def own(decision: Decision, name: str = "own-decision") -> str:
    return reverse(name, args=[decision.application_id, decision.pk])


def body(client: Client, address: str, **more: Any) -> str:
    response: Any = client.get(address, headers={"accept-language": "sv"}, **more)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def pdf_of(response: Any) -> bytes:
    assert response.headers["Content-Type"] == "application/pdf"
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


# The party ----------------------------------------------------------------------------------------


def test_the_party_reads_the_decision_and_that_is_kept(client: Client, deciding: Deciding) -> None:
    decision = deciding.decided()
    client.force_login(deciding.signatory)
    page = body(client, own(decision))
    for words in ("Ansökan beviljas delvis", "beviljas 400 000 kr", "Kraven är prövade."):
        assert words in page
    assert decision.letter.sha256 in page
    row = decision.deliveries.get()
    assert row.opened_by == deciding.signatory
    first = row.opened_at
    body(client, own(decision))
    row.refresh_from_db()
    assert row.opened_at == first


def test_a_look_without_a_page_is_no_opening(client: Client, deciding: Deciding) -> None:
    decision = deciding.decided()
    client.force_login(deciding.signatory)
    assert client.head(own(decision)).status_code == 200
    assert decision.deliveries.get().opened_at is None


def test_each_organisation_opens_for_itself(client: Client, deciding: Deciding) -> None:
    partner = OrganisationFactory(name="Bjuvs kommun")
    person = acting_for(partner)
    decision = deciding.decided(partners=(partner,))
    client.force_login(person)
    body(client, own(decision))
    opened = {row.organisation_id: row.opened_at for row in decision.deliveries.all()}
    assert opened[partner.pk] is not None
    assert opened[deciding.lead.pk] is None


def test_the_pdf_is_that_which_is_kept(client: Client, deciding: Deciding) -> None:
    decision = deciding.decided()
    client.force_login(deciding.signatory)
    # While no worker has made it, the same is made here.
    before = pdf_of(client.get(own(decision, "own-decision-pdf")))
    assert decision.deliveries.get().opened_by == deciding.signatory
    make_letter(decision.letter.pk)
    assert pdf_of(client.get(own(decision, "own-decision-pdf"))) == before
    assert "UTKAST" not in "".join(text for _page, text in TaggedPdf(before).artifacts)


def test_a_letter_that_was_given_up_is_read_by_the_party_and_made_again_by_staff(
    client: Client, deciding: Deciding
) -> None:
    decision = deciding.decided()
    DecisionLetter.objects.update(state=LetterState.FAILED, attempts=6)
    client.force_login(deciding.signatory)
    address = own(decision, "own-decision-pdf")
    assert pdf_of(client.get(address)).startswith(b"%PDF")
    client.head(address)
    assert client.post(own(decision, "case-letter")).status_code == 404
    assert DecisionLetter.objects.get().state == LetterState.FAILED
    client.force_login(deciding.officer)
    button = "Gör brevet igen"
    assert button in body(client, own(decision, "case-letter"))
    assert client.post(own(decision, "case-letter")).status_code == 302
    assert DecisionLetter.objects.get().state == LetterState.WAITING
    assert button not in body(client, own(decision, "case-letter"))


@pytest.mark.parametrize("name", ["own-decision", "own-decision-pdf", "own-appeal"])
def test_a_decision_that_is_secret_to_the_party_is_not_there(
    client: Client, deciding: Deciding, name: str
) -> None:
    decision = deciding.decided(Outcome.REJECTED, amount_sek=None)
    client.force_login(deciding.signatory)
    document = CaseDocument.objects.filter(source=f"decision:{decision.pk}")
    assert document.update(secrecy="26 kap. 1 § OSL", secret_to_party=True) == 1
    assert client.get(own(decision, name)).status_code == 404
    assert client.post(own(decision, "own-appeal"), {"text": "Vi överklagar."}).status_code == 404
    assert not DecisionDelivery.objects.filter(opened_at__isnull=False).exists()
    document.update(secrecy="26 kap. 1 § OSL", secret_to_party=False)
    assert client.get(own(decision, name)).status_code == 200


@pytest.mark.parametrize("name", ["own-decision", "own-decision-pdf"])
def test_nobody_elses_decision_is_there(client: Client, deciding: Deciding, name: str) -> None:
    decision = deciding.decided()
    other = deciding.decided(lead=OrganisationFactory())
    for person in (acting_for(OrganisationFactory()), deciding.officer):
        client.force_login(person)
        assert client.get(own(decision, name)).status_code == 404
    client.force_login(deciding.signatory)
    mixed = reverse(name, args=[decision.application_id, other.pk])
    assert client.get(mixed).status_code == 404
    assert not DecisionDelivery.objects.filter(opened_at__isnull=False).exists()


def test_an_old_decision_has_no_letter(client: Client, deciding: Deciding) -> None:
    old = deciding.decided()
    imported = DecisionFactory(
        application=old.application,
        imported=True,
        decider=None,
        preparer=None,
        reasons="",
        amount_sek=400_000,
    )
    client.force_login(deciding.signatory)
    page = body(client, own(imported))
    assert "Inte registrerat" in page
    assert "Hämta beslutet som PDF" not in page
    assert client.get(own(imported, "own-decision-pdf")).status_code == 404


def test_the_decision_leads_to_where_it_is_appealed(client: Client, deciding: Deciding) -> None:
    granted = deciding.decided()
    rejected = deciding.decided(Outcome.REJECTED, amount_sek=None)
    client.force_login(deciding.signatory)
    assert own(granted, "own-appeal") not in body(client, own(granted))
    assert own(rejected, "own-appeal") in body(client, own(rejected))
    DecisionFactory(application=rejected.application, supersedes=rejected, amount_sek=400_000)
    assert own(rejected, "own-appeal") not in body(client, own(rejected))


def test_the_case_page_leads_to_the_letter_and_keeps_the_reasons_there(
    client: Client, deciding: Deciding
) -> None:
    decision = deciding.decided(reasons="Helt egna skäl.")
    client.force_login(deciding.signatory)
    page = body(client, reverse("application-file", args=[decision.application_id]))
    assert own(decision) in page
    assert "Helt egna skäl." not in page
    assert "Helt egna skäl." in body(client, own(decision))


# The agency's staff -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "decider", "registrar"])
def test_staff_read_the_letter_and_when_it_was_opened(
    client: Client, deciding: Deciding, who: str
) -> None:
    decision = deciding.decided()
    client.force_login(getattr(deciding, who))
    page = body(client, own(decision, "case-letter"))
    assert "Ale kommun beviljas 400 000 kr" in page
    assert "Inte öppnat" in page
    assert pdf_of(client.get(own(decision, "case-letter-pdf"))).startswith(b"%PDF")
    assert decision.deliveries.get().opened_at is None


@pytest.mark.parametrize("name", ["case-letter", "case-letter-pdf"])
def test_others_do_not(client: Client, deciding: Deciding, name: str) -> None:
    decision = deciding.decided()
    elsewhere = Deciding().officer
    analyst = staff(deciding.agency, Role.ANALYST)
    shut_out = staff(deciding.agency, Role.CASE_OFFICER)
    ConflictDeclarationFactory(application=decision.application, user=shut_out, has_conflict=True)
    for person in (elsewhere, analyst, shut_out, deciding.signatory):
        client.force_login(person)
        assert client.get(own(decision, name)).status_code == 404, person


# What was not opened ------------------------------------------------------------------------------


def test_what_was_not_opened_is_listed_and_can_be_reminded_of(
    client: Client, deciding: Deciding
) -> None:
    decision = deciding.decided()
    told_days_ago(decision, 8)
    client.force_login(deciding.registrar)
    listed = body(client, reverse("unopened-letters"))
    address = reverse("unopened-letter", args=[decision.deliveries.get().pk])
    assert address in listed
    before = OutboxMessage.objects.count()
    body(client, address)
    assert client.post(address, {"action": "remind"}).status_code == 302
    assert OutboxMessage.objects.count() == before + 1


def test_paper_takes_it_off_the_list(client: Client, deciding: Deciding) -> None:
    decision = deciding.decided(decided_on=timezone.localdate() - timedelta(days=9))
    told_days_ago(decision, 8)
    row = decision.deliveries.get()
    address = reverse("unopened-letter", args=[row.pk])
    client.force_login(deciding.officer)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    wrong: Any = client.post(address, {"action": "paper", "on": tomorrow})
    assert wrong.status_code == 200
    assert tomorrow in wrong.content.decode()
    row.refresh_from_db()
    assert row.paper_on is None
    yesterday = timezone.localdate() - timedelta(days=1)
    assert client.post(address, {"action": "paper", "on": yesterday.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert (row.paper_on, row.paper_by) == (yesterday, deciding.officer)
    assert client.get(address).status_code == 404


def test_another_agencys_are_not_there(client: Client, deciding: Deciding) -> None:
    decision = deciding.decided()
    told_days_ago(decision, 8)
    client.force_login(Deciding().officer)
    assert decision.application.number not in body(client, reverse("unopened-letters"))
    address = reverse("unopened-letter", args=[decision.deliveries.get().pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"action": "remind"}).status_code == 404


# Archives -----------------------------------------------------------------------------------------


def test_an_archive_is_asked_for_followed_and_fetched(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    client.force_login(deciding.officer)
    page = body(client, reverse("letter-batches"))
    assert f'value="{deciding.call.pk}"' in page
    response: Any = client.post(reverse("letter-batches"), {"call": deciding.call.pk})
    address = response["Location"]
    assert "hx-get" in body(client, address)
    batch = deciding.call.letter_batches.get()
    archive = reverse("letter-archive", args=[batch.pk])
    assert client.get(archive).status_code == 404
    assert run_letter_batch(batch.pk)
    done = body(client, address, HTTP_HX_REQUEST="true")
    assert archive in done
    assert "<html" not in done
    fetched: Any = client.get(archive)
    assert b"".join(fetched.streaming_content).startswith(b"PK")
    batch.refresh_from_db()
    assert batch.sha256 in done


def test_somebody_shut_out_of_a_case_has_no_archive_of_its_call(
    client: Client, deciding: Deciding
) -> None:
    decision = deciding.decided()
    batch = request_batch(call=deciding.call, actor=deciding.officer)
    run_letter_batch(batch.pk)
    shut_out = staff(deciding.agency, Role.CASE_OFFICER)
    ConflictDeclarationFactory(application=decision.application, user=shut_out, has_conflict=True)
    client.force_login(shut_out)
    for name in ("letter-batch", "letter-archive"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == 404
    assert f'value="{deciding.call.pk}"' not in body(client, reverse("letter-batches"))


def test_a_failed_archive_says_what_to_do(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    batch = request_batch(call=deciding.call, actor=deciding.officer)
    type(batch).objects.update(state=BatchState.FAILED)
    client.force_login(deciding.officer)
    page = body(client, reverse("letter-batch", args=[batch.pk]))
    assert "Begär den igen" in page


# How often the database is asked ------------------------------------------------------------------


QUERIES = {"own-decision": 10, "case-letter": 9, "unopened-letters": 6, "letter-batches": 7}


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_ask_as_often_with_thirty_as_with_one(
    client: Client, deciding: Deciding, rows: int
) -> None:
    partners = tuple(OrganisationFactory() for _ in range(rows))
    decision = deciding.decided(partners=partners)
    for _ in range(rows - 1):
        deciding.decided(lead=OrganisationFactory())
    DecisionDelivery.objects.update(sent_at=timezone.now() - timedelta(days=9))
    for number in range(rows):
        batch = request_batch(call=deciding.call, actor=deciding.officer)
        type(batch).objects.filter(pk=batch.pk).update(state=BatchState.FAILED, total=number)
    found = {}
    for name in QUERIES:
        client.force_login(deciding.signatory if name == "own-decision" else deciding.officer)
        address = own(decision, name) if "decision" in name or "case" in name else reverse(name)
        body(client, address)
        with CaptureQueriesContext(connection) as asked:
            body(client, address)
        found[name] = len(asked)
    assert found == QUERIES


def test_the_frozen_text_is_canonical(deciding: Deciding) -> None:
    letter = deciding.decided().letter
    assert canonical_json(content_of(letter).document()) == letter.document
