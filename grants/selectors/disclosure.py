"""Reading requests for documents."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from applicants.enums import Role
from applicants.selectors import agencies_for
from grants.enums import DisclosureOutcome
from grants.models import DisclosureItem, DisclosureRequest

from .register import documented_cases

HANDLES_REQUESTS = (Role.REGISTRAR, Role.CASE_OFFICER, Role.DECISION_MAKER)
"""Who at an agency sees its requests for documents."""


def requests_visible_to(user: Any) -> QuerySet[DisclosureRequest]:
    """The requests to the agencies where the person handles them, with how many documents they
    are about (`documents`), how many are reviewed (`reviewed`) and how many wait for a decision
    maker (`to_decide`)."""
    reviewed = ~Q(items__outcome="")
    refused = Q(items__outcome=DisclosureOutcome.REFUSED, items__refusal__isnull=True)
    return (
        DisclosureRequest.objects.filter(agency__in=agencies_for(user, HANDLES_REQUESTS))
        .select_related("agency", "registered_by")
        .annotate(
            documents=Count("items"),
            reviewed=Count("items", filter=reviewed & Q(items__isnull=False)),
            to_decide=Count("items", filter=refused),
        )
    )


def items_of(request: DisclosureRequest, user: Any) -> QuerySet[DisclosureItem]:
    """The request's documents by case and number, with what a page shows of them; `seen` is False
    for those of a case that the person is shut out of."""
    cases = documented_cases(user).filter(pk=OuterRef("document__application"))
    return (
        request.items.select_related(
            "document__application__call__agency",
            "document__application__lead",
            "document__file",
            "rendition",
            "reviewed_by",
            "refusal",
        )
        .prefetch_related("document__scans")
        .annotate(seen=Exists(cases))
        .order_by("document__application_id", "document__number", "pk")
    )
