"""Filtering and ordering supervision decisions."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from applicants.enums import Role
from applicants.selectors import agencies_for, agency_ids_for
from core.models import Agency
from reviews.models import SupervisionDecision
from reviews.rules import HANDLERS

from .paging import Key, calendar_day, text

ENTERS = (Role.CASE_OFFICER, Role.REGISTRAR)
SUPERVISION_KEYS: Mapping[str, tuple[Key, ...]] = {
    "organisation": (Key("organisation__sort_key", text),),
    "decided": (Key("decided_on", calendar_day),),
}


def supervision_visible_to(user: Any) -> QuerySet[SupervisionDecision]:
    """What the person's agencies have entered, withdrawn ones too."""
    return SupervisionDecision.objects.filter(
        agency__in=agencies_for(user, HANDLERS)
    ).select_related("organisation", "agency", "entered_by")


def supervision_found(
    rows: QuerySet[SupervisionDecision], chosen: Mapping[str, str]
) -> QuerySet[SupervisionDecision]:
    """Those that the filter asks for."""
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(number__icontains=words) | Q(organisation__sort_key__contains=words.casefold())
        )
    return rows


def agencies_entering(user: Any) -> QuerySet[Agency]:
    """The agencies that the person enters supervision decisions for."""
    return Agency.objects.filter(pk__in=agency_ids_for(user, ENTERS)).order_by("code")
