"""Reading calls."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from grants.content import CallTotals
from grants.enums import Outcome, Status
from grants.models import Application, Call, Decision

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


def call_totals(call: Call) -> CallTotals:
    """What the call has come to, in one query. Outcomes are those that hold now.

    A closed case counts by its last outcome: granted where it has an amount, otherwise as the
    latest decision says, and withdrawn where there is none.
    """
    found = (
        Application.objects.filter(call=call)
        .exclude(status__in=[str(s) for s in NOT_RECEIVED])
        .aggregate(
            applications=Count("status"),
            joint=Count("status", filter=Q(partner_count__gt=0)),
            granted=Count("granted_sek"),
            rejected=Count("status", filter=Q(status=Status.REJECTED)),
            dismissed=Count("status", filter=Q(status=Status.DISMISSED)),
            withdrawn=Count("status", filter=Q(status=Status.WITHDRAWN)),
            requested_sek=Sum("requested_sek"),
            granted_sek=Sum("granted_sek"),
        )
    )
    last = Decision.objects.filter(application=OuterRef("pk"), superseded_by__isnull=True)
    outcomes = dict(
        Application.objects.filter(call=call, status=Status.CLOSED, granted_sek__isnull=True)
        .annotate(outcome=Subquery(last.order_by("-pk").values("outcome")[:1]))
        .values_list("outcome")
        .annotate(Count("status"))
        .order_by()
    )
    return CallTotals(
        applications=found["applications"],
        joint_applications=found["joint"],
        requested_sek=found["requested_sek"] or 0,
        granted=found["granted"],
        rejected=found["rejected"] + outcomes.get(Outcome.REJECTED, 0),
        dismissed=found["dismissed"] + outcomes.get(Outcome.DISMISSED, 0),
        withdrawn=found["withdrawn"] + outcomes.get(None, 0),
        granted_sek=found["granted_sek"] or 0,
        frame_sek=call.frame_sek,
    )
