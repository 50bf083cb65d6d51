"""Applying together: inviting, reminding and leaving out partner organisations (medsökande)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applicants.models import Organisation, User
from applicants.rules import WRITERS
from applicants.selectors import (
    organisations_acted_for,
    token_digest,
    verified_addresses,
)
from core.enums import JournalKind
from core.services.outbox import queue_mail
from grants.content.paths import UnlockableField, own_part
from grants.enums import Approval, NoticeKind, ParticipationRole, Status
from grants.models import Application, Participation, PartnerInvitation
from grants.selectors.people import people_of, people_of_participation

from .drafts import FieldLocked, participation_now
from .moving import locked_application, record, require
from .notices import notify

INVITATION_HOLDS = timedelta(days=30)
REMINDER_PAUSE = timedelta(hours=20)
"""So long between two reminders to the same partner."""
MOST_OPEN_INVITATIONS = 60
MOST_A_DAY = 100
"""So many invitations by mail for one lead in a day, those withdrawn again included."""


class PartnerRefused(Exception):
    """`code`: `own_organisation`, `takes_part` (already), `kind_not_entitled`, `too_many`,
    `too_many_today`, `used`, `withdrawn`, `expired`, `other_address`, `too_soon` (a reminder).
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def _open_for_partners(application: Application) -> None:
    completing = (
        application.status == Status.COMPLETION_REQUESTED
        and UnlockableField.PARTNERS in application.completion_fields
    )
    if application.status != Status.DRAFT and not completing:
        raise FieldLocked


@transaction.atomic
def invite_partner(
    *, application: Application, organisation: Organisation, actor: User
) -> Participation:
    """Let a registered organisation take part; its people are told, and its signatory answers.

    Raises PermissionDenied, FieldLocked, and PartnerRefused: `own_organisation`, `takes_part`,
    `kind_not_entitled`.
    """
    application = locked_application(application.pk)
    require("grants.write_application", actor, application)
    _open_for_partners(application)
    participation = _take_part(application, organisation)
    record(
        application,
        "participation.invited",
        actor=actor,
        payload={"organisation": organisation.pk},
        on_behalf_of=application.lead,
    )
    _tell_invited(application, participation, people_of_participation(participation))
    return participation


def _tell_invited(
    application: Application, participation: Participation, people: list[User]
) -> None:
    notify(
        application=application,
        people=people,
        kind=NoticeKind.PARTNER_INVITED,
        key=str(participation.pk),
    )


def _take_part(application: Application, organisation: Organisation) -> Participation:
    if organisation.pk == application.lead_id:
        raise PartnerRefused("own_organisation")
    if organisation.kind not in application.definition.who_may_apply:
        raise PartnerRefused("kind_not_entitled")
    participation, created = Participation.objects.get_or_create(
        application=application,
        organisation=organisation,
        defaults={"role": ParticipationRole.PARTNER},
    )
    if not created:
        raise PartnerRefused("takes_part")
    if application.status == Status.COMPLETION_REQUESTED:
        # Nobody could ask for its part to be completed before it took part.
        opened = own_part(organisation.pk).union(application.completion_fields)
        application.completion_fields = sorted(opened)
    _count(application)
    return participation


def _count(application: Application) -> None:
    application.partner_count = application.participations.filter(
        role=ParticipationRole.PARTNER
    ).count()
    application.save(update_fields=["partner_count", "completion_fields"])


@transaction.atomic
def invite_by_mail(*, application: Application, email: str, actor: User) -> PartnerInvitation:
    """Invite whoever has an address to take part with an organisation of theirs; an earlier
    invitation to the same address is withdrawn.

    The link holds a secret of 256 bits, of which only the SHA-256 is kept. Raises
    PermissionDenied, FieldLocked, and PartnerRefused: `too_many`, `too_many_today`.
    """
    application = locked_application(application.pk)
    require("grants.write_application", actor, application)
    _open_for_partners(application)
    address, now = email.strip().lower(), timezone.now()
    there = application.partner_invitations.filter(
        answered_at__isnull=True, withdrawn_at__isnull=True
    )
    there.filter(email=address).update(withdrawn_at=now)
    if there.count() >= MOST_OPEN_INVITATIONS:
        raise PartnerRefused("too_many")
    lately = PartnerInvitation.objects.filter(
        application__lead=application.lead_id, invited_at__gt=now - timedelta(days=1)
    )
    if lately.count() >= MOST_A_DAY:
        raise PartnerRefused("too_many_today")
    token = secrets.token_urlsafe(32)
    invitation = PartnerInvitation.objects.create(
        application=application,
        email=address,
        token_sha256=token_digest(token),
        invited_at=now,
        invited_by=actor,
        expires_at=now + INVITATION_HOLDS,
    )
    record(
        application,
        "partner.invited",
        actor=actor,
        payload={"invitation": invitation.pk},
        texts={"email": address},
        on_behalf_of=application.lead,
    )
    with translation.override(actor.language):
        named = {
            "organisation": application.lead.name,
            "call": application.definition.title.in_(translation.get_language() or "sv"),
        }
        queue_mail(
            recipient=address,
            language=actor.language,
            subject=_("Invitation to apply together with %(organisation)s") % named,
            body="\n\n".join(
                [
                    _("%(organisation)s invites your organisation to apply together.") % named,
                    _("Call: %(call)s") % named,
                    _("Answer here. The link is personal and can be used once:")
                    + f"\n{settings.SITE_URL}{reverse('partner-invitation', args=[token])}",
                    _("You cannot answer this mail."),
                ]
            ),
            dedupe_key=f"{NoticeKind.PARTNER_INVITED}:{application.pk}:mail:{invitation.pk}",
            journal_kind=JournalKind.CASE,
            journal_subject=str(application.pk),
        )
    return invitation


@transaction.atomic
def accept_partner_invitation(
    *, invitation: PartnerInvitation, organisation: Organisation, actor: User
) -> Participation:
    """Take part with an organisation that the person writes for; its other people are told, and
    the signatory's approval of its part comes later.

    Raises PermissionDenied for an organisation that the person does not write for, FieldLocked,
    and PartnerRefused: `used`, `withdrawn`, `expired`, `other_address` unless the invitation's
    address is one that the person has verified, `own_organisation`, `takes_part`,
    `kind_not_entitled`.
    """
    application = locked_application(invitation.application_id)
    invitation = _open(invitation, actor)
    _open_for_partners(application)
    if not organisations_acted_for(actor, WRITERS).filter(pk=organisation.pk).exists():
        raise PermissionDenied("grants.write_part")
    participation = _take_part(application, organisation)
    invitation.answered_at, invitation.organisation = timezone.now(), organisation
    invitation.save(update_fields=["answered_at", "organisation"])
    record(
        application,
        "participation.accepted",
        actor=actor,
        payload={"organisation": organisation.pk, "invitation": invitation.pk},
        on_behalf_of=organisation,
    )
    colleagues = [each for each in people_of_participation(participation) if each != actor]
    _tell_invited(application, participation, colleagues)
    _tell_lead(application, f"accepted:{invitation.pk}")
    return participation


@transaction.atomic
def decline_partner_invitation(*, invitation: PartnerInvitation, actor: User) -> PartnerInvitation:
    """Say no to an invitation. Raises PartnerRefused as `accept_partner_invitation`."""
    application = locked_application(invitation.application_id)
    invitation = _open(invitation, actor)
    invitation.answered_at, invitation.declined = timezone.now(), True
    invitation.save(update_fields=["answered_at", "declined"])
    record(application, "partner.declined", actor=actor, payload={"invitation": invitation.pk})
    _tell_lead(application, f"declined:{invitation.pk}")
    return invitation


def _open(invitation: PartnerInvitation, actor: User) -> PartnerInvitation:
    invitation = PartnerInvitation.objects.get(pk=invitation.pk)
    if invitation.answered_at is not None:
        raise PartnerRefused("used")
    if invitation.withdrawn_at is not None:
        raise PartnerRefused("withdrawn")
    if invitation.expires_at <= timezone.now():
        raise PartnerRefused("expired")
    if invitation.email not in verified_addresses(actor):
        raise PartnerRefused("other_address")
    return invitation


def _tell_lead(application: Application, key: str) -> None:
    notify(
        application=application,
        people=people_of(application, lead_only=True),
        kind=NoticeKind.PARTNER_ANSWERED,
        key=key,
    )


@transaction.atomic
def withdraw_partner_invitation(*, invitation: PartnerInvitation, actor: User) -> PartnerInvitation:
    """Take back an invitation that nobody has answered. Raises PermissionDenied, and
    PartnerRefused: `used`, `withdrawn`."""
    application = locked_application(invitation.application_id)
    require("grants.write_application", actor, application)
    invitation = PartnerInvitation.objects.get(pk=invitation.pk)
    if invitation.answered_at is not None:
        raise PartnerRefused("used")
    if invitation.withdrawn_at is not None:
        raise PartnerRefused("withdrawn")
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(
        application,
        "partner.invitation_withdrawn",
        actor=actor,
        payload={"invitation": invitation.pk},
    )
    return invitation


@transaction.atomic
def remove_partner(*, participation: Participation, actor: User) -> Application:
    """Leave a partner out of the application. What it wrote is kept in the draft's history, and
    is there again if it is invited anew; its budget lines stay, and ask for another organisation.

    Raises PermissionDenied, FieldLocked.
    """
    application = locked_application(participation.application_id)
    require("grants.write_application", actor, application)
    _open_for_partners(application)
    gone = application.participations.filter(
        pk=participation.pk, role=ParticipationRole.PARTNER
    ).first()
    if gone is not None:
        gone.delete()
        closed = own_part(gone.organisation_id)
        application.completion_fields = [
            name for name in application.completion_fields if name not in closed
        ]
        _count(application)
        record(
            application,
            "participation.removed",
            actor=actor,
            payload={"organisation": gone.organisation_id},
            on_behalf_of=application.lead,
        )
    return application


@transaction.atomic
def remind_partner(*, participation: Participation, actor: User) -> Participation:
    """Remind those who write and sign for a partner that has not answered.

    Raises PermissionDenied, FieldLocked where there is nothing to answer any more, and
    PartnerRefused: `too_soon` within REMINDER_PAUSE of the last time.
    """
    application = locked_application(participation.application_id)
    require("grants.write_application", actor, application)
    participation = participation_now(participation)
    being_written = application.status in {Status.DRAFT, Status.COMPLETION_REQUESTED}
    if not being_written or participation.approval != Approval.WAITING:
        raise FieldLocked
    now = timezone.now()
    last = participation.reminded_at
    if last is not None and now - last < REMINDER_PAUSE:
        raise PartnerRefused("too_soon")
    participation.reminded_at = now
    participation.save(update_fields=["reminded_at"])
    notify(
        application=application,
        people=people_of_participation(participation),
        kind=NoticeKind.APPROVAL_REMINDER,
        key=f"{participation.pk}:{now:%Y%m%d%H}",
    )
    record(
        application,
        "participation.reminded",
        actor=actor,
        payload={"organisation": participation.organisation_id},
    )
    return participation
