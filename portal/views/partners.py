"""Applying together: who takes part, who has answered, inviting, reminding, leaving out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.models import User
from applicants.selectors import signatories_of, verified_addresses
from core.content import Tag, Tone
from grants.enums import Approval, ParticipationRole
from grants.models import Participation, PartnerInvitation
from grants.selectors.partners import invitation_by_token, invitations_in, may_take_part_with
from grants.services.drafts import FieldLocked
from grants.services.partners import (
    PartnerRefused,
    accept_partner_invitation,
    decline_partner_invitation,
    invite_by_mail,
    invite_partner,
    remind_partner,
    remove_partner,
    withdraw_partner_invitation,
)
from portal.content import APPROVAL_TONES
from portal.forms.partners import PartnerByMail, PartnerByNumber
from portal.selectors.writing import Room, room_of
from portal.services.prefill import fill_in_what_is_known
from portal.views.access import person_of
from portal.views.applying_page import Page
from portal.views.applying_sections import Kind
from portal.views.labels import call_title, day, money
from portal.views.partner_texts import refusal_text
from portal.views.saving import number_in

GET_AND_POST = ["GET", "HEAD", "POST"]


def room_or_404(request: HttpRequest, pk: int) -> Room:
    """The application that the reader takes part in. Raises Http404."""
    room = room_of(request.user, pk)
    if room is None:
        raise Http404
    return room


@require_http_methods(GET_AND_POST)
def application_partners(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Who takes part and what they have answered; the lead's writers invite, remind and leave
    out."""
    room, user = room_or_404(request, pk), person_of(request)
    number, mail = PartnerByNumber(), PartnerByMail()
    if request.method == "POST":
        match request.POST.get("action"):
            case "number":
                number = PartnerByNumber(request.POST)
                if _invited_by_number(request, room, user, number):
                    return redirect("application-partners", pk=pk)
            case "mail":
                mail = PartnerByMail(request.POST)
                if _invited_by_mail(request, room, user, mail):
                    return redirect("application-partners", pk=pk)
            case "remind" | "remove" | "withdraw" as action:
                _act(request, room, user, action)
                return redirect("application-partners", pk=pk)
    invites = room.writes_for_lead and room.is_unlocked("partners")
    page = Page(request, room)
    context = page.context(page.section(Kind.PARTNERS)) | {
        "parts": [_part(room, part) for part in room.parts],
        "invitations": [_invitation(each) for each in invitations_in(room.application)],
        "number": number,
        "mail": mail,
        "invites": invites,
        "reminds": room.writes_for_lead and room.is_open,
    }
    return render(request, "portal/apply/partners.html", context)


def _part(room: Room, part: Participation) -> dict[str, Any]:
    is_lead = part.role == ParticipationRole.LEAD
    tag = (
        Tag(part.get_role_display())
        if is_lead
        else Tag(part.get_approval_display(), APPROVAL_TONES[Approval(part.approval)])
    )
    return {
        "part": part,
        "is_lead": is_lead,
        "own": part.organisation_id in room.own,
        "tag": tag,
        "share": money(room.draft.requested_of(part.organisation_id)),
        "waits": not is_lead and part.approval == Approval.WAITING,
        "reminded": day(part.reminded_at) if part.reminded_at else "",
        "asked_again": part.asked_again > 0 and part.approval == Approval.WAITING,
    }


def _invitation(invitation: PartnerInvitation) -> dict[str, Any]:
    tag = Tag(_("Not answered"), Tone.INFO)
    if invitation.declined:
        tag = Tag(Approval.DECLINED.label, Tone.DANGER)
    elif invitation.expires_at <= timezone.now():
        tag = Tag(_("Expired"), Tone.WARNING)
    return {
        "invitation": invitation,
        "tag": tag,
        "sent": day(invitation.invited_at),
        "until": day(invitation.expires_at),
        "open": not invitation.declined,
    }


def _invited_by_number(request: HttpRequest, room: Room, user: User, form: PartnerByNumber) -> bool:
    if not form.is_valid() or form.organisation is None:
        return False
    organisation = form.organisation

    def invite() -> str:
        invite_partner(application=room.application, organisation=organisation, actor=user)
        fill_in_what_is_known(application=room.application)
        return _("%(organisation)s is invited.") % {"organisation": organisation.name}

    invited = _told(request, invite, lambda text: form.add_error("number", text))
    if invited and not signatories_of(organisation):
        messages.warning(
            request,
            _(
                "Nobody signs for %(organisation)s here yet, so nobody can approve its part. Tell "
                "them to register, or invite somebody there by e-mail."
            )
            % {"organisation": organisation.name},
        )
    return invited


def _invited_by_mail(request: HttpRequest, room: Room, user: User, form: PartnerByMail) -> bool:
    if not form.is_valid():
        return False
    email = form.cleaned_data["email"]

    def invite() -> str:
        invite_by_mail(application=room.application, email=email, actor=user)
        return _("An invitation has been sent to %(email)s.") % {"email": email}

    return _told(request, invite, lambda text: form.add_error("email", text))


def _act(request: HttpRequest, room: Room, user: User, action: str) -> None:
    chosen = request.POST.get("which", "")
    which = number_in(chosen)
    if action == "withdraw":
        invitation = get_object_or_404(room.application.partner_invitations, pk=which)

        def withdraw() -> str:
            withdraw_partner_invitation(invitation=invitation, actor=user)
            return _("The invitation is withdrawn.")

        _told(request, withdraw)
        return
    part = next((p for p in room.parts if p.pk == which), None)
    if part is None:
        raise Http404
    named = {"organisation": part.organisation.name}

    def remind() -> str:
        remind_partner(participation=part, actor=user)
        return _("%(organisation)s has been reminded.") % named

    def remove() -> str:
        remove_partner(participation=part, actor=user)
        return (
            _(
                "%(organisation)s takes no part any more. What it wrote is kept, and is there "
                "again if you invite it anew."
            )
            % named
        )

    _told(request, remind if action == "remind" else remove)


def _told(
    request: HttpRequest,
    act: Callable[[], str],
    on_refusal: Callable[[str], object] | None = None,
) -> bool:
    """Do it and say that it is done, or say why it cannot be."""
    try:
        done = act()
    except PartnerRefused as refused:
        text = refusal_text(refused.code)
    except FieldLocked:
        text = _("The application has been sent in or answered meanwhile, so this is locked.")
    except PermissionDenied:
        text = _("You may read the application, but not change this.")
    else:
        messages.success(request, done)
        return True
    if on_refusal is None:
        messages.error(request, text)
    else:
        on_refusal(text)
    return False


@require_http_methods(GET_AND_POST)
def partner_invitation(request: HttpRequest, *, token: str) -> HttpResponse:
    """An invitation to take part, opened from its mail by the one it went to."""
    user = person_of(request)
    invitation = invitation_by_token(token)
    if invitation is None:
        raise Http404
    organisations = list(may_take_part_with(user, invitation.application))
    if request.method == "POST":
        answered = _answer_invitation(request, invitation, user, organisations)
        if answered is not None:
            return answered
    context = {
        "invitation": invitation,
        "application": invitation.application,
        "call_title": call_title(invitation.application.call),
        "call": invitation.application.call,
        "closes": day(invitation.application.call.closes_on),
        "organisations": organisations,
        "refused": _why_closed(invitation, user),
        # The address it went to may know whose it is, and nobody else who holds the link.
        "known": invitation.email in verified_addresses(user),
        "until": day(invitation.expires_at),
    }
    return render(request, "portal/apply/invitation.html", context)


def _answer_invitation(
    request: HttpRequest, invitation: PartnerInvitation, user: User, organisations: list[Any]
) -> HttpResponse | None:
    if request.POST.get("answer") == "decline":

        def decline() -> str:
            decline_partner_invitation(invitation=invitation, actor=user)
            return _("You have said no to the invitation, and the lead applicant has been told.")

        return redirect("front-page") if _told(request, decline) else None
    chosen = request.POST.get("organisation", "")
    organisation = next((each for each in organisations if str(each.pk) == chosen), None)
    if organisation is None:
        messages.error(request, _("Choose which organisation takes part."))
        return None

    def accept() -> str:
        accept_partner_invitation(invitation=invitation, organisation=organisation, actor=user)
        fill_in_what_is_known(application=invitation.application)
        return _("%(organisation)s takes part. Now write its part.") % {
            "organisation": organisation.name
        }

    if _told(request, accept):
        return redirect(
            "application-part", pk=invitation.application_id, organisation=organisation.pk
        )
    return None


def _why_closed(invitation: PartnerInvitation, user: User) -> str:
    if invitation.answered_at is not None:
        return refusal_text("used")
    if invitation.withdrawn_at is not None:
        return refusal_text("withdrawn")
    if invitation.expires_at <= timezone.now():
        return refusal_text("expired")
    if invitation.email not in verified_addresses(user):
        return refusal_text("other_address")
    return ""
