"""Pure rules over findings and opinions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement put to one participating organisation, and the findings that satisfy it."""

    requirement: int
    organisation: int
    satisfied_by: frozenset[str]


type Findings = Mapping[tuple[int, int], str]
"""What was found, by requirement and organisation."""


class ReviewRefused(Exception):
    """The case does not take it now, or not that. `code`: `status`, `not_asked`, `amount`,
    `reasons`, `not_put_to_it`, `own_agency` or `answer`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def missing(demands: Iterable[Demand], findings: Findings) -> int:
    """How many of the demands nothing has been found of."""
    return sum((each.requirement, each.organisation) not in findings for each in demands)


def failing(demands: Iterable[Demand], findings: Findings) -> frozenset[int]:
    """The organisations that do not meet all that is demanded of them."""
    return frozenset(
        each.organisation
        for each in demands
        if findings.get((each.requirement, each.organisation)) not in each.satisfied_by
    )


def requirements_met(
    demands: Iterable[Demand],
    findings: Findings,
    *,
    organisations: frozenset[int],
    requested_sek: int | None,
    amount_sek: int | None,
) -> bool | None:
    """Whether this amount may be granted on these findings; None while any is missing.

    All meet the requirements; or some do, and less is granted than was asked, since the amount
    is reduced to those that do.
    """
    demands = tuple(demands)
    if missing(demands, findings):
        return None
    failed = failing(demands, findings)
    if not failed:
        return True
    if requested_sek is None or amount_sek is None:
        return None
    return failed != organisations and amount_sek < requested_sek


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
