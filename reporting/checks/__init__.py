"""Pure rules of the report's transition table over frozen facts."""

from dataclasses import dataclass

from core.definitions import Problem
from reporting.workflow import ReportAction


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What is known when a report is moved. None has not been found out, and refuses.

    `blocking_findings` counts what stops sending in; `questions` is what a returned report is
    to be completed with.
    """

    blocking_findings: int | None = None
    questions: str | None = None


class ReportRefused(Exception):
    """The facts do not allow it; `code` says why. `action` is None where a report is required."""

    def __init__(self, action: ReportAction | None, code: str) -> None:
        self.action = action
        self.code = code
        super().__init__(f"{action}: {code}")


class ReportBlocked(ReportRefused):
    """The answers cannot be sent in as they are; `problems` are all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(ReportAction.SEND_IN, "blocking_findings")
        self.problems = problems


def refuse_unless(action: ReportAction, facts: ReportFacts) -> None:
    """Raise `ReportRefused` where the facts do not allow `action`."""
    if action is ReportAction.SEND_IN and facts.blocking_findings != 0:
        raise ReportRefused(action, "blocking_findings")
    if action is ReportAction.RETURN and not (facts.questions or "").strip():
        raise ReportRefused(action, "questions_missing")
