"""The organisations that one may act for, and who else may."""

from collections.abc import Iterable
from datetime import date

import rules
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.checks import RepresentationRefused
from applicants.enums import RequestState
from applicants.models import Mandate, Organisation, RepresentationRequest, User
from applicants.selectors import (
    Colleague,
    colleagues_of,
    invitations_of,
    invitations_to,
    mandates_of,
    organisations_acted_for,
    requests_of,
)
from applicants.services import (
    change_details,
    invite_colleague,
    withdraw_invitation,
)
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Tone
from portal.forms.faults import refusal_text
from portal.forms.organisations import (
    ContactFields,
    InvitationForm,
    details_of,
)
from portal.views.access import person_of
from portal.views.acting import acting_for
from portal.views.acting import switch as switch_organisation
from portal.views.labels import day
from portal.views.membership_texts import (
    contact_rows,
    ends_soon,
    identity_rows,
    last_day_text,
    mandates_text,
    request_tag,
    roles_text,
    unit_name,
)
from portal.views.saving import number_in

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
def my_organisations(request: HttpRequest) -> HttpResponse:
    """What the person may act for, asks for and is invited to; a post chooses whom to act for."""
    if request.method == "POST":
        return switch_organisation(request)
    user, current = person_of(request), acting_for(request)
    held: dict[Organisation, list[Mandate]] = {}
    for mandate in mandates_of(user):
        held.setdefault(mandate.organisation, []).append(mandate)
    asked = [each for each in requests_of(user) if each.state != RequestState.WITHDRAWN]
    context = {
        "organisations": [
            {
                "organisation": organisation,
                "name": unit_name(organisation),
                "rows": _own_rows(mandates),
                "current": organisation == current,
            }
            for organisation, mandates in held.items()
        ],
        "several": len(held) > 1,
        "requests": _requests_table(asked) if asked else None,
        "invitations": [
            SummaryRow(
                unit_name(each.organisation),
                roles_text(each.roles, each.signing),
                note=_("Can be accepted until %(day)s") % {"day": day(each.expires_at)},
            )
            for each in invitations_to(user)
        ],
    }
    return render(request, "portal/my_organisations.html", context)


def _own_rows(mandates: list[Mandate]) -> list[SummaryRow]:
    return [
        SummaryRow(_("You are"), mandates_text(mandates)),
        SummaryRow(
            _("Until and including"),
            last_day_text(mandates),
            tag=_ends_soon_tag() if ends_soon(mandates) else None,
        ),
    ]


def _ends_soon_tag() -> Tag:
    return Tag(_("Ends soon"), Tone.WARNING)


def _requests_table(requests: list[RepresentationRequest]) -> Table:
    return Table(
        id="requests",
        caption=_("Requests to represent"),
        columns=(Column(_("Organisation")), Column(_("Sent"), nowrap=True), Column(_("State"))),
        rows=tuple(
            Row(
                Cell(unit_name(each.organisation), url=reverse("my-request", args=[each.pk])),
                (Cell(day(each.sent_at)), Cell(tag=request_tag(each.state))),
            )
            for each in requests
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(GET_AND_POST)
def my_organisation(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The organisation's details and people; a post withdraws an invitation."""
    user, organisation = own(request, pk)
    administers = rules.has_perm("applicants.give_mandate", user, organisation)
    if request.method == "POST":
        wanted = request.POST.get("invitation", "")
        invitation = get_object_or_404(invitations_of(organisation), pk=number_in(wanted))
        try:
            withdraw_invitation(invitation=invitation, actor=user)
            messages.success(request, _("The invitation is withdrawn."))
        except RepresentationRefused as refused:
            messages.error(request, refusal_text(refused))
        return redirect("my-organisation", pk=organisation.pk)
    colleagues = colleagues_of(organisation)
    now = timezone.now()
    context = {
        "crumbs": crumbs(organisation),
        "organisation": organisation,
        "name": unit_name(organisation),
        "identity": identity_rows(organisation),
        "contact": contact_rows(organisation)
        if rules.has_perm("applicants.see_details", user, organisation)
        else [],
        "people": _people_table([c for c in colleagues if c.holds], organisation, administers),
        "former": _former_table([c for c in colleagues if not c.holds]),
        "invitations": [
            {
                "invitation": each,
                "roles": roles_text(each.roles, each.signing),
                "until": day(each.expires_at),
                "expired": each.expires_at <= now,
            }
            for each in (invitations_of(organisation) if administers else ())
        ],
        "administers": administers,
    }
    return render(request, "portal/my_organisation.html", context)


def _people_table(
    colleagues: list[Colleague], organisation: Organisation, administers: bool
) -> Table:
    def person(colleague: Colleague) -> Cell:
        url = (
            reverse("my-organisation-person", args=[organisation.pk, colleague.user.pk])
            if administers
            else ""
        )
        return Cell(str(colleague.user), url=url, note=colleague.user.email)

    return Table(
        id="people",
        caption=_("People who act for the organisation"),
        columns=(Column(_("Person")), Column(_("Roles")), Column(_("Until and including"))),
        rows=tuple(
            Row(
                person(each),
                (
                    Cell(mandates_text(each.mandates)),
                    Cell(
                        last_day_text(each.mandates),
                        tag=_ends_soon_tag() if ends_soon(each.mandates) else None,
                    ),
                ),
            )
            for each in colleagues
        ),
        stack=True,
        caption_hidden=True,
    )


def _former_table(colleagues: list[Colleague]) -> Table | None:
    if not colleagues:
        return None
    return Table(
        id="former",
        caption=_("People who acted for the organisation before"),
        columns=(Column(_("Person")), Column(_("Roles")), Column(_("Ended"), nowrap=True)),
        rows=tuple(
            Row(
                Cell(str(each.user)),
                (
                    Cell(mandates_text(each.mandates)),
                    Cell(_ended_text(each.mandates)),
                ),
            )
            for each in colleagues
        ),
        stack=True,
        caption_hidden=True,
    )


def _ended_text(mandates: Iterable[Mandate]) -> str:
    """The last day of the mandates; those of a closed account may have none that has come."""
    days = [each for mandate in mandates if (each := _ended(mandate)) is not None]
    last = max(days, default=None)
    if last is None or last > timezone.localdate():
        return _("The account is closed")
    return day(last)


def _ended(mandate: Mandate) -> date | None:
    ended = timezone.localtime(mandate.ended_at).date() if mandate.ended_at else None
    return min((each for each in (ended, mandate.ends_on) if each is not None), default=None)


@require_http_methods(GET_AND_POST)
def details(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Change the organisation's address, contact and giro number."""
    user, organisation = administered(request, pk)
    form = ContactFields(
        request.POST if request.method == "POST" else None, initial=details_of(organisation)
    )
    if form.is_valid():
        change_details(organisation=organisation, actor=user, contact=form.contact)
        messages.success(request, _("The details are saved."))
        return redirect("my-organisation", pk=organisation.pk)
    heading = _("Change the details")
    return form_page(request, organisation, form, heading, _("Save"))


@require_http_methods(GET_AND_POST)
def invite(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Invite a colleague."""
    user, organisation = administered(request, pk)
    form = InvitationForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate()
    )
    if form.is_valid():
        try:
            invitation = invite_colleague(
                organisation=organisation,
                actor=user,
                email=form.cleaned_data["email"],
                roles=form.cleaned_data["roles"],
                signing=form.cleaned_data["signing"],
                ends_on=form.cleaned_data["ends_on"],
            )
        except RepresentationRefused as refused:
            form.add_error(None, refusal_text(refused))
        else:
            sent = _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
            messages.success(request, sent)
            return redirect("my-organisation", pk=organisation.pk)
    lead = _(
        "The person gets a mail with a link that holds for 14 days. The roles begin when the "
        "person accepts."
    )
    return form_page(
        request, organisation, form, _("Invite a colleague"), _("Send the invitation"), lead
    )


def own(request: HttpRequest, pk: int) -> tuple[User, Organisation]:
    """The reader, and the organisation that it acts for; else Http404."""
    user = person_of(request)
    found = organisations_acted_for(user).select_related("county", "municipality")
    return user, get_object_or_404(found, pk=pk)


def administered(request: HttpRequest, pk: int) -> tuple[User, Organisation]:
    """The reader, and the organisation that it administers; else Http404."""
    user, organisation = own(request, pk)
    if not rules.has_perm("applicants.give_mandate", user, organisation):
        raise Http404
    return user, organisation


def crumbs(organisation: Organisation, last: str = "") -> list[Crumb]:
    """The way to a page about the organisation."""
    mine = Crumb(_("My organisations"), reverse("my-organisations"))
    if not last:
        return [mine, Crumb(unit_name(organisation))]
    own_page = reverse("my-organisation", args=[organisation.pk])
    return [mine, Crumb(unit_name(organisation), own_page), Crumb(last)]


def form_page(
    request: HttpRequest,
    organisation: Organisation,
    form: Form,
    heading: str,
    button: str,
    lead: str = "",
) -> HttpResponse:
    """A page with one form about the organisation."""
    context = {
        "crumbs": crumbs(organisation, heading),
        "name": unit_name(organisation),
        "form": form,
        "heading": heading,
        "lead": lead,
        "button": button,
        "back": reverse("my-organisation", args=[organisation.pk]),
    }
    return render(request, "portal/organisation_form.html", context)
