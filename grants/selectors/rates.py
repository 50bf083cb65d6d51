"""Reading the reference rates that interest is counted by: the register's and those entered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from grants.content.interest import half_year, reference_rates
from grants.models import ReferenceRate


@dataclass(frozen=True, slots=True)
class KnownRate:
    """A rate that holds, in hundredths of a percent; `entered` None: it is in the register."""

    from_on: date
    hundredths: int
    entered: ReferenceRate | None = None


def rates_entered() -> QuerySet[ReferenceRate]:
    """Those entered that hold, the newest half-year first."""
    rows = ReferenceRate.objects.filter(withdrawn_at__isnull=True)
    return rows.select_related("entered_by").order_by("-from_on")


def rates_known() -> Mapping[date, int]:
    """The rates by the first day of their half-year, in hundredths of a percent, in one query."""
    entered = ReferenceRate.objects.filter(withdrawn_at__isnull=True)
    return {**reference_rates(), **dict(entered.values_list("from_on", "hundredths"))}


def rates_listed() -> list[KnownRate]:
    """Every rate that holds, the newest first."""
    entered = {each.from_on: each for each in rates_entered()}
    found = [KnownRate(each.from_on, each.hundredths, each) for each in entered.values()]
    found += [KnownRate(day, rate) for day, rate in reference_rates().items() if day not in entered]
    return sorted(found, key=lambda each: each.from_on, reverse=True)


def next_half_year(day: date) -> date:
    """The first day of the half-year after the one that the day is in."""
    first = half_year(day)
    return date(first.year, 7, 1) if first.month == 1 else date(first.year + 1, 1, 1)


def first_missing(rates: Mapping[date, int], today: date) -> date | None:
    """The first half-year after those known that has begun and has no rate; None where all
    have one. Interest is not counted from that day on."""
    missing = next_half_year(max(rates))
    while missing in rates:
        missing = next_half_year(missing)
    return missing if missing <= today else None
