"""Pure rules that all apps stand on: canonical text, checksums and rounding of shares."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any


def canonical_json(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, letters kept (RFC 8785 for our types).

    Raises TypeError on what JSON lacks and ValueError on NaN; floats are refused, since money
    and counts are whole numbers.
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"floats have no canonical text: {value!r}")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"keys must be text: {key!r}")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def sha256_text(text: str) -> str:
    """The SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


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
