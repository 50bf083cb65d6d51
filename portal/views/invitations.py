"""The page behind the link of an invitation."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applicants.checks import RepresentationRefused
from applicants.models import Invitation, User
from applicants.selectors import invitation_with_token, verified_addresses
from applicants.services import accept_invitation
from applicants.services.invitations import refuse_closed
from core.content import SummaryRow
from portal.forms.faults import refusal_text
from portal.views.acting import act_for
from portal.views.labels import day
from portal.views.membership_texts import roles_text, unit_name
from portal.views.own_organisations import GET_AND_POST


@never_cache
@require_http_methods(GET_AND_POST)
def invitation(request: HttpRequest, *, token: str) -> HttpResponse:
    """See and accept an invitation.

    Who is signed out, or signed in with another address than the one it went to, does not
    learn which organisation it is about.
    """
    found = invitation_with_token(token)
    if found is None:
        raise Http404
    context: dict[str, object] = {"way": urlencode({"next": request.path})}
    try:
        refuse_closed(found)
        if request.user.is_authenticated and isinstance(request.user, User):
            if found.email not in verified_addresses(request.user):
                raise RepresentationRefused("other_address")
            if request.method == "POST":
                accept_invitation(invitation=found, actor=request.user)
                return _accepted(request, found)
            context |= _content(found)
    except RepresentationRefused as refused:
        if refused.code == "invitation_used" and found.accepted_by_id == request.user.pk:
            return redirect("my-organisation", pk=found.organisation_id)
        context |= {"refusal": refusal_text(refused), "other": refused.code == "other_address"}
    return render(request, "portal/invitation.html", context)


def _accepted(request: HttpRequest, found: Invitation) -> HttpResponse:
    act_for(request, found.organisation)
    text = _("Welcome! You now act for %(organisation)s.")
    messages.success(request, text % {"organisation": unit_name(found.organisation)})
    return redirect("my-organisation", pk=found.organisation_id)


def _content(found: Invitation) -> dict[str, object]:
    return {
        "name": unit_name(found.organisation),
        "rows": [
            SummaryRow(_("Organisation"), unit_name(found.organisation)),
            SummaryRow(_("Invited by"), str(found.invited_by)),
            SummaryRow(_("You become"), roles_text(found.roles, found.signing)),
            SummaryRow(_("Until and including"), day(found.ends_on)),
        ],
        "address": reverse("my-organisations"),
    }
