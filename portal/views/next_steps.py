"""Where an application is, in words, and what comes next with its date, for its applicants."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from grants.definitions import CallDefinition
from grants.enums import Status
from grants.models import Application
from reporting.enums import ReportStatus
from reporting.models import Report

from .labels import day, money


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next; `on` is its day (Swedish date), None where there is none. `mine`: it is
    for the applicant to do."""

    text: str
    on: date | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way, with its day where that is known."""

    when: str
    text: str


def next_step(
    application: Application,
    definition: CallDefinition,
    today: date,
    report: Report | None = None,
) -> NextStep:
    """The next thing to happen in the case, or to do; `report` is the one that waits to be
    written, with its own day."""
    call, dates = application.call, definition.dates
    match application.status:
        case Status.DRAFT:
            return _draft(application, today)
        case Status.COMPLETION_REQUESTED:
            due = application.completion_due
            passed = due is not None and today > due
            text = _("Complete the application by %(day)s.")
            if passed:
                text = _(
                    "The time to complete ran out on %(day)s. A late answer is received too, and "
                    "considered as long as no decision has been made."
                )
            return NextStep(text % {"day": day(due)}, due, mine=True)
        case Status.SUBMITTED if application.assigned_to_id is None:
            if call.closes_on is not None and today <= call.closes_on:
                return NextStep(
                    _("The agency begins when the time to apply is over, after %(day)s.")
                    % {"day": day(call.closes_on)},
                    call.closes_on,
                )
            return _decision(definition, _("The case waits for a case officer."))
        case Status.SUBMITTED | Status.ASSESSED:
            return _decision(definition, _("The case is being handled."))
        case Status.GRANTED | Status.INTERIM_REPORTED if report is not None:
            return _report(report)
        case Status.GRANTED:
            due = dates.report_due or dates.final_report_due
            text = _("You have been granted %(amount)s. Next is the report.") % {
                "amount": money(application.granted_sek)
            }
            if due is not None:
                text = _("You have been granted %(amount)s. Report by %(day)s.") % {
                    "amount": money(application.granted_sek),
                    "day": day(due),
                }
            return NextStep(text, due)
        case Status.INTERIM_REPORTED:
            due = dates.final_report_due
            if due is not None:
                return NextStep(_("Send in the final report by %(day)s.") % {"day": day(due)}, due)
            return NextStep(_("Next is the final report."))
        case Status.FINAL_REPORTED:
            return NextStep(_("The reports are in. The agency closes the case."))
        case Status.REVOKED:
            return NextStep(_("The grant has been revoked. Money may have to be repaid."))
    return NextStep(_("Nothing more is to be done in the case."))


def _report(report: Report) -> NextStep:
    if report.status == ReportStatus.RETURNED:
        return NextStep(_("Answer the agency’s questions on the report."), mine=True)
    kind = str(report.get_kind_display()).lower()
    named = {"report": f"{kind} {report.year}", "day": day(report.due_on)}
    if report.due_on is None:
        return NextStep(_("Write the report: %(report)s.") % named, mine=True)
    return NextStep(_("Send in %(report)s by %(day)s.") % named, report.due_on, mine=True)


def _draft(application: Application, today: date) -> NextStep:
    closes_on = application.call.closes_on
    if closes_on is None:
        return NextStep(_("Write it and send it in."), None, mine=True)
    if today > closes_on:
        return NextStep(
            _(
                "Not sent in. The last day was %(day)s. It can still be sent in, but may be "
                "dismissed; if it is not needed you can throw it away."
            )
            % {"day": day(closes_on)},
            closes_on,
            mine=True,
        )
    if application.register_number:
        text = _("Taken back. Send it in again by %(day)s, or it is not in the call.")
    else:
        text = _("Send it in by %(day)s.")
    return NextStep(text % {"day": day(closes_on)}, closes_on, mine=True)


def _decision(definition: CallDefinition, text: str) -> NextStep:
    expected = definition.dates.decision_expected
    if expected is None:
        return NextStep(text)
    decision = _("A decision is expected on %(day)s.") % {"day": day(expected)}
    return NextStep(f"{text} {decision}", expected)


def what_happens_next(
    application: Application, definition: CallDefinition, today: date
) -> list[Step]:
    """The way from the receipt to the report, step by step, with dates."""
    call, dates = application.call, definition.dates
    steps: list[Step] = []
    open_still = call.closes_on is not None and today <= call.closes_on
    if open_still and application.assigned_to_id is None:
        steps.append(
            Step(
                _("Until %(day)s") % {"day": day(call.closes_on)},
                _(
                    "You can take the application back, change it and send it in again, as long "
                    "as nobody at the agency has begun with it."
                ),
            )
        )
    steps.append(
        Step(
            _("After %(day)s") % {"day": day(call.closes_on)} if open_still else _("Now"),
            _(
                "A case officer looks through the application. If something is missing you are "
                "asked for it, with a day to answer by, and a mail tells you to look here."
            ),
        )
    )
    if call.asks_opinion:
        steps.append(
            Step(_("Meanwhile"), _("The county administrative board may give its opinion."))
        )
    expected = dates.decision_expected
    steps.append(
        Step(
            day(expected) if expected else _("Later"),
            _("The agency decides. The decision with its reasons is here on the page of the case."),
        )
    )
    report_due = dates.report_due or dates.final_report_due
    if report_due is not None:
        steps.append(
            Step(day(report_due), _("If you are granted money, this is the day to report by."))
        )
    return steps
