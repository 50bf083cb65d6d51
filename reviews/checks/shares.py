"""What part of a joint application belongs to whom. Amounts are whole SEK."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A budget line's amounts; `organisation` None for a cost that all have in common.

    `approved_sek` is None before the costs have been checked, and never above what was asked.
    """

    organisation: int | None
    asked_sek: int
    approved_sek: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs to an organisation; `qualifies` where it meets all requirements."""

    organisation: int
    qualifies: bool
    asked_sek: int
    approved_sek: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """An application's parts. They add up to the whole."""

    parts: tuple[Part, ...]

    @property
    def asked_sek(self) -> int:
        """What was asked for in all."""
        return sum(part.asked_sek for part in self.parts)

    @property
    def approved_sek(self) -> int | None:
        """What is approved in all; None before the costs have been checked."""
        return _sum(self.parts)

    @property
    def qualified_asked_sek(self) -> int:
        """What was asked for by those that meet all requirements."""
        return sum(part.asked_sek for part in self.parts if part.qualifies)

    @property
    def qualified_approved_sek(self) -> int | None:
        """What is approved for those that meet all requirements."""
        return _sum([part for part in self.parts if part.qualifies], known=self.approved_sek)

    @property
    def is_unequal(self) -> bool:
        """Whether some meet all requirements and others do not."""
        return len({part.qualifies for part in self.parts}) > 1


def _sum(parts: Iterable[Part], *, known: int | None = 0) -> int | None:
    total = 0
    for part in parts:
        if part.approved_sek is None:
            return None
        total += part.approved_sek
    return None if known is None else total


def divided(amount_sek: int, weights: Mapping[int, int]) -> dict[int, int]:
    """The amount in proportion to the weights, to the last krona: by largest remainder, ties to
    the first. Equally where all weigh nothing. Raises ValueError where there is nobody."""
    if not weights:
        raise ValueError("nobody to divide among")
    total = sum(weights.values())
    shares = dict(weights) if total else dict.fromkeys(weights, 1)
    total = total or len(shares)
    found = {each: amount_sek * weight // total for each, weight in shares.items()}
    left = amount_sek - sum(found.values())
    places = {each: place for place, each in enumerate(shares)}
    by_remainder = sorted(
        shares, key=lambda each: (-(amount_sek * shares[each] % total), places[each])
    )
    for each in by_remainder[:left]:
        found[each] += 1
    return found


def parts_of(
    lines: Iterable[ShareLine], organisations: Sequence[int], failing: Collection[int]
) -> Parts:
    """What belongs to each of the organisations, which come with the lead first.

    Costs in common, and those of an organisation that does not take part any more, are divided in
    proportion to what each has asked for itself. `approved_sek` is None as long as any line's is.
    """
    lines = list(lines)
    checked = all(line.approved_sek is not None for line in lines)
    own_asked = dict.fromkeys(organisations, 0)
    own_approved = dict.fromkeys(organisations, 0)
    common_approved = common_refused = 0
    for line in lines:
        approved = line.approved_sek or 0
        if line.organisation in own_asked:
            own_asked[line.organisation] += line.asked_sek
            own_approved[line.organisation] += approved
        else:
            common_approved += approved
            common_refused += line.asked_sek - approved
    if not organisations:
        return Parts(())
    # What is approved and what is not are divided apart, so that nobody's approved part comes
    # to be above what it asked for.
    approved_in_common = divided(common_approved, own_asked)
    refused_in_common = divided(common_refused, own_asked)
    return Parts(
        tuple(
            Part(
                organisation=each,
                qualifies=each not in failing,
                asked_sek=own_asked[each] + approved_in_common[each] + refused_in_common[each],
                approved_sek=own_approved[each] + approved_in_common[each] if checked else None,
            )
            for each in organisations
        )
    )
