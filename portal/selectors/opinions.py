"""Filtering and ordering the opinions that county boards are asked for."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from applicants.models import User
from core.models import County
from grants.models import Application, Call, Participation
from grants.selectors.shut_out import without_shut_out
from reviews.enums import Recommendation
from reviews.models import Opinion
from reviews.selectors.opinions import unasked

from .paging import Key, calendar_day, text

OPINION_KEYS: Mapping[str, tuple[Key, ...]] = {
    "due": (Key("due_on", calendar_day),),
    "organisation": (Key("application__lead__sort_key", text),),
}


def opinions_found(opinions: QuerySet[Opinion], chosen: Mapping[str, str]) -> QuerySet[Opinion]:
    """Those that the filter asks for."""
    if words := chosen.get("q"):
        opinions = opinions.filter(
            Q(application__register_number__icontains=words)
            | Q(application__lead__sort_key__contains=words.casefold())
        )
    if call := chosen.get("call"):
        opinions = opinions.filter(application__call=int(call))
    if state := chosen.get("state"):
        waiting = Q(recommendation=Recommendation.WAITING)
        opinions = opinions.filter(waiting if state == "waiting" else ~waiting)
    return opinions


def opinions_listed(opinions: QuerySet[Opinion]) -> QuerySet[Opinion]:
    """With what a row of the list shows."""
    return opinions.select_related("application__lead", "county")


def calls_asked(opinions: QuerySet[Opinion]) -> list[Call]:
    """The calls that the opinions are about, the latest first."""
    within = opinions.filter(application__call=OuterRef("pk"))
    return list(
        Call.objects.filter(Exists(within))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )


def participants(application: Application) -> QuerySet[Participation]:
    """Who takes part, with their counties."""
    return application.participations.select_related("organisation__county").order_by("pk")


def counties_named(codes: frozenset[str]) -> list[County]:
    """Those counties, in the published order."""
    return list(County.objects.filter(code__in=codes).order_by("position"))


def people_of_boards(codes: frozenset[str]) -> dict[str, int]:
    """How many there are who can answer for each county's board."""
    found: dict[str, int] = dict.fromkeys(codes, 0)
    rows = User.objects.filter(
        is_active=True,
        staff_roles__role="county_board",
        staff_roles__agency__county__in=codes,
    ).values_list("pk", "staff_roles__agency__county")
    for _person, county in set(rows):
        found[county] += 1
    return found


def how_many_unasked(call: Call, user: Any) -> int:
    """How many cases of the call, of those the person sees, no board has been asked about."""
    return without_shut_out(unasked(call), user).count()
