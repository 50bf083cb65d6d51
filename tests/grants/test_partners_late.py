"""Partners who come, go, or change their minds while the application goes on around them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from applicants.enums import OrganisationRole, Signing
from core.models import OutboxMessage
from grants.content.paths import part_path, requirement_path
from grants.enums import Approval, NoticeKind, RowKind, Status
from grants.models import Application, Participation, Signature
from grants.selectors.draft import draft_of, part_sha256
from grants.selectors.reminders import asked_and_silent
from grants.selectors.sent_in import document_of_version, signatures_of
from grants.selectors.submission import snapshot_of
from grants.services import drafts, handling, partners, submission
from grants.services.partners import PartnerRefused
from grants.services.writing import add_row, save_value
from portal.services import prefill
from tests.factories import MandateFactory, OrganisationFactory, acting_for
from tests.factories.forms import attach, begun, fill_part, filled, put
from tests.portal.own_cases import Own, fresh

pytestmark = pytest.mark.django_db


class Joint(Own):
    """A draft with a partner whose part is filled in, and for which two sign jointly."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.case = begun(self.call, self.lead, self.writer)
        self.partner = OrganisationFactory(kind="municipality")
        self.first = acting_for(self.partner)
        self.first.mandates.update(signing=Signing.JOINTLY)
        self.second = MandateFactory(organisation=self.partner, signing=Signing.JOINTLY).user
        partners.invite_partner(application=self.case, organisation=self.partner, actor=self.writer)
        filled(self.case, self.writer)
        fill_part(self.case, self.partner, self.first)
        self.contact = part_path(self.partner.pk, "contact")

    @property
    def part(self) -> Participation:
        return Participation.objects.get(application=self.case, organisation=self.partner)

    def answer(self, actor: Any, approve: bool = True, **more: Any) -> str:
        answered = drafts.answer_participation(
            participation=self.part, actor=actor, approve=approve, **more
        )
        return answered.approval

    def approve(self, **more: Any) -> None:
        self.answer(self.first, **more)
        assert self.answer(self.second, **more) == Approval.APPROVED


def test_a_no_takes_back_what_was_signed_of_the_part() -> None:
    joint = Joint()
    joint.approve()
    assert joint.answer(joint.second, approve=False) == Approval.DECLINED
    # One of the two cannot overrule the other by the signature that was there.
    assert joint.answer(joint.first) != Approval.APPROVED
    assert joint.answer(joint.second) == Approval.APPROVED


def test_what_is_approved_anew_is_told_as_signed_then() -> None:
    joint = Joint()
    joint.approve(assurance="password")
    put(joint.case, joint.first, joint.contact, "En annan")
    joint.approve(assurance="password")
    put(joint.case, joint.first, joint.contact, "Svar på contact")
    joint.approve(assurance="passkey")
    submission.submit_application(application=joint.case, actor=joint.signatory)
    version = joint.case.versions.get()
    _lead, *part = signatures_of(version)
    assert [each.assurance for each in part] == ["passkey", "passkey"]
    assert Signature.objects.filter(version=version, purpose="approve").count() == 2
    # And they stay under it, whatever becomes of the part afterwards.
    submission.take_back_application(application=fresh(joint.case), actor=joint.signatory)
    put(joint.case, joint.first, joint.contact, "En tredje")
    assert len(signatures_of(version)) == 3


def test_an_empty_budget_line_is_no_part_of_what_is_approved() -> None:
    joint = Joint()
    joint.approve()
    before = part_sha256(draft_of(joint.case), joint.partner.pk)
    add_row(application=joint.case, kind=RowKind.LINE, actor=joint.first)
    assert joint.part.approval == Approval.APPROVED
    assert part_sha256(draft_of(joint.case), joint.partner.pk) == before


def test_a_partner_left_out_meanwhile_is_neither_reminded_nor_answers() -> None:
    joint = Joint()
    part = joint.part
    partners.remove_partner(participation=joint.part, actor=joint.writer)
    with pytest.raises(drafts.FieldLocked):
        partners.remind_partner(participation=part, actor=joint.writer)
    with pytest.raises(drafts.FieldLocked):
        drafts.answer_participation(participation=part, actor=joint.first, approve=True)


def test_nobody_is_reminded_of_an_application_that_is_no_more() -> None:
    joint = Joint()
    drafts.discard_application(application=joint.case, actor=joint.writer)
    with pytest.raises(drafts.FieldLocked):
        partners.remind_partner(participation=joint.part, actor=joint.writer)


def test_the_evidence_of_a_partner_left_out_is_not_sent_in() -> None:
    joint = Joint()
    place = requirement_path(joint.partner.pk, "action_plan", "how").removesuffix(".how")
    attach(joint.case, joint.first, place, organisation=joint.partner)
    assert place in {file.place for file in snapshot_of(fresh(joint.case))[0].files}
    partners.remove_partner(participation=joint.part, actor=joint.writer)
    submission.submit_application(application=joint.case, actor=joint.signatory)
    document = document_of_version(joint.case.versions.get())
    places = {each["place"] for each in document["attachments"]}
    assert places == {"attachments.plan", "attachments.report"}
    submission.take_back_application(application=fresh(joint.case), actor=joint.signatory)
    partners.invite_partner(application=joint.case, organisation=joint.partner, actor=joint.writer)
    assert place in {file.place for file in snapshot_of(fresh(joint.case))[0].files}


def completing() -> tuple[Own, Application]:
    own = Own()
    return own, own.completing("partners")


def test_a_partner_that_comes_in_a_completion_writes_its_part() -> None:
    own, case = completing()
    partner = OrganisationFactory(kind="municipality")
    person = acting_for(partner)
    part = partners.invite_partner(application=case, organisation=partner, actor=own.writer)
    fill_part(fresh(case), partner, person)
    lead = part_path(own.lead.pk, "contact")
    with pytest.raises(drafts.FieldLocked):
        save_value(application=case, path=lead, text="Ny", base=1, actor=own.writer)
    drafts.answer_participation(participation=part, actor=person, approve=True)
    submission.complete_application(application=case, actor=own.writer)
    version = case.versions.get(number=2)
    assert [each["approval"] for each in document_of_version(version)["participants"]] == [
        "approved"
    ] * 2
    assert Signature.objects.get(version=version).organisation == partner


def test_a_partner_that_is_left_out_again_leaves_nothing_open() -> None:
    own, case = completing()
    partner = OrganisationFactory(kind="municipality")
    part = partners.invite_partner(application=case, organisation=partner, actor=own.writer)
    partners.remove_partner(participation=part, actor=own.writer)
    assert fresh(case).completion_fields == ["partners"]


def test_what_is_known_is_not_filled_in_where_nobody_may_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prefill, "reported_as_begun", lambda _call, ids: dict.fromkeys(ids, "R-1"))
    joint = Joint()
    joint.approve()
    before = part_sha256(draft_of(joint.case), joint.partner.pk)
    # The lead's alone: the partner has approved its part as it is.
    assert prefill.fill_in_what_is_known(application=joint.case) == 1
    assert part_sha256(draft_of(joint.case), joint.partner.pk) == before
    sent = Own().received()
    assert prefill.fill_in_what_is_known(application=sent) == 0


def test_a_partner_that_was_invited_and_is_silent_is_reminded() -> None:
    joint = Joint()
    assert set(asked_and_silent(joint.case)) == {joint.first, joint.second}


def test_the_signatory_is_told_when_a_colleague_takes_an_invitation() -> None:
    own = Own()
    case = own.draft()
    partner = OrganisationFactory(kind="municipality")
    writer = acting_for(partner, OrganisationRole.WRITER)
    signatory = acting_for(partner)
    invitation = partners.invite_by_mail(application=case, email=writer.email, actor=own.writer)
    partners.accept_partner_invitation(invitation=invitation, organisation=partner, actor=writer)
    assert asked_and_silent(case) == [signatory]
    told = OutboxMessage.objects.filter(dedupe_key__startswith=f"{NoticeKind.PARTNER_INVITED}:")
    assert told.filter(recipient=signatory.email).count() == 1


def test_there_is_a_limit_to_how_much_mail_invitations_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(partners, "MOST_A_DAY", 3)
    own = Own()
    case = own.draft()

    def invite(application: Application) -> None:
        partners.invite_by_mail(application=application, email="a@example.se", actor=own.writer)

    for _again in range(3):
        invite(case)
    with pytest.raises(PartnerRefused, match="too_many_today"):
        invite(begun(own.call, own.lead, own.writer))
    case.partner_invitations.update(invited_at=timezone.now() - timedelta(days=1))
    invite(case)


def test_lapsing_is_not_hindered_by_a_partner_that_came() -> None:
    own, case = completing()
    partners.invite_partner(
        application=case, organisation=OrganisationFactory(kind="municipality"), actor=own.writer
    )
    handling.lapse_completion(application=case, actor=own.officer)
    assert fresh(case).status == Status.SUBMITTED
    assert fresh(case).completion_fields == []
