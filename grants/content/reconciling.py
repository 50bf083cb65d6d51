"""What must be zero in a case's ledger: pure rules over frozen sums, whole SEK."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .money import FundYear, balance_sek


class Difference(NamedTuple):
    """What does not agree in a case, and by how much. `code`: `granted` (the decision and the
    ledger), `below_zero` (a year says more than there was), `carried` (out of one year and into
    the next), `overpaid` (more than was granted), `payments` (what orders paid and what is
    booked), `claims` (more was demanded than is claimed), `shares`
    (what partners that left gave back, and what was booked of it) or `closed` (a closed case with
    money not accounted for)."""

    code: str
    case: int
    sek: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSums:
    """A case as it is reconciled. `granted_sek` is what its decision grants, None for none;
    `ordered_sek` what its payment orders have paid, and `booked_sek` what the ledger says is paid;
    `demanded_sek` is what was demanded back, or written off as never paid out; `returned_sek`
    what partners that left have given back, and `booked_back_sek` what the ledger has of it."""

    case: int
    years: Sequence[FundYear]
    granted_sek: int | None
    imported: bool
    closed: bool
    reopened: bool
    ordered_sek: int
    booked_sek: int
    demanded_sek: int = 0
    returned_sek: int = 0
    booked_back_sek: int = 0


def differences(sums: CaseSums) -> Iterator[Difference]:
    """What does not agree in the case; nothing where all is well.

    Of what was brought in from an old register only what it says is held to agree. A case that
    is being decided anew keeps what was paid on it, and has no grant meanwhile.
    """
    years = sums.years
    granted = sum(year.granted_sek for year in years)
    apart = {
        "granted": 0 if sums.granted_sek is None else abs(sums.granted_sek - granted),
        "below_zero": -sum(min(year.usable_sek, 0) + min(year.owed_sek, 0) for year in years),
        "carried": abs(sum(year.carried_over_sek - year.carried_in_sek for year in years)),
        "overpaid": max(sum(year.paid_sek for year in years) - granted, 0),
        "payments": abs(sums.ordered_sek - sums.booked_sek),
        "claims": max(sums.demanded_sek - sum(year.to_repay_sek for year in years), 0),
        "shares": abs(sums.returned_sek - sums.booked_back_sek),
        "closed": abs(balance_sek(years)) if sums.closed else 0,
    }
    if sums.imported:
        apart["carried"] = 0
    if sums.reopened:
        apart["overpaid"] = apart["claims"] = apart["shares"] = 0
    for code, sek in apart.items():
        if sek:
            yield Difference(code, sums.case, sek)
