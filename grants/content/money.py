"""What pages and documents say of a grant's money: frozen, whole SEK, without the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from grants.enums import EntryKind


class Posting(NamedTuple):
    """What the balance needs of a ledger entry that holds: neither reversed nor a reversal."""

    kind: str
    year: int
    amount_sek: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundYear:
    """A grant's money in one year, whole SEK. `reported` says whether spending is booked."""

    year: int
    granted_sek: int = 0
    carried_in_sek: int = 0
    paid_sek: int = 0
    spent_sek: int = 0
    carried_over_sek: int = 0
    to_repay_sek: int = 0
    repaid_sek: int = 0
    written_off_sek: int = 0
    reported: bool = False

    @property
    def available_sek(self) -> int:
        """Disponibelt: granted and carried in."""
        return self.granted_sek + self.carried_in_sek

    @property
    def remaining_sek(self) -> int:
        """Available minus spent."""
        return self.available_sek - self.spent_sek

    @property
    def usable_sek(self) -> int:
        """What may still be used: available = spent + usable + carried over + to repay."""
        return self.remaining_sek - self.carried_over_sek - self.to_repay_sek

    @property
    def owed_sek(self) -> int:
        """What is to be repaid and has been neither repaid nor written off."""
        return self.to_repay_sek - self.repaid_sek - self.written_off_sek


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryYear:
    """An organisation's part in one year's calls, whole SEK, over the cases that it led."""

    year: int
    applications: int = 0
    as_partner: int = 0
    granted: int = 0
    requested_sek: int = 0
    granted_sek: int = 0
    spent_sek: int = 0


_PLACES = {
    EntryKind.GRANTED: "granted_sek",
    EntryKind.CARRIED_IN: "carried_in_sek",
    EntryKind.PAID: "paid_sek",
    EntryKind.SPENT: "spent_sek",
    EntryKind.CARRIED_OVER: "carried_over_sek",
    EntryKind.CLAIMED: "to_repay_sek",
    EntryKind.REPAID: "repaid_sek",
    EntryKind.WRITTEN_OFF: "written_off_sek",
}


def fund_years(postings: Iterable[Posting]) -> list[FundYear]:
    """One grant's money year by year, from the entries that hold."""
    sums: dict[int, dict[str, int]] = {}
    reported: set[int] = set()
    for kind, year, amount_sek in postings:
        place = _PLACES[EntryKind(kind)]
        of_year = sums.setdefault(year, {})
        of_year[place] = of_year.get(place, 0) + amount_sek
        if kind == EntryKind.SPENT:
            reported.add(year)
    return [FundYear(year=year, reported=year in reported, **sums[year]) for year in sorted(sums)]


def usable_sek(years: Iterable[FundYear]) -> int:
    """What of a grant may still be used, over all years."""
    return sum(year.usable_sek for year in years)


def balance_sek(years: Iterable[FundYear]) -> int:
    """What remains to be accounted for: granted minus spent, repaid and written off.

    Money carried over that was never carried in is counted, so that a case cannot be closed
    between two years.
    """
    return sum(
        year.granted_sek - year.spent_sek - year.repaid_sek - year.written_off_sek for year in years
    )


def shortfall(years: Iterable[FundYear]) -> int | None:
    """The first year whose entries say more than there was, or None where all years hold."""
    for year in years:
        if min(year.usable_sek, year.owed_sek) < 0:
            return year.year
    return None
