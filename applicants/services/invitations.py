"""Inviting colleagues to act for an organisation."""

import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.checks import (
    INVITATION_HOLDS,
    RepresentationRefused,
    check_last_day,
    check_roles,
)
from applicants.enums import OrganisationRole, Signing
from applicants.models import Invitation, Mandate, Organisation, User
from applicants.selectors import holds_mandate, token_digest, verified_addresses

from . import notices
from .mandates import grant_mandate
from .recording import locked, record, require

MOST_A_DAY = 50
"""So many invitations may one organisation send in a day."""


@transaction.atomic
def invite_colleague(
    *,
    organisation: Organisation,
    actor: User,
    email: str,
    roles: Iterable[str],
    ends_on: date | None,
    signing: str = "",
) -> Invitation:
    """Send an invitation to an address; an earlier one to the same address is withdrawn.

    The link in the mail holds a secret of 256 bits, of which only the SHA-256 is kept. Raises
    PermissionDenied for others than the organisation's administrators, and
    RepresentationRefused: `too_many_invitations`, and what `check_roles` and `check_last_day`
    raise.
    """
    organisation = locked(organisation)
    require("applicants.invite_colleague", actor, organisation)
    wanted, signs = check_roles(roles, signing)
    last_day = check_last_day(ends_on, timezone.localdate())
    address, now = email.strip().lower(), timezone.now()
    sent_today = organisation.invitations.filter(created_at__date=timezone.localdate(now))
    if sent_today.count() >= MOST_A_DAY:
        raise RepresentationRefused("too_many_invitations")
    organisation.invitations.filter(
        email=address, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=address,
        roles=[str(role) for role in wanted],
        signing=str(signs or ""),
        ends_on=last_day,
        token_sha256=token_digest(token),
        invited_by=actor,
        created_at=now,
        expires_at=now + INVITATION_HOLDS,
    )
    record(
        organisation,
        "invitation.sent",
        actor,
        invitation=invitation.pk,
        roles=invitation.roles,
        signing=invitation.signing,
        ends_on=last_day.isoformat(),
        texts={"email": address},
    )
    notices.send_invitation(invitation, token)
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, actor: User) -> list[Mandate]:
    """Take the invitation: its mandates begin today.

    An earlier mandate to the same role is kept where it lasts longer and signs alike. Raises
    RepresentationRefused: `invitation_used`, `invitation_withdrawn`, `invitation_expired`;
    `other_address` unless the invitation's address is one that the person has verified; and
    `inviter_gone` where who sent it administers the organisation no more.
    """
    organisation = locked(invitation.organisation)
    invitation = Invitation.objects.select_related("invited_by").get(pk=invitation.pk)
    refuse_closed(invitation)
    if invitation.email.lower() not in verified_addresses(actor):
        raise RepresentationRefused("other_address")
    if not holds_mandate(organisation, invitation.invited_by, OrganisationRole.ADMINISTRATOR):
        raise RepresentationRefused("inviter_gone")
    today = timezone.localdate()
    if invitation.ends_on is not None and invitation.ends_on < today:
        raise RepresentationRefused("invitation_expired")
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = actor
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(organisation, "invitation.accepted", actor, invitation=invitation.pk)
    signing = Signing(invitation.signing or Signing.SOLE)
    given = []
    for code in invitation.roles:
        role = OrganisationRole(code)
        there = _lasts_as_long(organisation, actor, role, invitation.ends_on, signing)
        given.append(
            there
            or grant_mandate(
                organisation=organisation,
                user=actor,
                role=role,
                actor=actor,
                starts_on=today,
                ends_on=invitation.ends_on,
                signing=signing,
            )
        )
    return given


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> Invitation:
    """Take back an invitation that nobody has taken.

    Raises PermissionDenied for others than the organisation's administrators, and
    RepresentationRefused: `invitation_used`, `invitation_withdrawn`.
    """
    organisation = locked(invitation.organisation)
    require("applicants.invite_colleague", actor, organisation)
    invitation = Invitation.objects.get(pk=invitation.pk)
    refuse_closed(invitation, also_expired=False)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(organisation, "invitation.withdrawn", actor, invitation=invitation.pk)
    return invitation


def refuse_closed(invitation: Invitation, *, also_expired: bool = True) -> None:
    """Raises RepresentationRefused for an invitation that cannot be taken any more."""
    if invitation.accepted_at is not None:
        raise RepresentationRefused("invitation_used")
    if invitation.withdrawn_at is not None:
        raise RepresentationRefused("invitation_withdrawn")
    if also_expired and invitation.expires_at <= timezone.now():
        raise RepresentationRefused("invitation_expired")


def _lasts_as_long(
    organisation: Organisation,
    user: User,
    role: OrganisationRole,
    ends_on: date | None,
    signing: Signing,
) -> Mandate | None:
    there = organisation.mandates.filter(
        user=user, role=role, ended_at__isnull=True, starts_on__lte=timezone.localdate()
    ).first()
    if there is None or there.signing not in ("", signing):
        return None
    if there.ends_on is None or (ends_on is not None and there.ends_on >= ends_on):
        return there
    return None
