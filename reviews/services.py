"""Reviewing: declarations, findings, opinions, proposals, and the decisions that rest on them.

The decisions themselves are made by `grants.services`; here the facts that only reviews knows
are gathered under the case's lock.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from grants.checks import DismissalGround
from grants.enums import Status
from grants.models import Application, Decision, Requirement
from grants.services import decisions, handling
from grants.services.moving import locked_application, locked_call, permitted, record, require
from grants.workflow import Action
from reviews import rules as review_rules
from reviews import selectors
from reviews.checks import ReviewRefused, failing
from reviews.enums import FindingValue, ProposedOutcome, Recommendation
from reviews.models import ConflictDeclaration, Opinion, Proposal, RequirementFinding

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert review_rules.has_declared_no_conflict is not None  # noqa: S101

IN_HAND = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED})


@transaction.atomic
def declare_conflict(
    *, application: Application, actor: User, has_conflict: bool, reason: str = ""
) -> ConflictDeclaration:
    """Declare whether one has a conflict of interest in the case; who has one loses the case.

    Raises PermissionDenied for others than the agency's case officers and decision makers.
    """
    application = locked_application(application.pk)
    require("reviews.declare_conflict", actor, application)
    declaration, _created = ConflictDeclaration.objects.update_or_create(
        user=actor,
        application=application,
        defaults={"has_conflict": has_conflict, "reason": reason},
    )
    record(
        application,
        "conflict.declared",
        actor=actor,
        payload={"has_conflict": has_conflict},
        texts={"reason": reason},
    )
    if has_conflict:
        handling.take_from_officer(application=application, officer=actor)
    return declaration


@transaction.atomic
def record_finding(
    *,
    application: Application,
    requirement: Requirement,
    organisation: Organisation,
    actor: User,
    finding: FindingValue,
    reason: str = "",
) -> RequirementFinding:
    """Record what was found of a requirement for one participating organisation.

    Raises PermissionDenied without a declaration of no conflict, ReviewRefused when the case is
    not in hand or the requirement is not put to that organisation.
    """
    application = locked_application(application.pk)
    require("reviews.record_finding", actor, application)
    _in_hand(application)
    put = {(each.requirement, each.organisation) for each in selectors.demands_of(application)}
    if (requirement.pk, organisation.pk) not in put:
        raise ReviewRefused("not_put_to_it")
    row, _created = RequirementFinding.objects.update_or_create(
        application=application,
        requirement=requirement,
        organisation=organisation,
        defaults={
            "finding": finding,
            "reason": reason,
            "made_by": actor,
            "imported": False,
        },
    )
    record(
        application,
        "finding.recorded",
        actor=actor,
        payload={
            "requirement": requirement.code,
            "organisation": organisation.pk,
            "finding": str(finding),
        },
        texts={"reason": reason},
    )
    return row


@transaction.atomic
def ask_opinions(*, application: Application, actor: User, due_on: date) -> list[Opinion]:
    """Ask the boards of the participants' counties for their opinion until a Swedish date,
    inclusive; those already asked are left alone.

    Raises PermissionDenied, and ReviewRefused when the call asks for none.
    """
    application = locked_application(application.pk)
    require("reviews.ask_opinions", actor, application)
    _in_hand(application)
    if not application.call.asks_opinion:
        raise ReviewRefused("not_asked")
    asked = set(application.opinions.values_list("county_id", flat=True))
    counties = sorted(selectors.counties_asked(application) - asked)
    made = [
        Opinion.objects.create(application=application, county_id=county, due_on=due_on)
        for county in counties
    ]
    if made:
        record(
            application,
            "opinions.asked",
            actor=actor,
            payload={"counties": counties, "due": due_on.isoformat()},
        )
    return made


@transaction.atomic
def give_opinion(
    *, opinion: Opinion, actor: User, recommendation: Recommendation, reasons: str
) -> Opinion:
    """A county board answers; an answer after the date is received too, until the decision.

    Raises PermissionDenied for anyone but that county's board, ReviewRefused for no answer or a
    case that is decided.
    """
    application = locked_application(opinion.application_id)
    opinion = Opinion.objects.select_related("county", "application__call").get(pk=opinion.pk)
    require("reviews.give_opinion", actor, opinion)
    if recommendation == Recommendation.WAITING:
        raise ReviewRefused("answer")
    if application.status not in IN_HAND | {Status.ASSESSED}:
        raise ReviewRefused("status")
    opinion.recommendation = recommendation
    opinion.reasons = reasons
    opinion.given_by = actor
    opinion.given_at = timezone.now()
    opinion.save(update_fields=["recommendation", "reasons", "given_by", "given_at"])
    record(
        application,
        "opinion.given",
        actor=actor,
        payload={"county": opinion.county_id, "recommendation": str(recommendation)},
        texts={"reasons": reasons},
    )
    return opinion


@transaction.atomic
def propose(
    *,
    application: Application,
    actor: User,
    outcome: ProposedOutcome,
    reasons: str,
    amount_sek: int | None = None,
    communicated: bool = False,
    why_not_communicated: str = "",
) -> Proposal:
    """Propose a decision; `amount_sek` is whole SEK, and None where nothing is to be granted.

    Raises PermissionDenied without a declaration of no conflict; ReviewRefused without reasons,
    for a case not in hand, or for an amount that is not within what was asked.
    """
    application = locked_application(application.pk)
    require("reviews.propose", actor, application)
    _in_hand(application)
    if not reasons.strip():
        raise ReviewRefused("reasons")
    grants = outcome == ProposedOutcome.GRANT
    if grants != (amount_sek is not None) or (
        amount_sek is not None and not 0 < amount_sek <= (application.requested_sek or 0)
    ):
        raise ReviewRefused("amount")
    proposal, _created = Proposal.objects.update_or_create(
        application=application,
        defaults={
            "outcome": outcome,
            "amount_sek": amount_sek,
            "reasons": reasons,
            "communicated": communicated,
            "why_not_communicated": why_not_communicated,
            "prepared_by": actor,
        },
    )
    record(
        application,
        "proposal.made",
        actor=actor,
        payload={
            "outcome": str(outcome),
            "amount_sek": amount_sek,
            "communicated": communicated,
        },
        texts={"reasons": reasons, "why_not_communicated": why_not_communicated},
    )
    return proposal


def _in_hand(application: Application) -> None:
    if application.status not in IN_HAND:
        raise ReviewRefused("status")


@transaction.atomic
def assess_application(*, application: Application, actor: User) -> Application:
    """The assigned officer's assessment is done.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    permitted(Action.ASSESS, actor, application)
    demands = selectors.demands_of(application)
    failed = failing(demands, selectors.found(application))
    return handling.assess_application(
        application=application,
        actor=actor,
        found=selectors.assessment_facts(application, actor),
        payload={"demands": len(demands), "failing": sorted(failed)},
    )


@transaction.atomic
def grant_application(
    *, application: Application, actor: User, amount_sek: int, reasons: str = ""
) -> Decision:
    """As `grants.services.decisions.grant_application`, on what the reviews say."""
    locked_call(application.call_id)
    application = locked_application(application.pk)
    permitted(Action.GRANT, actor, application)
    return decisions.grant_application(
        application=application,
        actor=actor,
        amount_sek=amount_sek,
        reasons=reasons,
        prepared=selectors.prepared(application, actor, amount_sek=amount_sek),
    )


@transaction.atomic
def reject_application(*, application: Application, actor: User, reasons: str) -> Decision:
    """As `grants.services.decisions.reject_application`, on what the reviews say."""
    application = locked_application(application.pk)
    permitted(Action.REJECT, actor, application)
    return decisions.reject_application(
        application=application,
        actor=actor,
        reasons=reasons,
        prepared=selectors.prepared(application, actor),
    )


@transaction.atomic
def dismiss_application(
    *, application: Application, actor: User, ground: DismissalGround | None, reasons: str
) -> Decision:
    """As `grants.services.decisions.dismiss_application`, on what the reviews say."""
    application = locked_application(application.pk)
    permitted(Action.DISMISS, actor, application)
    return decisions.dismiss_application(
        application=application,
        actor=actor,
        ground=ground,
        reasons=reasons,
        prepared=selectors.prepared(application, actor),
    )


@transaction.atomic
def revoke_application(
    *,
    application: Application,
    actor: User,
    ground: str,
    reasons: str,
    claim_sek: int | None = None,
) -> Decision:
    """As `grants.services.decisions.revoke_application`, on what the reviews say."""
    application = locked_application(application.pk)
    permitted(Action.REVOKE, actor, application)
    return decisions.revoke_application(
        application=application,
        actor=actor,
        ground=ground,
        reasons=reasons,
        claim_sek=claim_sek,
        prepared=selectors.prepared(application, actor),
    )
