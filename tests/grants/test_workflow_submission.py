"""Sending in: receipt, number, version, lateness and what stops it."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants import checks
from grants.checks import (
    Participant,
    Severity,
    Snapshot,
    SubmissionBlocked,
    TransitionRefused,
    UnlockableField,
)
from grants.enums import Approval, Status
from grants.models import Application
from grants.services import drafts, handling, submission
from grants.services.moving import UnknownField
from grants.tasks import LATE_ANSWERS, lapse_completions
from grants.workflow import Condition
from tests.core.concurrency import in_threads
from tests.factories import OrganisationFactory, UserFactory, acting_for
from tests.factories.scenario import Scenario, fresh, open_call

pytestmark = pytest.mark.django_db


def submit(scenario: Scenario, case: Application) -> submission.Receipt:
    return submission.submit_application(application=case, actor=scenario.signatory)


def codes(caught: Any) -> list[tuple[str, int | None]]:
    return [(each.code, each.organisation) for each in caught.value.findings if each.blocks]


def test_a_receipt_says_what_was_received() -> None:
    scenario = Scenario()
    case = scenario.draft()
    receipt = submit(scenario, case)
    version = case.versions.get()
    assert receipt.register_number == f"801-1-{timezone.localdate().year}"
    assert (receipt.version, receipt.sha256) == (1, version.sha256)
    assert hashlib.sha256(version.document.encode()).hexdigest() == version.sha256
    said = json.loads(version.document)
    assert (said["requested_sek"], said["call"]) == (case.requested_sek, case.call.code)
    assert [part["name"] for part in said["participants"]] == [case.lead.name]
    assert fresh(case).received_at == receipt.received_at == version.submitted_at
    names = [event.name for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names == [
        "application.begun",
        "application.signed",
        "application.submitted",
        "application.registered",
        "mail.queued",
    ]
    mail = OutboxMessage.objects.get(recipient=scenario.signatory.email)
    assert receipt.register_number in mail.subject
    assert case.lead.name not in mail.body


def test_a_second_click_is_shown_the_same_receipt() -> None:
    scenario = Scenario()
    case = scenario.draft()
    assert submit(scenario, case) == submit(scenario, case)
    assert case.versions.count() == 1
    assert events_of(kind=JournalKind.CASE, subject=str(case.pk)).count() == 5
    with pytest.raises(PermissionDenied):
        submission.submit_application(application=case, actor=UserFactory())


def test_numbers_have_no_gaps_although_some_are_refused() -> None:
    scenario = Scenario()
    numbers = []
    for requested_sek in (100, None, 200):
        case = drafts.create_draft(
            call=scenario.call,
            lead=scenario.lead,
            actor=scenario.signatory,
            requested_sek=requested_sek,
        )
        if requested_sek is None:
            with pytest.raises(SubmissionBlocked):
                submit(scenario, case)
        else:
            numbers.append(submit(scenario, case).register_number.split("-")[1])
    assert numbers == ["1", "2"]


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2013, 1, 31, 22, 59, 59, tzinfo=UTC), False),
        (datetime(2013, 1, 31, 23, 0, 0, tzinfo=UTC), True),
    ],
)
def test_late_is_after_the_last_day_by_the_swedish_clock(moment: datetime, late: bool) -> None:
    scenario = Scenario(call=open_call(closes_on=date(2013, 1, 31), opens_on=date(2012, 11, 1)))
    assert submission.is_late(scenario.draft(), moment) is late


def test_after_the_deadline_it_is_received_all_the_same_and_marked() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    scenario = Scenario(call=open_call(closes_on=yesterday))
    case = scenario.draft()
    assert submit(scenario, case).late
    assert fresh(case).late
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.submitted")
    assert json.loads(event.payload)["late"] is True


def test_nothing_is_sent_in_before_the_call_opens() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    scenario = Scenario(call=open_call(opens_on=tomorrow))
    case = scenario.draft()
    with pytest.raises(SubmissionBlocked) as caught:
        submit(scenario, case)
    assert codes(caught) == [("call_not_open", None)]
    assert fresh(case).status == Status.DRAFT
    assert not case.versions.exists()


def test_every_partner_has_to_approve() -> None:
    scenario = Scenario()
    partner, other = OrganisationFactory(), OrganisationFactory()
    case = drafts.create_draft(
        call=scenario.call,
        lead=scenario.lead,
        actor=scenario.signatory,
        requested_sek=1,
        partners=[partner, other],
    )
    drafts.answer_participation(
        participation=case.participations.get(organisation=other),
        actor=acting_for(other),
        approve=False,
    )
    with pytest.raises(SubmissionBlocked) as caught:
        submit(scenario, case)
    assert codes(caught) == [("partner_not_answered", partner.pk), ("partner_declined", other.pk)]
    assert Condition.PARTNERS_APPROVED in {each.condition for each in caught.value.refusals}
    for part in case.participations.filter(role="partner"):
        drafts.answer_participation(
            participation=part, actor=acting_for(part.organisation), approve=True
        )
    assert submit(scenario, case).version == 1
    assert fresh(case).partner_count == 2


def test_a_partner_answers_only_for_itself_and_only_while_it_is_written() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = drafts.create_draft(
        call=scenario.call,
        lead=scenario.lead,
        actor=scenario.signatory,
        requested_sek=1,
        partners=[partner],
    )
    part = case.participations.get(organisation=partner)
    for stranger in (scenario.signatory, acting_for(partner, "writer"), UserFactory()):
        with pytest.raises(PermissionDenied):
            drafts.answer_participation(participation=part, actor=stranger, approve=True)
    with pytest.raises(PermissionDenied):
        drafts.answer_participation(
            participation=case.participations.get(organisation=case.lead),
            actor=scenario.signatory,
            approve=False,
        )
    signatory = acting_for(partner)
    drafts.answer_participation(participation=part, actor=signatory, approve=True)
    submit(scenario, case)
    with pytest.raises(drafts.FieldLocked):
        drafts.answer_participation(participation=part, actor=signatory, approve=False)


def test_a_partner_that_is_added_again_approves_anew() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = scenario.draft(partners=(partner,))
    for partners in ([], [partner, scenario.lead]):
        drafts.write_application(application=case, actor=scenario.signatory, partners=partners)
    assert case.participations.get(organisation=partner).approval == Approval.WAITING
    assert fresh(case).partner_count == 1


def test_only_those_that_the_call_is_for_may_apply() -> None:
    scenario = Scenario(lead=OrganisationFactory(kind="association"))
    case = scenario.draft()
    with pytest.raises(SubmissionBlocked) as caught:
        submit(scenario, case)
    assert codes(caught) == [("kind_not_entitled", scenario.lead.pk)]


def test_one_who_does_not_write_for_the_lead_begins_nothing() -> None:
    scenario = Scenario()
    for stranger in (UserFactory(), scenario.officer, acting_for(scenario.lead, "reader")):
        with pytest.raises(PermissionDenied):
            drafts.create_draft(call=scenario.call, lead=scenario.lead, actor=stranger)
    assert not Application.objects.exists()


# Taken back, and sent in again --------------------------------------------------------------------


def test_what_is_taken_back_keeps_its_number_and_versions() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    number = case.register_number
    submission.take_back_application(application=case, actor=scenario.signatory)
    drafts.write_application(application=case, actor=scenario.signatory, requested_sek=123)
    receipt = submit(scenario, case)
    assert (receipt.register_number, receipt.version) == (number, 2)
    first, second = case.versions.order_by("number")
    assert (json.loads(first.document)["requested_sek"], second.number) == (500_000, 2)
    assert json.loads(second.document)["requested_sek"] == 123


@pytest.mark.parametrize(
    ("days", "assigned", "condition", "undetermined"),
    [
        (-1, False, Condition.CALL_OPEN, False),
        (None, False, Condition.CALL_OPEN, True),
        (1, True, Condition.NOBODY_ASSIGNED, False),
    ],
)
def test_it_is_not_taken_back_after_the_deadline_or_once_it_is_handled(
    days: int | None, assigned: bool, condition: Condition, undetermined: bool
) -> None:
    closes = None if days is None else timezone.localdate() + timedelta(days=days)
    scenario = Scenario(call=open_call(closes_on=closes))
    case = scenario.submitted()
    if assigned:
        scenario.assign(case)
    with pytest.raises(TransitionRefused) as caught:
        submission.take_back_application(application=case, actor=scenario.signatory)
    refusal = caught.value.refusals[0]
    assert (refusal.condition, refusal.undetermined) == (condition, undetermined)


# Completion ---------------------------------------------------------------------------------------


def test_only_the_fields_that_are_asked_for_unlock() -> None:
    scenario = Scenario()
    case = scenario.at(Status.COMPLETION_REQUESTED)
    with pytest.raises(drafts.FieldLocked):
        drafts.write_application(application=case, actor=scenario.signatory, partners=[])
    drafts.write_application(application=case, actor=scenario.signatory, requested_sek=450_000)
    receipt = submission.complete_application(application=case, actor=scenario.signatory)
    assert receipt.version == 2
    case = fresh(case)
    assert (case.status, case.requested_sek, case.completion_fields) == ("submitted", 450_000, [])
    with pytest.raises(drafts.FieldLocked):
        drafts.write_application(application=case, actor=scenario.signatory, requested_sek=1)


def test_a_late_completion_is_received_and_marked() -> None:
    scenario = Scenario()
    case = scenario.at(Status.COMPLETION_REQUESTED)
    yesterday = timezone.localdate() - timedelta(days=1)
    Application.objects.filter(pk=case.pk).update(completion_due=yesterday)
    submission.complete_application(application=case, actor=scenario.signatory)
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.completed")
    assert json.loads(event.payload)["late"] is True


def test_a_completion_asks_for_something_by_a_date_that_is_not_past() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    today = timezone.localdate()
    for fields, due in [([], today), ([UnlockableField.PARTNERS], today - timedelta(days=1))]:
        with pytest.raises(TransitionRefused):
            handling.request_completion(
                application=case, actor=scenario.officer, fields=fields, due=due
            )
    with pytest.raises(UnknownField, match="shoe_size"):
        handling.request_completion(
            application=case, actor=scenario.officer, fields=["shoe_size"], due=today
        )


def test_the_system_lapses_a_completion_only_after_its_date() -> None:
    scenario = Scenario()
    case = scenario.at(Status.COMPLETION_REQUESTED)
    today = timezone.localdate()
    Application.objects.filter(pk=case.pk).update(completion_due=today)
    with pytest.raises(TransitionRefused):
        handling.lapse_completion(application=case, actor=None)
    Application.objects.filter(pk=case.pk).update(completion_due=today - timedelta(days=1))
    assert handling.lapse_completion(application=case, actor=None).status == Status.SUBMITTED
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).last()
    assert event is not None
    assert (event.name, event.actor_kind) == ("application.lapsed", "system")


def test_the_beat_lapses_what_is_long_past_its_date_once_and_leaves_the_rest() -> None:
    scenario = Scenario()
    past, late = (scenario.at(Status.COMPLETION_REQUESTED) for _ in range(2))
    today = timezone.localdate()
    first = LATE_ANSWERS + timedelta(days=1)
    Application.objects.filter(pk=past.pk).update(completion_due=today - first)
    Application.objects.filter(pk=late.pk).update(completion_due=today - LATE_ANSWERS)
    assert lapse_completions() == 1
    assert lapse_completions() == 0
    assert fresh(past).status == Status.SUBMITTED
    assert fresh(late).status == Status.COMPLETION_REQUESTED
    submission.complete_application(application=late, actor=scenario.signatory)
    events = events_of(kind=JournalKind.CASE, subject=str(late.pk))
    completed = events.get(name="application.completed")
    assert json.loads(completed.payload)["late"] is True


# The checks ---------------------------------------------------------------------------------------

GOOD = Snapshot(
    kinds=frozenset({"municipality"}),
    frame_sek=1_000,
    opens_on=None,
    today=date(2013, 1, 1),
    requested_sek=500,
    participants=(Participant(organisation=1, kind="municipality", is_lead=True, approved=True),),
    leads_others=False,
)


def test_a_check_that_fails_to_evaluate_blocks() -> None:
    broken = Snapshot(
        **{
            **{name: getattr(GOOD, name) for name in GOOD.__slots__},
            "requested_sek": "many",
        }
    )
    (finding,) = checks.run(broken)
    assert (finding.code, finding.severity) == ("not_evaluated", Severity.UNDETERMINED)
    assert finding.blocks
    assert checks.run(GOOD) == ()


def test_notes_do_not_block() -> None:
    changed = {name: getattr(GOOD, name) for name in GOOD.__slots__}
    findings = checks.run(Snapshot(**changed | {"requested_sek": 1_001, "leads_others": True}))
    assert [finding.code for finding in findings] == ["amount_above_frame", "leads_another"]
    assert not any(finding.blocks for finding in findings)


def test_an_application_without_a_lead_is_undetermined() -> None:
    changed = {name: getattr(GOOD, name) for name in GOOD.__slots__}
    (finding,) = checks.run(Snapshot(**changed | {"participants": ()}))
    assert (finding.code, finding.blocks) == ("lead_missing", True)


# The database -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sql", ["UPDATE {} SET document = ''", "DELETE FROM {}"])
def test_versions_are_never_changed_or_removed(sql: str) -> None:
    Scenario().submitted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format("grants_applicationversion"))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_version_and_one_number() -> None:
    scenario = Scenario()
    case = scenario.draft()
    first, second = in_threads(
        lambda: submit(scenario, case),
        lambda: submit(scenario, case),
    )
    assert first == second
    assert case.versions.count() == 1
    assert fresh(case).register_number.split("-")[1] == "1"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_applications_at_once_get_numbers_without_gaps() -> None:
    scenario = Scenario()
    cases = [scenario.draft() for _ in range(4)]
    receipts = in_threads(*[lambda case=case: submit(scenario, case) for case in cases])
    numbers = sorted(int(receipt.register_number.split("-")[1]) for receipt in receipts)
    assert numbers == [1, 2, 3, 4]


def test_submitting_what_was_decided_is_refused() -> None:
    scenario = Scenario()
    case = scenario.at(Status.REJECTED)
    with pytest.raises(TransitionNotAllowed):
        submit(scenario, case)
