"""Pure rules over the cost check: lines, sums and ceilings. Amounts are whole SEK."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.checks import in_proportion
from grants.content.basis import LineOutcome
from grants.definitions import CostRule, CostRuleKind
from reviews.enums import LineVerdict, ProposedOutcome

WHOLE_CASE = 0
"""The number of the one line of a case that has no budget: what was asked for."""
REQUIREMENT_NOT_MET = "requirement_not_met"
"""The code of the cost reason for lines of organisations that do not meet the requirements."""
FRAME = "frame"
"""The code of the cost reason for what the frame does not suffice for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLine:
    """A budget line of the version sent in, with what the cost check says of it.

    `verdict` is "" where nothing is said yet, or the line has changed since (`changed`).
    `part_sek` is the amount written for a part; `allotted_sek` what the distribution of the
    frame leaves, None where it has not been distributed. `reason` and `allotted_reason` are
    codes of the call's cost reasons.
    """

    number: int
    title: str = ""
    category: str = ""
    area: str = ""
    activity: int | None = None
    activity_title: str = ""
    organisation: int | None = None
    asked_sek: int
    verdict: str = ""
    part_sek: int | None = None
    allotted_sek: int | None = None
    reason: str = ""
    allotted_reason: str = ""
    text: str = ""
    changed: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether the check has said what is approved of it."""
        return self.known_sek is not None

    @property
    def known_sek(self) -> int | None:
        """What is approved; None where that is not said yet."""
        return approved_of(self.verdict, self.asked_sek, self.part_sek)

    @property
    def approved_sek(self) -> int:
        """What is approved; 0 where nothing is said yet."""
        return self.known_sek or 0

    @property
    def left_sek(self) -> int:
        """What is left after the frame was distributed; the approved amount before that."""
        if self.allotted_sek is None:
            return self.approved_sek
        return min(self.allotted_sek, self.approved_sek)

    def outcome(self) -> LineOutcome:
        """The line as a decision keeps it."""
        cut = self.left_sek < self.approved_sek
        return LineOutcome(
            number=self.number,
            title=self.title,
            category=self.category,
            area=self.area,
            activity=self.activity_title,
            organisation=self.organisation,
            asked_sek=self.asked_sek,
            approved_sek=self.approved_sek,
            allotted_sek=self.left_sek,
            reason=self.reason or (self.allotted_reason if cut else ""),
            text=self.text,
        )


def approved_of(verdict: str, asked_sek: int, part_sek: int | None) -> int | None:
    """What a verdict approves of what was asked; None where it does not say an amount.

    A part is more than nothing and less than all.
    """
    match verdict:
        case LineVerdict.FULL:
            return asked_sek
        case LineVerdict.NONE:
            return 0
        case LineVerdict.PART if part_sek is not None and 0 < part_sek < asked_sek:
            return part_sek
    return None


def lacks(line: CheckedLine, reasons: Collection[str]) -> str:
    """What a line still lacks: `changed`, `verdict`, `amount` or `reason`; "" for nothing.

    `reasons` are the codes of the call's cost reasons; a call without any takes words. A line
    that asks for nothing needs no verdict.
    """
    if not line.asked_sek:
        return ""
    if line.changed:
        return "changed"
    if not line.verdict:
        return "verdict"
    if not line.is_judged:
        return "amount"
    given = line.reason in reasons if reasons else bool(line.text.strip())
    return "" if line.verdict == LineVerdict.FULL or given else "reason"


@dataclass(frozen=True, slots=True)
class Sum:
    """What lines come to together."""

    asked_sek: int = 0
    approved_sek: int = 0
    left_sek: int = 0
    lines: int = 0


def sum_of(lines: Iterable[CheckedLine]) -> Sum:
    """The sum of lines."""
    found = tuple(lines)
    return Sum(
        sum(each.asked_sek for each in found),
        sum(each.approved_sek for each in found),
        sum(each.left_sek for each in found),
        len(found),
    )


def sums_by[K: Hashable](
    lines: Iterable[CheckedLine], key: Callable[[CheckedLine], K]
) -> dict[K, Sum]:
    """The sums of the lines by what `key` says of each; together they are the whole."""
    groups: dict[K, list[CheckedLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return {name: sum_of(group) for name, group in groups.items()}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A cost rule with a ceiling, and what is approved of the lines it is about."""

    rule: CostRule
    ceiling_sek: int
    approved_sek: int
    lines: tuple[int, ...]

    @property
    def is_broken(self) -> bool:
        """Whether more is approved than the rule allows."""
        return self.approved_sek > self.ceiling_sek


def ceilings(lines: Sequence[CheckedLine], rules: Iterable[CostRule]) -> tuple[Ceiling, ...]:
    """Every rule with a ceiling that is about any of the lines.

    A percentage is of what is approved in all, so that a cut elsewhere cannot let more through.
    """
    total = sum(each.approved_sek for each in lines)
    found = []
    for rule in rules:
        about = [each for each in lines if rule.applies_to(each.category, each.area)]
        ceiling = rule.ceiling_sek(total)
        if about and ceiling is not None:
            approved = sum(each.approved_sek for each in about)
            numbers = tuple(each.number for each in about)
            found.append(Ceiling(rule, ceiling, approved, numbers))
    return tuple(found)


def unmet(found: Iterable[Ceiling], reasons: Mapping[str, str]) -> tuple[Ceiling, ...]:
    """The broken ceilings that no reason is given for. `reasons` are texts by rule."""
    return tuple(
        each for each in found if each.is_broken and not reasons.get(each.rule.code, "").strip()
    )


def not_payable(line: CheckedLine, rules: Iterable[CostRule]) -> bool:
    """Whether a rule says that the money may never be used for the line."""
    return any(
        rule.kind is CostRuleKind.NOT_PAYABLE and rule.applies_to(line.category, line.area)
        for rule in rules
    )


def of_failing(lines: Iterable[CheckedLine], failed: Collection[int]) -> tuple[CheckedLine, ...]:
    """The lines of organisations that fail a requirement, and are not refused."""
    return tuple(
        each
        for each in lines
        if each.organisation in failed and each.asked_sek and each.known_sek != 0
    )


def in_common(
    lines: Iterable[CheckedLine], organisations: Collection[int]
) -> tuple[CheckedLine, ...]:
    """The lines that are no one organisation's of those that take part."""
    return tuple(each for each in lines if each.organisation not in organisations)


def spread(amount_sek: int, most: Mapping[int, int]) -> dict[int, int]:
    """The amount spread over lines in proportion to `most`, what each may get at the most.

    Whole kronor: what rounding down leaves goes to the largest remainders, then to the lowest
    number. More than all may get is not spread. Raises ValueError for a negative amount.
    """
    total = sum(most.values())
    if amount_sek < 0:
        raise ValueError("a negative amount cannot be spread")
    if amount_sek >= total:
        return dict(most)
    numbers = list(most)
    parts = in_proportion(amount_sek, list(most.values()), first=lambda place: numbers[place])
    return dict(zip(numbers, parts, strict=True))


def outcome_for(left_sek: int, requested_sek: int) -> ProposedOutcome | None:
    """Whether an amount is a grant of all, or of a part; None for nothing at all."""
    if left_sek <= 0:
        return None
    return ProposedOutcome.GRANT if left_sek >= requested_sek else ProposedOutcome.PART
