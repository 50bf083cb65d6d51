"""Invitations: for one address, once, in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants import selectors, services
from applicants.checks import RepresentationRefused
from applicants.enums import OrganisationRole, Signing
from applicants.models import Invitation, Mandate, Organisation, User
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    InvitationFactory,
    MandateFactory,
    OrganisationFactory,
    UserFactory,
    acting_for,
    staff,
)

pytestmark = pytest.mark.django_db
ADMINISTRATOR, WRITER = OrganisationRole.ADMINISTRATOR, OrganisationRole.WRITER


def in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


def invited(email: str = "kollega@example.se", **changes: Any) -> Invitation:
    organisation: Organisation = changes.pop("organisation", None) or OrganisationFactory()
    fields: dict[str, Any] = {
        "organisation": organisation,
        "actor": changes.pop("actor", None) or acting_for(organisation, ADMINISTRATOR),
        "email": email,
        "roles": ["writer"],
        "ends_on": in_a_year(),
    }
    return services.invite_colleague(**fields | changes)


def token_of(invitation: Invitation) -> str:
    body = OutboxMessage.objects.get(dedupe_key=f"invitation:{invitation.pk}").body
    return body.partition("/inbjudan/")[2].partition("/")[0]


def roles_of(user: User) -> set[str]:
    return {each.role for each in selectors.mandates_of(user)}


def test_the_secret_is_in_the_mail_and_only_its_digest_is_kept() -> None:
    invitation = invited()
    token = token_of(invitation)
    assert len(token) >= 43
    assert selectors.invitation_with_token(token) == invitation
    assert selectors.invitation_with_token(invitation.token_sha256) is None
    events = events_of(kind=JournalKind.ORGANISATION, subject=str(invitation.organisation_id))
    for kept in (*Invitation.objects.values(), *[each.payload for each in events]):
        assert token not in str(kept)
    for event in events:
        assert "kollega@" not in event.payload
    mail = OutboxMessage.objects.get()
    assert mail.recipient == "kollega@example.se"
    assert invitation.organisation.name not in mail.subject + mail.body


def test_only_administrators_invite() -> None:
    organisation = OrganisationFactory()
    for stranger in (
        UserFactory(),
        acting_for(organisation, WRITER),
        acting_for(organisation),
        acting_for(OrganisationFactory(), ADMINISTRATOR),
        staff(AgencyFactory()),
    ):
        with pytest.raises(PermissionDenied):
            invited(organisation=organisation, actor=stranger)
        with pytest.raises(PermissionDenied):
            services.withdraw_invitation(
                invitation=InvitationFactory(organisation=organisation), actor=stranger
            )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": []}, "no_roles"),
        ({"roles": ["signatory"]}, "signing_missing"),
        ({"ends_on": None}, "no_last_day"),
        ({"ends_on": date(2012, 1, 1)}, "last_day_passed"),
    ],
)
def test_an_invitation_that_cannot_be_is_not_sent(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(RepresentationRefused, match=code):
        invited(**changes)
    assert not Invitation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_the_one_it_went_to_accepts_it_once() -> None:
    user = UserFactory(email="Kollega@example.se")
    invitation = invited(roles=["writer", "signatory"], signing="jointly")
    mandates = services.accept_invitation(invitation=invitation, actor=user)
    assert {(each.role, each.signing, each.ends_on) for each in mandates} == {
        ("writer", "", in_a_year()),
        ("signatory", Signing.JOINTLY, in_a_year()),
    }
    with pytest.raises(RepresentationRefused, match="invitation_used"):
        services.accept_invitation(invitation=invitation, actor=user)


def test_nobody_else_accepts_it() -> None:
    invitation = invited()
    unverified = UserFactory(email="kollega@example.se", verified=False)
    with pytest.raises(RepresentationRefused, match="other_address"):
        services.accept_invitation(invitation=invitation, actor=unverified)
    EmailAddress.objects.create(user=unverified, email="kollega@example.se", verified=False)
    for stranger in (unverified, UserFactory(), invitation.invited_by):
        with pytest.raises(RepresentationRefused, match="other_address"):
            services.accept_invitation(invitation=invitation, actor=stranger)
    assert not selectors.invitations_to(unverified).exists()
    EmailAddress.objects.update(verified=True)
    assert list(selectors.invitations_to(unverified)) == [invitation]
    services.accept_invitation(invitation=invitation, actor=unverified)


def test_it_is_not_accepted_when_it_is_too_late() -> None:
    user = UserFactory()
    past = timezone.now() - timedelta(days=15)
    expired = InvitationFactory(email=user.email, created_at=past)
    withdrawn = invited(user.email)
    services.withdraw_invitation(invitation=withdrawn, actor=withdrawn.invited_by)
    orphan = invited(user.email)
    Mandate.objects.filter(user=orphan.invited_by).update(ended_at=timezone.now())
    for invitation, code in (
        (expired, "invitation_expired"),
        (withdrawn, "invitation_withdrawn"),
        (orphan, "inviter_gone"),
    ):
        with pytest.raises(RepresentationRefused, match=code):
            services.accept_invitation(invitation=invitation, actor=user)
    assert roles_of(user) == set()
    with pytest.raises(RepresentationRefused, match="invitation_withdrawn"):
        services.withdraw_invitation(invitation=withdrawn, actor=withdrawn.invited_by)


def test_a_new_invitation_to_the_same_address_replaces_the_earlier() -> None:
    organisation = OrganisationFactory()
    administrator = acting_for(organisation, ADMINISTRATOR)
    first = invited(organisation=organisation, actor=administrator)
    second = invited("KOLLEGA@example.se", organisation=organisation, actor=administrator)
    assert list(selectors.invitations_of(organisation)) == [second]
    user = UserFactory(email="kollega@example.se")
    with pytest.raises(RepresentationRefused, match="invitation_withdrawn"):
        services.accept_invitation(invitation=first, actor=user)


def test_an_organisation_cannot_flood_others_with_mail() -> None:
    organisation = OrganisationFactory()
    administrator = acting_for(organisation, ADMINISTRATOR)
    InvitationFactory.create_batch(50, organisation=organisation)
    with pytest.raises(RepresentationRefused, match="too_many_invitations"):
        invited(organisation=organisation, actor=administrator)


def test_accepting_takes_nothing_away_from_who_has_more() -> None:
    organisation = OrganisationFactory()
    administrator = acting_for(organisation, ADMINISTRATOR)
    user = UserFactory()
    longer = MandateFactory(organisation=organisation, user=user, role=WRITER)
    invitation = invited(user.email, organisation=organisation, actor=administrator)
    assert services.accept_invitation(invitation=invitation, actor=user) == [longer]
    longer.refresh_from_db()
    assert (longer.ended_at, longer.ends_on) == (None, None)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_invitation_used_twice_at_once_is_used_once() -> None:
    user = UserFactory(email="kollega@example.se")
    other = UserFactory(email="annan@example.se")
    EmailAddress.objects.filter(user=other).update(email="kollega@example.se", verified=False)
    invitation = invited()

    def accept() -> str:
        try:
            services.accept_invitation(invitation=invitation, actor=user)
        except RepresentationRefused as refused:
            return refused.code
        return "accepted"

    assert sorted(in_threads(*[accept] * 3)) == ["accepted", "invitation_used", "invitation_used"]
    assert Mandate.objects.filter(user=user).count() == 1
