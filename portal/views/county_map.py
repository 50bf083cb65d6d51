"""A map of the counties: a tile for each, as they lie to one another.

Every tile is as large, so that Gotland and Stockholm can be read as well as Norrbotten; the
darker, the more. What the map shows stands in a table beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.content import Text
from core.models import County

TILE, GAP = 58, 4
LEVELS = 5
_PLACES: Mapping[str, tuple[int, int]] = {
    "25": (3, 0),
    "24": (3, 1), "23": (2, 2), "22": (3, 2),
    "20": (2, 3), "21": (3, 3),
    "17": (1, 4), "18": (2, 4), "19": (3, 4), "03": (4, 4),
    "14": (1, 5), "05": (2, 5), "04": (3, 5), "01": (4, 5),
    "13": (1, 6), "06": (2, 6), "08": (3, 6), "09": (5, 6),
    "12": (1, 7), "07": (2, 7), "10": (3, 7),
}  # fmt: skip
"""Column and row of each county's tile, by its code."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A county's tile: where it is (in the picture's own units), what it says, how dark it is
    (0, nothing, to LEVELS)."""

    letter: str
    name: str
    value: str
    level: int
    x: int
    y: int
    middle: int
    letter_y: int
    value_y: int


@dataclass(frozen=True, slots=True)
class Legend:
    """A step of the scale: from and up to what, in words."""

    level: int
    label: str


@dataclass(frozen=True, slots=True)
class CountyMap:
    """The map with its title, a text for those who do not see it, and its scale."""

    id: str
    title: Text
    description: Text
    tiles: tuple[Tile, ...]
    legend: tuple[Legend, ...]
    width: int
    height: int
    size: int = TILE


@dataclass(frozen=True, slots=True)
class CountyValue:
    """A county's number, and how it is written in its tile."""

    number: int
    text: str


def county_map(
    *,
    id: str,
    title: Text,
    description: Text,
    counties: Iterable[County],
    values: Mapping[str, CountyValue],
    label: Sequence[str],
    limits: Sequence[int] | None = None,
) -> CountyMap:
    """The map of `values` by county code. `label` are the words of the scale's steps, the lowest
    first, as `steps` parts the values. Maps that are compared are given the same `limits`, so
    that a shade means the same in all of them."""
    if limits is None:
        limits = steps([each.number for each in values.values()])
    left = min(column for column, _row in _PLACES.values())
    tiles = []
    for county in counties:
        if county.code not in _PLACES:
            continue
        column, row = _PLACES[county.code]
        value = values.get(county.code)
        x, y = (column - left) * (TILE + GAP), row * (TILE + GAP)
        tiles.append(
            Tile(
                letter=county.letter,
                name=county.name,
                value="" if value is None else value.text,
                level=0 if value is None else level_of(value.number, limits),
                x=x,
                y=y,
                middle=x + TILE // 2,
                letter_y=y + 24,
                value_y=y + 43,
            )
        )
    columns = max(column for column, _row in _PLACES.values()) - left + 1
    rows = max(row for _column, row in _PLACES.values()) + 1
    return CountyMap(
        id=id,
        title=title,
        description=description,
        tiles=tuple(tiles),
        legend=legend_of(label),
        width=columns * (TILE + GAP) - GAP,
        height=rows * (TILE + GAP) - GAP,
    )


def legend_of(label: Sequence[str]) -> tuple[Legend, ...]:
    """The scale's steps in words, the lowest first."""
    return tuple(Legend(level, text) for level, text in enumerate(label, start=1))


def steps(numbers: Iterable[int]) -> list[int]:
    """The lowest number of each step of the scale but the first: so that about as many counties
    are in each. Fewer where there are few different numbers."""
    found = sorted(number for number in numbers if number > 0)
    limits = [found[len(found) * step // LEVELS] for step in range(1, LEVELS)] if found else []
    return sorted({limit for limit in limits if limit > found[0]})


def level_of(number: int, limits: Sequence[int]) -> int:
    """The step of the scale that a number is on: 0 for nothing, else from 1."""
    if number <= 0:
        return 0
    return 1 + sum(number >= limit for limit in limits)
