"""For which organisation the reader acts: kept in the session, and tried at each request."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applicants.models import Organisation
from applicants.rules import mandates_held

SESSION_KEY = "acting_for"
MOST_SHOWN = 8
"""So many organisations are offered in the header; all of them are on a page of their own."""
_KEPT = "_tilldela_acting"


@dataclass(frozen=True, slots=True)
class Acting:
    """The organisations that the reader may act for, in Swedish order, and the one chosen."""

    organisation: Organisation | None
    organisations: tuple[Organisation, ...]

    @property
    def others(self) -> list[Organisation]:
        """The first of those that the reader could act for instead."""
        return [each for each in self.organisations if each != self.organisation][:MOST_SHOWN]


def acting(request: HttpRequest) -> Acting:
    """Whom the reader may act for, asked of the database once a request.

    The one chosen before counts as long as a mandate holds; who may act for one only, acts
    for that one.
    """
    kept: Acting | None = getattr(request, _KEPT, None)
    if kept is None:
        mandates = mandates_held(getattr(request, "user", None))
        found = {each.organisation_id: each.organisation for each in mandates}
        chosen = found.get(request.session.get(SESSION_KEY, 0)) if found else None
        if chosen is None and len(found) == 1:
            (chosen,) = found.values()
        kept = Acting(chosen, tuple(found.values()))
        setattr(request, _KEPT, kept)
    return kept


def acting_for(request: HttpRequest) -> Organisation | None:
    """The organisation that the reader acts for; None where none is, or none is chosen."""
    return acting(request).organisation


def act_for(request: HttpRequest, organisation: Organisation) -> None:
    """Act for the organisation from now on; whether one may is tried at each request."""
    request.session[SESSION_KEY] = organisation.pk
    if hasattr(request, _KEPT):
        delattr(request, _KEPT)


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Choose for which organisation to act, and go back to the page."""
    wanted = request.POST.get("organisation", "")
    found = next((each for each in acting(request).organisations if str(each.pk) == wanted), None)
    if found is None:
        raise Http404
    act_for(request, found)
    messages.success(request, _("You now act for %(organisation)s.") % {"organisation": found.name})
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(back)
    return redirect("my-organisations")
