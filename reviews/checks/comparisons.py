"""Which cases are most like a case. Amounts are whole SEK."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.checks.shares import half_up_percent

SIZES_APART = 2
"""Municipalities are of similar size when neither has more than this many times the other's
inhabitants; amounts are similar likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """A case as it is compared. `population` is that of the lead's municipality or, for a region,
    county; None where it is not known. `approved_sek` is None before its costs are checked."""

    application: int
    year: int
    kind: str
    county: str
    areas: frozenset[str]
    requested_sek: int
    population: int | None = None
    approved_sek: int | None = None
    granted_sek: int | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """In what a case is like another one."""

    same_kind: bool
    shared_areas: int
    similar_size: bool
    similar_amount: bool
    same_county: bool

    @property
    def points(self) -> tuple[int, ...]:
        """What counts, the weightiest first."""
        return (
            int(self.same_kind),
            int(self.shared_areas > 0),
            int(self.similar_size),
            int(self.similar_amount),
            self.shared_areas,
            int(self.same_county),
        )


def is_near(one: int | None, other: int | None) -> bool:
    """Whether neither is more than `SIZES_APART` times the other; never of what is not known."""
    if not one or not other:
        return False
    return max(one, other) <= SIZES_APART * min(one, other)


def likeness(one: Comparable, other: Comparable) -> Likeness:
    """In what the two are alike; the same either way."""
    return Likeness(
        same_kind=one.kind == other.kind,
        shared_areas=len(one.areas & other.areas),
        similar_size=is_near(one.population, other.population),
        similar_amount=is_near(one.requested_sek, other.requested_sek),
        same_county=one.county == other.county,
    )


def most_alike(
    case: Comparable, others: Iterable[Comparable], *, limit: int
) -> list[tuple[Comparable, Likeness]]:
    """The cases most like the case, at the most `limit`: those that share an area, or where areas
    are not known are of the same kind. The likest first, then the nearest amount, then the
    newest year, then the id."""
    found = [(other, likeness(case, other)) for other in others if other is not case]
    alike = [
        (other, like)
        for other, like in found
        if like.shared_areas or (like.same_kind and not (case.areas and other.areas))
    ]
    alike.sort(
        key=lambda pair: (
            tuple(-each for each in pair[1].points),
            abs(pair[0].requested_sek - case.requested_sek),
            -pair[0].year,
            pair[0].application,
        )
    )
    return alike[:limit]


def tenths_per_inhabitant(amount_sek: int | None, population: int | None) -> int | None:
    """Tenths of a krona for each inhabitant, halves up; None where either is not known."""
    if amount_sek is None or not population:
        return None
    return (20 * amount_sek + population) // (2 * population)


def percent_of(part_sek: int | None, whole_sek: int) -> int | None:
    """What was approved or granted of what was asked for; None where it is not known."""
    return None if part_sek is None else half_up_percent(part_sek, whole_sek)
