"""The files of a programme year and their columns, and how their cells are written.

A folder of UTF-8 CSV files with header rows, or one .xlsx with a sheet each. It holds a year's
calls, and the calls before whose money is still in use.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from zoneinfo import ZoneInfo

from grants.enums import Outcome, Status
from grants.workflow import HAS_GRANT

SWEDISH_TIME = ZoneInfo("Europe/Stockholm")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "calls": ("call", "definition", "year", "frame_sek", "report_cutoff"),
        "organisations": (
            "organisation",
            "org_no",
            "unit",
            "name",
            "kind",
            "county_code",
            "municipality_code",
        ),
        "applications": (
            "reference",
            "call",
            "lead",
            "received_at",
            "requested_sek",
            "outcome",
            "granted_sek",
            "decided_at",
        ),
        "partners": ("reference", "organisation"),
        "funds": ("reference", "year", "available_sek", "spent_sek", "to_repay_sek"),
        "reports": ("report", "stream", "year", "organisation", "references", "received_at"),
        "areas": ("report", "area", "status"),
        "answers": ("report", "area", "question", "option"),
        "values": ("report", "area", "question", "value"),
        "findings": ("reference", "organisation", "requirement", "finding"),
    }
)
"""The columns of each file, in order. The order of the files is that in which they are read."""

OPTIONAL = frozenset({"values", "findings"})
"""The files that may be missing."""

OUTCOMES = ("granted", "rejected", "withdrawn")
"""What an application can have come to; a folder knows no others."""

REFERENCE_SEPARATOR = ";"


def local_date(moment: datetime) -> date:
    """The Swedish local date of a moment."""
    return moment.astimezone(SWEDISH_TIME).date()


def moment_text(moment: datetime, offset: int | None = None) -> str:
    """A moment as the files write it: with its UTC offset, given in minutes, or Swedish time."""
    zone = SWEDISH_TIME if offset is None else timezone(timedelta(minutes=offset))
    return moment.astimezone(zone).isoformat()


def other_offset(moment: datetime) -> int | None:
    """The offset from UTC in minutes where it is not that of Swedish time, else None."""
    own, swedish = moment.utcoffset(), moment.astimezone(SWEDISH_TIME).utcoffset()
    if own is None or own == swedish:
        return None
    return int(own.total_seconds()) // 60


def outcome_of(status: str, last_decision: str | None) -> str | None:
    """What the files call the outcome of a case; None for one that they have no word for.

    A closed case counts by its last decision, and is withdrawn where it has none.
    """
    if status in HAS_GRANT:
        return "granted"
    if status in (Status.REJECTED, Status.WITHDRAWN):
        return str(status)
    if status == Status.CLOSED:
        if last_decision is None:
            return "withdrawn"
        if last_decision in (Outcome.GRANTED, Outcome.REJECTED):
            return str(last_decision)
    return None
