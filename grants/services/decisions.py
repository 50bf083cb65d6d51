"""Decisions: prepared by one, made by another, never changed once made.

The call's row is the lock under which its frame is spent, and is taken first. What a decision
rests on is frozen with it, and the decider's delegation covers it.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from applicants.models import User
from core.checks import canonical_json, sha256_text
from core.services.background import enqueue_on_commit
from grants.checks import (
    DismissalGround,
    Facts,
    Prepared,
    ReconsiderationGround,
)
from grants.checks.appeals import AppealRefused
from grants.content.basis import DecisionBasis
from grants.content.deciding import Attendance
from grants.enums import AppealOutcome, AppealState, Direction, DocumentKind, EntryKind, Outcome
from grants.models import Appeal, Application, CaseDocument, Decision
from grants.selectors import frame_left, fund_years, standing_decision
from grants.workflow import Action

from . import ledger
from .delegation import delegated, delegated_as
from .deliveries import open_deliveries
from .letters import freeze_letter
from .moving import locked_application, locked_call, move, permitted, record
from .register import register_document

NOBODY_ELSE = Attendance()


@transaction.atomic
def grant_application(
    *,
    application: Application,
    actor: User,
    amount_sek: int,
    prepared: Prepared,
    reasons: str = "",
    basis: DecisionBasis | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Grant an amount (whole SEK), book it, and supersede the decision before it.

    Raises PermissionDenied; DelegationRefused for an amount above the actor's delegation;
    TransitionRefused where requirements, amount, frame, four eyes or conflicts refuse it;
    TransitionNotAllowed; LedgerRefused where a reconsidered grant would be less than what has
    been used. A partner that had left the grant before takes part in this one, unless it gives it
    nothing.
    """
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.GRANT, actor, application)
    new = _New(application, actor, prepared, Outcome.GRANTED, basis, attendance, amount_sek)
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
        payload={"amount_sek": amount_sek, **new.payload},
        texts={"reasons": reasons, **new.texts},
    )
    # Before it is told of: a partner that takes part anew is one of those that it is told to.
    _let_partners_back(application, basis or DecisionBasis(), actor)
    decision = new.decide(earlier, reasons)
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
    enqueue_on_commit("reporting.tasks.require_reports", application.pk)
    return decision


def _let_partners_back(application: Application, basis: DecisionBasis, actor: User) -> None:
    """A grant that is decided anew begins without what was changed of the one before, so that a
    partner that had left it has its part again. One that the new grant gives nothing stays out."""
    given = {share.organisation for share in basis.shares if share.granted_sek > 0}
    given |= {
        line.organisation
        for line in basis.lines
        if line.allotted_sek > 0 and line.organisation is not None
    }
    back = application.participations.filter(left_on__isnull=False, organisation__in=given)
    organisations = sorted(back.values_list("organisation_id", flat=True))
    if organisations:
        back.update(left_on=None)
        record(
            application,
            "application.partners_back",
            actor=actor,
            payload={"organisations": organisations},
        )


@transaction.atomic
def reject_application(
    *,
    application: Application,
    actor: User,
    reasons: str,
    prepared: Prepared,
    basis: DecisionBasis | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Reject, with reasons. Raises PermissionDenied, DelegationRefused, TransitionRefused,
    TransitionNotAllowed, and LedgerRefused where an earlier grant has been used."""
    application = locked_application(application.pk)
    permitted(Action.REJECT, actor, application)
    new = _New(application, actor, prepared, Outcome.REJECTED, basis, attendance)
    earlier = standing_decision(application)
    today = timezone.localdate()
    move(
        application,
        Action.REJECT,
        _facts(application, actor, prepared, today, reasons=reasons),
        actor=actor,
        payload=new.payload,
        texts={"reasons": reasons, **new.texts},
    )
    ledger.refuse_if_used(application=application, earlier=earlier)
    return new.decide(earlier, reasons)


@transaction.atomic
def dismiss_application(
    *,
    application: Application,
    actor: User,
    ground: DismissalGround | None,
    reasons: str,
    prepared: Prepared,
    basis: DecisionBasis | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Dismiss without trying the case. Raises PermissionDenied, DelegationRefused,
    TransitionRefused (also for the ground *late* when it was not), TransitionNotAllowed,
    LedgerRefused as rejecting."""
    application = locked_application(application.pk)
    permitted(Action.DISMISS, actor, application)
    new = _New(application, actor, prepared, Outcome.DISMISSED, basis, attendance)
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
        payload={"ground": str(ground), **new.payload},
        texts={"reasons": reasons, **new.texts},
    )
    ledger.refuse_if_used(application=application, earlier=earlier)
    return new.decide(earlier, reasons, ground=str(ground))


@transaction.atomic
def revoke_application(
    *,
    application: Application,
    actor: User,
    ground: str,
    reasons: str,
    prepared: Prepared,
    claim_sek: int | None = None,
    basis: DecisionBasis | None = None,
    attendance: Attendance = NOBODY_ELSE,
) -> Decision:
    """Revoke the grant on a ground of the call's closed list, and claim money back (whole SEK).

    None claims all that is not used; more also claims what was spent. Raises PermissionDenied,
    DelegationRefused, TransitionRefused, TransitionNotAllowed, AppealRefused where a court has the
    decision, and LedgerRefused for an amount that cannot be.
    """
    application = locked_application(application.pk)
    permitted(Action.REVOKE, actor, application)
    earlier = standing_decision(application)
    _refuse_unless_ours(application)
    new = _New(application, actor, prepared, Outcome.REVOKED, basis, attendance)
    today = timezone.localdate()
    grounds = frozenset(each.code for each in application.definition.revocation_grounds)
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
        payload={"ground": ground, **new.payload},
        texts={"reasons": reasons, **new.texts},
    )
    unused = sum(year.usable_sek for year in fund_years(application))
    claimed = unused if claim_sek is None else claim_sek
    decision = new.decide(earlier, reasons, ground=ground, claimed_sek=claimed)
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

    What has been handed over to the court is the court's until it has answered (39 §
    förvaltningslagen). Whose delegation would not cover the standing decision leaves it. Raises
    PermissionDenied, DelegationRefused, TransitionRefused, TransitionNotAllowed, and AppealRefused
    where a court has the decision, or has ordered nothing of it.
    """
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.RECONSIDER, actor, application)
    decision = standing_decision(application)
    if decision is not None:
        delegated_as(decision, actor)
    _refuse_unless_ours(application)
    if ground is ReconsiderationGround.COURT_ORDER and not _ordered(decision):
        raise AppealRefused("no_order")
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


def _refuse_unless_ours(application: Application) -> None:
    """Raise AppealRefused where a court has a decision of the case."""
    appeals = Appeal.objects.filter(decision__application=application)
    if appeals.filter(state=AppealState.HANDED_OVER).exists():
        raise AppealRefused("with_the_court")


def _ordered(decision: Decision | None) -> bool:
    """Whether a court has changed the standing decision, or referred it back. What was decided in
    reconsideration before an appeal was handed over went to the court with it, so its order is of
    that decision too; the case's register tells which came first."""
    if decision is None:
        return False
    ended = Appeal.objects.filter(
        decision__application=decision.application_id,
        outcome__in=[AppealOutcome.CHANGED, AppealOutcome.REFERRED_BACK],
    )
    sources = {f"appeal:{each.pk}:handed-over" for each in ended if each.decision_id != decision.pk}
    if len(sources) < len(ended):
        return True
    documents = CaseDocument.objects.filter(application=decision.application_id)
    own = documents.filter(source=f"decision:{decision.pk}").values("number")[:1]
    return documents.filter(source__in=sources, number__gt=Subquery(own)).exists()


class _New:
    """A decision that is about to be made of a locked case. Raises DelegationRefused."""

    def __init__(
        self,
        application: Application,
        actor: User,
        prepared: Prepared,
        outcome: Outcome,
        basis: DecisionBasis | None,
        attendance: Attendance,
        amount_sek: int | None = None,
    ) -> None:
        self.application = application
        self.actor = actor
        self.prepared = prepared
        self.outcome = outcome
        self.attendance = attendance
        self.amount_sek = amount_sek
        self.basis = "" if basis is None else canonical_json(basis.document())
        self.sha256 = sha256_text(self.basis) if self.basis else ""
        weighed = amount_sek
        if weighed is None:
            granted = application.granted_sek if outcome == Outcome.REVOKED else None
            weighed = application.requested_sek if granted is None else granted
        self.rule = delegated(application, actor, outcome, weighed)

    @property
    def payload(self) -> dict[str, Any]:
        """What the event says of it beside outcome and reasons."""
        said: dict[str, Any] = {}
        if self.sha256:
            said["basis"] = self.sha256
        if self.rule is not None:
            said["delegation_rule"] = self.rule.pk
        if self.attendance.ids:
            said["took_part"] = sorted(self.attendance.ids)
        return said

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the event beside the reasons."""
        return {
            "dissent": self.attendance.dissent.strip(),
            "took_part": ", ".join(self.attendance.names),
        }

    def decide(
        self,
        earlier: Decision | None,
        reasons: str,
        *,
        ground: str = "",
        claimed_sek: int | None = None,
    ) -> Decision:
        """The row, its document among the case's, and a delivery for each party."""
        today = timezone.localdate()
        decision = Decision.objects.create(
            application=self.application,
            outcome=self.outcome,
            amount_sek=self.amount_sek,
            asked_sek=self.application.requested_sek,
            claimed_sek=claimed_sek,
            decided_on=today,
            decider=self.actor,
            preparer_id=self.prepared.preparer_id,
            assessor_ids=sorted(self.prepared.assessor_ids or ()),
            ground=ground,
            reasons=reasons,
            basis=self.basis,
            basis_sha256=self.sha256,
            took_part=list(self.attendance.names),
            took_part_ids=sorted(self.attendance.ids),
            dissent=self.attendance.dissent.strip(),
            delegation_rule_id=None if self.rule is None else self.rule.pk,
            supersedes=earlier,
        )
        register_document(
            application=self.application,
            direction=Direction.OUT,
            kind=DocumentKind.DECISION,
            source=f"decision:{decision.pk}",
            actor=self.actor,
            dated_on=today,
            party=self.application.lead.name,
            held=True,
        )
        freeze_letter(decision=decision)
        open_deliveries(decision=decision)
        return decision
