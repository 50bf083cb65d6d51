"""Pure rules over findings."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement put to one participating organisation, and the findings that satisfy it."""

    requirement: int
    organisation: int
    satisfied_by: frozenset[str]


type Findings = Mapping[tuple[int, int], str]
"""What was found, by requirement and organisation."""

type Waived = Collection[tuple[int, int]]
"""Approved waivers, by requirement and organisation."""


def missing(demands: Iterable[Demand], findings: Findings) -> int:
    """How many of the demands nothing has been found of."""
    return sum((each.requirement, each.organisation) not in findings for each in demands)


def satisfied(demand: Demand, findings: Findings, waived: Waived = frozenset()) -> bool:
    """Whether the finding satisfies the requirement, or it is waived. One that nothing has been
    found of is neither."""
    key = (demand.requirement, demand.organisation)
    return key in findings and (findings[key] in demand.satisfied_by or key in waived)


def failing(
    demands: Iterable[Demand], findings: Findings, waived: Waived = frozenset()
) -> frozenset[int]:
    """The organisations that do not meet all that is demanded of them, waivers counted."""
    return frozenset(each.organisation for each in demands if not satisfied(each, findings, waived))


def requirements_met(
    demands: Iterable[Demand],
    findings: Findings,
    *,
    organisations: frozenset[int],
    belongs_sek: int | None,
    amount_sek: int | None,
    waived: Waived = frozenset(),
) -> bool | None:
    """Whether this amount may be granted on these findings and waivers; None while any finding
    is missing.

    All meet the requirements; or some do, and no more is granted than belongs to those that do
    (`belongs_sek` of what was asked for, whole SEK).
    """
    demands = tuple(demands)
    if missing(demands, findings):
        return None
    failed = failing(demands, findings, waived)
    if not failed:
        return True
    if belongs_sek is None or amount_sek is None:
        return None
    return failed < organisations and amount_sek <= belongs_sek
