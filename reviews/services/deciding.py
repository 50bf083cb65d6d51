"""Assessing and deciding, on what the reviews say.

The decisions themselves are made by `grants.services`; here the facts that only reviews knows
are gathered under the case's lock. Nothing is decided against an applicant that has not been
heard over what speaks against it (25 § förvaltningslagen). What a decision rests on is frozen
with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django_fsm import TransitionNotAllowed

from applicants.models import User
from grants.checks import DismissalGround, LedgerRefused, TransitionRefused
from grants.checks.delegation import DelegationRefused
from grants.checks.transitions import Refusal
from grants.content.deciding import Attendance
from grants.enums import NoticeKind, Status
from grants.models import Application, Decision
from grants.services import decisions, handling
from grants.services.moving import locked_application, locked_call, permitted
from grants.services.notices import notify
from grants.workflow import Action, Condition
from reviews import selectors
from reviews.checks import ReviewRefused, failing, missing
from reviews.enums import ProposedOutcome
from reviews.selectors.admission import stands_unadmitted
from reviews.selectors.basis import basis_of
from reviews.selectors.costs import cost_check
from reviews.selectors.deciding import seen_of

from .communication import refuse_unheard
from .costs import forget_dropped
from .in_hand import IN_HAND

NOBODY_ELSE = Attendance()
REFUSALS = (
    PermissionDenied,
    TransitionNotAllowed,
    TransitionRefused,
    DelegationRefused,
    LedgerRefused,
    ReviewRefused,
)
"""What a decision of one case among several may be refused by."""


@transaction.atomic
def assess_application(*, application: Application, actor: User) -> Application:
    """The assigned officer's assessment is done.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed, and ReviewRefused
    `admission` or `dismissal_proposed` for what came late or from somebody not entitled and has
    not been admitted.
    """
    application = locked_application(application.pk)
    permitted(Action.ASSESS, actor, application)
    if application.status in IN_HAND and (code := stands_unadmitted(application)):
        raise ReviewRefused(code)
    forget_dropped(application, cost_check(application))
    demands = selectors.demands_of(application)
    failed = failing(demands, selectors.found(application), selectors.waived(application))
    return handling.assess_application(
        application=application,
        actor=actor,
        found=selectors.assessment_facts(application, actor),
        payload={"demands": len(demands), "failing": sorted(failed)},
    )


@transaction.atomic
def grant_application(
    *,
    application: Application,
    actor: User,
    amount_sek: int,
    reasons: str = "",
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """As `grants.services.decisions.grant_application`, on what the reviews say."""
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.GRANT, actor, application)
    if amount_sek < (application.requested_sek or 0):
        refuse_unheard(application, Action.GRANT)
    return decisions.grant_application(
        application=application,
        actor=actor,
        amount_sek=amount_sek,
        reasons=reasons,
        prepared=selectors.prepared(application, actor, amount_sek=amount_sek),
        basis=basis_of(application, amount_sek),
        attendance=attendance,
    )


@transaction.atomic
def reject_application(
    *,
    application: Application,
    actor: User,
    reasons: str,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """As `grants.services.decisions.reject_application`, on what the reviews say. Raises
    TransitionRefused also where a requirement has not been judged by anybody who may take part."""
    application = locked_application(application.pk)
    permitted(Action.REJECT, actor, application)
    refuse_unheard(application, Action.REJECT)
    if application.status == Status.ASSESSED and missing(
        selectors.demands_of(application), selectors.found(application)
    ):
        unfound = Refusal(Condition.FINDINGS_COMPLETE, undetermined=False)
        raise TransitionRefused(Action.REJECT, (unfound,))
    return decisions.reject_application(
        application=application,
        actor=actor,
        reasons=reasons,
        prepared=selectors.prepared(application, actor),
        basis=basis_of(application, None),
        attendance=attendance,
    )


@transaction.atomic
def dismiss_application(
    *,
    application: Application,
    actor: User,
    ground: DismissalGround | None,
    reasons: str,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """As `grants.services.decisions.dismiss_application`, on what the reviews say. Whoever
    proposed that it be dismissed has prepared it."""
    application = locked_application(application.pk)
    permitted(Action.DISMISS, actor, application)
    prepared = selectors.prepared(application, actor)
    dismissal = selectors.proposed_dismissal(application)
    if dismissal is not None:
        prepared = replace(
            prepared,
            preparer_id=dismissal.made_by_id,
            has_conflict=selectors.conflict_in(application, actor, dismissal.made_by_id),
        )
    return decisions.dismiss_application(
        application=application,
        actor=actor,
        ground=ground,
        reasons=reasons,
        prepared=prepared,
        basis=basis_of(application, None),
        attendance=attendance,
    )


@transaction.atomic
def revoke_application(
    *,
    application: Application,
    actor: User,
    ground: str,
    reasons: str,
    claim_sek: int | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """As `grants.services.decisions.revoke_application`, on what the reviews say."""
    application = locked_application(application.pk)
    permitted(Action.REVOKE, actor, application)
    refuse_unheard(application, Action.REVOKE)
    return decisions.revoke_application(
        application=application,
        actor=actor,
        ground=ground,
        reasons=reasons,
        claim_sek=claim_sek,
        prepared=selectors.prepared(application, actor),
        basis=basis_of(application, None),
        attendance=attendance,
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding one case among several: the decision, or why there is none."""

    application_id: int
    decision: Decision | None = None
    refused: Exception | None = None


@transaction.atomic
def decide_as_proposed(
    *,
    application: Application,
    actor: User,
    seen: str | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Make the decision that is proposed: its outcome, its amount and its reasons. A case that is
    proposed to be dismissed is dismissed, on the ground and for the reasons of that proposal.

    `seen` is the case's checksum (`reviews.seen_of`) when it was shown to the actor.
    Raises ReviewRefused `changed` where something has happened in the case since, `no_proposal`
    where nothing is proposed, `not_standing` where the budget lines no longer say what is; and
    what granting, rejecting and dismissing raise.
    """
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.GRANT, actor, application)
    refuse_changed(application, seen)
    dismissal = selectors.proposed_dismissal(application)
    if application.status != Status.ASSESSED and dismissal is not None:
        return dismiss_application(
            application=application,
            actor=actor,
            ground=DismissalGround(dismissal.ground),
            reasons=dismissal.reasons,
            attendance=attendance,
        )
    proposal = selectors.proposal_of(application)
    if proposal is None or (not proposal.grants and proposal.outcome != ProposedOutcome.REJECT):
        raise ReviewRefused("no_proposal")
    if not selectors.proposal_stands(application, proposal):
        raise ReviewRefused("not_standing")
    if proposal.grants:
        return grant_application(
            application=application,
            actor=actor,
            amount_sek=proposal.amount_sek or 0,
            reasons=proposal.reasons,
            attendance=attendance,
        )
    return reject_application(
        application=application, actor=actor, reasons=proposal.reasons, attendance=attendance
    )


@transaction.atomic
def reject_against_proposal(
    *,
    application: Application,
    actor: User,
    reasons: str,
    seen: str | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Reject what is proposed to be granted, for the decision maker's own reasons. Raises
    ReviewRefused `changed`, and what rejecting raises."""
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.REJECT, actor, application)
    refuse_changed(application, seen)
    return reject_application(
        application=application, actor=actor, reasons=reasons, attendance=attendance
    )


def decide_many(
    *,
    cases: Mapping[int, str],
    actor: User,
    attendance: Attendance = NOBODY_ELSE,
) -> list[Decided]:
    """Make the proposed decision of each case, each in a transaction of its own, in the order of
    their ids; `cases` are their checksums when they were shown. What one case comes to has no
    part in another's, but for the frame that they share.
    """
    there = Application.objects.select_related("call").in_bulk(cases)
    results = []
    for pk in sorted(cases):
        case = there.get(pk)
        try:
            if case is None:
                raise ReviewRefused("no_proposal")
            decision = decide_as_proposed(
                application=case, actor=actor, seen=cases[pk], attendance=attendance
            )
        except REFUSALS as refusal:
            results.append(Decided(pk, refused=refusal))
        else:
            results.append(Decided(pk, decision))
    return results


@transaction.atomic
def send_back(
    *, application: Application, actor: User, reasons: str, seen: str | None = None
) -> Application:
    """Send an assessed case back to its officer with a reason; a proposed dismissal is sent back
    by what the officer then says of it.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed, ReviewRefused `changed`.
    """
    application = locked_application(application.pk)
    permitted(Action.REOPEN, actor, application)
    refuse_changed(application, seen)
    sent = handling.reopen_application(application=application, actor=actor, reasons=reasons)
    if sent.assigned_to is not None and sent.assigned_to_id != actor.pk:
        notify(
            application=sent,
            people=[sent.assigned_to],
            kind=NoticeKind.SENT_BACK,
            key=seen_of(sent),
            to_agency=True,
        )
    return sent


def refuse_changed(application: Application, seen: str | None) -> None:
    """Raise ReviewRefused where something has been written in the locked case since it was shown
    with that checksum; None asks for nothing."""
    if seen is not None and (not seen or seen != seen_of(application)):
        raise ReviewRefused("changed")
