"""The transition table of a report, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from reporting.enums import ReportStatus


class ReportAction(StrEnum):
    """The transitions; each value is the name of the method on `Report`."""

    START = "start"
    SEND_IN = "send_in"
    RETURN = "send_back"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class ReportTransition:
    """One line of the table. `permission` is asked of `rules` with the report."""

    action: ReportAction
    sources: tuple[ReportStatus, ...]
    target: ReportStatus
    permission: str


_LINES = (
    ReportTransition(
        ReportAction.START, (ReportStatus.DUE,), ReportStatus.DRAFT, "reporting.write_report"
    ),
    ReportTransition(
        ReportAction.SEND_IN,
        (ReportStatus.DRAFT, ReportStatus.RETURNED),
        ReportStatus.RECEIVED,
        "reporting.send_report",
    ),
    ReportTransition(
        ReportAction.RETURN,
        (ReportStatus.RECEIVED,),
        ReportStatus.RETURNED,
        "reporting.review_report",
    ),
    ReportTransition(
        ReportAction.ACCEPT,
        (ReportStatus.RECEIVED,),
        ReportStatus.ACCEPTED,
        "reporting.review_report",
    ),
)

TABLE: Mapping[ReportAction, ReportTransition] = MappingProxyType(
    {line.action: line for line in _LINES}
)
