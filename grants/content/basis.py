"""What a decision rests on, frozen with it. Amounts are whole SEK."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """An organisation's part of what was asked for and of what is granted."""

    organisation: int
    name: str
    org_no: str
    asked_sek: int
    granted_sek: int


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """A budget line as it was checked. `approved_sek` is what the cost check approves,
    `allotted_sek` what is left after the frame was distributed. `reason` is a code of the
    call's cost reasons, `text` what the officer wrote."""

    number: int
    title: str
    category: str
    area: str
    activity: str
    organisation: int | None
    asked_sek: int
    approved_sek: int
    allotted_sek: int
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FindingOutcome:
    """What was found of a requirement for an organisation, and whether that satisfies it."""

    requirement: str
    organisation: int
    finding: str
    satisfied: bool
    waived: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpinionOutcome:
    """What a county board said, as it stood when the case was decided."""

    county: str
    recommendation: str
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBasis:
    """All that a decision rests on and says beside its outcome, amount and reasons.

    `use_from` and `use_until` are the period in which the money may be used; dates are Swedish
    local dates, inclusive. `purpose` are the areas that money is granted for.
    """

    shares: tuple[Share, ...] = ()
    lines: tuple[LineOutcome, ...] = ()
    findings: tuple[FindingOutcome, ...] = ()
    opinions: tuple[OpinionOutcome, ...] = ()
    conditions: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    use_from: date | None = None
    use_until: date | None = None
    interim_due: date | None = None
    final_due: date | None = None

    @property
    def asked_sek(self) -> int:
        """The sum of what was asked for."""
        return sum(each.asked_sek for each in self.shares)

    def document(self) -> dict[str, Any]:
        """As plain JSON values, to store; `of` reads it back."""
        values = asdict(self)
        for name in ("use_from", "use_until", "interim_due", "final_due"):
            day = values[name]
            values[name] = None if day is None else day.isoformat()
        return values

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "DecisionBasis":
        """The basis that was stored. Raises KeyError, TypeError or ValueError for anything else."""
        dates = {
            name: None if document[name] is None else date.fromisoformat(document[name])
            for name in ("use_from", "use_until", "interim_due", "final_due")
        }
        return cls(
            shares=tuple(Share(**each) for each in document["shares"]),
            lines=tuple(LineOutcome(**each) for each in document["lines"]),
            findings=tuple(FindingOutcome(**each) for each in document["findings"]),
            opinions=tuple(OpinionOutcome(**each) for each in document["opinions"]),
            conditions=tuple(document["conditions"]),
            purpose=tuple(document["purpose"]),
            **dates,
        )
