"""Reading calls."""

from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from grants.enums import Status
from grants.models import Application, Call

NOT_RECEIVED = (Status.DRAFT, Status.DISCARDED)


def calls_visible_to(user: Any) -> QuerySet[Call]:
    """Calls are public: everyone sees them, the newest year first."""
    return (
        Call.objects.select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )


def frame_left(call: Call, *, besides: Application | None = None) -> int:
    """What the call's frame has left, whole SEK; the grant of `besides` is not counted.

    Every amount granted counts, also one revoked or closed. Read it under the call's lock
    before anything is granted.
    """
    granted = Application.objects.filter(call=call, granted_sek__isnull=False)
    if besides is not None:
        granted = granted.exclude(pk=besides.pk)
    return call.frame_sek - (granted.aggregate(total=Sum("granted_sek"))["total"] or 0)


def with_frame_left(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The cases with the same of their calls as `frame_left`, for a page to show: what is granted
    goes by what is read under the lock."""
    granted = (
        Application.objects.filter(call=OuterRef("call"), granted_sek__isnull=False)
        .order_by()
        .values("call")
        .annotate(total=Sum("granted_sek"))
        .values("total")
    )
    decided = Coalesce(Subquery(granted, output_field=BigIntegerField()), 0)
    return applications.annotate(frame_left=F("call__frame_sek") - decided)
