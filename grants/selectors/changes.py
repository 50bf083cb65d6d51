"""Reading changes of grants, and a grant's plan with its changes laid over its decision."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from applicants.enums import Role
from applicants.selectors import agencies_for
from grants.checks.changes import Ground
from grants.content import usable_sek
from grants.content.basis import DecisionBasis
from grants.content.changes import Change, change_of, with_changes
from grants.enums import Approval, ChangeState, Outcome, ParticipationRole
from grants.models import Application, Decision, GrantChange, Participation
from grants.models.changes import IN_EFFECT, OPEN

from .cases import standing_decision
from .money import fund_years
from .shut_out import without_shut_out

PREPARES = (Role.CASE_OFFICER,)
DECIDES = (Role.DECISION_MAKER,)


def in_effect_of(decision: Decision) -> QuerySet[GrantChange]:
    """What has been changed of the grant since it was decided, in the order of effect."""
    return GrantChange.objects.filter(decision=decision, state__in=IN_EFFECT).order_by("applied")


def changes_in_effect(decision: Decision) -> list[Change]:
    """The same, as what they say."""
    return [change_of(each) for each in in_effect_of(decision).values_list("proposal", flat=True)]


def changed_basis(decision: Decision, *, lead: int) -> DecisionBasis | None:
    """What the decision rests on with what has been changed since; None where it has no basis."""
    basis = decision.basis_content
    return None if basis is None else with_changes(basis, changes_in_effect(decision), lead=lead)


def granting(application: Application) -> Decision | None:
    """The decision by which the case has its grant; None where it has none."""
    found = standing_decision(application)
    return found if found is not None and found.outcome == Outcome.GRANTED else None


def ground_of(application: Application, decision: Decision, today: date | None = None) -> Ground:
    """What a change of the grant is tried against now."""
    basis = changed_basis(decision, lead=application.lead_id)
    return Ground(
        basis=basis or DecisionBasis(),
        lead=application.lead_id,
        partners=frozenset(partners_now(application).values_list("organisation", flat=True)),
        spend_by=application.call.spend_by,
        usable_sek=usable_sek(fund_years(application)),
        today=today or timezone.localdate(),
    )


def partners_now(application: Application) -> QuerySet[Participation]:
    """The partners that take part in the grant and have not left it, in Swedish order."""
    return (
        application.participations.filter(role=ParticipationRole.PARTNER, left_on__isnull=True)
        .exclude(approval=Approval.DECLINED)
        .select_related("organisation")
        .order_by("organisation__sort_key", "pk")
    )


def changes_of(application: Application) -> QuerySet[GrantChange]:
    """What was asked to be changed in the case, the latest first."""
    return application.changes.select_related("decided_by", "prepared_by", "asked_by").order_by(
        "-pk"
    )


def changes_waiting(user: Any) -> QuerySet[GrantChange]:
    """Changes that are open at the agencies where the person is case officer or decision maker:
    for the one all, for the other those that are prepared. The longest waiting first."""
    mine = Q(application__call__agency__in=agencies_for(user, PREPARES)) | Q(
        application__call__agency__in=agencies_for(user, DECIDES), state=ChangeState.PREPARED
    )
    found = GrantChange.objects.filter(mine, state__in=OPEN)
    return (
        without_shut_out(found, user, case="application")
        .select_related("application__lead", "application__assigned_to", "prepared_by")
        .order_by("asked_at", "pk")
    )
