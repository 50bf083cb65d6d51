"""Reading calls."""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from grants.content import CallTotals
from grants.enums import Outcome, Status
from grants.models import Application, Call

NOT_RECEIVED = (Status.DRAFT, Status.DISCARDED)


def calls_visible_to(user: Any) -> QuerySet[Call]:
    """Calls are public: everyone sees them, the newest year first."""
    return Call.objects.select_related("agency", "definition_record").order_by(
        "-year", "stream", "code"
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
    closed = Q(status=Status.CLOSED, granted_sek__isnull=True)
    last = Q(decisions__superseded_by__isnull=True)
    found = (
        Application.objects.filter(call=call)
        .exclude(status__in=[str(s) for s in NOT_RECEIVED])
        .aggregate(
            applications=Count("pk", distinct=True),
            joint=Count("pk", filter=Q(partner_count__gt=0), distinct=True),
            granted=Count("pk", filter=Q(granted_sek__isnull=False), distinct=True),
            rejected=Count(
                "pk",
                filter=Q(status=Status.REJECTED)
                | (closed & last & Q(decisions__outcome=Outcome.REJECTED)),
                distinct=True,
            ),
            dismissed=Count(
                "pk",
                filter=Q(status=Status.DISMISSED)
                | (closed & last & Q(decisions__outcome=Outcome.DISMISSED)),
                distinct=True,
            ),
            withdrawn=Count(
                "pk",
                filter=Q(status=Status.WITHDRAWN) | (closed & Q(decisions__isnull=True)),
                distinct=True,
            ),
        )
    )
    money = (
        Application.objects.filter(call=call)
        .exclude(status__in=[str(s) for s in NOT_RECEIVED])
        .aggregate(requested=Sum("requested_sek"), granted=Sum("granted_sek"))
    )
    return CallTotals(
        applications=found["applications"],
        joint_applications=found["joint"],
        requested_sek=money["requested"] or 0,
        granted=found["granted"],
        rejected=found["rejected"],
        dismissed=found["dismissed"],
        withdrawn=found["withdrawn"],
        granted_sek=money["granted"] or 0,
        frame_sek=call.frame_sek,
    )
