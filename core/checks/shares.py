"""Shares of a whole as whole percentages."""

from collections.abc import Sequence


def half_up_percent(part: int, n: int) -> int:
    """`part` of `n` as a whole percentage, halves up, in integer arithmetic; 0 when n is 0."""
    return (200 * part + n) // (2 * n) if n else 0


def largest_remainder(counts: Sequence[int]) -> list[int]:
    """Whole percentages that add up to 100 (all 0 when the counts are).

    The points that rounding down leaves over go to the largest remainders; on a tie to the
    larger count, then to the earlier option.
    """
    n = sum(counts)
    if n == 0:
        return [0] * len(counts)
    shares = [100 * count // n for count in counts]
    left = 100 - sum(shares)
    order = sorted(range(len(counts)), key=lambda i: (-(100 * counts[i] % n), -counts[i], i))
    for i in order[:left]:
        shares[i] += 1
    return shares
