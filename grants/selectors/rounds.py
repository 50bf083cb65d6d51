"""Reading what a call has come to: outcomes told apart, and what was granted to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from grants.enums import Outcome, Status
from grants.models import Application, Call, Decision

from .calls import NOT_RECEIVED
from .register import names_marked

GRANT_THAT_COUNTS = Q(
    Q(superseded_by__isnull=True) | Q(superseded_by__outcome=Outcome.REVOKED),
    outcome=Outcome.GRANTED,
    application__granted_sek__isnull=False,
)
"""The decision by which each case's `granted_sek` was granted: also where the grant is revoked
since, not where the case is being reconsidered."""


def revoked_now() -> Exists:
    """Whether an application's standing decision revokes its grant, which also a closed case's
    may."""
    return Exists(
        Decision.objects.filter(
            application=OuterRef("pk"), superseded_by__isnull=True, outcome=Outcome.REVOKED
        )
    )


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


def with_end(cases: QuerySet[Any]) -> QuerySet[Any]:
    """The cases with `ended`: how a closed one without a grant ended, as the latest decision says,
    and `withdrawn` where there is none; "" for all others."""
    last = Decision.objects.filter(application=OuterRef("pk"), superseded_by__isnull=True)
    found: QuerySet[Any] = cases.annotate(
        ended=Case(
            When(
                status=Status.CLOSED,
                granted_sek__isnull=True,
                then=Coalesce(
                    Subquery(last.order_by("-pk").values("outcome")[:1]), Value(WITHDRAWN)
                ),
            ),
            default=Value(""),
            output_field=CharField(),
        )
    )
    return found


WITHDRAWN = str(Status.WITHDRAWN)
_HAS_AMOUNT = Q(granted_sek__isnull=False)
_IN_PART = _HAS_AMOUNT & Q(granted_sek__lt=F("requested_sek"))
SUMS: Mapping[str, Aggregate] = {
    "applications": Count("status"),
    "joint": Count("status", filter=Q(partner_count__gt=0)),
    "granted": Count("status", filter=_HAS_AMOUNT),
    "part": Count("status", filter=_IN_PART),
    "rejected": Count("status", filter=Q(status=Status.REJECTED) | Q(ended=Outcome.REJECTED)),
    "dismissed": Count("status", filter=Q(status=Status.DISMISSED) | Q(ended=Outcome.DISMISSED)),
    "withdrawn": Count("status", filter=Q(status=Status.WITHDRAWN) | Q(ended=WITHDRAWN)),
    "asked": Sum("requested_sek"),
    "total": Sum("granted_sek"),
}
"""How cases of `with_end` ended, wherever that is counted. Amounts are whole SEK, null for no
case; `part` is of those granted, and `total` what they were granted."""


def outcome_counts(call: Call) -> OutcomeCounts:
    """How the call's applications ended, in two queries.

    A closed case counts by its last outcome: granted where it has an amount, otherwise as the
    latest decision says, and withdrawn where there is none. Decisions are looked into for closed
    and revoked cases alone: an index has all that the others are counted by.
    """
    cases = Application.objects.filter(call=call)
    found = (
        cases.exclude(status__in=[str(status) for status in NOT_RECEIVED])
        .annotate(ended=Value(""))
        .aggregate(**SUMS)
    )
    over = (
        with_end(cases.filter(status__in=[Status.CLOSED, Status.REVOKED]))
        .annotate(revocation=revoked_now())
        .aggregate(
            **{
                name: Count("status", filter=Q(ended=end))
                for name, end in {
                    "rejected": Outcome.REJECTED,
                    "dismissed": Outcome.DISMISSED,
                    "withdrawn": WITHDRAWN,
                }.items()
            },
            revoked=Count("status", filter=_HAS_AMOUNT & Q(revocation=True)),
        )
    )
    for name in ("rejected", "dismissed", "withdrawn"):
        found[name] += over[name]
    decided = sum(found[name] for name in ("granted", "rejected", "dismissed", "withdrawn"))
    return OutcomeCounts(
        applications=found["applications"],
        joint=found["joint"],
        full=found["granted"] - found["part"],
        part=found["part"],
        rejected=found["rejected"],
        dismissed=found["dismissed"],
        withdrawn=found["withdrawn"],
        undecided=found["applications"] - decided,
        revoked=over["revoked"],
        requested_sek=found["asked"] or 0,
        granted_sek=found["total"] or 0,
        frame_sek=call.frame_sek,
    )


def grants_of(call: Call) -> QuerySet[Any]:
    """What was granted in the call. `secret` is true where a document that the grant rests on
    has a secrecy marking: its names are not shown to the public. `revoked` is true where the grant
    was revoked since."""
    found = Application.objects.filter(call=call, granted_sek__isnull=False)
    return found.annotate(secret=names_marked(), revoked=revoked_now())


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
        .annotate(number=Count("status"), total=Sum("granted_sek"))
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
