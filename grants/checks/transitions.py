"""Pure rules of the transition table over frozen facts.

A fact of None has not been found out. A condition that rests on one is *undetermined*, and
undetermined refuses, except where the facts come from the files of an old register and the
table says that those cannot show it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from grants.workflow import TABLE, Action, Condition, Evidence


class Source(StrEnum):
    """Where facts come from: the system's own records, an old register's files, or an
    application on paper."""

    RECORDS = "records"
    FILES = "files"
    PAPER = "paper"


class DismissalGround(StrEnum):
    """Why an application can be dismissed without being tried."""

    LATE = "late"
    NOT_ENTITLED = "not_entitled"
    DEFECT_NOT_REMEDIED = "defect_not_remedied"


class ReconsiderationGround(StrEnum):
    """Why a decision can be tried again: 37–39 §§ förvaltningslagen, or a court's order."""

    RECONSIDERATION = "reconsideration"
    COURT_ORDER = "court_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a transition is tried. Amounts are whole SEK, dates Swedish local.

    `frame_left_sek` is what the call's frame has left, this case's own earlier grant not
    counted. `assessor_ids` are those who assessed or prepared the case.
    """

    source: Source = Source.RECORDS
    requested_sek: int | None = None
    all_answered: bool | None = None
    partners_approved: bool | None = None
    blocking_findings: int | None = None
    never_received: bool | None = None
    call_open: bool | None = None
    assigned_to: int | None = None
    assignment_known: bool = False
    completion_fields: tuple[str, ...] | None = None
    completion_due: date | None = None
    today: date | None = None
    by_system: bool = False
    dismissal_ground: DismissalGround | None = None
    reasons: str | None = None
    actor_id: int | None = None
    has_conflict: bool | None = None
    findings_missing: int | None = None
    assessments_missing: int | None = None
    opinions_missing: int | None = None
    proposal_has_reasons: bool | None = None
    communicated_or_noted: bool | None = None
    requirements_met: bool | None = None
    granted_sek: int | None = None
    frame_left_sek: int | None = None
    preparer_id: int | None = None
    assessor_ids: frozenset[int] | None = None
    received_on: date | None = None
    decided_on: date | None = None
    reconsideration_ground: ReconsiderationGround | None = None
    report_accepted: bool | None = None
    reported_on: date | None = None
    interim_required: bool | None = None
    interim_done: bool | None = None
    revocation_ground: str | None = None
    revocation_grounds: frozenset[str] | None = None
    ledger_balance_sek: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is known of a case's preparation when it is to be decided; None is not found out.

    `has_conflict` is the decision maker's or the preparer's. `requirements_met` is what the
    findings say of the amount that is about to be granted.
    """

    preparer_id: int | None = None
    assessor_ids: frozenset[int] | None = None
    has_conflict: bool | None = None
    requirements_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A condition that does not hold, or that could not be found out."""

    condition: Condition
    undetermined: bool


class TransitionRefused(Exception):
    """The facts do not allow the transition; `refusals` says which conditions."""

    def __init__(self, action: Action, refusals: tuple[Refusal, ...]) -> None:
        self.action = action
        self.refusals = refusals
        super().__init__(f"{action}: {', '.join(refusal.condition for refusal in refusals)}")


def _all_known(*values: object) -> bool:
    return all(value is not None for value in values)


def _zero(value: int | None) -> bool | None:
    return None if value is None else value == 0


def _four_eyes(facts: Facts) -> bool | None:
    if facts.actor_id is None or facts.preparer_id is None or facts.assessor_ids is None:
        return None
    return facts.actor_id != facts.preparer_id and facts.actor_id not in facts.assessor_ids


def _amount_within_asked(facts: Facts) -> bool | None:
    if facts.granted_sek is None or facts.requested_sek is None:
        return None
    return 0 < facts.granted_sek <= facts.requested_sek


def _frame_holds(facts: Facts) -> bool | None:
    if facts.granted_sek is None or facts.frame_left_sek is None:
        return None
    return facts.granted_sek <= facts.frame_left_sek


def _in_order(first: date | None, second: date | None) -> bool | None:
    if first is None or second is None:
        return None
    return first <= second


def _fields_and_date(facts: Facts) -> bool | None:
    if not facts.completion_fields or facts.completion_due is None:
        return False
    return _in_order(facts.today, facts.completion_due)


def _date_passed(facts: Facts) -> bool | None:
    if not facts.by_system:
        return True
    if facts.completion_due is None or facts.today is None:
        return None
    return facts.today > facts.completion_due


def _interim(facts: Facts) -> bool | None:
    if facts.interim_required is False:
        return True
    if not _all_known(facts.interim_required, facts.interim_done):
        return None
    return facts.interim_done


def _listed_ground(facts: Facts) -> bool | None:
    if facts.revocation_grounds is None:
        return None
    return facts.revocation_ground in facts.revocation_grounds


def _no_conflict(facts: Facts) -> bool | None:
    return None if facts.has_conflict is None else not facts.has_conflict


def _amount_asked(facts: Facts) -> bool:
    return (facts.requested_sek or 0) > 0


CHECKS: Mapping[Condition, Callable[[Facts], bool | None]] = MappingProxyType(
    {
        Condition.AMOUNT_ASKED: _amount_asked,
        Condition.ALL_ANSWERED: lambda f: f.all_answered,
        Condition.PARTNERS_APPROVED: lambda f: f.partners_approved,
        Condition.NO_BLOCKING_CHECK: lambda f: _zero(f.blocking_findings),
        Condition.NEVER_RECEIVED: lambda f: f.never_received,
        Condition.CALL_OPEN: lambda f: f.call_open,
        Condition.NOBODY_ASSIGNED: lambda f: f.assigned_to is None if f.assignment_known else None,
        Condition.FIELDS_AND_DATE_NAMED: _fields_and_date,
        Condition.OFFICER_OR_DATE_PASSED: _date_passed,
        Condition.DISMISSAL_GROUND: lambda f: f.dismissal_ground is not None,
        Condition.REASONS_GIVEN: lambda f: None if f.reasons is None else bool(f.reasons.strip()),
        Condition.ASSIGNED: lambda f: (
            f.assigned_to is not None and f.assigned_to == f.actor_id
            if f.assignment_known
            else None
        ),
        Condition.NO_CONFLICT: _no_conflict,
        Condition.FINDINGS_COMPLETE: lambda f: _zero(f.findings_missing),
        Condition.ASSESSMENT_DONE: lambda f: _zero(f.assessments_missing),
        Condition.OPINIONS_IN: lambda f: _zero(f.opinions_missing),
        Condition.PROPOSAL_WITH_REASONS: lambda f: f.proposal_has_reasons,
        Condition.COMMUNICATED: lambda f: f.communicated_or_noted,
        Condition.REQUIREMENTS_MET: lambda f: f.requirements_met,
        Condition.AMOUNT_WITHIN_ASKED: _amount_within_asked,
        Condition.FRAME_HOLDS: _frame_holds,
        Condition.FOUR_EYES: _four_eyes,
        Condition.DECIDED_AFTER_RECEIPT: lambda f: _in_order(f.received_on, f.decided_on),
        Condition.RECONSIDERATION_GROUND: lambda f: f.reconsideration_ground is not None,
        Condition.REPORT_ACCEPTED: lambda f: f.report_accepted,
        Condition.REPORTED_AFTER_DECISION: lambda f: _in_order(f.decided_on, f.reported_on),
        Condition.INTERIM_DONE_OR_NOT_ASKED: _interim,
        Condition.LISTED_GROUND: _listed_ground,
        Condition.LEDGER_BALANCED: lambda f: _zero(f.ledger_balance_sek),
    }
)


NOT_TOLD_BY_PAPER = frozenset(
    {Condition.ALL_ANSWERED, Condition.PARTNERS_APPROVED, Condition.NO_BLOCKING_CHECK}
)
"""What an application on paper may leave undetermined: it is received as it is."""


def _paper_may_be_silent(action: Action, facts: Facts, condition: Condition) -> bool:
    return (
        facts.source is Source.PAPER
        and action is Action.SUBMIT
        and condition in NOT_TOLD_BY_PAPER
        and CHECKS[condition](facts) is None
    )


def refusals(action: Action, facts: Facts) -> tuple[Refusal, ...]:
    """The conditions of `action` that the facts do not meet, in the table's order."""
    found: list[Refusal] = []
    for condition in TABLE[action].conditions:
        if facts.source is Source.FILES and condition.evidence is Evidence.NOT_RECORDED:
            continue
        if _paper_may_be_silent(action, facts, condition):
            continue
        holds = CHECKS[condition](facts)
        if not holds:
            found.append(Refusal(condition, undetermined=holds is None))
    return tuple(found)


def refuse_unless(action: Action, facts: Facts) -> None:
    """Raise `TransitionRefused` with every condition that the facts do not meet."""
    found = refusals(action, facts)
    if found:
        raise TransitionRefused(action, found)


class LedgerRefused(Exception):
    """The money does not allow it. `code`: `below_zero` (more than there was, in `year`),
    `money_used` (what has been used is revoked, not rejected), `amount` or `not_allowed`."""

    def __init__(self, code: str, *, year: int | None = None) -> None:
        self.code = code
        self.year = year
        super().__init__(code if year is None else f"{code}: {year}")
