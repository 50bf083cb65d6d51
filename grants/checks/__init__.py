"""Pure rules of the grants room over frozen facts: transitions, and what submitting runs."""

from grants.content.paths import UnlockableField

from .submission import (
    FORM_CHECKS,
    MISSING,
    SUBMISSION_CHECKS,
    AttachedFile,
    Finding,
    Participant,
    Severity,
    Snapshot,
    SubmissionBlocked,
    all_answered,
    run,
)
from .transitions import (
    CHECKS,
    DismissalGround,
    Facts,
    LedgerRefused,
    Prepared,
    ReconsiderationGround,
    Refusal,
    Source,
    TransitionRefused,
    refusals,
    refuse_unless,
)

__all__ = [
    "CHECKS",
    "FORM_CHECKS",
    "MISSING",
    "SUBMISSION_CHECKS",
    "AttachedFile",
    "DismissalGround",
    "Facts",
    "Finding",
    "LedgerRefused",
    "Participant",
    "Prepared",
    "ReconsiderationGround",
    "Refusal",
    "Severity",
    "Snapshot",
    "Source",
    "SubmissionBlocked",
    "TransitionRefused",
    "UnlockableField",
    "all_answered",
    "refusals",
    "refuse_unless",
    "run",
]
