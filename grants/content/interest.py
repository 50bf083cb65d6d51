"""Interest on claims that are paid late, in whole SEK.

6 § räntelagen (1975:635): the reference rate (9 §) that holds, with an addition of eight
percentage points, by the day. The rates are those that the Riksbank has published, each for its
half-year; what falls in a half-year that the table does not have is not known.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

ADDITION = 800
"""Hundredths of a percentage point."""
DAYS_IN_A_YEAR = 365
_FILE = Path(__file__).resolve().parents[2] / "core" / "registers" / "reference_rates.csv"


@cache
def reference_rates() -> Mapping[date, int]:
    """The reference rates, in hundredths of a percent, by the first day of their half-year."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            date.fromisoformat(row["from"]): round(float(row["percent"]) * 100)
            for row in csv.DictReader(file)
        }


class Demand(NamedTuple):
    """What was asked for, and the last day to pay it."""

    due_on: date
    amount_sek: int


class Settled(NamedTuple):
    """What was repaid or written off, and when."""

    on: date
    amount_sek: int


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest until a day, and from which day the rate is not known, where it is not."""

    sek: int
    unknown_from: date | None = None


def half_year(day: date) -> date:
    """The first day of the half-year."""
    return date(day.year, 1 if day.month < 7 else 7, 1)


def interest(
    demands: Iterable[Demand],
    settled: Iterable[Settled],
    until: date,
    rates: Mapping[date, int] | None = None,
) -> Interest:
    """The interest from the day after each last day to pay until a day (inclusive). What is
    settled counts from the day after, against the demands in the order of their days. A half
    krona is rounded upwards."""
    known = reference_rates() if rates is None else rates
    asked = sorted(demands)
    paid = sorted(settled)
    if not asked:
        return Interest(0)
    day, total = asked[0].due_on + timedelta(days=1), 0
    turns = sorted(
        {each.due_on + timedelta(days=1) for each in asked}
        | {each.on + timedelta(days=1) for each in paid}
        | {date(year, month, 1) for year in range(day.year, until.year + 1) for month in (1, 7)}
        | {until + timedelta(days=1)}
    )
    for turn in turns:
        if turn <= day or turn > until + timedelta(days=1):
            continue
        late = sum(each.amount_sek for each in asked if each.due_on < day)
        late -= sum(each.amount_sek for each in paid if each.on < day)
        if late > 0:
            rate = known.get(half_year(day))
            if rate is None:
                return Interest(_rounded(total), day)
            total += late * max(rate + ADDITION, 0) * (turn - day).days
        day = turn
    return Interest(_rounded(total))


def _rounded(total: int) -> int:
    """From kronor times hundredths of a percent times days."""
    whole = DAYS_IN_A_YEAR * 10_000
    return (2 * total + whole) // (2 * whole)
