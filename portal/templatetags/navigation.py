"""The main menu, and who is signed in."""

import rules
from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.content import Account, MenuItem
from portal.selectors.people import account_of

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> list[MenuItem]:
    """The places that the reader may go to."""
    request: HttpRequest | None = context.get("request")
    places = [(_("Calls"), "call-list")]
    if request is not None and rules.has_perm("portal.look_around", request.user):
        places += [
            (_("Applications"), "application-list"),
            (_("Organisations"), "organisation-list"),
            (_("Reports"), "report-list"),
        ]
    places.append((_("National reports"), "edition-list"))
    path = request.path if request is not None else ""
    return [
        MenuItem(label, url, current=path.startswith(url), exact=path == url)
        for label, url in ((label, reverse(name)) for label, name in places)
    ]


@register.simple_tag(takes_context=True)
def signed_in(context: RequestContext) -> Account | None:
    """Who is signed in, as what, and for which agency."""
    request: HttpRequest | None = context.get("request")
    return account_of(request.user) if request is not None else None
