"""Reading single cells: each reader notes a fault and gives None where the text is not one."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from portal.checks.faults import Faults
from portal.checks.interchange import SWEDISH_TIME

LARGEST_SEK = 10**15
"""Far above any frame, and well inside a 64-bit column also when summed."""

_AMOUNT = re.compile(r"-?[0-9]{1,30}")
_YEAR = re.compile(r"[0-9]{4}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_CODE = re.compile(r"[a-z][a-z0-9_-]*")


class Cells:
    """The cells of one row, by column; `clean` turns false at the first fault."""

    def __init__(
        self, label: str, row: int, columns: tuple[str, ...], cells: list[str], faults: Faults
    ) -> None:
        self.row = row
        self._label = label
        self._cells = dict(zip(columns, cells, strict=True))
        self._faults = faults
        self.clean = True

    def fault(self, column: str, code: str, **params: object) -> None:
        """Note a fault of this column."""
        self.clean = False
        self._faults.add(
            self._label, self.row, column, self._cells.get(column) or None, code, **params
        )

    def raw(self, column: str) -> str:
        """The text without the space around it."""
        return self._cells[column].strip()

    def text(self, column: str, *, limit: int, required: bool = True) -> str | None:
        """A text; None, with a fault, where a required one is missing or it is too long."""
        text = self.raw(column)
        if not text and required:
            self.fault(column, "missing")
            return None
        if len(text) > limit:
            self.fault(column, "too_long", limit=limit)
            return None
        return text

    def code(self, column: str, *, limit: int) -> str | None:
        """A code of small letters, digits and hyphens."""
        text = self.text(column, limit=limit)
        if text is not None and not _CODE.fullmatch(text):
            self.fault(column, "not_a_code")
            return None
        return text

    def one_of(self, column: str, expected: Iterable[str], code: str) -> str | None:
        """One of the expected codes."""
        text = self.raw(column)
        if not text:
            self.fault(column, "missing")
            return None
        if text not in expected:
            self.fault(column, code, expected=", ".join(expected))
            return None
        return text

    def amount(self, column: str) -> int | None:
        """Whole kronor, of any sign."""
        text = self.raw(column)
        if not text:
            self.fault(column, "missing")
            return None
        if not _AMOUNT.fullmatch(text):
            self.fault(column, "not_whole_kronor")
            return None
        if abs(value := int(text)) > LARGEST_SEK:
            self.fault(column, "amount_too_large")
            return None
        return value

    def positive(self, column: str) -> int | None:
        """Whole kronor above zero."""
        value = self.amount(column)
        if value is not None and value <= 0:
            self.fault(column, "not_above_zero")
            return None
        return value

    def not_negative(self, column: str) -> int | None:
        """Whole kronor, zero or more."""
        value = self.amount(column)
        if value is not None and value < 0:
            self.fault(column, "below_zero")
            return None
        return value

    def year(self, column: str) -> int | None:
        """A year of four digits, from 1900 to 2999."""
        text = self.raw(column)
        if not _YEAR.fullmatch(text) or not 1900 <= int(text) <= 2999:
            self.fault(column, "missing" if not text else "not_a_year")
            return None
        return int(text)

    def day(self, column: str) -> date | None:
        """A Swedish local date."""
        text = self.raw(column)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        self.fault(column, "missing" if not text else "not_a_date")
        return None

    def moment(self, column: str) -> datetime | None:
        """A moment with its offset. Without one it is Swedish time; a bare date is its start."""
        text = self.raw(column)
        if _TIME.fullmatch(text):
            try:
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is None:
                    moment = moment.replace(tzinfo=SWEDISH_TIME)
                # A moment at the edge of the calendar has no UTC; one that a clock put forward
                # skips is brought to one that was.
                utc = moment.astimezone(UTC)
                return utc.astimezone(moment.tzinfo)
            except (ValueError, OverflowError):
                pass
        self.fault(column, "missing" if not text else "not_a_time")
        return None
