"""What is owed of money that was claimed back: pure sums, whole SEK."""

from collections.abc import Sequence
from dataclasses import dataclass

from .money import FundYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A case's claims. `claimed_sek` is what the ledger says is to be repaid; `not_paid_sek` the
    part of it that was never paid out, and so is written off without being asked for;
    `demanded_sek` what the party has been asked for; `open_sek` what is still to come in."""

    claimed_sek: int
    not_paid_sek: int
    demanded_sek: int
    open_sek: int

    @property
    def undemanded_sek(self) -> int:
        """What has been claimed and the party not been asked for."""
        return max(self.claimed_sek - self.not_paid_sek - self.demanded_sek, 0)

    @property
    def due_sek(self) -> int:
        """What the party has been asked for and has neither paid nor been let off: no more can be
        repaid or written off."""
        return max(self.open_sek - self.undemanded_sek, 0)


def owed(years: Sequence[FundYear], *, not_paid_sek: int, demanded_sek: int) -> Owed:
    """What is owed by the ledger, of which so much has been demanded."""
    return Owed(
        claimed_sek=sum(year.to_repay_sek for year in years),
        not_paid_sek=not_paid_sek,
        demanded_sek=demanded_sek,
        open_sek=sum(year.owed_sek for year in years),
    )


def never_paid(undemanded_sek: int, *, granted_sek: int, moved_sek: int, known_sek: int) -> int:
    """How much of a new claim was never paid out: the rest of the grant, but for what is known of
    before. `moved_sek` is what has been paid, or is under way."""
    return max(0, min(undemanded_sek, granted_sek - moved_sek - known_sek))


def spread(amount_sek: int, years: Sequence[FundYear]) -> list[tuple[int, int]]:
    """An amount over the years in which something is owed, the earliest first: pairs of a year
    and its part, all above 0. What is more than is owed is left over."""
    found = []
    for year in years:
        part = min(amount_sek, year.owed_sek)
        if part > 0:
            found.append((year.year, part))
            amount_sek -= part
    return found
