"""What a round looks like at any moment: counts and sums by county, kind and area.

A closed case counts by its last outcome, as in `grants.selectors.rounds`. Whole SEK.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from applicants.models import User
from grants.enums import Status
from grants.models import Application, Call, CaseArea, Decision, ShutOut
from grants.selectors.calls import NOT_RECEIVED
from grants.selectors.rounds import GRANT_THAT_COUNTS, SUMS, with_end

HANDLED = (Status.SUBMITTED, Status.COMPLETION_REQUESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSums:
    """A part of a round: all of it, a county, a kind or an area.

    `assessed` counts the cases that have been assessed, decided or not; `waiting` those of them
    that wait for a decision. `proposed` counts undecided cases with a proposal to grant, and
    `proposed_sek` is what those come to.
    """

    applications: int = 0
    joint: int = 0
    requested_sek: int = 0
    in_hand: int = 0
    assessed: int = 0
    waiting: int = 0
    proposed: int = 0
    proposed_sek: int = 0
    full: int = 0
    part: int = 0
    rejected: int = 0
    dismissed: int = 0
    withdrawn: int = 0
    granted_sek: int = 0

    @property
    def granted(self) -> int:
        """Granted in full or in part."""
        return self.full + self.part

    @property
    def decided(self) -> int:
        """Granted, rejected, dismissed or withdrawn."""
        return self.granted + self.rejected + self.dismissed + self.withdrawn

    def __add__(self, other: "RoundSums") -> "RoundSums":
        return RoundSums(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSums:
    """What is asked for in an area, by so many cases; so many of them were granted money, of
    which `granted_sek` for the area's own budget lines, as the decisions say."""

    applications: int
    requested_sek: int
    granted: int
    granted_sek: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOverview:
    """A call's round. `by_area` is empty where the applications' areas are not recorded."""

    frame_sek: int
    total: RoundSums
    by_county: Mapping[str, RoundSums]
    by_kind: Mapping[str, RoundSums]
    by_area: Mapping[str, AreaSums]

    @property
    def left_sek(self) -> int:
        """What is left of the frame."""
        return self.frame_sek - self.total.granted_sek

    @property
    def left_after_proposals_sek(self) -> int:
        """What is left when all that is proposed is granted."""
        return self.left_sek - self.total.proposed_sek


def round_overview(call: Call, *, reader: User | None = None) -> RoundOverview:
    """The round as it stands, in three queries. What is proposed in cases that the reader is shut
    out of is left out, or it could be told from the sums."""
    cases = Application.objects.filter(call=call).exclude(
        status__in=[str(status) for status in NOT_RECEIVED]
    )
    by_county: dict[str, RoundSums] = {}
    by_kind: dict[str, RoundSums] = {}
    total = RoundSums()
    for county, kind, sums in _groups(cases, reader):
        by_county[county] = by_county.get(county, RoundSums()) + sums
        by_kind[kind] = by_kind.get(kind, RoundSums()) + sums
        total += sums
    return RoundOverview(
        frame_sek=call.frame_sek,
        total=total,
        by_county=by_county,
        by_kind=by_kind,
        by_area=_areas(cases),
    )


def _groups(
    cases: QuerySet[Application], reader: User | None
) -> Iterable[tuple[str, str, RoundSums]]:
    """The sums of each county and kind of lead."""
    proposing = Q(status__in=[*HANDLED, Status.ASSESSED], proposal__amount_sek__isnull=False)
    if reader is not None:
        proposing &= ~Q(pk__in=ShutOut.objects.filter(user=reader).values("application"))
    rows = (
        with_end(cases)
        .order_by()
        .values("lead__county_id", "lead__kind")
        .annotate(
            **SUMS,
            in_hand=Count("pk", filter=Q(status__in=HANDLED)),
            waiting=Count("pk", filter=Q(status=Status.ASSESSED)),
            proposed=Count("pk", filter=proposing),
            proposed_total=Sum("proposal__amount_sek", filter=proposing),
        )
    )
    for row in rows:
        yield row["lead__county_id"], row["lead__kind"], _sums(row)


def _sums(row: Mapping[str, Any]) -> RoundSums:
    decided = row["granted"] + row["rejected"]
    return RoundSums(
        applications=row["applications"],
        joint=row["joint"],
        requested_sek=row["asked"] or 0,
        in_hand=row["in_hand"],
        assessed=row["waiting"] + decided,
        waiting=row["waiting"],
        proposed=row["proposed"],
        proposed_sek=row["proposed_total"] or 0,
        full=row["granted"] - row["part"],
        part=row["part"],
        rejected=row["rejected"],
        dismissed=row["dismissed"],
        withdrawn=row["withdrawn"],
        granted_sek=row["total"] or 0,
    )


def _areas(cases: QuerySet[Application]) -> dict[str, AreaSums]:
    rows = (
        CaseArea.objects.filter(application__in=cases.order_by().values("pk"))
        .order_by()
        .values("code")
        .annotate(
            number=Count("pk"),
            asked=Sum("requested_sek"),
            granted=Count("pk", filter=Q(application__granted_sek__isnull=False)),
        )
    )
    allotted = _allotted(cases)
    return {
        row["code"]: AreaSums(
            applications=row["number"],
            requested_sek=row["asked"] or 0,
            granted=row["granted"],
            granted_sek=allotted.get(row["code"], 0),
        )
        for row in rows
    }


def _allotted(cases: QuerySet[Application]) -> Counter[str]:
    """What the decisions behind the granted sums grant for the budget lines of each area."""
    found: Counter[str] = Counter()
    made = Decision.objects.filter(
        GRANT_THAT_COUNTS, application__in=cases.order_by().values("pk")
    ).exclude(basis="")
    for basis in made.order_by().values_list("basis", flat=True).iterator():
        for line in json.loads(basis).get("lines", ()):
            found[line["area"]] += line["allotted_sek"]
    return found


def rounds_seen_by(calls: QuerySet[Call]) -> QuerySet[Call]:
    """The calls with what their pages name, their documents left out."""
    return calls.select_related("agency", "definition_record").defer("definition_record__document")
