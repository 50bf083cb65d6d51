"""Which parts of a grant are paid, under way or can be paid: frozen, without the database.

Amounts are whole SEK, dates Swedish local dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from grants.definitions.payments import PaymentTerms
from grants.enums import PartState, PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A part that is in an order or paid."""

    state: str
    amount_sek: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """What decides which parts can be paid.

    `moved_sek` is all that has been paid of the case or is under way, by whatever decision;
    `to_repay_sek` what has been claimed back in all years: it is not paid out to be claimed.
    `taken` and `requested` are parts of the standing decision.
    """

    granted_sek: int
    decided_on: date
    holds: bool
    interim_accepted: bool = False
    stopped: bool = False
    has_giro: bool = True
    moved_sek: int = 0
    to_repay_sek: int = 0
    taken: Mapping[int, Taken]
    requested: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part of a grant. `due_on` is the first day on which it can be paid, however long it then
    waits for the interim report or a requisition. `follows_interim` says that it is paid only
    when the interim report has been accepted, and `waits_for_interim` that it has not been."""

    number: int
    percent: int
    amount_sek: int
    due_on: date
    state: PartState
    follows_interim: bool = False
    waits_for_interim: bool = False


def shares(granted_sek: int, percents: tuple[int, ...]) -> tuple[int, ...]:
    """The amounts of the parts, which are together all that is granted: each whole up to its end
    is rounded down."""
    ends = [granted_sek * sum(percents[: place + 1]) // 100 for place in range(len(percents))]
    return tuple(end - (ends[place - 1] if place else 0) for place, end in enumerate(ends))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)


def planned(terms: PaymentTerms, facts: GrantFacts, today: date) -> tuple[PlannedPart, ...]:
    """The parts of the grant in order, each with what it comes to and where it stands.

    What was moved under an earlier decision counts against the first parts. No part is more than
    what the grantee is to have in all: what is granted and not claimed back.
    """
    amounts = shares(facts.granted_sek, tuple(part.percent for part in terms.parts))
    within = range(1, len(amounts) + 1)
    taken = {number: each for number, each in facts.taken.items() if number in within}
    covered = facts.moved_sek - sum(each.amount_sek for each in taken.values())
    entitled = facts.granted_sek - facts.to_repay_sek
    found, target = [], 0
    for number, (part, share) in enumerate(zip(terms.parts, amounts, strict=True), start=1):
        target += share
        due_on = months_later(facts.decided_on, part.months)
        waits = part.after_interim and not facts.interim_accepted
        if number in taken:
            amount = taken[number].amount_sek
            state = _of_payment(taken[number].state)
        else:
            later = sum(each.amount_sek for place, each in taken.items() if place > number)
            amount = max(0, min(target, entitled - later) - covered)
            state = _state(
                facts,
                nothing=not amount,
                early=due_on > today,
                waits=waits,
                asked=not terms.requisition or number in facts.requested,
            )
        covered += amount
        found.append(
            PlannedPart(
                number=number,
                percent=part.percent,
                amount_sek=amount,
                due_on=due_on,
                state=state,
                follows_interim=part.after_interim,
                waits_for_interim=waits,
            )
        )
    return tuple(found)


def _of_payment(state: str) -> PartState:
    return PartState.PAID if state == PaymentState.PAID else PartState.ORDERED


def _state(facts: GrantFacts, *, nothing: bool, early: bool, waits: bool, asked: bool) -> PartState:
    for holds, state in (
        (nothing or not facts.holds, PartState.NOTHING),
        (facts.stopped, PartState.STOPPED),
        (early, PartState.NOT_YET),
        (waits, PartState.INTERIM),
        (not asked, PartState.REQUISITION),
        (not facts.has_giro, PartState.GIRO),
    ):
        if holds:
            return state
    return PartState.PAYABLE
