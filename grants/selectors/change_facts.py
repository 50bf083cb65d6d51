"""What the letter of a decision on a change is made from."""

from django.utils import timezone

from applicants.models import Organisation
from grants.content.basis import DecisionBasis
from grants.content.change_letter import ChangeFacts
from grants.content.changes import Change, MergerChange, PartnerChange, change_of, with_changes
from grants.content.letter_parts import LANGUAGE
from grants.enums import ChangeState
from grants.models import CarryOverRequest, Decision, GrantChange

from .changes import changed_basis
from .claim_facts import letterhead


def facts_of_change(
    change: GrantChange, *, decision: Decision | None, decider: str, made: Change | None
) -> ChangeFacts:
    """The facts of a decision on a change that is being made, by the one of that name. Call it
    before the change is in effect."""
    application = change.application
    lead = application.lead_id
    before = None if decision is None else changed_basis(decision, lead=lead)
    before = before or DecisionBasis()
    wanted = change_of(change.wanted)
    told = made or wanted
    after = before if made is None else with_changes(before, [made], lead=lead)
    ids = {each.organisation for each in (*before.shares, *after.shares)}
    if isinstance(told, (MergerChange, PartnerChange)):
        ids.add(told.organisation)
    legal = application.definition.legal_basis
    return ChangeFacts(
        **letterhead(application),
        decided_on=timezone.localdate(),
        outcome=ChangeState(change.proposed),
        asked_on=timezone.localdate(change.asked_at),
        reasons=change.proposal_reasons,
        wanted_reasons=change.reasons,
        decider=decider,
        preparer=str(change.prepared_by or ""),
        granted_on=None if decision is None else decision.decided_on,
        change=made,
        wanted=wanted,
        before=before,
        after=after,
        names=dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name")),
        legal_basis="" if legal is None else legal.in_(LANGUAGE),
    )


def facts_of_carry_over(request: CarryOverRequest, *, decision: Decision | None) -> ChangeFacts:
    """The facts of a decided request to use money later."""
    application = request.application
    granted = request.granted_sek or 0
    outcome = ChangeState.GRANTED if granted == request.amount_sek else ChangeState.PARTLY
    legal = application.definition.legal_basis
    return ChangeFacts(
        **letterhead(application),
        decided_on=timezone.localdate(request.decided_at),
        outcome=outcome if granted else ChangeState.REFUSED,
        asked_on=timezone.localdate(request.asked_at),
        reasons=request.answer,
        wanted_reasons=request.reasons,
        decider=str(request.decided_by or ""),
        granted_on=None if decision is None else decision.decided_on,
        legal_basis="" if legal is None else legal.in_(LANGUAGE),
        carried_sek=request.amount_sek,
        granted_sek=granted,
        use_by=request.use_by,
    )
