"""Reading decision letters for their pages."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from applicants.selectors import agencies_for
from grants.content.letter import LetterFacts
from grants.definitions import DecisionKind
from grants.models import (
    Application,
    Call,
    Decision,
    DecisionCorrection,
    DecisionDelivery,
    LetterBatch,
)
from grants.rules import shut_out_ids
from grants.selectors import standing_decision
from grants.selectors.deliveries import DELIVERERS, cases_with_letters
from grants.selectors.letters import calls_with_letters, case_facts, with_letters
from grants.selectors.register import not_secret_to_party
from reviews.enums import ProposedOutcome
from reviews.selectors.admission import proposed_dismissal
from reviews.selectors.basis import basis_of
from reviews.selectors.proposals import proposal_of


def staffs_case(user: Any, pk: int) -> Application | None:
    """The case, for those of the agency's staff who read its letters."""
    return staffs_cases(user).filter(pk=pk).first()


def staffs_cases(user: Any) -> QuerySet[Application]:
    """All such cases, as their pages show them."""
    cases = cases_with_letters(user).select_related(
        "call", "call__agency", "call__definition_record", "lead", "assigned_to"
    )
    return cases.defer("call__definition_record__document")


def decision_in(application: Application, pk: int, *, own: bool = False) -> Decision | None:
    """The decision of the case with its letter, its corrections and its deliveries; `own` leaves
    out one that is secret to its party."""
    decisions = application.decisions.all()
    if own:
        decisions = not_secret_to_party(decisions, "decision")
    found = with_letters(decisions).prefetch_related(
        Prefetch("corrections", DecisionCorrection.objects.order_by("pk")),
        Prefetch(
            "deliveries",
            DecisionDelivery.objects.select_related("organisation").order_by(
                "organisation__sort_key"
            ),
        ),
    )
    decision = found.filter(pk=pk).first()
    if decision is not None:
        decision.application = application
    return decision


def proposed_facts(application: Application) -> LetterFacts | None:
    """What the letter would be made from if what is proposed were decided; None where nothing is
    proposed."""
    dismissal = proposed_dismissal(application)
    proposal = None if dismissal is not None else proposal_of(application)
    if dismissal is None and proposal is None:
        return None
    asked = application.requested_sek or 0
    amount = None if proposal is None else proposal.amount_sek
    kind, ground, reasons = DecisionKind.DISMISSED, "", ""
    if dismissal is not None:
        ground, reasons, preparer = dismissal.ground, dismissal.reasons, dismissal.made_by
    elif proposal is not None:
        reasons, preparer = proposal.reasons, proposal.prepared_by
        kind = DecisionKind.REJECTED
        if ProposedOutcome(proposal.outcome).grants:
            kind = DecisionKind.PART if (amount or 0) < asked else DecisionKind.GRANTED
    basis = basis_of(application, amount, proposal=proposal)
    earlier = standing_decision(application)
    return LetterFacts(
        kind=kind,
        **case_facts(application, basis),
        asked_sek=asked,
        granted_sek=amount,
        reasons=reasons,
        ground=ground,
        preparer=str(preparer),
        replaces=None if earlier is None else earlier.decided_on,
        earlier_sek=None if earlier is None else earlier.amount_sek,
    )


def letter_calls(user: Any) -> list[Call]:
    """The calls whose letters the person may have all of, newest first: at an agency where they
    read letters, and without a case that a conflict of interest shuts them out of."""
    calls = calls_with_letters([*_agency_ids(user)])
    return list(_without_shut_out(calls, user))


def _agency_ids(user: Any) -> list[int]:
    return [each if isinstance(each, int) else each.pk for each in agencies_for(user, DELIVERERS)]


def _without_shut_out(calls: QuerySet[Call], user: Any) -> QuerySet[Call]:
    out = shut_out_ids(user)
    if not out:
        return calls
    return calls.exclude(Exists(Application.objects.filter(call=OuterRef("pk"), pk__in=out)))


def batches_visible_to(user: Any) -> QuerySet[LetterBatch]:
    """The batches of those calls."""
    calls = _without_shut_out(Call.objects.filter(agency__in=_agency_ids(user)), user)
    return (
        LetterBatch.objects.filter(call__in=calls.order_by().values("pk"))
        .select_related("call__agency", "call__definition_record", "requested_by")
        .defer("call__definition_record__document")
    )


def days_since(delivery: DecisionDelivery) -> int:
    """How many days ago the party was told."""
    if delivery.sent_at is None:
        return 0
    return (timezone.localdate() - timezone.localdate(delivery.sent_at)).days
