"""Booking money: append-only, once for each key, never more than there is."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from applicants.models import User
from grants.checks import LedgerRefused
from grants.content import shortfall
from grants.enums import EntryKind, Status
from grants.models import Application, Decision, LedgerEntry
from grants.selectors import entries_that_hold, fund_years
from grants.selectors.claim_facts import LEFT
from grants.selectors.claims import UNPAID
from grants.workflow import HAS_GRANT

from .moving import ledger_actor, locked_application, record, require


class KeyUsed(Exception):
    """The idempotency key has been used for another booking."""


@transaction.atomic
def book(
    *,
    application: Application,
    kind: EntryKind,
    year: int,
    amount_sek: int,
    actor: User | None,
    key: str,
    booked_on: date | None = None,
) -> LedgerEntry:
    """Book an amount (whole SEK) on a case under its lock; the same key again books nothing.

    Says nothing of who may book: the services that call it do. Raises LedgerRefused when a
    year would say more than there was, KeyUsed when the key stands for something else.
    """
    application = locked_application(application.pk)
    earlier = LedgerEntry.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        same = (earlier.application_id, earlier.kind, earlier.year, earlier.amount_sek)
        if same != (application.pk, str(kind), year, amount_sek):
            raise KeyUsed(key)
        return earlier
    if amount_sek < 0 or kind == EntryKind.REVERSED:
        raise LedgerRefused("amount")
    entry = _write(application, kind, year, amount_sek, actor, key, booked_on)
    _refuse_shortfall(application)
    return entry


@transaction.atomic
def reverse(*, entry: LedgerEntry, actor: User | None, key: str) -> LedgerEntry:
    """Undo an entry by a reversal that names it; an entry already reversed gives the same one.

    Raises LedgerRefused for a reversal, for an entry of nothing, and where other entries rest
    on it.
    """
    found = _reverse_one(entry, actor, key)
    _refuse_shortfall(entry.application)
    return found


def _reverse_one(entry: LedgerEntry, actor: User | None, key: str) -> LedgerEntry:
    application = locked_application(entry.application_id)
    earlier = LedgerEntry.objects.filter(reverses=entry).first()
    if earlier is not None:
        return earlier
    if entry.kind == EntryKind.REVERSED or entry.amount_sek == 0:
        raise LedgerRefused("not_allowed")
    return _write(
        application,
        EntryKind.REVERSED,
        entry.year,
        entry.amount_sek,
        actor,
        key,
        None,
        reverses=entry,
    )


def _write(
    application: Application,
    kind: EntryKind,
    year: int,
    amount_sek: int,
    actor: User | None,
    key: str,
    booked_on: date | None,
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    entry = LedgerEntry.objects.create(
        application=application,
        organisation_id=application.lead_id,
        kind=kind,
        year=year,
        amount_sek=amount_sek,
        booked_on=booked_on or timezone.localdate(),
        actor=ledger_actor(actor),
        idempotency_key=key,
        reverses=reverses,
    )
    payload = {"kind": str(kind), "year": year, "amount_sek": amount_sek, "key": key}
    if reverses is not None:
        payload["reverses"] = reverses.idempotency_key
    record(application, "ledger.booked", actor=actor, payload=payload)
    return entry


def _refuse_shortfall(application: Application) -> None:
    year = shortfall(fund_years(application))
    if year is not None:
        raise LedgerRefused("below_zero", year=year)


def _set_aside_key(decision: Decision, entry: LedgerEntry) -> str:
    return f"reconsider:{decision.pk}:{entry.pk}"


def set_aside(*, application: Application, decision: Decision | None, actor: User) -> None:
    """Reverse what was booked on a grant that is to be decided anew; payments stay."""
    if decision is None:
        return
    for entry in _holding(application).exclude(kind=EntryKind.PAID):
        _reverse_one(entry, actor, _set_aside_key(decision, entry))


def _set_aside(application: Application, decision: Decision | None) -> list[LedgerEntry]:
    if decision is None:
        return []
    return list(
        LedgerEntry.objects.filter(
            application=application,
            reversed_by__idempotency_key__startswith=f"reconsider:{decision.pk}:",
        ).order_by("pk")
    )


def put_back(
    *, application: Application, earlier: Decision | None, decision: Decision, actor: User
) -> None:
    """Book again, on the new grant, what was spent and carried of the one it supersedes.

    What was given back when a partner left is not: the new grant says anew what each has. Of it
    only so much stays claimed as has been demanded or settled.

    Raises LedgerRefused when the new amount is less than what has been used or paid out: that is
    changed by revoking.
    """
    aside = _set_aside(application, earlier)
    left_out = _given_back(application, aside)
    for entry in aside:
        if entry.kind != EntryKind.GRANTED and entry.pk not in left_out:
            # What was never paid out is known by its key.
            stem = f"{entry.idempotency_key}:" if entry.idempotency_key.startswith(UNPAID) else ""
            _write(
                application,
                EntryKind(entry.kind),
                entry.year,
                entry.amount_sek,
                actor,
                f"{stem}decision:{decision.pk}:{entry.pk}",
                entry.booked_on,
            )
    _refuse_shortfall(application)
    years = fund_years(application)
    if sum(each.paid_sek for each in years) > sum(each.granted_sek for each in years):
        raise LedgerRefused("money_used")


def _given_back(application: Application, aside: list[LedgerEntry]) -> frozenset[int]:
    """The entries of what was given back when partners left that nobody has been asked for."""
    claimed = [each for each in aside if each.kind == EntryKind.CLAIMED]
    settled = sum(
        each.amount_sek for each in aside if each.kind in {EntryKind.REPAID, EntryKind.WRITTEN_OFF}
    )
    demanded = application.claims.aggregate(sum=Sum("amount_sek"))["sum"] or 0
    left = [each for each in claimed if each.idempotency_key.startswith(LEFT)]
    wanted = max(settled, demanded)
    kept = sum(each.amount_sek for each in claimed) - sum(each.amount_sek for each in left)
    found = set()
    for each in left:
        if kept < wanted:
            kept += each.amount_sek
        else:
            found.add(each.pk)
    return frozenset(found)


def refuse_if_used(*, application: Application, earlier: Decision | None) -> None:
    """Raise LedgerRefused if money of the superseded grant has been spent or paid out.

    A favourable decision that has been acted on is taken back by revoking it
    (förvaltningslagen 2017:900, 37 §).
    """
    aside = _set_aside(application, earlier)
    spent = sum(entry.amount_sek for entry in aside if entry.kind == EntryKind.SPENT)
    repaid = sum(
        entry.amount_sek
        for entry in aside
        if entry.kind in {EntryKind.REPAID, EntryKind.WRITTEN_OFF}
    )
    paid = sum(entry.amount_sek for entry in _holding(application) if entry.kind == EntryKind.PAID)
    if spent > 0 or paid > repaid:
        raise LedgerRefused("money_used")


def _holding(application: Application) -> QuerySet[LedgerEntry]:
    """What can be reversed: an entry of nothing says that a year is reported, and stays."""
    return entries_that_hold().filter(application=application, amount_sek__gt=0).order_by("pk")


def claim(
    *, application: Application, decision: Decision, amount_sek: int | None, actor: User
) -> int:
    """Claim back the money of a revoked grant; returns the amount claimed, whole SEK.

    None claims all that is not used. A larger amount also claims what was spent, the latest
    first: that spending is then no longer accepted, and its entries are reversed. Raises
    LedgerRefused for less than what is not used, or for more than was granted.
    """
    years = fund_years(application)
    unused = sum(year.usable_sek for year in years)
    wanted = unused if amount_sek is None else amount_sek
    extra = wanted - unused
    if extra < 0 or extra > sum(year.spent_sek for year in years):
        raise LedgerRefused("amount")
    for year in reversed(years):
        disallowed = min(extra, year.spent_sek)
        extra -= disallowed
        stem = f"decision:{decision.pk}"
        if disallowed:
            spent = _holding(application).filter(kind=EntryKind.SPENT, year=year.year)
            for entry in spent:
                _reverse_one(entry, actor, f"{stem}:reversed:{entry.pk}")
            _write(
                application,
                EntryKind.SPENT,
                year.year,
                year.spent_sek - disallowed,
                actor,
                f"{stem}:spent:{year.year}",
                None,
            )
        if year.usable_sek + disallowed:
            _write(
                application,
                EntryKind.CLAIMED,
                year.year,
                year.usable_sek + disallowed,
                actor,
                f"{stem}:claimed:{year.year}",
                None,
            )
    _refuse_shortfall(application)
    return wanted


_BY_CONTROLLER = {
    EntryKind.PAID: HAS_GRANT,
    EntryKind.REPAID: HAS_GRANT | {Status.REVOKED},
    EntryKind.WRITTEN_OFF: HAS_GRANT | {Status.REVOKED},
}


@transaction.atomic
def book_payment(
    *,
    application: Application,
    actor: User,
    kind: EntryKind,
    year: int,
    amount_sek: int,
    key: str,
) -> LedgerEntry:
    """Book that money was paid out, repaid or written off (whole SEK).

    Raises PermissionDenied for anyone but the agency's controller, LedgerRefused for another
    kind, a case in another state, more paid than granted, or more repaid than claimed.
    """
    application = locked_application(application.pk)
    require("grants.book_money", actor, application)
    if application.status not in _BY_CONTROLLER.get(kind, frozenset()) or amount_sek <= 0:
        raise LedgerRefused("not_allowed")
    entry = book(
        application=application,
        kind=kind,
        year=year,
        amount_sek=amount_sek,
        actor=actor,
        key=f"payment:{application.pk}:{key}",
    )
    years = fund_years(application)
    if sum(each.paid_sek for each in years) > sum(each.granted_sek for each in years):
        raise LedgerRefused("amount")
    return entry
