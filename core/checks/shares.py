"""Shares of a whole: as whole percentages, and as whole sums in proportion."""

from collections.abc import Callable, Sequence


def half_up_percent(part: int, n: int) -> int:
    """`part` of `n` as a whole percentage, halves up, in integer arithmetic; 0 when n is 0."""
    return (200 * part + n) // (2 * n) if n else 0


def largest_remainder(counts: Sequence[int]) -> list[int]:
    """Whole percentages that add up to 100 (all 0 when the counts are), by `in_proportion`."""
    return in_proportion(100, counts)


def in_proportion(
    whole: int, weights: Sequence[int], *, first: Callable[[int], int] | None = None
) -> list[int]:
    """Whole parts in proportion to the weights that add up to `whole`; all 0 when the weights are,
    and where `whole` is not above 0. Weights are not negative.

    What rounding down leaves over goes by one to the largest remainders; on a tie to the larger
    weight, then to the earlier. `first` gives another order of a tie, by place, the lowest first.
    """
    total = sum(weights)
    if total == 0 or whole <= 0:
        return [0] * len(weights)
    parts = [whole * weight // total for weight in weights]

    def order(place: int) -> tuple[int, int, int]:
        tied = -weights[place] if first is None else first(place)
        return -(whole * weights[place] % total), tied, place

    for place in sorted(range(len(weights)), key=order)[: whole - sum(parts)]:
        parts[place] += 1
    return parts
