"""Days that do not go together."""

from collections.abc import Iterator
from datetime import timedelta

from grants.definitions.call import CallDefinition, CarryOver

from .misfit import Misfit, advice, blocking


def of_days(definition: CallDefinition) -> Iterator[Misfit]:
    """Days in an order that cannot be meant, beside those that a definition refuses."""
    days = definition.dates
    if definition.application is not None and (days.opens is None or days.closes is None):
        missing = "opens" if days.opens is None else "closes"
        yield blocking("no_days_to_apply", "dates", missing)
    if days.closes is not None and days.closes > days.spend_by:
        yield blocking(
            "closes_after_spend_by", "dates", "closes", later=days.closes, earlier=days.spend_by
        )
    decided = days.decision_expected
    if decided is not None and decided > days.spend_by:
        yield blocking(
            "decision_after_spend_by",
            "dates",
            "decision_expected",
            later=decided,
            earlier=days.spend_by,
        )
    elif decided is not None and decided > days.measured_at:
        yield advice(
            "decision_after_measuring",
            "dates",
            "decision_expected",
            later=decided,
            earlier=days.measured_at,
        )
    if days.measured_at.year != definition.year:
        yield advice(
            "measured_other_year",
            "dates",
            "measured_at",
            day=days.measured_at,
            year=str(definition.year),
        )
    yield from _of_reports(definition)
    yield from _of_reminders(definition)
    yield from _of_carrying_over(definition)


def _of_reports(definition: CallDefinition) -> Iterator[Misfit]:
    days, asked = definition.dates, definition.reports
    if not asked.interim and not asked.final:
        yield advice("no_reports", "reports")
    if days.report_due is not None and days.report_due > days.report_cutoff:
        yield blocking(
            "due_after_cutoff",
            "dates",
            "report_due",
            later=days.report_due,
            earlier=days.report_cutoff,
        )
    if (
        days.report_due is not None
        and days.final_report_due is not None
        and days.final_report_due < days.report_due
    ):
        yield blocking(
            "final_before_interim",
            "dates",
            "final_report_due",
            earlier=days.final_report_due,
            later=days.report_due,
        )
    if asked.interim and days.report_due is None:
        yield advice("interim_without_day", "dates", "report_due")
    if asked.final and days.final_report_due is None:
        yield advice("final_without_day", "dates", "final_report_due")
    if not asked.interim and days.report_due is not None:
        yield advice("day_of_no_interim", "dates", "report_due")
    if not asked.final and days.final_report_due is not None:
        yield advice("day_of_no_final", "dates", "final_report_due")


def _of_reminders(definition: CallDefinition) -> Iterator[Misfit]:
    days, reminders = definition.dates, definition.report_form.reminders
    place = ("reporting", "reminders")
    due, last = days.report_due, days.final_report_due
    if due is not None:
        for index, number in enumerate(reminders.before):
            day = due - timedelta(days=number)
            if days.decision_expected is not None and day < days.decision_expected:
                yield advice(
                    "reminder_before_decision", *place, "before", index, number=number, day=day
                )
    if due is not None and last is not None and last > due:
        for index, number in enumerate(reminders.after):
            day = due + timedelta(days=number)
            if day > last:
                yield advice("reminder_after_next", *place, "after", index, number=number, day=day)
    if reminders.after and reminders.escalate < min(reminders.after):
        yield advice("escalated_unreminded", *place, "escalate", number=reminders.escalate)


def _of_carrying_over(definition: CallDefinition) -> Iterator[Misfit]:
    days = definition.dates
    if definition.carry_over is CarryOver.BY_DECISION and not definition.reports.final:
        yield blocking("carried_without_final", "carry_over")
    if (
        definition.carry_over is CarryOver.NOT_AT_ALL
        and definition.reports.interim
        and definition.reports.final
        and days.spend_by == days.measured_at
    ):
        yield advice("reports_alike", "carry_over", day=days.spend_by)
