"""What a claim's letter is made from: the claim, the ledger behind it, and the call's terms."""

from datetime import date
from typing import Any

from django.utils import timezone

from grants.content.claim_letter import ClaimFacts, ClaimGround
from grants.content.letter_parts import LANGUAGE
from grants.definitions import RepaymentTerms
from grants.enums import EntryKind, Outcome
from grants.models import Application, Claim, LedgerEntry

from .claims import UNPAID, interest_of, owed_of
from .letters import letter_of
from .money import entries_of
from .payments import payment_terms

LEFT, UNUSED, BY_DECISION = "change:", "unused:", "decision:"
"""How the keys begin of what is claimed because a partner left, because nobody may use it any
more, and because the grant was revoked; all else was claimed by an accepted report."""


def letterhead(application: Application) -> dict[str, Any]:
    """What every letter in a case says at its top, as arguments."""
    agency, definition = application.call.agency, application.definition
    letter = letter_of(definition)
    title, year = definition.title.in_(LANGUAGE), str(definition.year)
    return {
        "agency": agency.name_sv,
        "agency_org_no": agency.org_no,
        "address": () if letter is None else letter.address,
        "contact": "" if letter is None else letter.contact,
        "register_number": application.number,
        "lead": application.lead.name,
        "lead_org_no": application.lead.org_no,
        "matter": title if year in title else f"{title} {year}",
    }


def claim_facts(claim: Claim, *, reminded_on: date | None = None) -> ClaimFacts:
    """The facts of a claim as its case stands now; of a reminder of it, sent on a day."""
    application = claim.application
    definition = application.definition
    terms = payment_terms(application)
    repayment = RepaymentTerms() if terms is None else terms.repayment
    entries = list(entries_of(application))
    undone = {each.reverses_id for each in entries}
    holding = [each for each in entries if each.pk not in undone]
    sent_on = timezone.localdate(claim.sent_at)
    not_paid = sum(
        each.amount_sek
        for each in holding
        if each.kind == EntryKind.WRITTEN_OFF and each.idempotency_key.startswith(UNPAID)
    )
    claimed = [each for each in holding if each.kind == EntryKind.CLAIMED]
    before = sum(application.claims.filter(pk__lt=claim.pk).values_list("amount_sek", flat=True))
    if reminded_on is not None:
        # The reminder tells of the claim as it was made, whatever was claimed since.
        claimed, not_paid = _until(claim, claimed, before, not_paid)
    interest = None
    if reminded_on is not None:
        found = interest_of(application, application.claims.all(), entries, reminded_on)
        interest = None if found is None or found.unknown_from is not None else found.sek
    revoked = (
        application.decisions.filter(superseded_by__isnull=True, outcome=Outcome.REVOKED)
        .values_list("decided_on", flat=True)
        .first()
    )
    rule = repayment.interest
    legal = definition.legal_basis
    return ClaimFacts(
        **letterhead(application),
        reference=f"{application.number} K{claim.pk}",
        sent_on=sent_on,
        due_on=claim.due_on,
        amount_sek=claim.amount_sek,
        text=claim.text,
        pay_to=claim.pay_to,
        rule="" if rule is None else rule.in_(LANGUAGE),
        legal_basis="" if legal is None else legal.in_(LANGUAGE),
        grounds=tuple(_ground(each, application, revoked) for each in claimed),
        not_paid_sek=not_paid,
        before_sek=before,
        revoked_on=revoked,
        sender=str(claim.sent_by),
        reminded_on=reminded_on,
        open_sek=0 if reminded_on is None else owed_of(application).due_sek,
        interest_sek=interest,
    )


def _until(
    claim: Claim, claimed: list[LedgerEntry], before: int, not_paid: int
) -> tuple[list[LedgerEntry], int]:
    """What had been claimed when the claim was sent, and how much of it was never paid out."""
    then = [each for each in claimed if each.created_at <= claim.sent_at]
    total = sum(each.amount_sek for each in then)
    return then, min(not_paid, max(total - before - claim.amount_sek, 0))


def _ground(entry: LedgerEntry, application: Application, revoked: date | None) -> ClaimGround:
    key = entry.idempotency_key
    code, day = "reported", None
    if key.startswith(UNUSED):
        code, day = "unused", application.call.spend_by
    elif key.startswith(LEFT):
        code = "left"
    elif revoked is not None and key.startswith(BY_DECISION):
        code, day = "revoked", revoked
    return ClaimGround(code, entry.booked_on, entry.amount_sek, day)
