"""Decisions: prepared by one, made by another, never changed once made.

The call's row is the lock under which its frame is spent, and is taken first.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.checks import (
    DismissalGround,
    Facts,
    Prepared,
    ReconsiderationGround,
)
from grants.enums import EntryKind, Outcome
from grants.models import Application, Decision
from grants.selectors import frame_left, standing_decision
from grants.workflow import Action

from . import ledger
from .moving import locked_application, locked_call, move, permitted


@transaction.atomic
def grant_application(
    *,
    application: Application,
    actor: User,
    amount_sek: int,
    prepared: Prepared,
    reasons: str = "",
) -> Decision:
    """Grant an amount (whole SEK), book it, and supersede the decision before it.

    Raises PermissionDenied; TransitionRefused where requirements, amount, frame, four eyes or
    conflicts refuse it; TransitionNotAllowed; LedgerRefused where a reconsidered grant would be
    less than what has been used.
    """
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.GRANT, actor, application)
    earlier = standing_decision(application)
    today = timezone.localdate()
    facts = _facts(
        application,
        actor,
        prepared,
        today,
        requested_sek=application.requested_sek,
        granted_sek=amount_sek,
        frame_left_sek=frame_left(application.call, besides=application),
        requirements_met=prepared.requirements_met,
    )
    move(
        application,
        Action.GRANT,
        facts,
        actor=actor,
        payload={"amount_sek": amount_sek},
        texts={"reasons": reasons},
    )
    decision = _decide(
        application, actor, prepared, Outcome.GRANTED, today, earlier, reasons, amount_sek
    )
    ledger.book(
        application=application,
        kind=EntryKind.GRANTED,
        year=application.call.year,
        amount_sek=amount_sek,
        actor=actor,
        key=f"decision:{decision.pk}:granted",
        booked_on=today,
    )
    ledger.put_back(application=application, earlier=earlier, decision=decision, actor=actor)
    return decision


@transaction.atomic
def reject_application(
    *, application: Application, actor: User, reasons: str, prepared: Prepared
) -> Decision:
    """Reject, with reasons. Raises PermissionDenied, TransitionRefused, TransitionNotAllowed,
    and LedgerRefused where an earlier grant has been used."""
    application = locked_application(application.pk)
    permitted(Action.REJECT, actor, application)
    earlier = standing_decision(application)
    today = timezone.localdate()
    move(
        application,
        Action.REJECT,
        _facts(application, actor, prepared, today, reasons=reasons),
        actor=actor,
        texts={"reasons": reasons},
    )
    ledger.refuse_if_used(application=application, earlier=earlier)
    return _decide(application, actor, prepared, Outcome.REJECTED, today, earlier, reasons)


@transaction.atomic
def dismiss_application(
    *,
    application: Application,
    actor: User,
    ground: DismissalGround | None,
    reasons: str,
    prepared: Prepared,
) -> Decision:
    """Dismiss without trying the case. Raises PermissionDenied, TransitionRefused (also for
    the ground *late* when it was not), TransitionNotAllowed, LedgerRefused as rejecting."""
    application = locked_application(application.pk)
    permitted(Action.DISMISS, actor, application)
    earlier = standing_decision(application)
    today = timezone.localdate()
    if ground is DismissalGround.LATE and not application.late:
        ground = None
    application.completion_fields, application.completion_due = [], None
    move(
        application,
        Action.DISMISS,
        _facts(application, actor, prepared, today, reasons=reasons, dismissal_ground=ground),
        actor=actor,
        saving=["completion_fields", "completion_due"],
        payload={"ground": str(ground)},
        texts={"reasons": reasons},
    )
    ledger.refuse_if_used(application=application, earlier=earlier)
    return _decide(
        application, actor, prepared, Outcome.DISMISSED, today, earlier, reasons, ground=str(ground)
    )


@transaction.atomic
def revoke_application(
    *,
    application: Application,
    actor: User,
    ground: str,
    reasons: str,
    prepared: Prepared,
    claim_sek: int | None = None,
) -> Decision:
    """Revoke the grant on a ground of the call's closed list, and claim money back (whole SEK).

    None claims all that is not used; more also claims what was spent. Raises PermissionDenied,
    TransitionRefused, TransitionNotAllowed, and LedgerRefused for an amount that cannot be.
    """
    application = locked_application(application.pk)
    permitted(Action.REVOKE, actor, application)
    earlier = standing_decision(application)
    today = timezone.localdate()
    grounds = frozenset(each.code for each in application.call.definition.revocation_grounds)
    move(
        application,
        Action.REVOKE,
        _facts(
            application,
            actor,
            prepared,
            today,
            reasons=reasons,
            revocation_ground=ground,
            revocation_grounds=grounds,
        ),
        actor=actor,
        payload={"ground": ground},
        texts={"reasons": reasons},
    )
    decision = _decide(
        application, actor, prepared, Outcome.REVOKED, today, earlier, reasons, ground=ground
    )
    ledger.claim(application=application, decision=decision, amount_sek=claim_sek, actor=actor)
    return decision


@transaction.atomic
def reconsider_application(
    *,
    application: Application,
    actor: User,
    ground: ReconsiderationGround | None,
    reasons: str = "",
) -> Application:
    """Try the case anew, by omprövning or a court's order. The decision stays readable until
    another supersedes it; what was booked on it is reversed, so that the frame is free.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed.
    """
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.RECONSIDER, actor, application)
    decision = standing_decision(application)
    move(
        application,
        Action.RECONSIDER,
        Facts(reconsideration_ground=ground, actor_id=actor.pk, today=timezone.localdate()),
        actor=actor,
        payload={"ground": str(ground), "decision": None if decision is None else decision.pk},
        texts={"reasons": reasons},
    )
    ledger.set_aside(application=application, decision=decision, actor=actor)
    return application


def _facts(
    application: Application, actor: User, prepared: Prepared, today: date, **more: object
) -> Facts:
    received_on = None
    if application.received_at is not None:
        received_on = timezone.localdate(application.received_at)
    return Facts(
        actor_id=actor.pk,
        preparer_id=prepared.preparer_id,
        assessor_ids=prepared.assessor_ids,
        has_conflict=prepared.has_conflict,
        received_on=received_on,
        decided_on=today,
        today=today,
        **more,  # type: ignore[arg-type]
    )


def _decide(
    application: Application,
    actor: User,
    prepared: Prepared,
    outcome: Outcome,
    today: date,
    earlier: Decision | None,
    reasons: str,
    amount_sek: int | None = None,
    ground: str = "",
) -> Decision:
    return Decision.objects.create(
        application=application,
        outcome=outcome,
        amount_sek=amount_sek,
        decided_on=today,
        decider=actor,
        preparer_id=prepared.preparer_id,
        assessor_ids=sorted(prepared.assessor_ids or ()),
        ground=ground,
        reasons=reasons,
        supersedes=earlier,
    )
