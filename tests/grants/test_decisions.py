"""Decisions: the frame, four eyes, conflicts, and decisions made anew."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants.enums import Role
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import (
    DismissalGround,
    LedgerRefused,
    Prepared,
    ReconsiderationGround,
    TransitionRefused,
)
from grants.enums import EntryKind, Outcome, Status
from grants.models import Application, Decision
from grants.selectors import entries_that_hold, frame_left, fund_years, standing_decision
from grants.services import decisions, handling
from grants.workflow import Condition
from reviews import services as reviews
from reviews.enums import FindingValue, ProposedOutcome
from tests.core.concurrency import in_threads
from tests.factories import (
    DecisionFactory,
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    staff,
)
from tests.factories.reviews import ConflictDeclarationFactory
from tests.factories.scenario import REQUESTED, Scenario, fresh, open_call

pytestmark = pytest.mark.django_db


def conditions(caught: Any) -> set[Condition]:
    return {refusal.condition for refusal in caught.value.refusals}


def grant(scenario: Scenario, case: Application, **changes: Any) -> Decision:
    arguments: dict[str, Any] = {"actor": scenario.decider, "amount_sek": REQUESTED}
    return reviews.grant_application(application=case, **arguments | changes)


def test_a_grant_leaves_decision_money_and_event() -> None:
    scenario = Scenario()
    case = scenario.granted(400_000)
    decision = case.decisions.get()
    assert (decision.outcome, decision.amount_sek) == (Outcome.GRANTED, 400_000)
    assert (decision.decider, decision.preparer) == (scenario.decider, scenario.officer)
    assert decision.assessor_ids == [scenario.officer.pk]
    assert (case.granted_sek, case.decided_on) == (400_000, timezone.localdate())
    (year,) = fund_years(case)
    assert (year.year, year.granted_sek) == (scenario.call.year, 400_000)
    names = [event.name for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names[-2:] == ["application.granted", "ledger.booked"]
    last = events_of(kind=JournalKind.CASE, subject=str(case.pk)).order_by("-sequence")[1]
    assert last.texts.get().text == "Kraven är uppfyllda."
    assert "Kraven" not in last.payload


def test_the_frame_is_never_passed() -> None:
    scenario = Scenario(call=open_call(frame_sek=800_000))
    first, second = scenario.assessed(), scenario.assessed()
    scenario.grant(first)
    scenario.decider_declares(second)
    assert frame_left(scenario.call) == 300_000
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, second, amount_sek=300_001)
    assert conditions(caught) == {Condition.FRAME_HOLDS}
    assert fresh(second).status == Status.ASSESSED
    assert not second.decisions.exists()
    assert not second.ledger_entries.exists()
    grant(scenario, second, amount_sek=300_000)
    assert frame_left(scenario.call) == 0


def test_one_who_prepared_or_assessed_never_decides() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    both = staff(scenario.call.agency, Role.DECISION_MAKER)
    StaffRoleFactory(user=both, agency=scenario.call.agency, role=Role.CASE_OFFICER)
    reviews.declare_conflict(application=case, actor=both, has_conflict=False)
    requirement = case.call.requirements.get(code="knowledge")
    reviews.record_finding(
        application=case,
        requirement=requirement,
        organisation=case.lead,
        actor=both,
        finding=FindingValue.NOT_MET,
    )
    scenario.review(case)
    # The officer's finding is written over it: what was done is still in the journal.
    reviews.record_finding(
        application=case,
        requirement=requirement,
        organisation=case.lead,
        actor=scenario.officer,
        finding=FindingValue.MET,
    )
    reviews.assess_application(application=case, actor=scenario.officer)
    for attempt in (
        lambda: grant(scenario, case, actor=both),
        lambda: reviews.reject_application(application=case, actor=both, reasons="Nej."),
    ):
        with pytest.raises(TransitionRefused) as caught:
            attempt()
        assert conditions(caught) == {Condition.FOUR_EYES}
    scenario.grant(case)
    with pytest.raises(TransitionRefused) as caught:
        reviews.revoke_application(
            application=case, actor=both, ground="wrong_information", reasons="Fel."
        )
    assert conditions(caught) == {Condition.FOUR_EYES}


@pytest.mark.parametrize("declared", [None, True])
def test_a_decision_maker_declares_that_there_is_no_conflict(declared: bool | None) -> None:
    scenario = Scenario()
    case = scenario.assessed()
    if declared is not None:
        reviews.declare_conflict(application=case, actor=scenario.decider, has_conflict=declared)
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    assert conditions(caught) == {Condition.NO_CONFLICT}
    assert caught.value.refusals[0].undetermined is (declared is None)


def test_a_preparer_who_finds_a_conflict_afterwards_stops_the_decision() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    reviews.declare_conflict(application=case, actor=scenario.officer, has_conflict=True)
    assert fresh(case).assigned_to is None
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    assert conditions(caught) == {Condition.NO_CONFLICT}


def test_a_case_that_nobody_has_prepared_cannot_be_dismissed() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.decider_declares(case)
    with pytest.raises(TransitionRefused) as caught:
        reviews.dismiss_application(
            application=case,
            actor=scenario.decider,
            ground=DismissalGround.NOT_ENTITLED,
            reasons="Får inte söka.",
        )
    assert conditions(caught) == {Condition.FOUR_EYES}


def test_only_what_came_late_is_dismissed_as_late() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.assign(case)
    scenario.decider_declares(case)

    def dismiss() -> Decision:
        return reviews.dismiss_application(
            application=case,
            actor=scenario.decider,
            ground=DismissalGround.LATE,
            reasons="Kom för sent.",
        )

    with pytest.raises(TransitionRefused) as caught:
        dismiss()
    assert conditions(caught) == {Condition.DISMISSAL_GROUND}
    Application.objects.filter(pk=case.pk).update(late=True)
    decision = dismiss()
    assert (decision.outcome, decision.ground) == (Outcome.DISMISSED, "late")


def test_an_amount_is_reduced_to_the_organisations_that_meet_the_requirements() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = scenario.submitted(partners=(partner,))
    scenario.assign(case)
    reviews.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    reviews.record_finding(
        application=case,
        requirement=case.call.requirements.get(code="knowledge"),
        organisation=partner,
        actor=scenario.officer,
        finding=FindingValue.NOT_MET,
    )
    scenario.assess(case, amount_sek=200_000)
    scenario.decider_declares(case)
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    assert conditions(caught) == {Condition.REQUIREMENTS_MET}
    assert grant(scenario, case, amount_sek=200_000).amount_sek == 200_000


def test_what_meets_no_requirement_is_not_granted() -> None:
    scenario = Scenario()
    case = scenario.assess(
        scenario.submitted(), finding=FindingValue.NOT_MET, outcome=ProposedOutcome.REJECT
    )
    scenario.decider_declares(case)
    for amount_sek in (1, REQUESTED):
        with pytest.raises(TransitionRefused) as caught:
            grant(scenario, case, amount_sek=amount_sek)
        assert conditions(caught) == {Condition.REQUIREMENTS_MET}


# Made anew ----------------------------------------------------------------------------------------


def test_a_grant_made_anew_supersedes_and_the_first_stays_readable() -> None:
    scenario = Scenario(call=open_call(frame_sek=800_000))
    case = scenario.granted()
    first = case.decisions.get()
    scenario.reconsider(case)
    assert (fresh(case).granted_sek, frame_left(scenario.call)) == (None, 800_000)
    assert fund_years(case) == []
    assert standing_decision(case) == first
    scenario.grant(case, 300_000)
    second = standing_decision(case)
    assert second is not None
    assert (second.supersedes, second.amount_sek) == (first, 300_000)
    first.refresh_from_db()
    assert (first.amount_sek, first.reasons) == (REQUESTED, "Kraven är uppfyllda.")
    assert frame_left(scenario.call) == 500_000
    assert sum(year.granted_sek for year in fund_years(case)) == 300_000
    kinds = [entry.kind for entry in case.ledger_entries.order_by("pk")]
    assert kinds == [EntryKind.GRANTED, EntryKind.REVERSED, EntryKind.GRANTED]


def test_the_frame_is_checked_again_when_a_case_is_reconsidered() -> None:
    scenario = Scenario(call=open_call(frame_sek=800_000))
    case, other = scenario.granted(), scenario.assessed()
    scenario.reconsider(case)
    scenario.grant(other)
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    assert conditions(caught) == {Condition.FRAME_HOLDS}
    grant(scenario, case, amount_sek=300_000)
    assert frame_left(scenario.call) == 0


def test_what_has_been_spent_follows_the_grant_that_is_made_anew() -> None:
    scenario = Scenario()
    case = scenario.at(Status.INTERIM_REPORTED)
    spent = REQUESTED // 2
    scenario.reconsider(case)
    with pytest.raises(LedgerRefused) as caught:
        grant(scenario, case, amount_sek=spent - 1)
    assert caught.value.code == "below_zero"
    assert fresh(case).status == Status.ASSESSED
    scenario.grant(case, spent + 7)
    (year,) = fund_years(case)
    assert (year.granted_sek, year.spent_sek, year.usable_sek) == (spent + 7, spent, 7)


def test_a_grant_that_has_been_used_is_revoked_and_not_rejected() -> None:
    scenario = Scenario()
    case = scenario.at(Status.INTERIM_REPORTED)
    scenario.reconsider(case)
    for attempt in (
        lambda: reviews.reject_application(
            application=case, actor=scenario.decider, reasons="Nej."
        ),
        lambda: handling.withdraw_application(application=case, actor=scenario.signatory),
    ):
        with pytest.raises(LedgerRefused) as caught:
            attempt()
        assert caught.value.code == "money_used"
    assert fresh(case).status == Status.ASSESSED


def test_a_rejection_can_become_a_grant_by_a_courts_order() -> None:
    scenario = Scenario()
    case = scenario.at(Status.REJECTED)
    decisions.reconsider_application(
        application=case, actor=scenario.decider, ground=ReconsiderationGround.COURT_ORDER
    )
    scenario.grant(case)
    assert [each.outcome for each in case.decisions.order_by("pk")] == ["rejected", "granted"]


# Revoked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim_sek", "claimed", "accepted_spending"),
    [(None, 250_000, 250_000), (250_000, 250_000, 250_000), (400_000, 400_000, 100_000)],
)
def test_revoking_claims_what_is_unused_and_as_much_more_as_is_said(
    claim_sek: int | None, claimed: int, accepted_spending: int
) -> None:
    scenario = Scenario()
    case = scenario.at(Status.INTERIM_REPORTED)
    reviews.revoke_application(
        application=case,
        actor=scenario.decider,
        ground="not_used_as_intended",
        reasons="Användes till annat.",
        claim_sek=claim_sek,
    )
    (year,) = fund_years(case)
    assert (year.to_repay_sek, year.spent_sek, year.usable_sek) == (claimed, accepted_spending, 0)
    with pytest.raises(TransitionRefused) as caught:
        handling.close_application(application=case, actor=scenario.officer)
    assert conditions(caught) == {Condition.LEDGER_BALANCED}
    scenario.repay(case, claimed)
    assert handling.close_application(application=case, actor=scenario.officer).status == "closed"


@pytest.mark.parametrize("claim_sek", [0, 249_999, 500_001])
def test_less_than_is_unused_or_more_than_was_granted_cannot_be_claimed(claim_sek: int) -> None:
    scenario = Scenario()
    case = scenario.at(Status.INTERIM_REPORTED)
    with pytest.raises(LedgerRefused):
        reviews.revoke_application(
            application=case,
            actor=scenario.decider,
            ground="wrong_information",
            reasons="Fel.",
            claim_sek=claim_sek,
        )
    assert fresh(case).status == Status.INTERIM_REPORTED
    assert case.decisions.count() == 1


def test_only_a_ground_of_the_calls_list_revokes() -> None:
    scenario = Scenario()
    case = scenario.granted()
    with pytest.raises(TransitionRefused) as caught:
        reviews.revoke_application(
            application=case, actor=scenario.decider, ground="dislike", reasons="Nja."
        )
    assert conditions(caught) == {Condition.LISTED_GROUND}


# What the database refuses by itself --------------------------------------------------------------


def test_the_database_refuses_a_decider_among_the_assessors() -> None:
    decider, preparer = UserFactory(), UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionFactory(decider=decider, preparer=preparer, assessor_ids=[preparer.pk, decider.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionFactory(decider=decider, preparer=decider, assessor_ids=[])
    assert DecisionFactory(decider=decider, preparer=preparer).pk


def test_the_database_refuses_deciders_and_preparers_with_a_conflict() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    decider, preparer = UserFactory(), UserFactory()
    ConflictDeclarationFactory(application=case, user=decider, has_conflict=True)
    for pair in ((decider, preparer), (preparer, decider)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DecisionFactory(
                application=case,
                decider=pair[0],
                preparer=pair[1],
                assessor_ids=[],
                outcome=Outcome.REJECTED,
            )
    elsewhere = scenario.assessed()
    assert DecisionFactory(
        application=elsewhere, decider=decider, preparer=preparer, outcome=Outcome.REJECTED
    ).pk


def test_the_database_refuses_a_service_that_lies_of_the_preparation() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    ConflictDeclarationFactory(application=case, user=scenario.decider, has_conflict=True)
    lie = Prepared(
        preparer_id=scenario.officer.pk,
        assessor_ids=frozenset({scenario.officer.pk}),
        has_conflict=False,
        requirements_met=True,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        decisions.grant_application(
            application=case, actor=scenario.decider, amount_sek=1, prepared=lie
        )
    assert fresh(case).status == Status.ASSESSED


@pytest.mark.parametrize("table", ["grants_decision", "grants_ledgerentry"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET application_id = application_id", "DELETE FROM {}"])
def test_decisions_and_ledger_are_never_changed_or_removed(table: str, sql: str) -> None:
    Scenario().granted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


def test_people_are_named_unless_the_decision_was_brought_in() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionFactory(decider=None, preparer=None, assessor_ids=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionFactory(imported=True)
    assert DecisionFactory(imported=True, decider=None, preparer=None, assessor_ids=[]).pk


# At once ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_do_not_pass_the_frame() -> None:
    scenario = Scenario(call=open_call(frame_sek=800_000))
    cases = [scenario.assessed(), scenario.assessed()]
    for case in cases:
        scenario.decider_declares(case)

    def attempt(case: Application) -> str:
        try:
            return grant(scenario, case).outcome
        except TransitionRefused as refusal:
            return refusal.refusals[0].condition

    results = in_threads(*[lambda case=case: attempt(case) for case in cases])
    assert sorted(results) == [Condition.FRAME_HOLDS, Outcome.GRANTED]
    assert frame_left(scenario.call) == 300_000
    assert entries_that_hold().filter(kind=EntryKind.GRANTED).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_decision_taken_twice_at_once_is_made_once() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)

    def attempt() -> str:
        try:
            return str(grant(scenario, case).outcome)
        except Exception as refusal:  # noqa: BLE001 - the test tells which
            return type(refusal).__name__

    assert sorted(in_threads(attempt, attempt)) == ["TransitionNotAllowed", "granted"]
    assert case.decisions.count() == 1
    assert case.ledger_entries.count() == 1
