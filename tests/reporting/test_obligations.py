"""What a grant is to be followed by: required by itself, once, on working days, and reminded of."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.checks.working_days import is_working_day, working_day_from
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants.definitions import ReportReminders
from grants.enums import Status
from grants.models import Application
from reporting.checks.reminding import is_escalated, step_due, steps
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report
from reporting.services import obligations, reminders
from reporting.services.reports import start
from reporting.tasks import remind_of_reports, require_missing_reports, require_reports
from tests.core.concurrency import in_threads
from tests.factories import OrganisationFactory, acting_for
from tests.factories.reports import Reporting
from tests.factories.scenario import Scenario, open_call


@pytest.mark.django_db
def test_a_grant_is_followed_by_an_interim_and_a_final_report() -> None:
    world = Reporting()
    case = world.granted()
    assert require_missing_reports() == 2
    assert require_missing_reports() == require_reports(case.pk) == 0
    interim, final = Report.objects.order_by("year")
    assert (interim.kind, interim.year) == (ReportKind.INTERIM, case.call.year)
    assert interim.due_on == working_day_from(world.today + timedelta(days=20))
    assert (final.kind, final.year) == (ReportKind.FINAL, case.call.year + 1)
    events = events_of(kind="case", subject=str(case.pk)).filter(name="report.required")
    assert [each.actor_kind for each in events] == ["system", "system"]


@pytest.mark.django_db(transaction=True)
def test_the_decision_wakes_it_at_once(settings: object) -> None:
    from celery import current_app

    current_app.conf.task_always_eager = True
    try:
        scenario = Scenario()
        case = scenario.granted()
    finally:
        current_app.conf.task_always_eager = False
    assert set(case.report_references.values_list("report__kind", flat=True)) == {
        "interim",
        "final",
    }


@pytest.mark.django_db
def test_one_report_answers_for_this_years_grant_and_last_years() -> None:
    world = Reporting()
    last_year = open_call(agency=world.agency, year=world.call.year - 1)
    older = world.granted(call=last_year, interim_in=-300)
    newer = world.granted()
    assert require_missing_reports() == 4  # one of them for both
    both = Report.objects.get(year=world.call.year)
    assert set(both.references.values_list("application", flat=True)) == {older.pk, newer.pk}
    assert both.kind == ReportKind.INTERIM
    assert both.due_on == working_day_from(world.today + timedelta(days=100))
    Report.objects.update(status=ReportStatus.DUE)
    third = world.granted()
    start(report=both, actor=world.signatory)
    obligations.require_for(application_id=third.pk)
    assert both.references.count() == 3


@pytest.mark.django_db
def test_nothing_is_required_of_what_is_not_granted_or_was_brought_in() -> None:
    world = Reporting()
    for fields in ({"status": Status.REVOKED}, {"status": Status.FINAL_REPORTED}):
        case = world.granted(lead=OrganisationFactory())
        Application.objects.filter(pk=case.pk).update(**fields)
    world.call.__class__.objects.update(imported=True)
    world.granted(lead=OrganisationFactory())
    assert require_missing_reports() == 0
    assert not Report.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_require_each_report_once() -> None:
    world = Reporting()
    one, other = world.granted(), world.granted()
    in_threads(
        *(
            lambda pk=pk: obligations.require_for(application_id=pk)
            for pk in (one.pk, other.pk, one.pk)
        )
    )
    assert Report.objects.count() == 2
    assert Report.objects.get(year=world.call.year).references.count() == 2


DAYS = st.dates(date(2026, 1, 1), date(2032, 12, 31))


@given(due=DAYS.filter(is_working_day), offset=st.integers(-60, 60))
def test_reminders_come_on_working_days_and_the_latest_counts(due: date, offset: int) -> None:
    asked = ReportReminders(before=(14, 1), after=(3,), escalate=10)
    today = due + timedelta(days=offset)
    found = steps(due, asked)
    assert all(is_working_day(day) for day, _offset in found)
    assert dict(found)[due] == 0
    step = step_due(due, asked, today)
    assert (step is None) == (today < found[0][0])
    if today >= working_day_from(due + timedelta(days=3)):
        assert step == 3
    assert is_escalated(due, asked, today) == (today >= working_day_from(due + timedelta(days=10)))


@pytest.mark.django_db
def test_each_reminder_is_sent_once_and_a_missed_one_is_made_up() -> None:
    world = Reporting()
    report = world.required()
    assert report.due_on is not None
    world.granted(lead=OrganisationFactory())  # not required yet: nobody is reminded
    assert remind_of_reports() == 0

    def on(days: int) -> int:
        assert report.due_on is not None
        return reminders.remind(today=working_day_from(report.due_on + timedelta(days=days)))

    assert [on(-14), on(-13), on(-14)] == [2, 0, 0]  # the signatory and the writer, once
    assert on(0) == 2
    assert on(4) == 2
    administrator = acting_for(world.lead, "administrator")
    late = on(20)
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="report_overdue:")
    assert set(mails.values_list("recipient", flat=True)) == {
        administrator.email, world.officer.email,
    }  # fmt: skip
    assert late == 3  # they, and the administrator who now writes too
    assert on(21) == 0
    assert not OutboxMessage.objects.filter(body__contains=str(report.due_on)).exists()
    world.received(report)
    OutboxMessage.objects.all().delete()
    assert on(30) == 0


@pytest.mark.django_db
def test_a_revoked_grant_is_not_reminded_of() -> None:
    world = Reporting()
    report = world.required()
    Application.objects.update(status=Status.REVOKED)
    assert reminders.remind(today=report.due_on) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_remind_once() -> None:
    world = Reporting()
    report = world.required()
    sent = in_threads(*(lambda: reminders.remind(today=report.due_on) for _each in range(2)))
    assert OutboxMessage.objects.count() == max(sent) == 2
