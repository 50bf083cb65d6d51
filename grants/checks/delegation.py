"""Pure rules of delegation: who decides what, up to which amount."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation rule as it stands. `user` is null where it is for all of a `role`; `max_sek`
    is whole SEK, inclusive, None without limit; dates are inclusive."""

    pk: int
    user: int | None
    role: str
    outcomes: frozenset[str]
    max_sek: int | None
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def covers(self, amount_sek: int | None) -> bool:
        """Whether the amount is within it; an amount that is not known is not, where there is a
        limit."""
        if self.max_sek is None:
            return True
        return amount_sek is not None and amount_sek <= self.max_sek


class DelegationRefused(Exception):
    """The person's delegation does not cover it. `limit_sek` is the highest amount that it does
    cover, whole SEK; None where it covers no such decision at all."""

    def __init__(self, outcome: str, limit_sek: int | None) -> None:
        self.outcome = outcome
        self.limit_sek = limit_sek
        super().__init__(f"{outcome}: {limit_sek}")


def rules_of(
    rules: Iterable[Delegated], *, user: int, roles: frozenset[str], day: date
) -> tuple[Delegated, ...] | None:
    """The rules in force that are for the person; None where the agency has none that has begun,
    so that its decision makers decide everything.

    An agency whose rules have all ended has delegated nothing.
    """
    begun = [each for each in rules if each.valid_from <= day]
    if not begun:
        return None
    return tuple(
        each
        for each in begun
        if each.holds_on(day) and (each.user == user if each.user else each.role in roles)
    )


def rule_for(
    held: tuple[Delegated, ...] | None, *, outcome: str, amount_sek: int | None
) -> Delegated | None:
    """The narrowest of the person's rules under which the decision can be made; None where no
    rule is needed. Raises DelegationRefused."""
    if held is None:
        return None
    fitting = [each for each in held if outcome in each.outcomes]
    covering = [each for each in fitting if each.covers(amount_sek)]
    if not covering:
        raise DelegationRefused(outcome, max((each.max_sek or 0 for each in fitting), default=None))
    # A limit before none, the lower before the higher, the older of two that are alike.
    return min(covering, key=lambda each: (each.max_sek is None, each.max_sek or 0, each.pk))
