"""When a report is reminded of: pure dates."""

from datetime import date, timedelta

from core.checks.working_days import working_day_from
from grants.definitions import ReportReminders


def steps(due_on: date, reminders: ReportReminders) -> list[tuple[date, int]]:
    """The days of the reminders with how many days after the due date each stands for (negative:
    before), the earliest first. One that falls on a day when nobody works is moved to the next
    working day; of those that then share a day the last is kept."""
    offsets = [*(-days for days in reminders.before), 0, *reminders.after]
    found = {working_day_from(due_on + timedelta(days=each)): each for each in sorted(offsets)}
    return sorted(found.items())


def step_due(due_on: date, reminders: ReportReminders, today: date) -> int | None:
    """Which reminder is due: of those whose day has come the latest, which alone still means
    something. None before the first."""
    come = [offset for day, offset in steps(due_on, reminders) if day <= today]
    return come[-1] if come else None


def is_escalated(due_on: date, reminders: ReportReminders, today: date) -> bool:
    """Whether the administrator and the officer are to be told, the report being so late."""
    return today >= working_day_from(due_on + timedelta(days=reminders.escalate))
