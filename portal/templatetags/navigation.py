"""The main menu, and who is signed in."""

from collections.abc import Iterator
from typing import Any

import rules
from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants.rules import is_person, remember_work, work_of
from applicants.selectors import answers_requests, requests_waiting
from portal.content import Account, Menu, MenuItem
from portal.selectors.people import account_of
from portal.views.acting import Acting, acting

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> Menu:
    """The places that the reader may go to: those used most, and the others under one heading."""
    request: HttpRequest | None = context.get("request")
    user = None if request is None else request.user
    if request is not None:
        remember_work(request.user)
    staff = is_person(user) and bool(work_of(user))
    path = "" if request is None else request.path
    first = [(label, reverse(name)) for label, name in _first(user, staff=staff)]
    rest = [(label, reverse(name)) for label, name in _rest(user)]
    # Some places lie under the address of another: the reader is in the innermost.
    here = max(
        (url for _label, url in (*first, *rest) if path.startswith(url)), key=len, default=""
    )
    menu = [_items(first, path, here), _items(rest, path, here)]
    return Menu(menu[0] + menu[1], []) if not staff else Menu(*menu)


type Places = Iterator[tuple[str, str]]


def _first(user: Any, *, staff: bool) -> Places:
    if rules.has_perm("portal.see_worklist", user):
        yield _("Worklist"), "worklist"
    if rules.has_perm("portal.give_opinions", user):
        yield _("Opinions"), "opinion-list"
    if is_person(user) and not staff:
        yield _("My pages"), "my-pages"
    yield _("Calls"), "call-list"
    if rules.has_perm("portal.look_around", user):
        yield _("Applications"), "application-list"
        yield _("Organisations"), "organisation-list"
        yield _("Reports"), "report-list"
    if rules.has_perm("portal.decide", user):
        yield _("Decisions"), "decision-list"
    if rules.has_perm("portal.handle_money", user):
        yield _("Money"), "money"
    if rules.has_perm("portal.keep_register", user):
        yield _("Registry"), "registry"
    if answers_requests(user):
        waiting = requests_waiting(user)
        label = _("Representatives")
        yield (f"{label} ({waiting})" if waiting else label), "representation-requests"
    if is_person(user) and not staff:
        yield _("My organisations"), "my-organisations"


def _rest(user: Any) -> Places:
    if rules.has_perm("portal.take_part", user):
        yield _("Reports to review"), "report-inbox"
        yield _("Distribute the frame"), "distribution-list"
        yield _("Changes and carry-overs"), "change-list"
    if rules.has_perm("portal.make_calls", user):
        yield _("Make calls"), "call-making"
    if rules.has_perm("portal.read_letters", user):
        yield _("Decision letters"), "letter-batches"
    if rules.has_perm("portal.decide", user):
        yield _("Money that waits for a decision"), "money-decisions"
    if rules.has_perm("portal.see_worklist", user):
        yield _("Supervision decisions"), "supervision-list"
    if not rules.has_perm("portal.keep_register", user) and rules.has_perm("portal.disclose", user):
        yield _("Requests for documents"), "disclosures"
    if rules.has_perm("portal.keep_trainings", user):
        yield _("Trainings"), "training-list"
    if rules.has_perm("portal.make_editions", user):
        yield _("Reports as data"), "report-data"
    if rules.has_perm("portal.keep_rates", user):
        yield _("Reference rates"), "reference-rates"
    if rules.has_perm("portal.administer", user):
        yield _("Delegation"), "delegation"
        yield _("Conflicts of interest"), "shut-out-list"
    yield _("National reports"), "edition-list"
    yield _("Public register"), "diary"
    if rules.has_perm("portal.see_mail", user):
        yield _("Mail"), "mail-list"
        yield _("Incidents"), "incident-list"


def _items(places: list[tuple[str, str]], path: str, here: str) -> list[MenuItem]:
    return [MenuItem(label, url, current=url == here, exact=path == url) for label, url in places]


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
