"""Searching the public register (diarium), and a registrar's cases."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from grants.models import Application, Participation
from grants.selectors.register import diary_cases, names_marked, registrars_cases

from .paging import Key, among, few_of, moment

DIARY_KEYS: Mapping[str, tuple[Key, ...]] = {"received": (Key("received_at", moment),)}


def diary_found(chosen: Mapping[str, str]) -> QuerySet[Application]:
    """The received cases that the search asks for. Few cases that an organisation's name leads to
    are looked up first, so that the database can go by them. A case whose names are not shown is
    found by no name."""
    cases = diary_cases(
        {
            "number": chosen.get("number"),
            "since": _begins(chosen.get("since")),
            "until": _begins(chosen.get("until"), after=1),
        }
    )
    if words := chosen.get("q"):
        part = Participation.objects.filter(
            Q(organisation__sort_key__contains=words.casefold())
            | Q(organisation__org_no__startswith=words)
        )
        few = few_of(part, "application")
        named = Exists(part.filter(application=OuterRef("pk"))) if few is None else among(few)
        cases = cases.filter(named, ~names_marked())
    return cases


def _begins(day: str | None, *, after: int = 0) -> datetime | None:
    """When the Swedish day begins, or the one so many days after it."""
    if not day:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=after)
        return timezone.make_aware(datetime.combine(found, time.min))
    except (ValueError, OverflowError):
        return None


def case_with_number(user: Any, number: str) -> Application | None:
    """The registrar's case with that register number, or reference of an old register."""
    found = registrars_cases(user).filter(Q(register_number=number) | Q(reference=number))
    return found.order_by("-pk").first()
