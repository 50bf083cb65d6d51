"""Proposing a decision."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from applicants.models import User
from grants.content.draft import SavedValue
from grants.models import Application
from grants.services.moving import UnknownField, locked_application, record, require
from grants.services.versions import canonical_over, put_version
from reviews.checks import ReviewRefused
from reviews.checks.costs import outcome_for
from reviews.content.proposals import PROPOSAL, PROPOSAL_FIELDS, proposal_path, proposal_specs
from reviews.enums import ProposedOutcome
from reviews.models import LineAssessment, Proposal, WorkValue
from reviews.selectors.costs import cost_check
from reviews.selectors.proposals import ProposalDates, proposal_values
from reviews.selectors.texts import library_of
from reviews.selectors.writing import work_value

from .costs import forget_dropped
from .in_hand import in_hand

NO_DATES = ProposalDates()


@transaction.atomic
def propose(
    *,
    application: Application,
    actor: User,
    outcome: ProposedOutcome,
    reasons: str,
    conditions: Sequence[str] = (),
    dates: ProposalDates = NO_DATES,
) -> Proposal:
    """Propose a decision. The amount is the sum of the checked budget lines: what the
    distribution of the frame leaves of them, or all that is approved before that. A proposal to
    grant is one to grant in part where that is less than what was asked for.

    Raises PermissionDenied without a declaration of no conflict; ReviewRefused `status` for a
    case not in hand, `reasons` without any, `dates` for dates that are not in order. For a
    proposal to grant: `lines` while a line is not checked, `failing` where a line is approved of
    an organisation that fails a requirement, `ceilings` where a cost rule's ceiling is broken
    without a reason, `amount` where nothing is left to grant.
    """
    application = locked_application(application.pk)
    require("reviews.propose", actor, application)
    in_hand(application)
    if not reasons.strip():
        raise ReviewRefused("reasons")
    amount_sek = None
    check = cost_check(application)
    forget_dropped(application, check)
    if outcome.grants:
        if check.refusal:
            raise ReviewRefused(check.refusal)
        amount_sek = check.total.left_sek
        found = outcome_for(amount_sek, application.requested_sek or 0)
        if found is None:
            raise ReviewRefused("amount")
        outcome = found
        _in_order(dates)
    else:
        conditions, dates = (), NO_DATES
        # It is no longer the frame that leaves nothing to the case: it is not distributed over.
        LineAssessment.objects.filter(application=application).update(
            allotted_sek=None, allotted_reason=""
        )
    proposal, _created = Proposal.objects.update_or_create(
        application=application,
        defaults={
            "outcome": outcome,
            "amount_sek": amount_sek,
            "reasons": reasons,
            "conditions": list(conditions),
            "use_from": dates.use_from,
            "use_until": dates.use_until,
            "interim_due": dates.interim_due,
            "final_due": dates.final_due,
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
            "conditions": len(conditions),
            "use_from": _iso(dates.use_from),
            "use_until": _iso(dates.use_until),
            "interim_due": _iso(dates.interim_due),
            "final_due": _iso(dates.final_due),
        },
        texts={"reasons": reasons, "conditions": "\n\n".join(conditions)},
    )
    return proposal


def _in_order(dates: ProposalDates) -> None:
    for first, second in [
        (dates.use_from, dates.use_until),
        (dates.interim_due, dates.final_due),
        (dates.use_from, dates.interim_due),
        (dates.use_from, dates.final_due),
        (dates.use_until, dates.final_due),
    ]:
        if first is not None and second is not None and second < first:
            raise ReviewRefused("dates")


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


@transaction.atomic
def save_proposal_field(
    *,
    application: Application,
    path: str,
    text: str,
    base: int,
    actor: User,
    page: str = "",
    language: str = "sv",
) -> SavedValue:
    """Save a field of the proposal while it is written (see `reviews.content.proposals`), over
    its version `base`. Nothing is proposed by that.

    Raises PermissionDenied without a declaration of no conflict, ReviewRefused `status` for a
    case not in hand, UnknownField, ValueChanged, and UnfitValueError for what the field does not
    take. Who has written a part of the proposal has assessed the case: the first time leaves an
    event.
    """
    application = locked_application(application.pk)
    require("reviews.propose", actor, application)
    in_hand(application)
    kind, _dot, name = path.partition(".")
    if kind != PROPOSAL or name not in PROPOSAL_FIELDS:
        raise UnknownField(path)
    conditions = library_of(application.call, "condition", language=language)
    there = proposal_values(application).get(path, SavedValue(path))
    canonical = canonical_over(
        WorkValue.objects.filter(application=application),
        spec=proposal_specs(conditions)[name],
        text=text,
        base=base,
        there=there,
        actor=actor,
        page=page,
    )
    if canonical is None:
        return there
    mine = WorkValue.objects.filter(
        application=application, path__startswith=f"{PROPOSAL}.", saved_by=actor
    )
    if not mine.exists():
        record(application, "proposal.drafted", actor=actor)
    return put_version(
        WorkValue,
        application=application,
        path=path,
        text=canonical,
        number=there.number + 1,
        by=actor,
        page=page,
    )


@transaction.atomic
def insert_reasons(*, application: Application, actor: User, code: str) -> SavedValue:
    """Put a text of the library after the reasons that are being written.

    Raises as `save_proposal_field`; UnknownField for a text that the library does not have.
    """
    application = locked_application(application.pk)
    uses = ("grant", "part", "reject")
    item = next((each for each in library_of(application.call, *uses) if each.code == code), None)
    if item is None:
        raise UnknownField(code)
    there = work_value(application, proposal_path("reasons"))
    text = f"{there.text.rstrip()}\n\n{item.text}" if there.text.strip() else item.text
    return save_proposal_field(
        application=application,
        path=there.path,
        text=text,
        base=there.number,
        actor=actor,
    )
