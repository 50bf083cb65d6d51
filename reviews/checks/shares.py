"""What part of a joint application belongs to whom. Amounts are whole SEK."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.checks import in_proportion


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
    shares = dict(weights) if any(weights.values()) else dict.fromkeys(weights, 1)
    parts = in_proportion(amount_sek, list(shares.values()), first=lambda place: place)
    return dict(zip(shares, parts, strict=True))


def parts_of(
    lines: Iterable[ShareLine], organisations: Sequence[int], failing: Collection[int]
) -> Parts:
    """What belongs to each of the organisations, which come with the lead first.

    Costs in common, and those of an organisation that does not take part any more, are divided in
    proportion to what each has asked for itself. What is approved of them goes to those that meet
    the requirements, each up to its part; only what is approved above that to the others.
    `approved_sek` is None as long as any line's is.
    """
    lines = list(lines)
    checked = all(line.approved_sek is not None for line in lines)
    own_asked = dict.fromkeys(organisations, 0)
    own_approved = dict.fromkeys(organisations, 0)
    common_asked = common_approved = 0
    for line in lines:
        approved = line.approved_sek or 0
        if line.organisation in own_asked:
            own_asked[line.organisation] += line.asked_sek
            own_approved[line.organisation] += approved
        else:
            common_asked += line.asked_sek
            common_approved += approved
    if not organisations:
        return Parts(())
    asked_in_common = divided(common_asked, own_asked)
    approved_in_common = dict.fromkeys(organisations, 0)
    for qualifies in (True, False):
        # Nobody's approved part comes to be above what it asked for.
        most = {
            each: asked_in_common[each]
            for each in organisations
            if (each not in failing) is qualifies
        }
        theirs = min(common_approved, sum(most.values()))
        if theirs:
            approved_in_common |= divided(theirs, most)
            common_approved -= theirs
    return Parts(
        tuple(
            Part(
                organisation=each,
                qualifies=each not in failing,
                asked_sek=own_asked[each] + asked_in_common[each],
                approved_sek=own_approved[each] + approved_in_common[each] if checked else None,
            )
            for each in organisations
        )
    )
