"""The transition table of an application, as data.

Who may do what is named by permission; what must hold is named by condition and evaluated by
`grants.checks`. Each condition says whether the files of an old register can show it: import
checks those it can with the same code, and the journal says of the others that they were not
recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from grants.enums import Status


class Evidence(StrEnum):
    """Whether a programme year as files can show that a condition held."""

    SHOWN = "shown"
    NOT_RECORDED = "not_recorded"


class Condition(StrEnum):
    """What must hold for a transition. The value is kept in journals: never change one."""

    AMOUNT_ASKED = "amount_asked"
    ALL_ANSWERED = "all_answered"
    PARTNERS_APPROVED = "partners_approved"
    NO_BLOCKING_CHECK = "no_blocking_check"
    NEVER_RECEIVED = "never_received"
    CALL_OPEN = "call_open"
    NOBODY_ASSIGNED = "nobody_assigned"
    FIELDS_AND_DATE_NAMED = "fields_and_date_named"
    OFFICER_OR_DATE_PASSED = "officer_or_date_passed"
    DISMISSAL_GROUND = "dismissal_ground"
    REASONS_GIVEN = "reasons_given"
    ASSIGNED = "assigned"
    NO_CONFLICT = "no_conflict"
    FINDINGS_COMPLETE = "findings_complete"
    ASSESSMENT_DONE = "assessment_done"
    OPINIONS_IN = "opinions_in"
    PROPOSAL_WITH_REASONS = "proposal_with_reasons"
    COMMUNICATED = "communicated"
    REQUIREMENTS_MET = "requirements_met"
    AMOUNT_WITHIN_ASKED = "amount_within_asked"
    FRAME_HOLDS = "frame_holds"
    FOUR_EYES = "four_eyes"
    DECIDED_AFTER_RECEIPT = "decided_after_receipt"
    RECONSIDERATION_GROUND = "reconsideration_ground"
    REPORT_ACCEPTED = "report_accepted"
    REPORTED_AFTER_DECISION = "reported_after_decision"
    INTERIM_DONE_OR_NOT_ASKED = "interim_done_or_not_asked"
    LISTED_GROUND = "listed_ground"
    LEDGER_BALANCED = "ledger_balanced"

    @property
    def evidence(self) -> Evidence:
        """Whether the interchange files can show it."""
        return Evidence.SHOWN if self in SHOWN_BY_FILES else Evidence.NOT_RECORDED


SHOWN_BY_FILES = frozenset(
    {
        Condition.AMOUNT_ASKED,
        Condition.AMOUNT_WITHIN_ASKED,
        Condition.FRAME_HOLDS,
        Condition.DECIDED_AFTER_RECEIPT,
        Condition.REPORT_ACCEPTED,
        Condition.REPORTED_AFTER_DECISION,
        Condition.INTERIM_DONE_OR_NOT_ASKED,
    }
)


class Action(StrEnum):
    """The transitions; each value is the name of the method on `Application`."""

    SUBMIT = "submit"
    DISCARD = "discard"
    TAKE_BACK = "take_back"
    REQUEST_COMPLETION = "request_completion"
    COMPLETE = "complete"
    LAPSE = "lapse"
    DISMISS = "dismiss"
    ASSESS = "assess"
    REOPEN = "reopen"
    GRANT = "grant"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RECONSIDER = "reconsider"
    ACCEPT_INTERIM = "accept_interim"
    ACCEPT_FINAL = "accept_final"
    REVOKE = "revoke"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. `permission` is asked of `rules` with the application."""

    action: Action
    sources: tuple[Status, ...]
    target: Status
    permission: str
    conditions: tuple[Condition, ...] = ()

    def not_recorded(self) -> tuple[Condition, ...]:
        """The conditions of which files of an old register say nothing."""
        return tuple(c for c in self.conditions if c.evidence is Evidence.NOT_RECORDED)


_LINES = (
    Transition(
        Action.SUBMIT,
        (Status.DRAFT,),
        Status.SUBMITTED,
        "grants.submit_application",
        (
            Condition.AMOUNT_ASKED,
            Condition.ALL_ANSWERED,
            Condition.PARTNERS_APPROVED,
            Condition.NO_BLOCKING_CHECK,
        ),
    ),
    Transition(
        Action.DISCARD,
        (Status.DRAFT,),
        Status.DISCARDED,
        "grants.discard_application",
        # What has been received stays: its versions are public records.
        (Condition.NEVER_RECEIVED,),
    ),
    Transition(
        Action.TAKE_BACK,
        (Status.SUBMITTED,),
        Status.DRAFT,
        "grants.take_back_application",
        (Condition.CALL_OPEN, Condition.NOBODY_ASSIGNED),
    ),
    Transition(
        Action.REQUEST_COMPLETION,
        (Status.SUBMITTED,),
        Status.COMPLETION_REQUESTED,
        "grants.request_completion",
        (Condition.FIELDS_AND_DATE_NAMED,),
    ),
    Transition(
        Action.COMPLETE,
        (Status.COMPLETION_REQUESTED,),
        Status.SUBMITTED,
        "grants.complete_application",
    ),
    Transition(
        Action.LAPSE,
        (Status.COMPLETION_REQUESTED,),
        Status.SUBMITTED,
        "grants.lapse_completion",
        (Condition.OFFICER_OR_DATE_PASSED,),
    ),
    Transition(
        Action.DISMISS,
        (Status.SUBMITTED, Status.COMPLETION_REQUESTED),
        Status.DISMISSED,
        "grants.decide_application",
        (
            Condition.DISMISSAL_GROUND,
            Condition.REASONS_GIVEN,
            Condition.FOUR_EYES,
            Condition.NO_CONFLICT,
        ),
    ),
    Transition(
        Action.ASSESS,
        (Status.SUBMITTED,),
        Status.ASSESSED,
        "grants.assess_application",
        (
            Condition.ASSIGNED,
            Condition.NO_CONFLICT,
            Condition.FINDINGS_COMPLETE,
            Condition.ASSESSMENT_DONE,
            Condition.OPINIONS_IN,
            Condition.PROPOSAL_WITH_REASONS,
            Condition.COMMUNICATED,
        ),
    ),
    Transition(
        Action.REOPEN,
        (Status.ASSESSED,),
        Status.SUBMITTED,
        "grants.reopen_application",
        (Condition.REASONS_GIVEN,),
    ),
    Transition(
        Action.GRANT,
        (Status.ASSESSED,),
        Status.GRANTED,
        "grants.decide_application",
        (
            Condition.REQUIREMENTS_MET,
            Condition.AMOUNT_WITHIN_ASKED,
            Condition.FRAME_HOLDS,
            Condition.DECIDED_AFTER_RECEIPT,
            Condition.FOUR_EYES,
            Condition.NO_CONFLICT,
        ),
    ),
    Transition(
        Action.REJECT,
        (Status.ASSESSED,),
        Status.REJECTED,
        "grants.decide_application",
        (
            Condition.REASONS_GIVEN,
            Condition.DECIDED_AFTER_RECEIPT,
            Condition.FOUR_EYES,
            Condition.NO_CONFLICT,
        ),
    ),
    Transition(
        Action.WITHDRAW,
        (Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED),
        Status.WITHDRAWN,
        "grants.withdraw_application",
    ),
    Transition(
        Action.RECONSIDER,
        (
            Status.GRANTED,
            Status.INTERIM_REPORTED,
            Status.FINAL_REPORTED,
            Status.REJECTED,
            Status.DISMISSED,
        ),
        Status.ASSESSED,
        "grants.reconsider_application",
        (Condition.RECONSIDERATION_GROUND,),
    ),
    Transition(
        Action.ACCEPT_INTERIM,
        (Status.GRANTED,),
        Status.INTERIM_REPORTED,
        "grants.accept_report",
        (Condition.REPORT_ACCEPTED, Condition.REPORTED_AFTER_DECISION),
    ),
    Transition(
        Action.ACCEPT_FINAL,
        (Status.GRANTED, Status.INTERIM_REPORTED),
        Status.FINAL_REPORTED,
        "grants.accept_report",
        (
            Condition.REPORT_ACCEPTED,
            Condition.REPORTED_AFTER_DECISION,
            Condition.INTERIM_DONE_OR_NOT_ASKED,
        ),
    ),
    Transition(
        Action.REVOKE,
        (Status.GRANTED, Status.INTERIM_REPORTED, Status.FINAL_REPORTED),
        Status.REVOKED,
        "grants.revoke_application",
        (
            Condition.LISTED_GROUND,
            Condition.REASONS_GIVEN,
            Condition.FOUR_EYES,
            Condition.NO_CONFLICT,
        ),
    ),
    Transition(
        Action.CLOSE,
        (
            Status.WITHDRAWN,
            Status.REJECTED,
            Status.DISMISSED,
            Status.REVOKED,
            Status.FINAL_REPORTED,
        ),
        Status.CLOSED,
        "grants.close_application",
        (Condition.LEDGER_BALANCED,),
    ),
)

TABLE: Mapping[Action, Transition] = MappingProxyType({line.action: line for line in _LINES})

HAS_GRANT = frozenset({Status.GRANTED, Status.INTERIM_REPORTED, Status.FINAL_REPORTED})
"""The states in which a grant is in force."""
