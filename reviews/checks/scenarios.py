"""Distributing a frame over assessed applications: pure functions over a frozen set.

Amounts are whole SEK. Whatever the method, nobody gets more than what the cost check approved,
and all together no more than the frame.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.checks import in_proportion

type Amounts = dict[int, int]
"""What each application gets, by its id, whole SEK."""


class Method(StrEnum):
    """How the frame is distributed."""

    RANKING = "ranking"
    PROPORTIONAL = "proportional"
    BASE_AND_POPULATION = "base_and_population"


class PotKey(StrEnum):
    """What the frame is divided into pots by."""

    COUNTY = "county"
    KIND = "kind"


class PotWeight(StrEnum):
    """What the pots' sizes go by."""

    EQUAL = "equal"
    APPROVED = "approved"
    POPULATION = "population"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An assessed application. `approved_sek` is what its cost check approves, `points` what
    its assessment gave, `order` its place by receipt. `population` is that of the place it is
    for, `county_population` that of its county; None where it is not known. `small` tells a small
    municipality, None where that is not known."""

    application: int
    asked_sek: int
    approved_sek: int
    points: int
    order: int
    county: str
    kind: str
    population: int | None = None
    county_population: int | None = None
    first_time: bool = False
    small: bool | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Candidate":
        """From what `document` gives."""
        return cls(**values)

    def document(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A method and its limits.

    `ceiling_sek` and `ceiling_percent` (of what was asked) are the most that one application
    gets. `floor_sek` is the least: nobody who gets anything is cut below it, but who had less
    approved gets what was approved. `base_sek` is everyone's equal share, before the population
    divides the rest. With `pots`, the frame is first divided; what a pot does not need goes to
    those who were left without or cut.

    Under ranking a larger frame gives nobody less. With pots that does not hold: where the pots
    grow, one whose pot was too small for it may be preferred to one that lived on what was left.
    """

    method: Method
    ceiling_sek: int | None = None
    ceiling_percent: int | None = None
    floor_sek: int = 0
    base_sek: int = 0
    pots: PotKey | None = None
    weight: PotWeight = PotWeight.APPROVED

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Rules":
        """From what `document` gives. Raises ValueError for an unknown method."""
        pots = values.get("pots")
        return cls(
            method=Method(values["method"]),
            ceiling_sek=values.get("ceiling_sek"),
            ceiling_percent=values.get("ceiling_percent"),
            floor_sek=values.get("floor_sek") or 0,
            base_sek=values.get("base_sek") or 0,
            pots=PotKey(pots) if pots else None,
            weight=PotWeight(values.get("weight") or PotWeight.APPROVED),
        )

    def document(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {name: value if value is None else _plain(value) for name, value in _items(self)}

    def most(self, candidate: Candidate) -> int:
        """The most that the application can get under these rules."""
        most = candidate.approved_sek
        if self.ceiling_sek is not None:
            most = min(most, self.ceiling_sek)
        if self.ceiling_percent is not None:
            most = min(most, candidate.asked_sek * self.ceiling_percent // 100)
        return max(0, most)

    def least(self, candidate: Candidate) -> int:
        """The least that the application gets, where it gets anything."""
        return min(self.floor_sek, self.most(candidate))


def _items(rules: Rules) -> Iterable[tuple[str, Any]]:
    return asdict(rules).items()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, StrEnum) else value


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The most points first; on a tie the one received first."""
    return sorted(candidates, key=lambda each: (-each.points, each.order, each.application))


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """A sum in parts by weight that add up to it, by largest remainder; on a tie the larger
    weight, then the earlier one. All 0 when the weights are."""
    return in_proportion(whole, weights)


def distribute(candidates: Iterable[Candidate], *, frame_sek: int, rules: Rules) -> Amounts:
    """What each application gets. The order in which they are given does not matter."""
    all_of_them = ranked(candidates)
    if rules.pots is None:
        return _within(all_of_them, frame_sek, rules)
    amounts: Amounts = {each.application: 0 for each in all_of_them}
    pots = _pots(all_of_them, rules)
    for pot, size in zip(pots.values(), _sizes(list(pots.values()), frame_sek, rules), strict=True):
        amounts |= _within(pot, size, rules)
    return _topped_up(all_of_them, amounts, frame_sek, rules)


def _pots(candidates: Sequence[Candidate], rules: Rules) -> dict[str, list[Candidate]]:
    pots: dict[str, list[Candidate]] = {}
    for each in candidates:
        key = each.county if rules.pots is PotKey.COUNTY else each.kind
        pots.setdefault(key, []).append(each)
    return dict(sorted(pots.items()))


def _sizes(pots: Sequence[Sequence[Candidate]], frame_sek: int, rules: Rules) -> list[int]:
    """The pots' sizes; none is larger than what its applications can get, and what one does not
    need goes to the others by the same weights."""
    needs = [sum(rules.most(each) for each in pot) for pot in pots]
    match rules.weight:
        case PotWeight.EQUAL:
            weights = [1] * len(pots)
        case PotWeight.POPULATION:
            weights = [_people(pot, rules) for pot in pots]
        case PotWeight.APPROVED:
            weights = [sum(each.approved_sek for each in pot) for pot in pots]
    return _shared_out(frame_sek, weights, needs)


def _people(pot: Sequence[Candidate], rules: Rules) -> int:
    """The inhabitants of a county's pot, or of all the places in a kind's."""
    if rules.pots is PotKey.COUNTY:
        return max(each.county_population or 0 for each in pot)
    return sum(each.population or 0 for each in pot)


def _shared_out(whole: int, weights: Sequence[int], needs: Sequence[int]) -> list[int]:
    """A sum by weight, nobody above its need; what is over goes to the others. Where no weight
    is left, the rest is kept."""
    given = [0] * len(weights)
    open_ = [i for i, need in enumerate(needs) if need > 0 and weights[i] > 0]
    left = whole
    while open_ and left > 0:
        parts = split(left, [weights[i] for i in open_])
        full = [i for i, part in zip(open_, parts, strict=True) if part >= needs[i]]
        if not full:
            for i, part in zip(open_, parts, strict=True):
                given[i] = part
            break
        for i in full:
            given[i] = needs[i]
            left -= needs[i]
        open_ = [i for i in open_ if i not in full]
    return given


def _within(candidates: Sequence[Candidate], frame_sek: int, rules: Rules) -> Amounts:
    match rules.method:
        case Method.RANKING:
            return _by_ranking(candidates, frame_sek, rules)
        case Method.PROPORTIONAL:
            weights = {each.application: rules.most(each) for each in candidates}
            return _by_weight(candidates, frame_sek, rules, weights)
        case Method.BASE_AND_POPULATION:
            return _by_base(candidates, frame_sek, rules)


def _by_ranking(candidates: Sequence[Candidate], frame_sek: int, rules: Rules) -> Amounts:
    """All that is approved, from the top, as far as the frame goes; the first that does not fit
    gets what is left where that is enough, and those below nothing."""
    amounts: Amounts = {each.application: 0 for each in candidates}
    left = max(0, frame_sek)
    for each in candidates:
        most = rules.most(each)
        if most <= left:
            amounts[each.application] = most
            left -= most
            continue
        if left >= max(1, rules.least(each)):
            amounts[each.application] = left
        break
    return amounts


def _by_weight(
    candidates: Sequence[Candidate], frame_sek: int, rules: Rules, weights: Mapping[int, int]
) -> Amounts:
    """By weight between each one's least and most. Where not even the least of all fits, those
    ranked lowest get nothing."""
    amounts: Amounts = {each.application: 0 for each in candidates}
    left = max(0, frame_sek)
    taken = _fitting(candidates, left, rules)
    open_ = {each.application: each for each in taken}
    while open_:
        parts = dict(zip(open_, _shared_out_by(left, open_.values(), weights, rules), strict=True))
        low = [key for key, part in parts.items() if part < rules.least(open_[key])]
        if not low:
            return amounts | parts
        for key in low:
            amounts[key] = rules.least(open_[key])
            left -= amounts[key]
            del open_[key]
    return amounts


def _shared_out_by(
    left: int, candidates: Iterable[Candidate], weights: Mapping[int, int], rules: Rules
) -> list[int]:
    each_of = list(candidates)
    return _shared_out(
        left,
        [weights[each.application] for each in each_of],
        [rules.most(each) for each in each_of],
    )


def _fitting(candidates: Sequence[Candidate], frame_sek: int, rules: Rules) -> list[Candidate]:
    """From the top, those whose least all fit in the frame."""
    taken: list[Candidate] = []
    left = frame_sek
    for each in candidates:
        least = rules.least(each)
        if least > left:
            break
        left -= least
        if rules.most(each) > 0:
            taken.append(each)
    return taken


def _by_base(candidates: Sequence[Candidate], frame_sek: int, rules: Rules) -> Amounts:
    """An equal share each, then the rest by population; a place whose population is not known
    gets its base alone."""
    bases = {
        each.application: max(rules.least(each), min(rules.base_sek, rules.most(each)))
        for each in candidates
    }
    left = max(0, frame_sek)
    amounts: Amounts = {each.application: 0 for each in candidates}
    if sum(bases.values()) > left:
        return _by_weight(candidates, left, rules, dict.fromkeys(bases, 1))
    amounts |= bases
    left -= sum(bases.values())
    more = _shared_out(
        left,
        [each.population or 0 for each in candidates],
        [rules.most(each) - bases[each.application] for each in candidates],
    )
    for each, part in zip(candidates, more, strict=True):
        amounts[each.application] += part
    return amounts


def _topped_up(
    candidates: Sequence[Candidate], amounts: Amounts, frame_sek: int, rules: Rules
) -> Amounts:
    """What the pots left over, from the top to those who have less than they could."""
    left = frame_sek - sum(amounts.values())
    found = dict(amounts)
    for each in candidates:
        missing = rules.most(each) - found[each.application]
        part = min(missing, left)
        if part <= 0 or found[each.application] + part < rules.least(each):
            continue
        found[each.application] += part
        left -= part
    return found


def cut_lines(lines: Sequence[int], amount_sek: int) -> list[int]:
    """An application's approved lines cut to an amount, in proportion, to the krona.

    Raises ValueError for an amount above their sum.
    """
    if amount_sek > sum(lines):
        raise ValueError(amount_sek)
    return _shared_out(amount_sek, lines, lines)


@dataclass(frozen=True, slots=True)
class GroupSum:
    """What a group of applications gets. `per_inhabitant_ore` is in öre, None where the
    population is not known."""

    key: str
    candidates: int
    granted: int
    asked_sek: int
    approved_sek: int
    amount_sek: int
    population: int | None = None

    @property
    def per_inhabitant_ore(self) -> int | None:
        """Öre for each inhabitant, halves up."""
        if not self.population:
            return None
        return (200 * self.amount_sek + self.population) // (2 * self.population)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a distribution comes to, for comparing it with others."""

    frame_sek: int
    amount_sek: int
    candidates: int
    granted: int
    in_full: int
    small_granted: int
    small_known: bool
    first_time_granted: int
    counties: tuple[GroupSum, ...]
    kinds: tuple[GroupSum, ...]

    @property
    def left_sek(self) -> int:
        """What is left of the frame; negative where an edit by hand passes it."""
        return self.frame_sek - self.amount_sek

    @property
    def counties_reached(self) -> int:
        """How many counties get anything."""
        return sum(each.granted > 0 for each in self.counties)

    @property
    def kinds_reached(self) -> int:
        """How many kinds of organisations get anything."""
        return sum(each.granted > 0 for each in self.kinds)


def effect_of(
    candidates: Iterable[Candidate],
    amounts: Mapping[int, int],
    *,
    frame_sek: int,
    populations: Mapping[str, int] | None = None,
) -> Effect:
    """What the amounts come to; `populations` are the counties', by code."""
    all_of_them = ranked(candidates)
    given = [each for each in all_of_them if amounts.get(each.application, 0) > 0]
    return Effect(
        frame_sek=frame_sek,
        amount_sek=sum(amounts.get(each.application, 0) for each in all_of_them),
        candidates=len(all_of_them),
        granted=len(given),
        in_full=sum(amounts[each.application] >= each.approved_sek for each in given),
        small_granted=sum(each.small is True for each in given),
        small_known=any(each.small is not None for each in all_of_them),
        first_time_granted=sum(each.first_time for each in given),
        counties=_groups(all_of_them, amounts, "county", populations or {}),
        kinds=_groups(all_of_them, amounts, "kind", {}),
    )


def _groups(
    candidates: Sequence[Candidate],
    amounts: Mapping[int, int],
    name: str,
    populations: Mapping[str, int],
) -> tuple[GroupSum, ...]:
    groups: dict[str, list[Candidate]] = {key: [] for key in populations}
    for each in candidates:
        groups.setdefault(getattr(each, name), []).append(each)
    return tuple(
        GroupSum(
            key=key,
            candidates=len(group),
            granted=sum(amounts.get(each.application, 0) > 0 for each in group),
            asked_sek=sum(each.asked_sek for each in group),
            approved_sek=sum(each.approved_sek for each in group),
            amount_sek=sum(amounts.get(each.application, 0) for each in group),
            population=populations.get(key),
        )
        for key, group in sorted(groups.items())
    )
