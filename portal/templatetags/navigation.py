"""The main menu, and who is signed in."""

import rules
from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants.rules import is_person
from applicants.selectors import answers_requests, remember_work, requests_waiting, work_of
from portal.content import Account, MenuItem
from portal.selectors.people import account_of
from portal.views.acting import Acting, acting

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> list[MenuItem]:
    """The places that the reader may go to."""
    request: HttpRequest | None = context.get("request")
    if request is not None:
        remember_work(request.user)
    places = [(_("Calls"), "call-list")]
    if request is not None and rules.has_perm("portal.look_around", request.user):
        places += [
            (_("Applications"), "application-list"),
            (_("Organisations"), "organisation-list"),
            (_("Reports"), "report-list"),
        ]
    if request is not None and answers_requests(request.user):
        waiting = requests_waiting(request.user)
        label = _("Representatives")
        places.append((f"{label} ({waiting})" if waiting else label, "representation-requests"))
    if request is not None and is_person(request.user) and not work_of(request.user):
        places = [(_("My pages"), "my-pages"), *places]
        places.append((_("My organisations"), "my-organisations"))
    places.append((_("National reports"), "edition-list"))
    if request is not None and rules.has_perm("portal.see_mail", request.user):
        places += [(_("Mail"), "mail-list"), (_("Incidents"), "incident-list")]
    path = request.path if request is not None else ""
    return [
        MenuItem(label, url, current=path.startswith(url), exact=path == url)
        for label, url in ((label, reverse(name)) for label, name in places)
    ]


@register.simple_tag(takes_context=True)
def signed_in(context: RequestContext) -> Account | None:
    """Who is signed in, as what, and for which agency."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return None
    remember_work(request.user)
    return account_of(request.user)


@register.simple_tag(takes_context=True)
def acting_as(context: RequestContext) -> Acting | None:
    """For which organisation the reader acts, and for which others it may; None for none."""
    request: HttpRequest | None = context.get("request")
    if request is None or not hasattr(request, "session"):
        return None
    found = acting(request)
    return found if found.organisations else None
