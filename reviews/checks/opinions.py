"""Pure rules over opinions."""

from collections.abc import Iterable, Mapping
from datetime import date


def opinions_missing(
    wanted: Iterable[str], *, given: Mapping[str, bool], due: Mapping[str, date], today: date
) -> int:
    """How many of the counties' opinions are neither in nor overdue, by county code.

    One that has not been asked for is missing. The due date is inclusive.
    """
    return sum(
        not (given.get(county, False) or (county in due and today > due[county]))
        for county in wanted
    )
