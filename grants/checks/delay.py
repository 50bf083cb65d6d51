"""When an applicant may ask that its case be decided, and by when it is answered
(förvaltningslagen 12 §)."""

from calendar import monthrange
from datetime import date, timedelta

MONTHS = 6
ANSWERED_WITHIN = timedelta(weeks=4)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has none of that number."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def may_be_asked_from(received_on: date) -> date:
    """The first Swedish date on which a case received then has not been decided within six
    months."""
    return months_after(received_on, MONTHS) + timedelta(days=1)


def answered_by(asked_on: date) -> date:
    """The last Swedish date, inclusive, to decide the case or refuse the request."""
    return asked_on + ANSWERED_WITHIN
