"""Spreading cases evenly over case officers, in pure functions."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class SpreadBy(StrEnum):
    """What one officer is given together, as far as an even load allows: the oldest cases in
    turn, the cases of a county, or those of a kind of organisation."""

    LOAD = "load"
    COUNTY = "county"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case to give out; `county` and `kind` are its lead's."""

    id: int
    county: str
    kind: str


@dataclass(frozen=True, slots=True)
class OfficerLoad:
    """An officer who can be given cases: how many are in hand, and which cases a conflict of
    interest shuts the officer out of. One on leave is given none."""

    id: int
    load: int
    shut_out: frozenset[int] = frozenset()
    on_leave: bool = False

    def may_have(self, case: int) -> bool:
        """Whether the case can be given to the officer."""
        return not self.on_leave and case not in self.shut_out


@dataclass(frozen=True, slots=True)
class Spreading:
    """Who is given which case; `left` are those that nobody chosen may have."""

    given: Mapping[int, int]
    left: tuple[int, ...]


def spread(
    cases: Iterable[WaitingCase], officers: Iterable[OfficerLoad], *, by: SpreadBy
) -> Spreading:
    """Give each case to an officer so that the loads, with what is in hand already, end as even
    as they can be.

    No case is given to one who is on leave or has a conflict of interest in it. No case can then
    be moved, alone or through others, to an officer who has two fewer: with equal loads and no
    conflicts they differ by at most one. The same input gives the same answer.
    """
    ordered = _ordered(tuple(cases), by)
    able = sorted((each for each in officers if not each.on_leave), key=lambda each: each.id)
    left = tuple(case.id for case in ordered if not any(o.may_have(case.id) for o in able))
    waiting = [case for case in ordered if case.id not in set(left)]
    given = _in_turn(waiting, able) if by is SpreadBy.LOAD else _together(waiting, able)
    loads = {each.id: each.load for each in able}
    for officer in given.values():
        loads[officer] += 1
    while _moved_down(given, loads, able):
        pass
    return Spreading(given, left)


def _ordered(cases: Sequence[WaitingCase], by: SpreadBy) -> list[WaitingCase]:
    if by is SpreadBy.COUNTY:
        return sorted(cases, key=lambda each: each.county)
    if by is SpreadBy.KIND:
        return sorted(cases, key=lambda each: each.kind)
    return list(cases)


def _in_turn(cases: Sequence[WaitingCase], officers: Sequence[OfficerLoad]) -> dict[int, int]:
    """Each case to the one of those who may have it that has the fewest."""
    loads = {each.id: each.load for each in officers}
    given: dict[int, int] = {}
    for case in cases:
        able = [each for each in officers if each.may_have(case.id)]
        chosen = min(able, key=lambda each: (loads[each.id], each.id))
        given[case.id] = chosen.id
        loads[chosen.id] += 1
    return given


def _together(cases: Sequence[WaitingCase], officers: Sequence[OfficerLoad]) -> dict[int, int]:
    """Runs of the ordered cases, each as long as its officer's share."""
    room = _shares(len(cases), officers)
    given: dict[int, int] = {}
    for case in cases:
        able = [each for each in officers if each.may_have(case.id)]
        # Whoever has begun goes on; then the next with room; at last one whose share is full.
        chosen = next((each for each in able if room[each.id] > 0), None)
        if chosen is None:
            chosen = max(able, key=lambda each: (room[each.id], -each.id))
        given[case.id] = chosen.id
        room[chosen.id] -= 1
    return given


def _shares(number: int, officers: Sequence[OfficerLoad]) -> dict[int, int]:
    """How many of so many cases each is to have, for even loads."""
    loads = {each.id: each.load for each in officers}
    for _ in range(number):
        least = min(loads, key=lambda officer: (loads[officer], officer))
        loads[least] += 1
    return {each.id: loads[each.id] - each.load for each in officers}


def _moved_down(
    given: dict[int, int], loads: dict[int, int], officers: Sequence[OfficerLoad]
) -> bool:
    """Move one case, through others where it must be, from an officer to one who has at least
    two fewer; tells whether there was such a way."""
    held: dict[int, list[int]] = {each.id: [] for each in officers}
    for case, officer in given.items():
        held[officer].append(case)
    by_id = {each.id: each for each in officers}
    for start in sorted(loads, key=lambda officer: (-loads[officer], officer)):
        way = _way_down(start, loads, held, by_id)
        if way:
            for case, officer in way:
                given[case] = officer
            loads[start] -= 1
            loads[way[-1][1]] += 1
            return True
    return False


def _way_down(
    start: int,
    loads: Mapping[int, int],
    held: Mapping[int, Sequence[int]],
    officers: Mapping[int, OfficerLoad],
) -> list[tuple[int, int]]:
    """The moves, of a case to an officer each, that take one from `start`; empty for none."""
    came: dict[int, tuple[int, int] | None] = {start: None}
    queue = deque([start])
    while queue:
        officer = queue.popleft()
        if loads[officer] <= loads[start] - 2:
            moves: list[tuple[int, int]] = []
            step = came[officer]
            while step is not None:
                before, case = step
                moves.append((case, officer))
                officer, step = before, came[before]
            return moves[::-1]
        for other in sorted(officers, key=lambda each: (loads[each], each)):
            if other not in came:
                movable = next(
                    (case for case in held[officer] if officers[other].may_have(case)), None
                )
                if movable is not None:
                    came[other] = (officer, movable)
                    queue.append(other)
    return []
