"""Reports: the table, the services, and random walks over several reports at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from core.definitions import Answers
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import LedgerRefused, TransitionRefused
from grants.enums import EntryKind, Status, Stream
from grants.selectors import fund_years
from grants.services import handling
from grants.workflow import Condition
from reporting.checks import ReportBlocked, ReportFacts, ReportRefused
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report, ReportVersion
from reporting.selectors.reports import overdue, own_reports, reports_visible_to
from reporting.services import reports
from reporting.workflow import TABLE, ReportAction
from tests.core.concurrency import in_threads
from tests.factories import (
    OrganisationFactory,
    ReportFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.scenario import REQUESTED, Scenario, answers, fresh, open_call

GOOD = ReportFacts(blocking_findings=0, questions="Vad kostade det?")

PAIRS = [(line.action, status) for line in TABLE.values() for status in line.sources]
OTHERS = [
    (line.action, status)
    for line in TABLE.values()
    for status in ReportStatus
    if status not in line.sources
]


# The table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "status"), PAIRS)
def test_a_pair_of_the_table_leads_to_its_target(
    action: ReportAction, status: ReportStatus
) -> None:
    report = Report(status=status)
    getattr(report, action.value)(facts=GOOD)
    assert report.status == TABLE[action].target


@pytest.mark.parametrize(("action", "status"), OTHERS)
def test_a_pair_that_is_not_in_the_table_is_refused(
    action: ReportAction, status: ReportStatus
) -> None:
    report = Report(status=status)
    with pytest.raises(TransitionNotAllowed):
        getattr(report, action.value)(facts=GOOD)
    assert report.status == status


def test_the_design_has_these_transitions_and_no_others() -> None:
    assert {(status.value, TABLE[action].target.value) for action, status in PAIRS} == {
        ("due", "draft"),
        ("draft", "received"),
        ("returned", "received"),
        ("received", "returned"),
        ("received", "accepted"),
    }


@pytest.mark.parametrize(
    ("action", "facts", "code"),
    [
        (ReportAction.SEND_IN, ReportFacts(blocking_findings=1), "blocking_findings"),
        (ReportAction.SEND_IN, ReportFacts(), "blocking_findings"),
        (ReportAction.RETURN, ReportFacts(questions=" "), "questions_missing"),
        (ReportAction.RETURN, ReportFacts(), "questions_missing"),
    ],
)
def test_a_condition_that_does_not_hold_or_is_not_known_refuses(
    action: ReportAction, facts: ReportFacts, code: str
) -> None:
    report = Report(status=TABLE[action].sources[0])
    with pytest.raises(ReportRefused) as caught:
        getattr(report, action.value)(facts=facts)
    assert caught.value.code == code
    assert report.status == TABLE[action].sources[0]


# The services -------------------------------------------------------------------------------------


def reported(scenario: Scenario, status: ReportStatus) -> Report:
    """A report for one granted case, brought to that status by the services."""
    case = scenario.granted()
    report = reports.require_report(
        agency=scenario.call.agency,
        code=f"R-{case.pk}",
        stream=Stream(scenario.call.stream),
        year=scenario.call.year,
        organisation=scenario.lead,
        applications=[case],
        kind=ReportKind.FINAL,
        actor=scenario.officer,
    )
    steps = {
        ReportStatus.DUE: [],
        ReportStatus.DRAFT: [ReportAction.START],
        ReportStatus.RECEIVED: [ReportAction.START, ReportAction.SEND_IN],
        ReportStatus.RETURNED: [ReportAction.START, ReportAction.SEND_IN, ReportAction.RETURN],
        ReportStatus.ACCEPTED: [ReportAction.START, ReportAction.SEND_IN, ReportAction.ACCEPT],
    }
    for action in steps[status]:
        attempt(scenario, report, action)
    report = fresh(report)
    assert report.status == status
    return report


def attempt(
    scenario: Scenario, report: Report, action: ReportAction, actor: Any = None, **changes: Any
) -> Any:
    applicant, officer = actor or scenario.signatory, actor or scenario.officer
    if action is ReportAction.START:
        return reports.start(report=report, actor=applicant)
    if action is ReportAction.SEND_IN:
        return reports.send_in(
            report=report, actor=applicant, answers=changes.get("answers", answers())
        )
    if action is ReportAction.RETURN:
        return reports.send_back(report=report, actor=officer, questions="Vad kostade det?")
    used = [
        reports.Used(application=pk, spent_sek=REQUESTED)
        for pk in report.references.values_list("application_id", flat=True)
    ]
    return reports.accept(report=report, actor=officer, used=changes.get("used", used))


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "status"), PAIRS)
def test_every_transition_of_the_table_can_be_made(
    action: ReportAction, status: ReportStatus
) -> None:
    scenario = Scenario()
    report = reported(scenario, status)
    attempt(scenario, report, action)
    assert fresh(report).status == TABLE[action].target


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "status"), OTHERS)
def test_no_transition_that_the_table_lacks_can_be_made(
    action: ReportAction, status: ReportStatus
) -> None:
    scenario = Scenario()
    report = reported(scenario, status)
    other = Answers.from_rows(choices=[("", "attended_training", "no")])
    with pytest.raises(TransitionNotAllowed):
        attempt(scenario, report, action, answers=other)
    assert fresh(report).status == status


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(ReportAction))
def test_nobody_else_may_make_the_transition(action: ReportAction) -> None:
    scenario = Scenario()
    report = reported(scenario, TABLE[action].sources[0])
    strangers = [
        UserFactory(),
        UserFactory(is_superuser=True),
        Scenario().officer,
        Scenario().signatory,
        staff(scenario.call.agency, "analyst"),
        scenario.decider,
        acting_for(scenario.lead, "reader"),
    ]
    by_staff = action in {ReportAction.RETURN, ReportAction.ACCEPT}
    strangers.append(scenario.signatory if by_staff else scenario.officer)
    for stranger in strangers:
        with pytest.raises(PermissionDenied):
            attempt(scenario, report, action, actor=stranger)
    assert fresh(report).status == TABLE[action].sources[0]


@pytest.mark.django_db
def test_what_is_sent_in_is_kept_as_it_was_with_areas_and_answers() -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.RECEIVED)
    version = report.versions.get()
    assert dict(version.areas.values_list("area", "status")) == {
        "mapping": "completed",
        "training": "ongoing",
    }
    rows = set(version.answers.values_list("area", "question", "option", "value"))
    assert rows == {
        ("", "attended_training", "yes", ""),
        ("mapping", "activities", "survey", ""),
        ("", "comment", "", "Det gick bra."),
    }
    assert version.received_at == report.first_received_at


@pytest.mark.django_db
def test_a_returned_report_keeps_its_first_date_of_receipt() -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.RETURNED)
    first = report.first_received_at
    changed = Answers.from_rows(choices=[("", "attended_training", "no")])
    second = attempt(scenario, report, ReportAction.SEND_IN, answers=changed)
    report = fresh(report)
    assert report.first_received_at == first
    assert first is not None
    assert (second.number, second.received_at > first) == (2, True)
    assert report.versions.get(number=1).answers.filter(option="yes").exists()


@pytest.mark.django_db
def test_a_second_click_gives_the_same_version() -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.DRAFT)
    first = attempt(scenario, report, ReportAction.SEND_IN)
    assert attempt(scenario, report, ReportAction.SEND_IN) == first
    assert report.versions.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Answers(), "required"),
        (
            Answers.from_rows(
                choices=[("", "attended_training", "yes"), ("", "attended_training", "no")]
            ),
            "several_in_one_choice",
        ),
        (
            Answers.from_rows(
                areas=[("shelter", "ongoing")], choices=[("", "attended_training", "no")]
            ),
            "unknown_area",
        ),
        (
            Answers.from_rows(
                areas=[("mapping", "begun")], choices=[("", "attended_training", "no")]
            ),
            "unknown_status",
        ),
        (
            Answers.from_rows(
                areas=[("mapping", "ongoing")],
                choices=[
                    ("", "attended_training", "no"),
                    ("mapping", "activities", "none"),
                    ("mapping", "activities", "survey"),
                ],
            ),
            "exclusive_with_others",
        ),
    ],
)
def test_answers_that_cannot_be_are_not_sent_in(wrong: Answers, code: str) -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.DRAFT)
    with pytest.raises(ReportBlocked) as caught:
        attempt(scenario, report, ReportAction.SEND_IN, answers=wrong)
    assert code in {str(problem.code) for problem in caught.value.problems}
    assert fresh(report).status == ReportStatus.DRAFT
    assert not ReportVersion.objects.exists()


@pytest.mark.django_db
def test_a_report_is_required_only_of_who_has_a_grant_in_force() -> None:
    scenario = Scenario()
    granted, rejected = scenario.granted(), scenario.at(Status.REJECTED)
    arguments: dict[str, Any] = {
        "agency": scenario.call.agency,
        "code": "R",
        "stream": Stream.MUNICIPALITIES,
        "year": scenario.call.year,
        "organisation": scenario.lead,
        "kind": ReportKind.FINAL,
        "actor": scenario.officer,
    }
    for applications, changes in (
        ([], {}),
        ([granted, rejected], {}),
        ([granted], {"organisation": OrganisationFactory()}),
    ):
        with pytest.raises(ReportRefused) as caught:
            reports.require_report(applications=applications, **arguments | changes)
        assert caught.value.code == "no_grant"
    with pytest.raises(PermissionDenied):
        reports.require_report(applications=[granted], **arguments | {"actor": scenario.decider})
    assert not Report.objects.exists()


# Money and the cases ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spent_sek", "to_repay_sek", "status"),
    [
        (REQUESTED, 0, Status.FINAL_REPORTED),
        (REQUESTED - 100, 100, Status.FINAL_REPORTED),
        (REQUESTED - 100, 0, Status.INTERIM_REPORTED),
        (0, 0, Status.INTERIM_REPORTED),
    ],
)
def test_accepting_books_the_money_and_moves_the_case_on(
    spent_sek: int, to_repay_sek: int, status: Status
) -> None:
    scenario = Scenario()
    case = scenario.granted()
    scenario.accepted_report(case, spent_sek=spent_sek, to_repay_sek=to_repay_sek)
    assert fresh(case).status == status
    (year,) = fund_years(case)
    assert (year.spent_sek, year.to_repay_sek, year.reported) == (spent_sek, to_repay_sek, True)
    names = [event.name for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names[-1] == f"application.{status.value}"
    assert "report.accepted" in names


@pytest.mark.django_db
def test_what_is_accepted_before_or_after_the_years_end_is_booked_on_the_day_of_booking() -> None:
    today = timezone.localdate()
    for year in (today.year, today.year - 1):
        scenario = Scenario(call=open_call(year=year))
        case = scenario.granted()
        scenario.accepted_report(case, spent_sek=REQUESTED - 100, to_repay_sek=100)
        booked = case.ledger_entries.exclude(kind=EntryKind.GRANTED).order_by("pk")
        assert [(each.kind, each.year, each.booked_on) for each in booked] == [
            (EntryKind.SPENT, year, today), (EntryKind.CLAIMED, year, today),
        ]  # fmt: skip


@pytest.mark.django_db
def test_one_report_answers_for_this_years_grant_and_last_years_carried_over() -> None:
    scenario = Scenario(call=open_call(year=2012))
    last = scenario.granted()
    scenario.accepted_report(last, spent_sek=200_000)
    scenario.call = open_call(year=2013, agency=scenario.call.agency)
    this = scenario.granted()
    report = scenario.received_report(last, this)
    used = [
        reports.Used(application=last.pk, spent_sek=290_000, to_repay_sek=10_000),
        reports.Used(application=this.pk, spent_sek=100_000),
    ]
    reports.accept(report=report, actor=scenario.officer, used=used)
    assert (fresh(last).status, fresh(this).status) == ("final_reported", "interim_reported")
    first, second = fund_years(last)
    assert (first.carried_over_sek, second.carried_in_sek) == (300_000, 300_000)
    assert (second.spent_sek, second.to_repay_sek, second.usable_sek) == (290_000, 10_000, 0)
    assert reports.definition_for(report).year == 2013


@pytest.mark.django_db
def test_accepting_is_all_or_nothing() -> None:
    scenario = Scenario()
    first, second = scenario.granted(), scenario.granted()
    report = scenario.received_report(first, second)
    used = [
        reports.Used(application=first.pk, spent_sek=1),
        reports.Used(application=second.pk, spent_sek=REQUESTED + 1),
    ]
    for lines, error in ((used, LedgerRefused), (used[:1], ReportRefused), ([], ReportRefused)):
        with pytest.raises(error):
            reports.accept(report=report, actor=scenario.officer, used=lines)
    assert fresh(report).status == ReportStatus.RECEIVED
    assert fresh(first).status == Status.GRANTED
    assert not fund_years(first)[0].reported


@pytest.mark.django_db
def test_no_final_report_before_the_interim_one_that_was_called_for() -> None:
    scenario = Scenario()
    case = scenario.granted()
    today = timezone.localdate()
    final: dict[str, Any] = {"application": case, "actor": scenario.officer, "accepted": True}
    with pytest.raises(TransitionRefused) as caught:
        handling.accept_final(**final, reported_on=today)
    assert [each.condition for each in caught.value.refusals] == [
        Condition.INTERIM_DONE_OR_NOT_ASKED
    ]
    with pytest.raises(TransitionRefused):
        handling.accept_interim(**final, reported_on=today - timedelta(days=1))
    with pytest.raises(TransitionRefused):
        handling.accept_interim(**final | {"accepted": None}, reported_on=today)
    assert fresh(case).status == Status.GRANTED


@pytest.mark.django_db
def test_a_case_decided_anew_goes_on_by_the_report_it_had() -> None:
    scenario = Scenario()
    case = scenario.granted()
    report = scenario.accepted_report(case, spent_sek=REQUESTED)
    scenario.reconsider(case)
    scenario.grant(case)
    assert fresh(case).status == Status.GRANTED
    with pytest.raises(PermissionDenied):
        reports.carry_on(report=report, actor=scenario.signatory)
    reports.carry_on(report=report, actor=scenario.officer)
    assert fresh(case).status == Status.FINAL_REPORTED
    (year,) = fund_years(case)
    assert (year.spent_sek, year.usable_sek) == (REQUESTED, 0)
    received = scenario.received_report(scenario.granted(), year=scenario.call.year + 1)
    with pytest.raises(ReportRefused) as caught:
        reports.carry_on(report=received, actor=scenario.officer)
    assert caught.value.code == "not_accepted"


# Who sees what ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_staff_see_what_is_received_and_the_organisation_sees_its_own() -> None:
    scenario = Scenario()
    received = reported(scenario, ReportStatus.RECEIVED)
    due = ReportFactory(agency=scenario.call.agency, organisation=scenario.lead, year=1999)
    assert list(reports_visible_to(scenario.officer)) == [received]
    assert list(reports_visible_to(staff(scenario.call.agency, "analyst"))) == [received]
    assert list(reports_visible_to(scenario.decider)) == [received]
    for stranger in (Scenario().officer, scenario.signatory, None):
        assert not reports_visible_to(stranger).exists()
    assert set(own_reports(scenario.signatory)) == {received, due}
    assert not own_reports(Scenario().signatory).exists()


@pytest.mark.django_db
def test_overdue_is_after_the_due_date_and_not_received() -> None:
    today = timezone.localdate()
    late = ReportFactory(due_on=today - timedelta(days=1))
    ReportFactory(due_on=today)
    ReportFactory(due_on=None)
    ReportFactory(due_on=today - timedelta(days=1), status=ReportStatus.RECEIVED)
    assert list(overdue(Report.objects.all())) == [late]


# The database, and at once ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["reporting_reportversion", "reporting_reportarea", "reporting_reportanswer"]
)
def test_what_was_received_is_never_changed_or_removed(table: str) -> None:
    reported(Scenario(), ReportStatus.RECEIVED)
    for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(sql)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_version() -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.DRAFT)
    first, second = in_threads(*[lambda: attempt(scenario, report, ReportAction.SEND_IN).pk] * 2)
    assert first == second
    assert report.versions.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_books_once() -> None:
    scenario = Scenario()
    report = reported(scenario, ReportStatus.RECEIVED)

    def accept() -> str:
        try:
            return str(attempt(scenario, report, ReportAction.ACCEPT).status)
        except TransitionNotAllowed:
            return "refused"

    assert sorted(in_threads(accept, accept)) == ["accepted", "refused"]
    case = report.references.get().application
    assert fund_years(case)[0].spent_sek == REQUESTED
