"""Deciding a change of a grant as it was prepared, and letting it take effect.

Lock order: applications by id, the change, payments, journal, counter.
"""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import Organisation, User
from applicants.selectors import signatories_of, successors_of
from grants.checks.changes import ChangeRefused
from grants.content.change_letter import change_letter
from grants.content.changes import (
    Change,
    MergerChange,
    PartnerChange,
    change_document,
    change_of,
)
from grants.enums import (
    Approval,
    ChangeState,
    Direction,
    DocumentKind,
    EntryKind,
    OrderState,
    Outcome,
    ParticipationRole,
    PaymentState,
    Status,
)
from grants.models import Application, Decision, GrantChange, Participation, Payment
from grants.models.changes import IN_EFFECT
from grants.selectors import fund_years
from grants.selectors.change_facts import facts_of_change
from grants.selectors.changes import granting
from grants.selectors.letters import letter_of

from .case_letters import freeze_case_letter
from .changes import locked_change, tell_grantee, tried
from .delegation import delegated
from .ledger import book
from .money_documents import number_document
from .moving import locked_applications, record, require
from .payments import MERGED, take_out

ENDED = (
    Status.DISCARDED, Status.REJECTED, Status.DISMISSED, Status.WITHDRAWN, Status.CLOSED,
)  # fmt: skip
"""The states of cases that stay with an organisation that is no more: they are history."""


def shown_as(change: GrantChange) -> str:
    """Which proposal it is that a decision maker has before the eyes."""
    return "" if change.prepared_at is None else change.prepared_at.isoformat()


@transaction.atomic
def decide_change(*, change: GrantChange, actor: User, seen: str | None = None) -> GrantChange:
    """Decide the change as it was prepared; what is granted takes effect at once. `seen` is the
    proposal that was shown (`shown_as`); None stands for that of `change`.

    Raises PermissionDenied for anyone but the agency's decision makers, DelegationRefused where
    the grant, or another that a merger concerns, is beyond the person's delegation, ChangeRefused
    for one that has been decided or waits for no decision, for whoever prepared it, asked for it
    or registered it, where whoever prepared it is shut out of a case that it concerns, and where
    it cannot be made of the grant any more.
    """
    seen = shown_as(change) if seen is None else seen
    cases = {each.pk: each for each in locked_applications(_concerned(change))}
    application, change = locked_change(change)
    application = cases.setdefault(application.pk, application)
    change.application = application
    require("grants.decide_change", actor, application)
    if change.state != ChangeState.PREPARED or change.proposal is None:
        raise ChangeRefused("state")
    if shown_as(change) != seen or not cases.keys() >= {*_concerned(change)}:
        # Prepared otherwise since it was shown, or a case has come in while the locks were had.
        raise ChangeRefused("state")
    if actor.pk in {change.prepared_by_id, change.asked_by_id}:
        raise ChangeRefused("same_person")
    if actor.pk == change.registered_by_id:
        raise ChangeRefused("registered")
    outcome = ChangeState(change.proposed)
    grants = outcome in IN_EFFECT
    decision = granting(application)
    rule = delegated(
        application,
        actor,
        Outcome.GRANTED if grants else Outcome.REJECTED,
        application.granted_sek,
    )
    made = tried(application, change_of(change.proposal)) if grants else None
    facts = facts_of_change(change, decision=decision, decider=str(actor), made=made)
    if made is not None and change_document(made) != change.proposal:
        # What is left of a partner's share has changed since it was prepared.
        raise ChangeRefused("division")
    change.state, change.decided_by, change.decided_at = outcome, actor, timezone.now()
    change.delegation_rule_id = None if rule is None else rule.pk
    if grants:
        change.decision, change.applied = decision, _next(application)
    change.save(
        update_fields=[
            "state", "decided_by", "decided_at", "delegation_rule", "decision", "applied",
        ]
    )  # fmt: skip
    record(
        application,
        "change.decided",
        actor=actor,
        payload={"change": change.pk, "outcome": str(outcome), "effect": change.proposal},
        texts={"reasons": change.proposal_reasons},
    )
    number_document(
        application,
        Direction.OUT,
        f"change_decision:{change.pk}",
        title=gettext_noop("Decision on a change of the grant"),
        actor=actor,
        kind=DocumentKind.DECISION,
    )
    letter = letter_of(application.definition)
    freeze_case_letter(
        application=application,
        source=f"change_decision:{change.pk}",
        content=change_letter(facts, letter),
        actor=actor,
    )
    # Before it takes effect: whoever leaves by it is told of that, and of nothing after it.
    tell_grantee(change, f"decided:{change.pk}")
    if made is not None:
        _take_effect(change, made, cases, actor)
    return change


def _next(application: Application) -> int:
    last = application.changes.aggregate(last=Max("applied"))["last"]
    return (last or 0) + 1


def _concerned(change: GrantChange) -> list[int]:
    """The cases that the decision changes: of a merger all of the organisation's at the agency
    that have not ended."""
    ids = [change.application_id]
    if change.proposed in IN_EFFECT and change.proposal is not None:
        made = change_of(change.proposal)
        if isinstance(made, MergerChange):
            found = Participation.objects.filter(
                organisation=made.organisation,
                application__call__agency=change.application.call.agency_id,
                application__imported=False,
            ).exclude(application__status__in=[str(status) for status in ENDED])
            ids += found.values_list("application", flat=True)
    return ids


def _take_effect(
    change: GrantChange, made: Change, cases: dict[int, Application], actor: User
) -> None:
    match made:
        case PartnerChange():
            _leave(change, made, actor)
        case MergerChange():
            _merge(change, made, cases, actor)


# A partner leaves ---------------------------------------------------------------------------------


def _leave(change: GrantChange, made: PartnerChange, actor: User) -> None:
    application = change.application
    Participation.objects.filter(application=application, organisation=made.organisation).update(
        left_on=timezone.localdate()
    )
    left = made.returned_sek
    for year in fund_years(application):
        part = min(left, year.usable_sek)
        if part > 0:
            left -= part
            book(
                application=application,
                kind=EntryKind.CLAIMED,
                year=year.year,
                amount_sek=part,
                actor=actor,
                key=f"change:{change.pk}:{year.year}",
            )
    if left:
        raise ChangeRefused("used")


# An organisation is merged into another -----------------------------------------------------------


def _merge(
    change: GrantChange, made: MergerChange, cases: dict[int, Application], actor: User
) -> None:
    rows = Organisation.objects.select_for_update().filter(
        pk__in=[made.organisation, made.successor]
    )
    organisations = {each.pk: each for each in rows.order_by("pk")}
    absorbed, successor = organisations[made.organisation], organisations[made.successor]
    if successor.merged_into_id is not None:
        raise ChangeRefused("merged")
    if absorbed.merged_into_id is not None and successor.pk not in successors_of(absorbed.pk):
        raise ChangeRefused("merged")
    if not signatories_of(successor):
        raise ChangeRefused("nobody")
    if absorbed.merged_into_id is None:
        absorbed.merged_into, absorbed.merged_on = successor, made.day
        absorbed.save(update_fields=["merged_into", "merged_on"])
    for pk in sorted(cases):
        case = cases[pk]
        if case.status not in {Status.DRAFT}:
            require("grants.decide_change", actor, case)
        if pk != change.application_id:
            _follow(change, case, granting(case))
        _hand_over(case, absorbed, successor, made.day, actor)


def _follow(change: GrantChange, case: Application, decision: Decision | None) -> None:
    """The same change in another case of the organisation, decided with the first."""
    if case.status == Status.DRAFT:
        return
    if case.shut_out.filter(user=change.prepared_by_id).exists():
        raise ChangeRefused("shut_out")
    rule_id = change.delegation_rule_id
    if decision is not None and change.decided_by is not None:
        rule = delegated(case, change.decided_by, Outcome.GRANTED, case.granted_sek)
        rule_id = None if rule is None else rule.pk
    followed = GrantChange.objects.create(
        application=case,
        kind=change.kind,
        state=change.state,
        wanted=change.wanted,
        reasons=change.reasons,
        asked_by=change.asked_by,
        asked_at=change.asked_at,
        registered_by=change.registered_by,
        signed_by=change.signed_by,
        proposed=change.proposed,
        proposal=change.proposal,
        proposal_reasons=change.proposal_reasons,
        prepared_by=change.prepared_by,
        prepared_at=change.prepared_at,
        decided_by=change.decided_by,
        decided_at=change.decided_at,
        delegation_rule_id=rule_id,
        decision=decision,
        applied=_next(case),
        follows=change,
    )
    number_document(
        case,
        Direction.OUT,
        f"change_decision:{followed.pk}",
        title=gettext_noop("Decision on a change of the grant"),
        actor=change.decided_by,
        kind=DocumentKind.DECISION,
    )
    facts = facts_of_change(
        followed, decision=decision, decider=str(change.decided_by), made=change_of(change.proposal)
    )
    freeze_case_letter(
        application=case,
        source=f"change_decision:{followed.pk}",
        content=change_letter(facts, letter_of(case.definition)),
        actor=change.decided_by,
    )
    tell_grantee(followed, f"decided:{followed.pk}")


def _hand_over(
    case: Application, absorbed: Organisation, successor: Organisation, day: date, actor: User
) -> None:
    """Let the successor take the organisation's place in a locked case."""
    parts = {
        part.organisation_id: part
        for part in case.participations.filter(organisation__in=[absorbed, successor])
    }
    old, new = parts.get(absorbed.pk), parts.get(successor.pk)
    if old is None:
        return
    if new is None:
        old.organisation = successor
        old.save(update_fields=["organisation"])
    else:
        if old.role == ParticipationRole.LEAD:
            # Of the two rows the one that stays is the lead's.
            new.delete()
            old.organisation = successor
            old.save(update_fields=["organisation"])
        else:
            old.delete()
            new.approval = Approval.APPROVED
            if old.left_on is None:
                # It takes part anew, with the share that it has taken over.
                new.left_on = None
            new.save(update_fields=["approval", "left_on"])
        case.partner_count = max(case.partner_count - 1, 0)
        case.save(update_fields=["partner_count"])
    if case.lead_id == absorbed.pk:
        case.lead = successor
        case.save(update_fields=["lead"])
        _take_out_payments(case, actor)
    record(
        case,
        "change.merged",
        actor=actor,
        payload={"from": absorbed.pk, "to": successor.pk, "day": day.isoformat()},
    )


def _take_out_payments(case: Application, actor: User) -> None:
    """A payment that has not been handed over is to be made to the successor, in a new order."""
    # The order itself is not locked: whoever approves it holds it, and waits for the case.
    for payment in Payment.objects.select_for_update(of=("self",)).filter(
        application=case,
        state=PaymentState.ORDERED,
        order__state__in=[str(OrderState.MADE), str(OrderState.APPROVED)],
    ):
        take_out(payment, case, MERGED, actor)
