"""A colleague's roles, and leaving an organisation."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.checks import RepresentationRefused
from applicants.enums import OrganisationRole
from applicants.models import Organisation, User
from applicants.selectors import Colleague, administrators_of, colleagues_of
from applicants.services import change_roles, leave_organisation, remove_colleague
from portal.forms.faults import refusal_text
from portal.forms.organisations import RolesForm, SuccessorForm
from portal.views.membership_texts import mandates_text, unit_name
from portal.views.own_organisations import (
    GET_AND_POST,
    administered,
    crumbs,
    own,
)

CHANGE, REMOVE = "change", "remove"


@require_http_methods(GET_AND_POST)
def person(request: HttpRequest, *, pk: int, person: int) -> HttpResponse:
    """Change what a colleague may do, or end it."""
    user, organisation = administered(request, pk)
    colleague = _colleague(organisation, person)
    action = request.POST.get("action", "")
    form = _roles_form(colleague, request.POST if action == CHANGE else None)
    refusal = ""
    try:
        if action == REMOVE and colleague.user != user:
            remove_colleague(organisation=organisation, user=colleague.user, actor=user)
            text = _("%(person)s acts for the organisation no more.")
            messages.success(request, text % {"person": colleague.user})
            return redirect("my-organisation", pk=organisation.pk)
        if form.is_valid():
            change_roles(
                organisation=organisation, user=colleague.user, actor=user, **form.cleaned_data
            )
            messages.success(request, _("The roles are saved."))
            return redirect("my-organisation", pk=organisation.pk)
    except RepresentationRefused as refused:
        refusal = refusal_text(refused)
    context = {
        "crumbs": crumbs(organisation, str(colleague.user)),
        "organisation": organisation,
        "colleague": colleague.user,
        "roles": mandates_text(colleague.mandates),
        "myself": colleague.user == user,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "portal/my_organisation_person.html", context)


def _colleague(organisation: Organisation, person: int) -> Colleague:
    for each in colleagues_of(organisation):
        if each.user.pk == person and each.holds:
            return each
    raise Http404


def _roles_form(colleague: Colleague, data: Any) -> RolesForm:
    held = {each.role: each for each in colleague.mandates}
    signatory = held.get(OrganisationRole.SIGNATORY)
    initial = {
        "roles": list(held),
        "signing": signatory.signing if signatory else "",
        "ends_on": max((each.ends_on for each in held.values() if each.ends_on), default=None),
    }
    return RolesForm(data, initial=initial, today=timezone.localdate())


@require_http_methods(GET_AND_POST)
def leave(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Leave the organisation; the last administrator names another first."""
    user, organisation = own(request, pk)
    administrators = {each.user_id for each in administrators_of(organisation)}
    last = administrators == {user.pk}
    others = _others(organisation, user) if last else []
    form = (
        SuccessorForm(request.POST if request.method == "POST" else None, colleagues=others)
        if others
        else None
    )
    refusal = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            leave_organisation(
                organisation=organisation,
                actor=user,
                successor=form.cleaned_data["successor"] if form else None,
            )
        except RepresentationRefused as refused:
            refusal = refusal_text(refused)
        else:
            text = _("You act for %(organisation)s no more.")
            messages.success(request, text % {"organisation": unit_name(organisation)})
            return redirect("my-organisations")
    context = {
        "crumbs": crumbs(organisation, _("Leave the organisation")),
        "organisation": organisation,
        "name": unit_name(organisation),
        "form": form,
        "alone": last and not others,
        "refusal": refusal,
    }
    return render(request, "portal/my_organisation_leave.html", context)


def _others(organisation: Organisation, user: User) -> list[User]:
    return [each.user for each in colleagues_of(organisation) if each.holds and each.user != user]
