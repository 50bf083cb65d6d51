"""What comes after a decision, on the pages: appeals, corrections, reconsidering, revoking; and the
administrator's delegation rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import User
from grants.enums import AppealState, Outcome, Status
from grants.models import Appeal, Decision, DelegationRule
from grants.services.appeals import appeal_decision
from tests.core.sample_files import pdf
from tests.factories import OrganisationFactory, acting_for, staff
from tests.factories.scenario import fresh
from tests.portal.deciders import Desk
from tests.portal.html import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Desk:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Desk()


def rejected(desk: Desk, **fields: Any) -> Decision:
    decision = desk.deciding.decided(Outcome.REJECTED, reasons="Kraven är inte uppfylda.", **fields)
    desk.declare(decision.application)
    return decision


def at(name: str, decision: Decision, *more: int) -> str:
    return reverse(name, args=[decision.application_id, decision.pk, *more])


def opened(client: Client, url: str, person: User) -> Page:
    client.force_login(person)
    page = Page(client.get(url))
    assert page.faults() == []
    return page


def test_a_party_appeals_with_a_document_and_follows_it(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    url = at("own-appeal", decision)
    opened(client, url, desk.deciding.signatory)
    file = SimpleUploadedFile("överklagande.pdf", pdf("x"))
    lead = str(decision.application.lead_id)
    empty = Page(client.post(url, {"organisation": lead, "text": " "}))
    assert empty.all(".ds-error-summary")
    client.post(url, {"organisation": lead, "text": "Vi vill ha pengarna.", "file": file})
    appeal = Appeal.objects.get()
    assert (appeal.from_party, appeal.files.get().name) == (True, "överklagande.pdf")
    assert "Vi vill ha pengarna." in opened(client, url, desk.deciding.signatory).text("main")


def test_who_does_not_sign_reads_how_and_cannot_appeal(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    writer = acting_for(decision.application.lead, OrganisationRole.WRITER)
    page = opened(client, at("own-appeal", decision), writer)
    assert page.all("main form") == []
    client.post(at("own-appeal", decision), {"text": "Vi överklagar."})
    assert not Appeal.objects.exists()
    for stranger in (acting_for(OrganisationFactory()), desk.officer):
        client.force_login(stranger)
        assert client.get(at("own-appeal", decision)).status_code == 404


def test_a_decision_that_cannot_be_appealed_says_so(client: Client, desk: Desk) -> None:
    decision = desk.deciding.decided()
    page = opened(client, at("own-appeal", decision), desk.deciding.signatory)
    assert "cannot be appealed" in page.text("main")
    assert page.all("main form") == []
    assert "cannot be appealed" in opened(client, at("case-decision", decision), desk.officer).text(
        "main"
    )


def test_an_appeal_goes_step_by_step_on_its_page(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    today = timezone.localdate().isoformat()
    client.force_login(desk.registrar)
    client.post(
        at("appeal-register", decision),
        {
            "organisation": decision.application.lead_id,
            "received_on": today,
            "text": "Vi överklagar.",
        },
    )
    appeal = Appeal.objects.get()
    url = at("case-appeal", decision, appeal.pk)
    assert opened(client, url, desk.registrar).all("input[name=step][value=admit]")
    steps = (
        (desk.decider, {"step": "admit"}, AppealState.IN_TIME),
        (
            desk.decider,
            {"step": "try", "try-result": "unchanged", "try-reasons": "Inget nytt."},
            AppealState.TRIED,
        ),
        (
            desk.registrar,
            {"step": "hand_over", "hand_over-on": today, "hand_over-court_number": "12-26"},
            AppealState.HANDED_OVER,
        ),
        (
            desk.registrar,
            {"step": "end", "end-outcome": "upheld", "end-on": today},
            AppealState.ENDED,
        ),
    )
    for person, fields, state in steps:
        opened(client, url, person)
        assert client.post(url, fields).status_code == 302
        appeal.refresh_from_db()
        assert appeal.state == state
    assert "The court has upheld the decision" in opened(client, url, desk.officer).text("main")


def test_an_officer_does_not_try_an_appeal(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    appeal = appeal_decision(
        decision=decision,
        organisation=decision.application.lead,
        actor=desk.deciding.signatory,
        text="Vi överklagar.",
    )
    Appeal.objects.filter(pk=appeal.pk).update(state=AppealState.IN_TIME)
    url = at("case-appeal", decision, appeal.pk)
    client.force_login(desk.officer)
    client.post(url, {"step": "try", "try-result": "unchanged", "try-reasons": "Nej."})
    appeal.refresh_from_db()
    assert appeal.state == AppealState.IN_TIME
    elsewhere = Desk()
    client.force_login(elsewhere.decider)
    assert client.get(url).status_code == 404


def test_a_correction_is_read_beside_the_decision(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    url = at("decision-correct", decision)
    opened(client, url, desk.decider)
    fields = {"place": "reasons", "before": "uppfylda", "after": "uppfyllda", "why": "Skrivfel."}
    wrong = Page(client.post(url, {**fields, "before": "saknas"}))
    assert "does not stand there" in wrong.text(".ds-error-summary")
    assert "saknas" in wrong.text("#id_before")
    client.post(url, fields)
    page = opened(client, at("case-decision", decision), desk.officer)
    assert "Kraven är inte uppfyllda." in page.text("main")
    assert (page.text("del"), page.text("ins")) == ("uppfylda", "uppfyllda")


def test_a_decision_is_reconsidered_with_reasons(client: Client, desk: Desk) -> None:
    decision = rejected(desk)
    url = at("decision-reconsider", decision)
    opened(client, url, desk.decider)
    assert Page(client.post(url, {"ground": "reconsideration"})).all(".ds-error-summary")
    order = Page(client.post(url, {"ground": "court_order", "reasons": "Domen."}))
    assert "No court has" in order.text(".ds-error-summary")
    client.post(url, {"ground": "reconsideration", "reasons": "Nya uppgifter."})
    assert fresh(decision.application).status == Status.ASSESSED


def test_an_officer_finds_no_way_to_correct_reconsider_or_revoke(
    client: Client, desk: Desk
) -> None:
    decision = rejected(desk)
    for name in ("decision-correct", "decision-reconsider", "decision-revoke"):
        client.force_login(desk.officer)
        assert client.get(at(name, decision)).status_code == 404
        client.force_login(Desk().decider)
        assert client.get(at(name, decision)).status_code == 404


# Delegation ---------------------------------------------------------------------------------------


def test_an_administrator_adds_and_ends_a_rule(client: Client, desk: Desk) -> None:
    administrator = staff(desk.agency, Role.ADMINISTRATOR)
    url = reverse("delegation")
    page = opened(client, url, administrator)
    assert "Decision makers decide everything" in page.text("main")
    fields = {
        "who": str(desk.decider.pk),
        "outcomes": ["granted", "rejected"],
        "max_sek": "500 000",
        "valid_from": (timezone.localdate() - timedelta(days=1)).isoformat(),
        "reference": "12 §",
    }
    assert Page(client.post(url, {**fields, "outcomes": []})).all(".ds-error-summary")
    client.post(url, fields)
    rule = DelegationRule.objects.get()
    assert (rule.user, rule.max_sek, rule.outcomes) == (
        desk.decider,
        500_000,
        ["granted", "rejected"],
    )
    assert "In force" in opened(client, url, administrator).text("#rules")
    opened(client, reverse("delegation-end", args=[rule.pk]), administrator)
    client.post(reverse("delegation-end", args=[rule.pk]))
    rule.refresh_from_db()
    assert rule.valid_until == timezone.localdate() - timedelta(days=1)


def test_another_agencys_administrator_finds_no_rule(client: Client, desk: Desk) -> None:
    administrator = staff(desk.agency, Role.ADMINISTRATOR)
    client.force_login(administrator)
    client.post(
        reverse("delegation"),
        {"who": "all", "outcomes": ["granted"], "valid_from": timezone.localdate().isoformat()},
    )
    rule = DelegationRule.objects.get()
    client.force_login(staff(Desk().agency, Role.ADMINISTRATOR))
    assert client.post(reverse("delegation-end", args=[rule.pk])).status_code == 404
    assert DelegationRule.objects.filter(pk=rule.pk, valid_until=None).exists()
