"""Reading supervision decisions."""

from django.db.models import QuerySet

from grants.models import Application
from reviews.models import SupervisionDecision


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
