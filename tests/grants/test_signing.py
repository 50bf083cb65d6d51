"""Signing: alone or two together, always under exactly what was seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import OrganisationRole, Signing
from core.models import Event, OutboxMessage
from grants.enums import SignaturePurpose, Status
from grants.models import Application, Signature
from grants.selectors.sent_in import signatures_of
from grants.services.drafts import PartChanged, answer_participation
from grants.services.submission import (
    ContentChanged,
    SecondSignatureMissing,
    sign_application,
    submit_application,
    take_back_application,
)
from tests.core.concurrency import in_threads
from tests.factories import MandateFactory, UserFactory
from tests.factories.forms import put
from tests.portal.own_cases import Own, fresh

pytestmark = pytest.mark.django_db
SITUATION = "answer.mapping.situation"


def sign(application: Application, actor: Any, **more: Any) -> Any:
    return sign_application(application=application, actor=actor, **more)


def test_one_who_signs_alone_is_enough_also_where_others_sign_jointly() -> None:
    own = Own()
    MandateFactory(organisation=own.lead, user=UserFactory(), signing=Signing.JOINTLY)
    draft = own.draft()
    receipt = sign(draft, own.signatory, assurance="passkey")
    assert receipt is not None
    (signed,) = signatures_of(draft.versions.get())
    assert (signed.name, signed.jointly, signed.assurance) == ("Siv Signerare", False, "passkey")


def test_of_two_the_first_waits_and_the_second_sends_in() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    assert sign(draft, first) is None
    assert sign(draft, first) is None
    assert Signature.objects.count() == 1
    with pytest.raises(SecondSignatureMissing):
        submit_application(application=draft, actor=first)
    assert sign(draft, second) is not None
    assert [each.name for each in signatures_of(draft.versions.get())] == ["Eva Ett", "Tor Två"]


def test_the_other_is_told_once_that_one_has_signed() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    for _again in range(2):
        sign(draft, first)
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="approval_needed")
    assert [mail.recipient for mail in mails] == [second.email]


def test_a_signature_is_under_exactly_what_was_there() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    sign(draft, first)
    put(draft, own.writer, SITUATION, "Ändrat")
    assert sign(draft, second) is None
    put(draft, own.writer, SITUATION, "Svar på situation")
    # What both have seen is there again: the first signature stands under it.
    assert sign(draft, second) is not None
    version = draft.versions.get()
    assert set(version.signatures.values_list("sha256", flat=True)) == {version.sha256}
    assert Signature.objects.filter(version=None).count() == 1


def test_one_whose_mandate_has_ended_does_not_count() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    sign(draft, first)
    yesterday = timezone.localdate() - timedelta(days=1)
    own.lead.mandates.filter(user=first).update(ends_on=yesterday)
    assert sign(draft, second) is None
    assert fresh(draft).status == Status.DRAFT


@pytest.mark.parametrize(
    "role", [OrganisationRole.WRITER, OrganisationRole.READER, OrganisationRole.ADMINISTRATOR]
)
def test_nobody_else_signs(role: OrganisationRole) -> None:
    own = Own()
    draft = own.draft()
    other = MandateFactory(organisation=own.lead, user=UserFactory(), role=role).user
    with pytest.raises(PermissionDenied):
        sign(draft, other)
    assert not Signature.objects.exists()


def test_what_was_shown_is_what_is_signed() -> None:
    own = Own()
    draft = own.draft()
    with pytest.raises(ContentChanged):
        sign(draft, own.signatory, seen="0" * 64)
    assert not Signature.objects.exists()
    assert fresh(draft).status == Status.DRAFT


def test_a_partners_approval_is_told_with_its_level_also_when_sent_in_again() -> None:
    own = Own()
    draft, partner, _person = own.joint_draft()
    for number in (1, 2):
        sign(draft, own.signatory, assurance="password+code")
        lead, part = signatures_of(draft.versions.get(number=number))
        assert (lead.is_lead, lead.assurance) == (True, "password+code")
        assert (part.organisation, part.assurance) == (partner.name, "passkey")
        if number == 1:
            take_back_application(application=fresh(draft), actor=own.signatory)
            put(draft, own.writer, SITUATION, "Ändrat")


def test_a_partner_approves_what_it_was_shown() -> None:
    own = Own()
    draft, _partner, person = own.joint_draft()
    part = draft.participations.get(role="partner")
    with pytest.raises(PartChanged):
        answer_participation(participation=part, actor=person, approve=True, seen="0" * 64)


def test_every_signature_is_in_the_journal_without_names() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    sign(draft, first)
    sign(draft, second)
    events = Event.objects.filter(journal__subject=str(draft.pk), name="application.signed")
    assert [event.actor for event in events] == [str(first.pseudonym), str(second.pseudonym)]
    assert not any("Eva" in event.payload for event in events)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_send_in_once() -> None:
    own = Own()
    first, second = own.jointly()
    draft = own.draft()
    found = in_threads(
        *[lambda who=who: sign(draft, who) for who in (first, second, first, second)]
    )
    assert fresh(draft).status == Status.SUBMITTED
    assert draft.versions.count() == 1
    assert len({each.register_number for each in found if each is not None}) == 1
    purposes = Signature.objects.filter(purpose=SignaturePurpose.SUBMIT)
    assert purposes.count() == 2
