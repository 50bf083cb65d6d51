"""A partner that has left a grant: what it may still do, who is told, and what becomes of it when
the grant is decided anew."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Organisation
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks.transitions import ReconsiderationGround
from grants.content.basis import DecisionBasis
from grants.content.changes import LeavingRow, PartnerChange
from grants.enums import NoticeKind
from grants.models import Application, Decision
from grants.selectors.changes import partners_now
from grants.services.decisions import grant_application, reconsider_application
from grants.services.messages import send_message
from reviews import selectors as reviewed
from reviews import services
from reviews.checks import ReviewRefused
from reviews.checks.communication import Heard
from reviews.enums import SourceKind
from reviews.models import SupervisionDecision
from reviews.selectors.communication import heard_material, revocation_heard
from reviews.services.communication import Source
from tests.factories import MandateFactory, acting_for
from tests.factories.changing import Changing
from tests.factories.scenario import fresh
from tests.grants.test_change_notices import mails
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
OWN = Source(kind=SourceKind.OWN, title="Revisionen", text="Pengarna gick till annat.")


@dataclass
class Left(Changing):
    """A joint grant whose partner has left it, with money given back."""

    def left(self) -> Application:
        case = self.granted(joint=True)
        self.decided(case, PartnerChange(self.partner.pk, (LeavingRow(2, 20_000),)))
        self.declared(case)
        return fresh(case)

    def reconsidered(self, case: Application) -> Application:
        return reconsider_application(
            application=fresh(case), actor=self.decider,
            ground=ReconsiderationGround.RECONSIDERATION, reasons="Nya uppgifter.",
        )  # fmt: skip

    def anew(self, case: Application, *, gives: bool) -> Decision:
        """The grant decided anew, with money for the partner or without."""
        basis = self._basis(case, self.partner, None)
        amount = 400_000
        if not gives:
            amount = 300_000
            basis = replace(
                basis,
                shares=tuple(
                    each if each.organisation == case.lead_id else replace(each, granted_sek=0)
                    for each in basis.shares
                ),
                lines=tuple(
                    each if each.organisation == case.lead_id else replace(each, allotted_sek=0)
                    for each in basis.lines
                ),
            )
        return self._granted_anew(case, amount, basis)

    def _granted_anew(self, case: Application, amount: int, basis: DecisionBasis) -> Decision:
        return grant_application(
            application=fresh(case), actor=self.decider, amount_sek=amount, basis=basis,
            prepared=replace(reviewed.prepared(case, self.decider), requirements_met=True),
        )  # fmt: skip

    def sent(self, case: Application, to: list[Organisation], *sources: Source) -> Any:
        return services.send_communication(
            application=case, actor=self.officer, text="Det kan leda till upphävande.",
            due=timezone.localdate() + timedelta(days=14), organisations=to,
            sources=sources or (OWN,),
        )  # fmt: skip

    def found_against(self, organisation: Organisation) -> None:
        SupervisionDecision.objects.create(
            agency=self.agency, organisation=organisation, authority="IVO", number="1",
            decided_on=self.today, adverse=True, summary="Brister.", entered_by=self.officer,
            entered_at=timezone.now(),
        )  # fmt: skip


# Decided anew -------------------------------------------------------------------------------------


def test_one_that_the_new_grant_gives_money_takes_part_again_and_is_told() -> None:
    desk = Left()
    case = desk.left()
    before = set(mails(case, desk.partners_writer))
    desk.reconsidered(case)
    # Until it has been decided, it has left.
    assert case.participations.get(organisation=desk.partner).left_on is not None
    decision = desk.anew(case, gives=True)
    assert case.participations.get(organisation=desk.partner).left_on is None
    assert [part.organisation for part in partners_now(case)] == [desk.partner]
    assert {each.organisation for each in decision.deliveries.all()} == {case.lead, desk.partner}
    assert set(mails(case, desk.partners_writer)) > before
    (event,) = [
        each
        for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))
        if each.name == "application.partners_back"
    ]
    assert json.loads(event.payload) == {"organisations": [desk.partner.pk]}
    send_message(application=case, actor=desk.partners_writer, body="Vi är med.", from_agency=False)
    assert "lämnade bidraget" not in _page(desk.partners_writer, "application-file", case).text(
        "main"
    )


def test_one_that_the_new_grant_gives_nothing_stays_out_and_is_not_told() -> None:
    desk = Left()
    case = desk.left()
    before = mails(case, desk.partners_writer)
    desk.reconsidered(case)
    decision = desk.anew(case, gives=False)
    assert case.participations.get(organisation=desk.partner).left_on is not None
    assert [each.organisation for each in decision.deliveries.all()] == [case.lead]
    assert mails(case, desk.partners_writer) == before
    assert "lämnade bidraget" in _page(desk.partners_writer, "application-file", case).text("main")


# Messages -----------------------------------------------------------------------------------------


def _page(person: Any, name: str, case: Application) -> Page:
    client = Client()
    client.force_login(person)
    answer = client.get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200
    page = Page(answer)
    assert page.faults() == []
    return page


def test_one_that_has_left_reads_the_messages_and_writes_none() -> None:
    desk = Left()
    case = desk.granted(joint=True)
    send_message(application=case, actor=desk.partners_writer, body="Förut.", from_agency=False)
    assert _page(desk.partners_writer, "application-messages", case).all("form textarea") != []
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 20_000),)))
    with pytest.raises(PermissionDenied):
        send_message(application=case, actor=desk.partners_writer, body="Nu.", from_agency=False)
    page = _page(desk.partners_writer, "application-messages", case)
    assert "Förut." in page.text("main")
    assert page.all("form textarea") == []
    # Whoever acts for the lead too writes, and for the lead.
    both = acting_for(desk.partner, OrganisationRole.WRITER)
    MandateFactory(user=both, organisation=desk.lead, role=OrganisationRole.WRITER)
    sent = send_message(application=case, actor=both, body="Hej.", from_agency=False)
    assert sent.organisation == desk.lead


# Communication ------------------------------------------------------------------------------------


def _offered(desk: Left, case: Application) -> list[str]:
    page = _page(desk.officer, "communication-send", case)
    return [box.get("value") for box in page.all("input[name=organisations]")]


def test_one_that_has_left_is_sent_nothing_new_and_is_not_waited_for() -> None:
    desk = Left()
    case = desk.granted(joint=True)
    desk.declared(case)
    assert _offered(desk, case) == [str(desk.lead.pk), str(desk.partner.pk)]
    earlier = desk.sent(case, [desk.lead, desk.partner])
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 20_000),)))
    case = fresh(case)
    assert _offered(desk, case) == [str(desk.lead.pk)]
    for to in ([desk.partner], [desk.lead, desk.partner]):
        with pytest.raises(ReviewRefused) as caught:
            desk.sent(case, to)
        assert caught.value.code == "left"
    # What was sent while it took part it reads and answers as before; the rest need not wait.
    services.answer_communication(
        communication=earlier, actor=desk.signatory, organisation=desk.lead, no_comment=True
    )
    assert revocation_heard(case) is Heard.ANSWERED
    text = _page(desk.officer, "case-communication", case).text("main")
    assert "Besvarad" in text
    services.answer_communication(
        communication=earlier, actor=desk.partners_writer, organisation=desk.partner, body="Nej."
    )


def test_what_is_about_one_that_has_left_is_sent_to_it() -> None:
    desk = Left()
    case = desk.left()
    desk.found_against(desk.partner)
    assert _offered(desk, case) == [str(desk.lead.pk), str(desk.partner.pk)]
    (state,) = heard_material(case)
    sent = desk.sent(
        case,
        [desk.partner],
        Source(
            kind=SourceKind(state.material.kind), key=state.material.key,
            title=state.material.title, text=state.material.text,
        ),
    )  # fmt: skip
    key = f"{NoticeKind.COMMUNICATION}:{case.pk}:{sent.pk}:{desk.partners_writer.pk}"
    assert key in mails(case, desk.partners_writer)


def test_while_the_grant_is_decided_anew_one_that_had_left_is_heard_as_a_party() -> None:
    desk = Left()
    case = desk.reconsidered(desk.left())
    assert _offered(desk, case) == [str(desk.lead.pk), str(desk.partner.pk)]
    assert desk.sent(case, [desk.partner]).organisations.get() == desk.partner
