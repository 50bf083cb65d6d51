"""Reading what a call has come to: outcomes told apart, and what was granted to whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from grants.enums import DocumentKind, Outcome, Status
from grants.models import Application, Call, CaseDocument, Decision

from .calls import NOT_RECEIVED

TRIED = (DocumentKind.APPLICATION, DocumentKind.COMPLETION, DocumentKind.DECISION)
"""The documents whose secrecy marking keeps a grant's names from the public page."""


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """How the received applications of a call ended, as it holds now. Amounts are whole SEK.

    `full` and `part` are granted all and less than was asked for, also where the grant has been
    revoked since (`revoked` counts those again). `undecided` have no outcome yet.
    """

    applications: int
    joint: int
    full: int
    part: int
    rejected: int
    dismissed: int
    withdrawn: int
    undecided: int
    revoked: int
    requested_sek: int
    granted_sek: int
    frame_sek: int

    @property
    def granted(self) -> int:
        """Granted, in whole or in part."""
        return self.full + self.part

    @property
    def left_sek(self) -> int:
        """What of the frame has not been granted."""
        return self.frame_sek - self.granted_sek


def outcome_counts(call: Call) -> OutcomeCounts:
    """How the call's applications ended, in two queries.

    A closed case counts by its last outcome: granted where it has an amount, otherwise as the
    latest decision says, and withdrawn where there is none.
    """
    has_amount = Q(granted_sek__isnull=False)
    found = (
        Application.objects.filter(call=call)
        .exclude(status__in=[str(status) for status in NOT_RECEIVED])
        .aggregate(
            applications=Count("pk"),
            joint=Count("pk", filter=Q(partner_count__gt=0)),
            granted=Count("pk", filter=has_amount),
            part=Count("pk", filter=has_amount & Q(granted_sek__lt=F("requested_sek"))),
            rejected=Count("pk", filter=Q(status=Status.REJECTED)),
            dismissed=Count("pk", filter=Q(status=Status.DISMISSED)),
            withdrawn=Count("pk", filter=Q(status=Status.WITHDRAWN)),
            revoked=Count("pk", filter=Q(status=Status.REVOKED)),
            requested_sek=Sum("requested_sek"),
            granted_sek=Sum("granted_sek"),
        )
    )
    last = Decision.objects.filter(application=OuterRef("pk"), superseded_by__isnull=True)
    closed = dict(
        Application.objects.filter(call=call, status=Status.CLOSED, granted_sek__isnull=True)
        .annotate(outcome=Subquery(last.order_by("-pk").values("outcome")[:1]))
        .values_list("outcome")
        .annotate(Count("pk"))
        .order_by()
    )
    rejected = found["rejected"] + closed.get(Outcome.REJECTED, 0)
    dismissed = found["dismissed"] + closed.get(Outcome.DISMISSED, 0)
    withdrawn = found["withdrawn"] + closed.get(None, 0)
    decided = found["granted"] + rejected + dismissed + withdrawn
    return OutcomeCounts(
        applications=found["applications"],
        joint=found["joint"],
        full=found["granted"] - found["part"],
        part=found["part"],
        rejected=rejected,
        dismissed=dismissed,
        withdrawn=withdrawn,
        undecided=found["applications"] - decided,
        revoked=found["revoked"],
        requested_sek=found["requested_sek"] or 0,
        granted_sek=found["granted_sek"] or 0,
        frame_sek=call.frame_sek,
    )


def grants_of(call: Call) -> QuerySet[Any]:
    """What was granted in the call. `secret` is true where a document that the grant rests on
    has a secrecy marking: its names are not shown to the public."""
    marked = CaseDocument.objects.filter(
        application=OuterRef("pk"), kind__in=[str(kind) for kind in TRIED]
    ).exclude(secrecy="")
    return Application.objects.filter(call=call, granted_sek__isnull=False).annotate(
        secret=Exists(marked)
    )


@dataclass(frozen=True, slots=True)
class CountySum:
    """What was granted in a county, whole SEK; `county` is its code, "" where it is not told."""

    county: str
    grants: int
    granted_sek: int


def county_sums(grants: QuerySet[Any]) -> list[CountySum]:
    """What was granted by the lead's county, in the order of the counties. `grants` are those of
    `grants_of`; the marked ones stand together, without their county, last."""
    rows = (
        grants.order_by()
        .values("lead__county", "lead__county__position", "secret")
        .annotate(number=Count("pk"), total=Sum("granted_sek"))
    )
    told = sorted((row for row in rows if not row["secret"]), key=_position)
    found = [CountySum(row["lead__county"], row["number"], row["total"]) for row in told]
    kept = [row for row in rows if row["secret"]]
    if kept:
        number, total = (sum(row[name] for row in kept) for name in ("number", "total"))
        found.append(CountySum("", number, total))
    return found


def _position(row: dict[str, Any]) -> int:
    position: int = row["lead__county__position"]
    return position
