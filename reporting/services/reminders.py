"""Reminders of reports: due and not yet sent, so a missed night is made up."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import StaffRole, User
from applicants.rules import WRITERS
from grants.enums import NoticeKind
from grants.models import Application
from grants.selectors.people import people_of
from grants.selectors.reminders import keys_there
from grants.services.notices import dedupe_key, notify
from reporting.models import Report
from reporting.selectors.obligations import (
    OWING,
    UNSENT,
    Reminder,
    reminders_due,
    reports_to_mind,
)
from reporting.selectors.plan import applications_of

from .reports import locked_report

BATCH = 200


def remind(*, today: date | None = None) -> int:
    """Queue what is due of every report and not queued yet; returns how many mails.

    `today` is a Swedish date. Each report is a transaction of its own: a run that is cut short
    is taken up by the next, which finds by the mails' keys what is done.
    """
    today = today or timezone.localdate()
    queued = after = 0
    while reports := reports_to_mind(today=today, after=after, limit=BATCH):
        after = reports[-1].pk
        for report in reports:
            queued += _told(report, today)
    return queued


def _told(report: Report, today: date) -> int:
    cases = [each for each in applications_of(report) if each.status in OWING]
    if not cases:
        return 0
    first = cases[0]
    for reminder in reminders_due(report, first, today):
        keys = {
            dedupe_key(first, person, kind, reminder.key)
            for kind, people, _agency in _receivers(first, reminder)
            for person in people
        }
        if keys - keys_there(keys):
            break
    else:
        return 0
    return _remind(report, first.pk, today)


@transaction.atomic
def _remind(report: Report, first: int, today: date) -> int:
    """Tell of a report that is still not sent in, and whose due date is what it was."""
    report, applications = locked_report(report)
    application = next((each for each in applications if each.pk == first), None)
    if report.status not in UNSENT or application is None or application.status not in OWING:
        return 0
    sent = 0
    for reminder in reminders_due(report, application, today):
        for kind, people, to_agency in _receivers(application, reminder):
            keys = {
                person.pk: dedupe_key(application, person, kind, reminder.key) for person in people
            }
            there = keys_there(keys.values())
            missing = [person for person in people if keys[person.pk] not in there]
            told = notify(
                application=application,
                people=missing,
                kind=kind,
                key=reminder.key,
                to_agency=to_agency,
            )
            sent += len(told)
    return sent


def _receivers(
    application: Application, reminder: Reminder
) -> list[tuple[NoticeKind, list[User], bool]]:
    """Who is told, and whether they are the agency's: those who write; of a report that is very
    late the organisation's administrators, and the case's officer or all of the agency's."""
    if reminder.step is not None:
        people = people_of(application, WRITERS, lead_only=True)
        return [(NoticeKind.REPORT_REMINDER, people, False)]
    administrators = people_of(application, [OrganisationRole.ADMINISTRATOR], lead_only=True)
    officer = application.assigned_to
    officers = [officer] if officer is not None and officer.is_active else _officers(application)
    return [
        (NoticeKind.REPORT_OVERDUE, administrators, False),
        (NoticeKind.REPORT_OVERDUE, officers, True),
    ]


def _officers(application: Application) -> list[User]:
    staff = StaffRole.objects.filter(agency=application.call.agency_id, role=Role.CASE_OFFICER)
    return list(
        User.objects.filter(is_active=True, pk__in=staff.values("user"))
        .exclude(pk__in=application.shut_out.values("user"))
        .order_by("pk")
    )
