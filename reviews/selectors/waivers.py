"""Reading waivers of requirements."""

from django.db.models import QuerySet

from grants.models import Application
from reviews.enums import WaiverState
from reviews.models import Waiver

STANDING = (str(WaiverState.ASKED), str(WaiverState.APPROVED))


def waivers_of(application: Application) -> QuerySet[Waiver]:
    """Every waiver asked for in the case, the latest first."""
    return (
        Waiver.objects.filter(application=application)
        .select_related("requirement", "organisation", "asked_by", "decided_by")
        .order_by("-asked_at", "-pk")
    )


def waived(application: Application) -> frozenset[tuple[int, int]]:
    """The approved waivers, by requirement and organisation."""
    rows = Waiver.objects.filter(application=application, state=WaiverState.APPROVED)
    return frozenset(rows.values_list("requirement_id", "organisation_id"))
