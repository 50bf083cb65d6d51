"""Decisions: the frame, four eyes, conflicts, and decisions made anew."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.checks import canonical_json, sha256_text
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants.checks import (
    DismissalGround,
    LedgerRefused,
    Prepared,
    ReconsiderationGround,
    TransitionRefused,
)
from grants.checks.appeals import AppealRefused
from grants.content.deciding import Attendance
from grants.definitions import DecisionKind
from grants.enums import Direction, DocumentKind, EntryKind, Outcome, Status
from grants.models import Application, CaseDocument, Decision
from grants.selectors import entries_that_hold, frame_left, fund_years, standing_decision
from grants.services import decisions, handling
from grants.services.messages import send_message
from grants.workflow import Condition
from reviews import services as reviews
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround, AdmissionOutcome, FindingValue, ProposedOutcome
from reviews.selectors.deciding import seen_of
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
    assert names[-3:] == ["application.granted", "mail.queued", "ledger.booked"]
    events = events_of(kind=JournalKind.CASE, subject=str(case.pk))
    last = events.get(name="application.granted")
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
    # The officer's finding is written over it: what was done is still in the journal.
    reviews.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    reviews.record_finding(
        application=case,
        requirement=requirement,
        organisation=case.lead,
        actor=scenario.officer,
        finding=FindingValue.MET,
    )
    scenario.review(case)
    reviews.assess_application(application=case, actor=scenario.officer)
    for attempt in (
        lambda: grant(scenario, case, actor=both),
        lambda: reviews.reject_application(application=case, actor=both, reasons="Nej."),
    ):
        with pytest.raises(TransitionRefused) as caught:
            attempt()
        assert conditions(caught) == {Condition.FOUR_EYES}
    scenario.grant(case)
    scenario.heard_after_grant(case)
    with pytest.raises(TransitionRefused) as caught:
        reviews.revoke_application(
            application=case, actor=both, ground="wrong_information", reasons="Fel."
        )
    assert conditions(caught) == {Condition.FOUR_EYES}


def test_a_decision_maker_declares_that_there_is_no_conflict() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    assert conditions(caught) == {Condition.NO_CONFLICT}
    assert caught.value.refusals[0].undetermined
    reviews.declare_conflict(
        application=case, actor=scenario.decider, has_conflict=True, reason="Min syster."
    )
    with pytest.raises(PermissionDenied):
        grant(scenario, case)


def test_a_preparer_who_finds_a_conflict_afterwards_stops_the_decision() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    reviews.declare_conflict(
        application=case, actor=scenario.officer, has_conflict=True, reason="Min syster."
    )
    assert fresh(case).assigned_to is None
    with pytest.raises(TransitionRefused) as caught:
        grant(scenario, case)
    # What the preparer found does not count any more either.
    assert conditions(caught) == {Condition.NO_CONFLICT, Condition.REQUIREMENTS_MET}


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


def test_a_courts_order_takes_a_court_that_has_ordered_something() -> None:
    scenario = Scenario()
    case = scenario.at(Status.REJECTED)
    with pytest.raises(AppealRefused) as caught:
        decisions.reconsider_application(
            application=case, actor=scenario.decider, ground=ReconsiderationGround.COURT_ORDER
        )
    assert caught.value.code == "no_order"
    assert fresh(case).status == Status.REJECTED


# What a decision rests on -------------------------------------------------------------------------


def test_what_a_decision_rests_on_is_frozen_with_it() -> None:
    scenario = Scenario()
    partner = OrganisationFactory(name="Bjuvs kommun")
    case = scenario.assess(scenario.submitted(partners=(partner,)), amount_sek=400_000)
    scenario.decider_declares(case)
    decision = reviews.decide_as_proposed(application=case, actor=scenario.decider)
    basis = decision.basis_content
    assert basis is not None
    assert decision.basis_sha256 == sha256_text(decision.basis)
    assert decision.basis == canonical_json(basis.document())
    assert sum(share.granted_sek for share in basis.shares) == decision.amount_sek == 400_000
    assert basis.asked_sek == decision.asked_sek == REQUESTED
    assert {share.name for share in basis.shares} == {case.lead.name, "Bjuvs kommun"}
    assert {each.finding for each in basis.findings} == {FindingValue.MET}
    assert all(each.satisfied for each in basis.findings)
    assert decision.kind is DecisionKind.PART
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.granted")
    assert decision.basis_sha256 in event.payload
    # What changes afterwards changes nothing of it.
    case.findings.update(finding=FindingValue.NOT_MET)
    again = Decision.objects.get(pk=decision.pk)
    assert again.basis_content == basis


def test_a_decision_is_a_document_that_went_out_and_reaches_every_party() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = scenario.granted(partners=(partner,))
    decision = case.decisions.get()
    document = CaseDocument.objects.get(source=f"decision:{decision.pk}")
    assert (document.direction, document.kind) == (Direction.OUT, DocumentKind.DECISION)
    assert document.dated_on == decision.decided_on
    parties = decision.deliveries.values_list("organisation_id", flat=True)
    assert set(parties) == {case.lead_id, partner.pk}


def test_full_part_rejected_dismissed_and_revoked_are_told_apart() -> None:
    scenario = Scenario()
    kinds = {
        scenario.granted(): DecisionKind.GRANTED,
        scenario.granted(REQUESTED - 1): DecisionKind.PART,
        scenario.at(Status.REJECTED): DecisionKind.REJECTED,
        scenario.at(Status.DISMISSED): DecisionKind.DISMISSED,
        scenario.at(Status.REVOKED): DecisionKind.REVOKED,
    }
    for case, kind in kinds.items():
        assert case.decisions.latest("pk").kind is kind


def test_an_imported_decision_rests_on_nothing_that_is_known() -> None:
    decision = DecisionFactory(imported=True, decider=None, preparer=None)
    assert decision.basis_content is None
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionFactory(
            imported=True, decider=None, preparer=None, basis="{}", basis_sha256="0" * 64
        )


def test_who_else_took_part_and_who_dissented_is_kept() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    attendance = Attendance(("Per Berg", "Siv Ek"), (scenario.colleague.pk,), "Siv Ek: avslag.")
    decision = reviews.decide_as_proposed(
        application=case, actor=scenario.decider, attendance=attendance
    )
    assert decision.took_part == ["Per Berg", "Siv Ek"]
    assert decision.took_part_ids == [scenario.colleague.pk]
    assert decision.dissent == "Siv Ek: avslag."
    assert decision.preparer == scenario.officer
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.granted")
    assert "Siv" not in event.payload


def test_the_database_refuses_that_somebody_with_a_conflict_took_part() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    reviews.declare_conflict(
        application=case, actor=scenario.colleague, has_conflict=True, reason="Min bror."
    )
    with pytest.raises(IntegrityError, match="conflict"), transaction.atomic():
        reviews.decide_as_proposed(
            application=case,
            actor=scenario.decider,
            attendance=Attendance(("Siv Ek",), (scenario.colleague.pk,)),
        )
    assert fresh(case).status == Status.ASSESSED


# As proposed --------------------------------------------------------------------------------------


def test_a_rejection_is_decided_as_proposed() -> None:
    scenario = Scenario()
    case = scenario.assess(scenario.submitted(), outcome=ProposedOutcome.REJECT)
    scenario.decider_declares(case)
    decision = reviews.decide_as_proposed(application=case, actor=scenario.decider)
    assert (decision.outcome, decision.reasons) == (Outcome.REJECTED, "Kraven är prövade.")


def test_a_dismissal_is_decided_as_proposed_by_who_stood_for_it() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.assign(case)
    reviews.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    reviews.record_admission(
        application=case,
        actor=scenario.officer,
        outcome=AdmissionOutcome.DISMISS,
        ground=AdmissionGround.NOT_ENTITLED,
        reasons="Får inte söka.",
    )
    scenario.decider_declares(case)
    decision = reviews.decide_as_proposed(application=case, actor=scenario.decider)
    assert (decision.outcome, decision.ground) == (Outcome.DISMISSED, "not_entitled")
    assert (decision.preparer, decision.reasons) == (scenario.officer, "Får inte söka.")


def test_what_has_changed_since_it_was_shown_is_not_decided() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    seen = seen_of(case)
    send_message(application=case, actor=scenario.signatory, body="Vi drar ner.", from_agency=False)
    for attempt in (
        lambda: reviews.decide_as_proposed(application=case, actor=scenario.decider, seen=seen),
        lambda: reviews.reject_against_proposal(
            application=case, actor=scenario.decider, reasons="Nej.", seen=seen
        ),
        lambda: reviews.send_back(
            application=case, actor=scenario.decider, reasons="Se över.", seen=seen
        ),
    ):
        with pytest.raises(ReviewRefused) as caught:
            attempt()
        assert caught.value.code == "changed"
    assert fresh(case).status == Status.ASSESSED
    reviews.decide_as_proposed(application=case, actor=scenario.decider, seen=seen_of(case))


def test_a_case_is_sent_back_with_a_reason_and_its_officer_is_told() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    OutboxMessage.objects.all().delete()
    reviews.send_back(application=case, actor=scenario.decider, reasons="Se över budgeten.")
    assert fresh(case).status == Status.SUBMITTED
    (mail,) = OutboxMessage.objects.all()
    assert mail.recipient == scenario.officer.email
    assert "budgeten" not in mail.body


def test_many_are_decided_each_for_itself() -> None:
    scenario = Scenario(call=open_call(frame_sek=2 * REQUESTED))
    cases = [scenario.assessed() for _ in range(4)]
    for each in cases[:3]:
        scenario.decider_declares(each)
    shown = {each.pk: seen_of(each) for each in cases}
    results = reviews.decide_many(cases=shown, actor=scenario.decider)
    assert [each.application_id for each in results] == [each.pk for each in cases]
    first, second, third, fourth = results
    assert first.decision is not None
    assert second.decision is not None
    assert isinstance(third.refused, TransitionRefused)
    assert {each.condition for each in third.refused.refusals} == {Condition.FRAME_HOLDS}
    assert isinstance(fourth.refused, TransitionRefused)
    assert Condition.NO_CONFLICT in {each.condition for each in fourth.refused.refusals}
    assert frame_left(scenario.call) == 0
    assert [fresh(each).status for each in cases] == ["granted", "granted", "assessed", "assessed"]


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
    scenario.heard_after_grant(case)
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
    scenario.heard_after_grant(case)
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
    scenario.heard_after_grant(case)
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
    ConflictDeclarationFactory(application=case, user=scenario.officer, has_conflict=True)
    lie = Prepared(
        preparer_id=scenario.officer.pk,
        assessor_ids=frozenset({scenario.officer.pk}),
        has_conflict=False,
        requirements_met=True,
    )
    with pytest.raises(IntegrityError, match="conflict"), transaction.atomic():
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


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_forty_clicks_at_once_never_pass_the_frame() -> None:
    """Each click is a person's own thread and connection: some on one case, some on several."""
    scenario = Scenario(call=open_call(frame_sek=5 * REQUESTED + 1))
    cases = [scenario.assessed() for _ in range(10)]
    deciders = [scenario.decider, staff(scenario.call.agency, Role.DECISION_MAKER)]
    for each in cases:
        for decider in deciders:
            reviews.declare_conflict(application=each, actor=decider, has_conflict=False)
    shown = {each.pk: seen_of(each) for each in cases}

    def one(case: Application, decider: User) -> list[reviews.Decided]:
        return reviews.decide_many(cases={case.pk: shown[case.pk]}, actor=decider)

    def several(decider: User, *, backwards: bool) -> list[reviews.Decided]:
        order = sorted(shown, reverse=backwards)
        return reviews.decide_many(cases={pk: shown[pk] for pk in order}, actor=decider)

    clicks = [lambda c=case, d=decider: one(c, d) for case in cases for decider in deciders]
    clicks += [
        lambda d=deciders[number % 2], b=number % 3 == 0: several(d, backwards=b)
        for number in range(20)
    ]
    assert len(clicks) == 40
    made = [each for results in in_threads(*clicks) for each in results if each.decision]
    assert len(made) == 5
    assert len({each.application_id for each in made}) == 5
    assert frame_left(scenario.call) == 1
    granted = [each for each in cases if fresh(each).status == Status.GRANTED]
    assert len(granted) == 5
    booked = entries_that_hold().filter(kind=EntryKind.GRANTED)
    assert sum(entry.amount_sek for entry in booked) == 5 * REQUESTED
    assert Decision.objects.count() == 5
