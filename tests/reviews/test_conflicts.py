"""A conflict of interest is declared before anything is assessed, and shuts the person out: the
database keeps it too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from applicants.enums import Role
from applicants.models import User
from applicants.rules import remember_work
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants.checks import TransitionRefused
from grants.models import Application, ShutOut
from grants.selectors import applications_visible_to, without_shut_out
from grants.selectors.messages import officers_concerned
from grants.services import handling
from grants.services.handling import NotAssignable
from grants.services.messages import send_message
from reporting.selectors.reports import reports_visible_to
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround, AdmissionOutcome, FindingValue, NotCommunicated
from reviews.models import (
    Admission,
    Communication,
    ConflictDeclaration,
    NotCommunicating,
    Note,
)
from reviews.selectors.conflicts import applications_declared_in, shut_out_at, with_conflict_left
from tests.core.concurrency import in_threads
from tests.factories import (
    ConflictDeclarationFactory,
    DecisionFactory,
    MandateFactory,
    ProposalFactory,
    RequirementFindingFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.scenario import Scenario, fresh

pytestmark = pytest.mark.django_db

WHY = "Min syster sitter i styrelsen."


def declare(case: Application, person: User, has_conflict: bool = True, reason: str = WHY) -> Any:
    return services.declare_conflict(
        application=case, actor=person, has_conflict=has_conflict, reason=reason
    )


# Declaring ----------------------------------------------------------------------------------------


def test_the_latest_declaration_holds_and_all_are_kept() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.officer, False, "")
    assert selectors.declaration_of(case, scenario.officer) is False
    declare(case, scenario.officer)
    assert selectors.declaration_of(case, scenario.officer) is True
    rows = ConflictDeclaration.objects.order_by("pk").values_list("has_conflict", flat=True)
    assert list(rows) == [False, True]


def test_the_same_again_is_not_declared_twice() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    for _time in range(2):
        declare(case, scenario.officer, False, "")
    assert ConflictDeclaration.objects.count() == 1


def test_a_conflict_has_a_reason() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    with pytest.raises(ReviewRefused) as caught:
        declare(case, scenario.officer, reason="  ")
    assert caught.value.code == "reasons"
    assert not ConflictDeclaration.objects.exists()


def test_somebody_who_acts_for_an_applicant_cannot_say_that_there_is_no_conflict() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    mandate = MandateFactory(user=scenario.officer, organisation=case.lead)
    with pytest.raises(ReviewRefused) as caught:
        declare(case, scenario.officer, False, "")
    assert caught.value.code == "own_organisation"
    mandate.delete()
    assert declare(case, scenario.officer, False, "").pk


def test_who_has_a_conflict_loses_the_case_and_the_others_are_told() -> None:
    scenario = Scenario()
    case = scenario.assign(scenario.submitted())
    administrator = staff(case.call.agency, Role.ADMINISTRATOR)
    elsewhere = staff(Scenario().call.agency, Role.CASE_OFFICER)
    OutboxMessage.objects.all().delete()
    declare(case, scenario.officer)
    assert fresh(case).assigned_to is None
    left = with_conflict_left(Application.objects.all()).get(pk=case.pk)
    assert left.left_for_conflict  # type: ignore[attr-defined]
    told = set(OutboxMessage.objects.values_list("recipient", flat=True))
    assert told == {scenario.colleague.email, administrator.email}
    assert elsewhere.email not in told
    assert WHY not in "".join(OutboxMessage.objects.values_list("body", flat=True))


def test_once_somebody_has_the_case_it_no_longer_waits_for_one() -> None:
    scenario = Scenario()
    case = scenario.assign(scenario.submitted())
    declare(case, scenario.officer)
    handling.assign_officer(application=case, officer=scenario.colleague, actor=scenario.colleague)
    left = with_conflict_left(Application.objects.all()).get(pk=case.pk)
    assert not left.left_for_conflict  # type: ignore[attr-defined]


def test_nobody_is_told_where_the_person_did_not_have_the_case() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    OutboxMessage.objects.all().delete()
    declare(case, scenario.colleague)
    assert not OutboxMessage.objects.exists()
    assert not with_conflict_left(Application.objects.all()).get(pk=case.pk).left_for_conflict  # type: ignore[attr-defined]


def test_the_reason_stands_beside_the_journal_and_not_in_it() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.officer)
    events = events_of(kind=JournalKind.CASE, subject=str(case.pk))
    event = next(each for each in events if each.name == "conflict.declared")
    assert "syster" not in event.payload
    assert event.texts.get().text == WHY


# What one who is shut out sees and does -----------------------------------------------------------


@pytest.mark.parametrize("remembered", [True, False])
def test_a_case_that_one_is_shut_out_of_is_nowhere(remembered: bool) -> None:
    scenario = Scenario()
    case, other = scenario.granted(), scenario.granted()
    report = scenario.received_report(case)
    scenario.received_report(other, year=case.call.year + 1)
    declare(case, scenario.colleague)
    person = User.objects.get(pk=scenario.colleague.pk)
    if remembered:
        remember_work(person)
    assert list(applications_visible_to(person)) == [other]
    assert list(applications_declared_in(person)) == [other]
    assert report not in reports_visible_to(person)
    assert reports_visible_to(person).count() == 1
    assert list(without_shut_out(Application.objects.all(), person)) == [other]
    assert {case, other} <= set(applications_visible_to(scenario.officer))


def _writes(scenario: Scenario, case: Application, actor: User) -> dict[str, Callable[[], object]]:
    return {
        "declares": lambda: declare(case, actor, False, ""),
        "assigns": lambda: handling.assign_officer(
            application=case, officer=scenario.officer, actor=actor
        ),
        "writes": lambda: send_message(application=case, actor=actor, body="Hej", from_agency=True),
        "notes": lambda: services.write_note(
            application=case, actor=actor, title="Samtal", body="Text"
        ),
        "finds": lambda: services.record_finding(
            application=case,
            requirement=case.call.requirements.first(),
            organisation=case.lead,
            actor=actor,
            finding=FindingValue.MET,
        ),
        "admits": lambda: services.record_admission(
            application=case,
            actor=actor,
            outcome=AdmissionOutcome.DISMISS,
            ground=AdmissionGround.DEFECT,
            reasons="Brister.",
        ),
        "assesses": lambda: services.assess_application(application=case, actor=actor),
    }


@pytest.mark.parametrize(
    "name", ["declares", "assigns", "writes", "notes", "finds", "admits", "assesses"]
)
def test_one_who_is_shut_out_does_nothing_in_the_case(name: str) -> None:
    scenario = Scenario()
    case = scenario.submitted()
    person = scenario.colleague
    # As a page does, which has remembered that nothing shuts the person out.
    remember_work(person)
    assert case in applications_visible_to(person)
    declare(case, User.objects.get(pk=person.pk))
    with pytest.raises(PermissionDenied):
        _writes(scenario, case, person)[name]()


def test_the_case_is_not_given_to_one_who_is_shut_out() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.colleague)
    with pytest.raises(NotAssignable):
        handling.assign_officer(
            application=case, officer=scenario.colleague, actor=scenario.officer
        )


def test_mail_about_the_case_does_not_go_to_one_who_is_shut_out() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.colleague)
    assert officers_concerned(case) == [scenario.officer]


def test_a_party_reads_its_own_case_though_it_is_shut_out_as_staff() -> None:
    from grants.selectors import own_applications

    scenario = Scenario()
    case = scenario.submitted()
    MandateFactory(user=scenario.officer, organisation=case.lead)
    declare(case, scenario.officer)
    assert list(own_applications(scenario.officer)) == [case]
    assert not applications_visible_to(scenario.officer).exists()


def test_what_one_found_before_the_conflict_has_to_be_found_anew() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    assert selectors.found(case)
    declare(case, scenario.officer)
    assert not selectors.found(case)
    handling.assign_officer(application=case, officer=scenario.colleague, actor=scenario.colleague)
    declare(case, scenario.colleague, False, "")
    facts = selectors.assessment_facts(case, scenario.colleague)
    assert facts.findings_missing == len(selectors.demands_of(case))
    assert facts.proposal_has_reasons is False


# Withdrawing --------------------------------------------------------------------------------------


def test_an_administrator_withdraws_a_mistaken_declaration_with_a_reason() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    administrator = staff(case.call.agency, Role.ADMINISTRATOR)
    declare(case, scenario.officer)
    row = shut_out_at(administrator).get()
    assert row.reason == WHY  # type: ignore[attr-defined]
    with pytest.raises(ReviewRefused):
        services.withdraw_declaration(shut_out=row, actor=administrator, reason=" ")
    services.withdraw_declaration(shut_out=row, actor=administrator, reason="Fel ärende.")
    assert not ShutOut.objects.exists()
    assert selectors.declaration_of(case, scenario.officer) is None
    assert case in applications_visible_to(scenario.officer)
    with pytest.raises(ReviewRefused) as caught:
        services.withdraw_declaration(shut_out=row, actor=administrator, reason="Fel ärende.")
    assert caught.value.code == "not_declared"


def test_only_another_administrator_of_the_agency_withdraws() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    staff_role = scenario.officer.staff_roles.get()
    staff_role.agency.staff_roles.create(user=scenario.officer, role=Role.ADMINISTRATOR)
    declare(case, scenario.officer)
    row = ShutOut.objects.get()
    assert not shut_out_at(scenario.officer).exists()
    elsewhere = staff(Scenario().call.agency, Role.ADMINISTRATOR)
    assert not shut_out_at(elsewhere).exists()
    for actor in (scenario.officer, elsewhere, scenario.colleague, acting_for(case.lead)):
        with pytest.raises(PermissionDenied):
            services.withdraw_declaration(shut_out=row, actor=actor, reason="Fel ärende.")


# What the database refuses ------------------------------------------------------------------------


def _rows(case: Application, partial: User, clean: User) -> dict[str, Callable[[], object]]:
    from django.utils import timezone

    now, today = timezone.now(), timezone.localdate()
    return {
        "finding": lambda: RequirementFindingFactory(application=case, made_by=partial),
        "proposal": lambda: ProposalFactory(application=case, prepared_by=partial),
        "decider": lambda: DecisionFactory(
            application=case, decider=partial, preparer=clean, assessor_ids=[]
        ),
        "preparer": lambda: DecisionFactory(
            application=case, decider=clean, preparer=partial, assessor_ids=[]
        ),
        "note": lambda: Note.objects.create(
            application=case, title="A", body="B", about=today, written_at=now, written_by=partial
        ),
        "communication": lambda: Communication.objects.create(
            application=case, text="A", due=today, sent_in="submitted", sent_at=now, sent_by=partial
        ),
        "not_communicating": lambda: NotCommunicating.objects.create(
            application=case,
            ground=NotCommunicated.OBVIOUS,
            reason="A",
            noted_at=now,
            noted_by=partial,
        ),
        "admission": lambda: Admission.objects.create(
            application=case,
            outcome=AdmissionOutcome.ADMITTED,
            ground=AdmissionGround.LATE,
            reasons="A",
            made_at=now,
            made_by=partial,
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "finding",
        "proposal",
        "decider",
        "preparer",
        "note",
        "communication",
        "not_communicating",
        "admission",
    ],
)
def test_the_database_refuses_what_one_with_a_conflict_does(name: str) -> None:
    deciding = name in {"decider", "preparer"}
    case, elsewhere = (
        Scenario().assessed() if deciding else Scenario().submitted() for _each in range(2)
    )
    partial, clean = UserFactory(), UserFactory()
    ConflictDeclarationFactory(application=case, user=partial, has_conflict=True)
    with pytest.raises(IntegrityError, match="conflict of interest"), transaction.atomic():
        _rows(case, partial, clean)[name]()
    assert _rows(elsewhere, partial, clean)[name]()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reviews_conflictdeclaration SET has_conflict = NULL",
        "DELETE FROM reviews_conflictdeclaration",
        "UPDATE grants_shutout SET user_id = user_id",
        "DELETE FROM grants_shutout",
    ],
)
def test_a_declared_conflict_is_not_taken_away_behind_the_services(sql: str) -> None:
    scenario = Scenario()
    declare(scenario.submitted(), scenario.officer)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_after_a_conflict_nothing_else_is_declared_behind_the_services() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictDeclaration.objects.create(
            application=case, user=scenario.officer, has_conflict=False
        )


def test_nobody_is_shut_out_without_a_declared_conflict() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    declare(case, scenario.officer, False, "")
    for person in (scenario.officer, scenario.colleague):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShutOut.objects.create(application=case, user=person, since=case.received_at)


# At once ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_who_declares_a_conflict_while_finding_leaves_no_finding_that_counts() -> None:
    for _time in range(5):
        scenario = Scenario()
        case = scenario.assign(scenario.submitted())
        declare(case, scenario.officer, False, "")
        demand = selectors.demands_of(case)[0]

        def find(
            scenario: Scenario = scenario, case: Application = case, demand: Any = demand
        ) -> str:
            try:
                services.record_finding(
                    application=case,
                    requirement=case.call.requirements.get(pk=demand.requirement),
                    organisation=case.lead,
                    actor=User.objects.get(pk=scenario.officer.pk),
                    finding=FindingValue.MET,
                )
            except PermissionDenied:
                return "refused"
            return "found"

        def conflict(scenario: Scenario = scenario, case: Application = case) -> str:
            declare(case, User.objects.get(pk=scenario.officer.pk))
            return "declared"

        results = in_threads(find, conflict)
        assert results[1] == "declared"
        assert results[0] in {"refused", "found"}
        assert selectors.found(case) == {}
        assert fresh(case).assigned_to is None
        with pytest.raises(PermissionDenied):
            services.assess_application(application=case, actor=scenario.officer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_who_declares_a_conflict_while_assessing_is_not_left_with_the_case() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)

    def assess() -> str:
        try:
            services.assess_application(
                application=case, actor=User.objects.get(pk=scenario.officer.pk)
            )
        except PermissionDenied:
            return "refused"
        return "assessed"

    def conflict() -> str:
        declare(case, User.objects.get(pk=scenario.officer.pk))
        return "declared"

    assert in_threads(assess, conflict)[1] == "declared"
    assert fresh(case).assigned_to is None
    assert ShutOut.objects.filter(user=scenario.officer, application=case).exists()
    scenario.decider_declares(case)
    with pytest.raises((TransitionRefused, TransitionNotAllowed)):
        services.grant_application(application=case, actor=scenario.decider, amount_sek=1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_conflict_declared_twice_at_once_is_declared_once() -> None:
    scenario = Scenario()
    case = scenario.assign(scenario.submitted())

    def conflict() -> str:
        try:
            declare(case, User.objects.get(pk=scenario.officer.pk))
        except PermissionDenied:
            return "refused"
        return "declared"

    assert sorted(in_threads(conflict, conflict)) == ["declared", "refused"]
    assert ConflictDeclaration.objects.count() == ShutOut.objects.count() == 1
