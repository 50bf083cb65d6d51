"""Claiming money back: demands, part payments, write-offs by two people, reminders.

What is owed stands in the ledger and nowhere else. Of what is claimed, what was never paid out is
written off at once: the party is asked only for what it has got.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import User
from grants.checks.claims import ClaimRefused
from grants.content.claim_letter import claim_letter
from grants.content.claims import never_paid, spread
from grants.definitions import RepaymentTerms
from grants.enums import Direction, EntryKind, NoticeKind
from grants.models import Application, Claim, WriteOff
from grants.selectors import fund_years
from grants.selectors.claim_facts import claim_facts
from grants.selectors.claims import (
    CLAIMABLE,
    UNPAID,
    claims_to_remind_of,
    last_day_to_use,
    owed_of,
    pay_to_of,
    under_way_sek,
)
from grants.selectors.payments import payment_terms
from grants.selectors.people import people_of

from .case_letters import freeze_case_letter
from .ledger import book, book_payment
from .money_documents import number_document
from .moving import locked_application, record, require
from .notices import notify


def repayment_terms(application: Application) -> RepaymentTerms:
    """What holds for money that is to come back in the case."""
    terms = payment_terms(application)
    return RepaymentTerms() if terms is None else terms.repayment


@transaction.atomic
def send_claim(
    *,
    application: Application,
    actor: User,
    text: str = "",
    due_on: date | None = None,
    pay_to: str | None = None,
) -> Claim | None:
    """Claim back what nobody may use any more, and ask the party for all that is claimed and has
    not been asked for; None where none of it had been paid out.

    The last day to pay is that of the call's terms, or a later one; `pay_to` says where and how to
    pay, as the letter tells the party: None as the terms say, or as the agency last asked.

    Raises PermissionDenied for anyone but the agency's controllers, ClaimRefused where there is
    nothing to claim, the grantee has asked to carry it over, a payment is under way, or the day is
    too early.
    """
    application = locked_application(application.pk)
    require("grants.book_money", actor, application)
    if application.status not in CLAIMABLE:
        raise ClaimRefused("nothing")
    if under_way_sek(application):
        raise ClaimRefused("under_way")
    today = timezone.localdate()
    earliest = today + timedelta(days=repayment_terms(application).due_days)
    if due_on is not None and due_on < earliest:
        raise ClaimRefused("day")
    _claim_unused(application, actor, today)
    found = owed_of(application)
    if not found.undemanded_sek:
        raise ClaimRefused("nothing")
    not_paid = _write_off_never_paid(application, actor, found.undemanded_sek, found.not_paid_sek)
    demanded = found.undemanded_sek - not_paid
    record(
        application,
        "claim.sent",
        actor=actor,
        payload={"amount_sek": demanded, "not_paid_sek": not_paid},
        texts={"text": text.strip()},
    )
    if not demanded:
        return None
    claim = Claim.objects.create(
        application=application,
        amount_sek=demanded,
        due_on=due_on or earliest,
        text=text.strip(),
        pay_to=(pay_to_of(application) if pay_to is None else pay_to).strip(),
        sent_by=actor,
        sent_at=timezone.now(),
    )
    number_document(
        application,
        Direction.OUT,
        f"claim:{claim.pk}",
        title=gettext_noop("Claim for repayment"),
        actor=actor,
    )
    freeze_case_letter(
        application=application,
        source=f"claim:{claim.pk}",
        content=claim_letter(claim_facts(claim)),
        actor=actor,
    )
    _tell(application, f"{claim.pk}", everybody=True)
    return claim


def _claim_unused(application: Application, actor: User, today: date) -> None:
    years = [
        each
        for each in fund_years(application)
        if each.usable_sek and today > last_day_to_use(application, each.year)
    ]
    if not years:
        return
    if application.carry_over_requests.filter(decided_at__isnull=True).exists():
        raise ClaimRefused("carry_over")
    for year in years:
        claimed = application.ledger_entries.filter(kind=EntryKind.CLAIMED).count()
        book(
            application=application,
            kind=EntryKind.CLAIMED,
            year=year.year,
            amount_sek=year.usable_sek,
            actor=actor,
            key=f"unused:{application.pk}:{year.year}:{claimed + 1}",
        )


def _write_off_never_paid(
    application: Application, actor: User, undemanded_sek: int, known_sek: int
) -> int:
    if payment_terms(application) is None:
        return 0  # Paid elsewhere: what was paid is not recorded.
    years = fund_years(application)
    not_paid = never_paid(
        undemanded_sek,
        granted_sek=sum(year.granted_sek for year in years),
        moved_sek=sum(year.paid_sek for year in years),
        known_sek=known_sek,
    )
    prefix = f"{UNPAID}{application.pk}:"
    number = application.ledger_entries.filter(idempotency_key__startswith=prefix).count()
    for year, part in spread(not_paid, years):
        number += 1
        book(
            application=application,
            kind=EntryKind.WRITTEN_OFF,
            year=year,
            amount_sek=part,
            actor=actor,
            key=f"{prefix}{number}",
        )
    return not_paid


@transaction.atomic
def register_repayment(
    *, application: Application, actor: User, amount_sek: int, reference: str
) -> None:
    """Book what the party has paid back (whole SEK), a part or all, on the earliest year first.
    The same reference again books nothing.

    Raises PermissionDenied for anyone but the agency's controllers, ClaimRefused for more than the
    party has been asked for and not paid, without a reference, or where one stands for another
    amount.
    """
    application = locked_application(application.pk)
    require("grants.book_money", actor, application)
    reference = " ".join(reference.split())
    if not reference or len(reference) > 60:
        raise ClaimRefused("reference")
    stem = f"repayment:{reference}:"
    earlier = application.ledger_entries.filter(
        idempotency_key__startswith=f"payment:{application.pk}:{stem}"
    )
    if before := list(earlier):
        if sum(entry.amount_sek for entry in before) != amount_sek:
            raise ClaimRefused("reference")
        return
    if not 0 < amount_sek <= owed_of(application).due_sek:
        raise ClaimRefused("amount")
    _book_back(application, actor, EntryKind.REPAID, amount_sek, stem)


@transaction.atomic
def propose_write_off(
    *, application: Application, actor: User, amount_sek: int, grounds: str
) -> WriteOff:
    """Propose that an amount (whole SEK) be written off. Raises PermissionDenied for anyone but
    the agency's controllers, ClaimRefused for more than is owed, without grounds, or where a
    proposal waits already."""
    application = locked_application(application.pk)
    require("grants.book_money", actor, application)
    if not grounds.strip():
        raise ClaimRefused("grounds")
    if application.write_offs.filter(decided_at__isnull=True).exists():
        raise ClaimRefused("waiting")
    if not 0 < amount_sek <= owed_of(application).due_sek:
        raise ClaimRefused("amount")
    proposed = WriteOff.objects.create(
        application=application,
        amount_sek=amount_sek,
        grounds=grounds.strip(),
        proposed_by=actor,
        proposed_at=timezone.now(),
    )
    record(
        application,
        "write_off.proposed",
        actor=actor,
        payload={"amount_sek": amount_sek},
        texts={"grounds": proposed.grounds},
    )
    return proposed


@transaction.atomic
def decide_write_off(*, write_off: WriteOff, actor: User, granted: bool) -> WriteOff:
    """Write off what was proposed, or not. Raises PermissionDenied for anyone but the agency's
    decision makers, ClaimRefused for whoever proposed it, for one that was decided, and for more
    than is owed by now."""
    application = locked_application(write_off.application_id)
    write_off = WriteOff.objects.select_for_update().get(pk=write_off.pk)
    require("grants.decide_money", actor, application)
    if write_off.decided_at is not None:
        raise ClaimRefused("decided")
    if write_off.proposed_by_id == actor.pk:
        raise ClaimRefused("same_person")
    if granted and write_off.amount_sek > owed_of(application).due_sek:
        raise ClaimRefused("amount")
    write_off.decided_by, write_off.decided_at, write_off.granted = actor, timezone.now(), granted
    write_off.save(update_fields=["decided_by", "decided_at", "granted"])
    record(
        application,
        "write_off.decided",
        actor=actor,
        payload={"amount_sek": write_off.amount_sek, "granted": granted},
    )
    if granted:
        stem = f"write-off:{write_off.pk}:"
        _book_back(application, actor, EntryKind.WRITTEN_OFF, write_off.amount_sek, stem)
    return write_off


def _book_back(
    application: Application, actor: User, kind: EntryKind, amount_sek: int, stem: str
) -> None:
    for year, part in spread(amount_sek, fund_years(application)):
        key = f"{stem}{year}"
        if kind == EntryKind.REPAID:
            book_payment(
                application=application, actor=actor, kind=kind, year=year, amount_sek=part, key=key
            )
        else:
            book(
                application=application,
                kind=kind,
                year=year,
                amount_sek=part,
                actor=actor,
                key=key,
            )
    if not owed_of(application).open_sek:
        application.claims.filter(settled_at__isnull=True).update(settled_at=timezone.now())
    _tell(application, stem)


def remind_of_claims(*, limit: int = 200) -> int:
    """Remind of demands whose day has passed, once each; returns how many."""
    today, reminded = timezone.localdate(), 0
    for claim in claims_to_remind_of(today, limit=limit):
        with transaction.atomic():
            application = locked_application(claim.application_id)
            taken = Claim.objects.filter(
                pk=claim.pk, reminded_at__isnull=True, settled_at__isnull=True
            ).update(reminded_at=timezone.now())
            if taken:
                record(application, "claim.reminded", actor=None, payload={"claim": claim.pk})
                _write_reminder(application, claim, today)
                _tell(application, f"reminder:{claim.pk}", everybody=True)
                reminded += 1
    return reminded


def _write_reminder(application: Application, claim: Claim, today: date) -> None:
    claim.application = application
    source = f"claim_reminder:{claim.pk}"
    number_document(
        application,
        Direction.OUT,
        source,
        title=gettext_noop("Reminder of a claim for repayment"),
        actor=None,
    )
    freeze_case_letter(
        application=application,
        source=source,
        content=claim_letter(claim_facts(claim, reminded_on=today)),
        actor=None,
    )


def _tell(application: Application, key: str, *, everybody: bool = False) -> None:
    """The lead, who has had the money; of a claim its partners too, whose shares it is about."""
    notify(
        application=application,
        people=people_of(application, lead_only=not everybody),
        kind=NoticeKind.CLAIM,
        key=key,
    )
