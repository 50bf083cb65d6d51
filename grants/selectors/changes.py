"""Reading changes of grants, and a grant's plan with its changes laid over its decision."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import agencies_for
from grants.checks.changes import Ground
from grants.content import usable_sek
from grants.content.basis import DecisionBasis
from grants.content.changes import (
    Change,
    MergerChange,
    change_of,
    touched_by,
    with_changes,
)
from grants.enums import Approval, ChangeState, Outcome, ParticipationRole
from grants.models import (
    Application,
    CarryOverRequest,
    Decision,
    GrantChange,
    Participation,
)
from grants.models.changes import IN_EFFECT, OPEN

from .cases import standing_decision
from .money import fund_years
from .people import people_for
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
    return ground_with(
        application,
        decision,
        changes=changes_in_effect(decision),
        partners=partners_now(application).values_list("organisation", flat=True),
        today=today,
    )


def ground_with(
    application: Application,
    decision: Decision,
    *,
    changes: Iterable[Change],
    partners: Iterable[int],
    today: date | None = None,
) -> Ground:
    """The same, where the changes in effect and the partners are read already."""
    basis = decision.basis_content
    return Ground(
        basis=DecisionBasis()
        if basis is None
        else with_changes(basis, changes, lead=application.lead_id),
        lead=application.lead_id,
        partners=frozenset(partners),
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


def basis_before(change: GrantChange, granted: Decision | None) -> DecisionBasis:
    """The plan as it stood without the change: of one in effect with those that took effect
    before it, of another as it is now by the decision `granted`."""
    decision = change.decision or granted
    if decision is None:
        return DecisionBasis()
    return basis_before_among(change, decision, in_effect_of(decision))


def basis_before_among(
    change: GrantChange, decision: Decision, in_effect: Iterable[GrantChange]
) -> DecisionBasis:
    """The same, where what took effect of the decision is read already, in that order."""
    basis = decision.basis_content
    if basis is None:
        return DecisionBasis()
    before = [
        change_of(each.proposal)
        for each in in_effect
        if change.applied is None or (each.applied is not None and each.applied < change.applied)
    ]
    return with_changes(basis, before, lead=change.application.lead_id)


def people_told(change: GrantChange) -> list[User]:
    """Who is told of news about the change today: those who write for the lead, and for a partner
    whose share or part in the grant it is about. Of a merger also the successor's, who from then
    on act in the case. A partner that has left is told no more."""
    application = change.application
    made = change_of(change.proposal or change.wanted)
    about = touched_by(made, basis_before(change, granting(application)))
    parts = set(partners_now(application).values_list("organisation", flat=True))
    told = {application.lead_id} | (about & parts)
    if isinstance(made, MergerChange) and made.organisation in told:
        told.add(made.successor)
    return people_for(told)


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


def carry_overs_waiting(user: Any) -> QuerySet[CarryOverRequest]:
    """Open requests to use money later, at the agencies where the person is case officer or
    decision maker. Nobody prepares them. The longest waiting first."""
    found = CarryOverRequest.objects.filter(
        decided_at__isnull=True,
        application__call__agency__in=agencies_for(user, (*PREPARES, *DECIDES)),
    )
    return (
        without_shut_out(found, user, case="application")
        .select_related("application__lead", "application__assigned_to")
        .order_by("asked_at", "pk")
    )
