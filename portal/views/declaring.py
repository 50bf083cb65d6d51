"""Nobody sees an assessment form or a decision form before declaring whether they have a conflict
of interest (jäv) in the case."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from applicants.rules import work_of
from core.content import Crumb
from grants.models import Application
from grants.rules import is_shut_out
from grants.selectors import applications_received
from portal.rules import LOOKS_AROUND, READS_CASES
from portal.views.access import person_of
from portal.views.case_roles import takes_part
from reviews.selectors import declaration_of


def declared_or_redirect(request: HttpRequest, application: Application) -> HttpResponse | None:
    """None where the person has declared that there is no conflict; else the way to the page
    where one declares, which returns to the address asked for.

    Call it first in a view of a form, after the case is found. A form that was sent by somebody
    who has not declared is not taken: they come back to the page. Raises Http404 for somebody
    with a conflict, and for others than the agency's case officers and decision makers. A case
    that was fetched with `declared` (`with_declared`) is not asked for that.
    """
    person = person_of(request)
    if not takes_part(person, application) or is_shut_out(person, application):
        raise Http404
    if hasattr(application, "declared"):
        declared = application.declared
    else:
        declared = declaration_of(application, person)
    if declared:
        raise Http404
    if declared is False:
        return None
    address = reverse("case-conflict", args=[application.pk])
    return HttpResponseRedirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


def local_address(request: HttpRequest, default: str) -> str:
    """Where `next` says that one was going, if that is a page of ours; else the default."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if own else default


def read_case(
    request: HttpRequest, pk: int, cases: QuerySet[Application] | None = None
) -> Application:
    """The case, for those who work with cases at its agency and have no conflict of interest in
    it; one of `cases`, where those are such already. Raises Http404."""
    mine = applications_received(person_of(request), READS_CASES) if cases is None else cases
    cases = mine.select_related(
        "call", "call__agency", "call__definition_record", "lead", "assigned_to"
    ).defer("call__definition_record__document")
    found: Application = get_object_or_404(cases, pk=pk)
    return found


def looks_into(request: HttpRequest, application: Application) -> bool:
    """Whether the reader, who has been let to the case, may open its own page too."""
    agency = application.call.agency_id
    return any(
        work.role in LOOKS_AROUND and work.agency_id == agency
        for work in work_of(person_of(request))
    )


def read_crumbs(request: HttpRequest, application: Application, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the case; only the page itself where the reader may not open what
    stands above it."""
    if not looks_into(request, application):
        return [*rest]
    return [
        Crumb(_("Applications"), reverse("application-list")),
        Crumb(application.number, reverse("application-detail", args=[application.pk])),
        *rest,
    ]
