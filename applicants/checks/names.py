"""Whether two names are likely those of one organisation."""

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 85
"""Percent of the letters that two names share before they are pointed out as alike."""

_WORDS = re.compile(r"[^\W_]+")
# Words that say what kind of organisation it is, and not which.
_KIND_WORDS = frozenset(
    [
        "ab",
        "den",
        "det",
        "en",
        "ett",
        "for",
        "foreningen",
        "forening",
        "i",
        "ideella",
        "ideell",
        "ideel",
        "kommun",
        "kommunen",
        "kommuns",
        "lan",
        "lans",
        "och",
        "ek",
        "pa",
        "regionen",
        "region",
        "stiftelsen",
        "stiftelse",
        "stad",
        "stads",
        "the",
    ]
)


def similar_names(one: str, other: str) -> bool:
    """Whether the names are the same but for spelling, order and words such as *föreningen*."""
    return likeness(one, other) >= ALIKE


def likeness(one: str, other: str) -> int:
    """How much of two names is the same, in percent."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0
    if sorted(first) == sorted(second):
        return 100
    return max(
        _share("".join(first), "".join(second)),
        _share("".join(sorted(first)), "".join(sorted(second))),
    )


def _words(name: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = _WORDS.findall(plain)
    kept = [word for word in words if word not in _KIND_WORDS]
    return kept or words


def _share(one: str, other: str) -> int:
    # The ratio depends on the order of the two; the larger of both is the same either way round.
    ratios = (SequenceMatcher(None, *pair).ratio() for pair in ((one, other), (other, one)))
    return int(100 * max(ratios))
