"""Reading who is concerned by an application."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Mandate, User
from applicants.rules import SIGNATORIES, WRITERS, mandates_on
from core.selectors.prepared import Prepared
from grants.enums import Approval, ParticipationRole
from grants.models import Application, Participation


def people_of(
    application: Application,
    roles: Iterable[OrganisationRole] = WRITERS,
    *,
    lead_only: bool = False,
    known: Iterable[Participation] | None = None,
) -> list[User]:
    """Those who today act in any of these roles for an organisation of the application, each
    once. A partner that has declined is not of it, nor one that has left the grant; and nobody
    whose account is closed. `known` are all its participations, where they have been read
    already."""
    if known is not None:
        ids = [
            part.organisation_id
            for part in known
            if part.approval != Approval.DECLINED
            and part.left_on is None
            and (part.role == ParticipationRole.LEAD or not lead_only)
        ]
        return _acting_today(ids, sorted(roles), timezone.localdate())
    asked = _acting_for_lead if lead_only else _acting_in
    return asked(application.pk, sorted(roles), timezone.localdate())


def people_of_participation(
    participation: Participation, roles: Iterable[OrganisationRole] = WRITERS
) -> list[User]:
    """Those who today act in any of these roles for the participating organisation, each once;
    nobody once it has left the grant."""
    if participation.left_on is not None:
        return []
    return list(_acting([participation.organisation_id], roles, timezone.localdate()))


def people_for(
    organisations: Iterable[int], roles: Iterable[OrganisationRole] = WRITERS
) -> list[User]:
    """Those who today act in any of these roles for one of these organisations, each once."""
    return _acting_today(sorted(organisations), sorted(roles), timezone.localdate())


def signatories_to_ask(application: Application) -> list[User]:
    """Those who may answer today for a partner that has not answered yet, each once."""
    waiting = application.participations.filter(
        role=ParticipationRole.PARTNER, approval=Approval.WAITING
    )
    return list(_acting(waiting.values("organisation"), SIGNATORIES, timezone.localdate()))


def _acting(organisations: Any, roles: Iterable[Any], today: Any) -> QuerySet[User]:
    held = Mandate.objects.filter(
        mandates_on(today), organisation__pk__in=organisations, role__in=list(roles)
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")


def _taking_part(application: Any) -> QuerySet[Participation, Any]:
    parts = Participation.objects.filter(application=application, left_on__isnull=True)
    return parts.exclude(approval=Approval.DECLINED).values("organisation")


_acting_today = Prepared(_acting)
_acting_in = Prepared(
    lambda application, roles, today: _acting(_taking_part(application), roles, today)
)
_acting_for_lead = Prepared(
    lambda application, roles, today: _acting(
        _taking_part(application).filter(role=ParticipationRole.LEAD), roles, today
    )
)
