"""Applying together: who is invited, who may answer, and what a change of partners leaves."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import OrganisationKind, OrganisationRole, Signing
from core.models import OutboxMessage
from grants.content.paths import part_path, row_path
from grants.enums import Approval, Status
from grants.models import Application, Participation, PartnerInvitation
from grants.selectors import own_applications
from grants.selectors.draft import draft_of, part_sha256
from grants.selectors.submission import snapshot_of
from grants.services import drafts, partners, submission
from grants.services.partners import PartnerRefused
from tests.core.concurrency import in_threads
from tests.factories import MandateFactory, OrganisationFactory, UserFactory, acting_for
from tests.factories.forms import begun, fill_part, filled, form_call, put

pytestmark = pytest.mark.django_db


class Table:
    """A lead with a draft in an open call, and an organisation beside."""

    def __init__(self) -> None:
        self.call = form_call()
        self.lead = OrganisationFactory()
        self.writer = acting_for(self.lead, OrganisationRole.WRITER)
        self.signatory = acting_for(self.lead)
        self.case = begun(self.call, self.lead, self.writer)
        self.other = OrganisationFactory()
        self.person = acting_for(self.other)

    def invite(self) -> Participation:
        return partners.invite_partner(
            application=self.case, organisation=self.other, actor=self.writer
        )

    def mail(self, email: str = "") -> PartnerInvitation:
        return partners.invite_by_mail(
            application=self.case, email=email or self.person.email, actor=self.writer
        )

    def accept(self, invitation: PartnerInvitation, **changes: Any) -> Participation:
        return partners.accept_partner_invitation(
            invitation=invitation,
            **{"organisation": self.other, "actor": self.person, **changes},
        )


def refused(code: str) -> Any:
    return pytest.raises(PartnerRefused, match=code)


def test_an_organisation_invited_by_number_sees_the_draft_and_is_told() -> None:
    table = Table()
    assert not own_applications(table.person).exists()
    part = table.invite()
    assert (part.approval, Application.objects.get(pk=table.case.pk).partner_count) == (
        Approval.WAITING,
        1,
    )
    assert own_applications(table.person).get() == table.case
    mail = OutboxMessage.objects.get(recipient=table.person.email)
    assert table.other.name not in mail.body


def test_who_cannot_be_invited() -> None:
    table = Table()
    with refused("own_organisation"):
        partners.invite_partner(application=table.case, organisation=table.lead, actor=table.writer)
    club = OrganisationFactory(kind=OrganisationKind.ASSOCIATION)
    with refused("kind_not_entitled"):
        partners.invite_partner(application=table.case, organisation=club, actor=table.writer)
    table.invite()
    with refused("takes_part"):
        table.invite()
    with pytest.raises(PermissionDenied):
        partners.invite_partner(
            application=table.case, organisation=OrganisationFactory(), actor=table.person
        )


def test_an_invitation_by_mail_is_taken_once_by_the_one_it_went_to() -> None:
    table = Table()
    invitation = table.mail()
    link = OutboxMessage.objects.get(recipient=table.person.email).body
    assert invitation.token_sha256 not in link
    stranger = acting_for(OrganisationFactory())
    with refused("other_address"):
        table.accept(invitation, actor=stranger)
    unverified = acting_for(OrganisationFactory(), email="obekraftad@example.se", verified=False)
    with refused("other_address"):
        table.accept(table.mail("obekraftad@example.se"), actor=unverified)
    with pytest.raises(PermissionDenied):
        table.accept(invitation, organisation=OrganisationFactory())
    part = table.accept(invitation)
    assert (part.organisation, part.approval) == (table.other, Approval.WAITING)
    with refused("used"):
        table.accept(invitation)
    with refused("used"):
        partners.withdraw_partner_invitation(invitation=invitation, actor=table.writer)


def test_an_invitation_that_is_old_withdrawn_or_replaced_opens_nothing() -> None:
    table = Table()
    first = table.mail()
    second = table.mail()
    with refused("withdrawn"):
        table.accept(first)
    partners.withdraw_partner_invitation(invitation=second, actor=table.writer)
    with refused("withdrawn"):
        table.accept(second)
    third = table.mail()
    PartnerInvitation.objects.filter(pk=third.pk).update(expires_at=timezone.now())
    with refused("expired"):
        table.accept(third)
    fourth = table.mail()
    partners.decline_partner_invitation(invitation=fourth, actor=table.person)
    with refused("used"):
        table.accept(fourth)
    assert not table.case.participations.filter(organisation=table.other).exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_an_invitation_at_once_one_does() -> None:
    table = Table()
    invitation = table.mail()

    def take() -> str:
        try:
            table.accept(invitation)
        except PartnerRefused as caught:
            return caught.code
        return "taken"

    assert sorted(in_threads(take, take)) == ["taken", "used"]
    assert table.case.participations.count() == 2


def test_a_partner_that_declines_blocks_until_it_is_replaced() -> None:
    table = Table()
    part = table.invite()
    filled(table.case, table.writer)
    drafts.answer_participation(participation=part, actor=table.person, approve=False)
    with pytest.raises(submission.SubmissionBlocked) as caught:
        submission.submit_application(application=table.case, actor=table.signatory)
    assert "partner_declined" in {each.code for each in caught.value.findings}
    partners.remove_partner(participation=part, actor=table.writer)
    another = OrganisationFactory()
    signer = acting_for(another)
    new = partners.invite_partner(application=table.case, organisation=another, actor=table.writer)
    fill_part(table.case, another, signer)
    drafts.answer_participation(participation=new, actor=signer, approve=True)
    receipt = submission.submit_application(application=table.case, actor=table.signatory)
    assert receipt.register_number
    assert not own_applications(table.person).exists()


def test_a_removed_partners_lines_ask_for_another_organisation() -> None:
    table = Table()
    part = table.invite()
    filled(table.case, table.writer)
    number = draft_of(table.case).lines[0].number
    put(table.case, table.writer, row_path(number, "organisation"), str(table.other.pk))
    partners.remove_partner(participation=part, actor=table.writer)
    found = [
        (each.code, each.field)
        for each in snapshot_of(Application.objects.get(pk=table.case.pk))[1]
        if each.blocks
    ]
    assert found == [("line_incomplete", row_path(number, "organisation"))]


def test_a_partner_is_reminded_once_a_day_and_only_while_it_has_not_answered() -> None:
    table = Table()
    part = table.invite()
    partners.remind_partner(participation=part, actor=table.writer)
    with refused("too_soon"):
        partners.remind_partner(participation=part, actor=table.writer)
    Participation.objects.filter(pk=part.pk).update(reminded_at=timezone.now() - timedelta(days=2))
    partners.remind_partner(participation=part, actor=table.writer)
    assert OutboxMessage.objects.filter(dedupe_key__startswith="approval_reminder:").count() >= 1
    fill_part(table.case, table.other, table.person)
    drafts.answer_participation(participation=part, actor=table.person, approve=True)
    with pytest.raises(drafts.FieldLocked):
        partners.remind_partner(participation=part, actor=table.writer)


def test_partners_are_fixed_once_the_application_has_been_sent_in() -> None:
    table = Table()
    filled(table.case, table.writer)
    submission.submit_application(application=table.case, actor=table.signatory)
    with pytest.raises(drafts.FieldLocked):
        table.invite()
    with pytest.raises(drafts.FieldLocked):
        table.mail()
    assert Application.objects.get(pk=table.case.pk).status == Status.SUBMITTED


def test_two_who_sign_jointly_approve_a_part_together() -> None:
    table = Table()
    part = table.invite()
    fill_part(table.case, table.other, table.person)
    table.person.mandates.update(signing=Signing.JOINTLY)
    second = MandateFactory(organisation=table.other, signing=Signing.JOINTLY).user
    first = drafts.answer_participation(participation=part, actor=table.person, approve=True)
    assert first.approval == Approval.WAITING
    with pytest.raises(PermissionDenied):
        drafts.answer_participation(participation=part, actor=UserFactory(), approve=True)
    done = drafts.answer_participation(participation=part, actor=second, approve=True)
    assert done.approval == Approval.APPROVED


def test_a_part_is_approved_only_as_it_was_shown() -> None:
    table = Table()
    part = table.invite()
    fill_part(table.case, table.other, table.person)
    seen = part_sha256(draft_of(table.case), table.other.pk)
    put(table.case, table.person, part_path(table.other.pk, "contact"), "En annan")
    with pytest.raises(drafts.PartChanged):
        drafts.answer_participation(participation=part, actor=table.person, approve=True, seen=seen)
