"""Reading who handles cases at agencies, and who of them is away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from applicants.enums import Role
from applicants.models import StaffRole
from applicants.selectors import agencies_for
from core.models import Agency
from reviews.models import Leave
from reviews.rules import HANDLERS, LEADS_WORK


@dataclass(frozen=True, slots=True)
class Officer:
    """A case officer at an agency; one who is away today has `away_until`, and a `substitute`
    (an account's id)."""

    id: int
    name: str
    agency: int
    away_until: date | None
    substitute: int | None


type Agencies = Iterable[int] | QuerySet[Agency]


def officers_at(agencies: Agencies, today: date) -> list[Officer]:
    """The case officers of the agencies, by name, with who is away on that Swedish date."""
    away = Leave.objects.filter(
        agency=OuterRef("agency"),
        person=OuterRef("user"),
        cancelled_at__isnull=True,
        starts_on__lte=today,
        ends_on__gte=today,
    ).order_by("pk")
    rows = (
        StaffRole.objects.filter(agency__in=agencies, role=Role.CASE_OFFICER, user__is_active=True)
        .select_related("user")
        .annotate(
            away_until=Subquery(away.values("ends_on")[:1]),
            substitute=Subquery(away.values("substitute")[:1]),
        )
        .order_by("user__name", "user_id", "agency_id")
    )
    return [
        Officer(
            id=row.user_id,
            name=str(row.user),
            agency=row.agency_id,
            away_until=row.away_until,
            substitute=row.substitute,
        )
        for row in rows
    ]


def covered_by(person: int, officers: Iterable[Officer]) -> frozenset[int]:
    """Those away today for whom the person is substitute."""
    return frozenset(each.id for each in officers if each.substitute == person)


def leaves_seen_by(user: Any, today: date) -> QuerySet[Leave]:
    """The leaves, begun or coming, at the agencies where the person handles cases or leads those
    who do; the first to begin first."""
    agencies = agencies_for(user, {*HANDLERS, *LEADS_WORK})
    return (
        Leave.objects.filter(agency__in=agencies, cancelled_at__isnull=True, ends_on__gte=today)
        .select_related("agency", "person", "substitute")
        .order_by("starts_on", "pk")
    )
