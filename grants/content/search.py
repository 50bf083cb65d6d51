"""What an application says, in words to search in and in sums by area."""

from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 200_000
"""Characters kept of what an application says; PostgreSQL takes no more than a megabyte of word
stems."""
_CODES = frozenset(
    {
        "approval", "area", "call", "category", "code", "county", "kind", "municipality", "place",
        "requirement", "role", "sha256", "state",
    }
)  # fmt: skip

type Json = Mapping[str, Any]


def said_in(document: Json) -> str:
    """Every word that the applicants have written, in small letters, each text on a line."""
    texts = [text for text in _texts(document, "") if text.strip()]
    return "\n".join(texts).replace("\0", " ").casefold()[:LONGEST]


def _texts(value: object, key: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inside in value.items():
            if name not in _CODES and name != "definition":
                yield from _texts(inside, name)
    elif isinstance(value, list):
        for inside in value:
            # The options chosen are codes; what is written stands in objects.
            if not isinstance(inside, str):
                yield from _texts(inside, key)
    elif isinstance(value, str):
        yield value


def requested_by_area(document: Json) -> dict[str, int]:
    """What is asked for in each area that is applied for, whole SEK, in the document's order; a
    budget line belongs to its activity's area."""
    found = {str(each["area"]): 0 for each in document.get("areas", ())}
    area_of = {
        activity["number"]: str(each["area"])
        for each in document.get("areas", ())
        for activity in each.get("activities", ())
    }
    for line in document.get("lines", ()):
        area = area_of.get(line.get("activity"))
        if area is not None:
            found[area] += line.get("amount_sek") or 0
    return found
