"""Correcting obvious errors in decisions (36 § förvaltningslagen)."""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.checks.appeals import AppealRefused
from grants.enums import CorrectedPlace, Direction, DocumentKind, NoticeKind
from grants.models import Decision, DecisionCorrection
from grants.selectors.decided import corrected
from grants.selectors.people import people_of

from .delegation import delegated_as
from .moving import locked_application, record, require
from .notices import notify
from .register import register_document


@transaction.atomic
def correct_decision(
    *,
    decision: Decision,
    actor: User,
    place: CorrectedPlace,
    before: str,
    after: str,
    why: str,
) -> DecisionCorrection:
    """Put right what a slip of the pen, a miscalculation or the like has made obviously wrong.

    `before` must stand in the place named, as it reads after earlier corrections. The decision
    is kept as it was, the correction beside it. Amount and outcome are never corrected: they are
    reconsidered. Raises PermissionDenied for others than decision makers, DelegationRefused for
    whose delegation would not cover the decision, AppealRefused.
    """
    application = locked_application(decision.application_id)
    require("grants.correct_decision", actor, application)
    decision = (
        Decision.objects.select_related("application__call")
        .prefetch_related("corrections")
        .get(pk=decision.pk)
    )
    delegated_as(decision, actor)
    if not why.strip():
        raise AppealRefused("reasons")
    if before == after:
        raise AppealRefused("same")
    if not before.strip() or not corrected(decision).says(place, before):
        raise AppealRefused("not_there")
    correction = DecisionCorrection.objects.create(
        decision=decision,
        place=place,
        before=before,
        after=after,
        why=why.strip(),
        corrected_at=timezone.now(),
        corrected_by=actor,
    )
    register_document(
        application=application,
        direction=Direction.OUT,
        kind=DocumentKind.CORRECTION,
        source=f"correction:{correction.pk}",
        actor=actor,
        party=application.lead.name,
        held=True,
    )
    record(
        application,
        "decision.corrected",
        actor=actor,
        payload={"decision": decision.pk, "correction": correction.pk, "place": str(place)},
        texts={"before": before, "after": after, "why": why},
    )
    notify(
        application=application,
        people=people_of(application),
        kind=NoticeKind.CORRECTION,
        key=str(correction.pk),
    )
    return correction
