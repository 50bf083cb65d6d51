"""A case as those who have a worklist reach it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from grants.models import Application
from portal.selectors.worklist import cases_handled_by
from portal.views.access import person_of


def handled_case(request: HttpRequest, pk: int) -> Application:
    """The case, for one who has a worklist at its agency. Raises Http404."""
    cases = (
        cases_handled_by(person_of(request))
        .select_related("call", "call__agency", "call__definition_record", "lead", "assigned_to")
        .defer("call__definition_record__document")
    )
    found: Application = get_object_or_404(cases, pk=pk)
    return found
