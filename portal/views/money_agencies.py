"""Whose money the page is about, for those who are controllers at several agencies."""

from django.http import Http404, HttpRequest

from applicants.rules import work_of
from core.models import Agency
from grants.selectors.payments import CONTROLLERS
from portal.views.access import person_of


def chosen_agency(request: HttpRequest) -> tuple[Agency, list[Agency]]:
    """The agency that the address names among those where the person is controller, else the
    first; and all of them. Raises Http404 where the person is controller nowhere."""
    work = work_of(person_of(request))
    mine = [each.agency for each in work if each.role in CONTROLLERS]
    wanted = request.GET.get("agency", "")
    chosen = next((each for each in mine if each.code == wanted), next(iter(mine), None))
    if chosen is None:
        raise Http404
    return chosen, mine
