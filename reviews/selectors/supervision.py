"""Reading supervision decisions."""

from collections.abc import Iterable

from django.db.models import QuerySet

from core.models import Agency
from grants.models import Application
from reviews.models import SupervisionDecision


def supervision_of(
    agency: Agency, organisation_ids: Iterable[int]
) -> QuerySet[SupervisionDecision]:
    """What stands about the organisations, the latest first, as the agency has entered it."""
    return (
        SupervisionDecision.objects.filter(
            agency=agency, organisation__in=list(organisation_ids), withdrawn_at__isnull=True
        )
        .select_related("organisation", "entered_by")
        .order_by("-decided_on", "-pk")
    )


def supervision_beside(application: Application) -> QuerySet[SupervisionDecision]:
    """What stands about all who take part in the application."""
    return (
        SupervisionDecision.objects.filter(
            agency=application.call.agency_id,
            organisation__participations__application=application,
            withdrawn_at__isnull=True,
        )
        .select_related("organisation")
        .order_by("-decided_on", "-pk")
    )
