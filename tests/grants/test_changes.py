"""Changes of a grant: asked for, prepared by one and decided by another, and what they lead to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.checks.working_days import working_day_from
from core.models import OutboxMessage
from grants.checks.changes import ChangeRefused
from grants.checks.delegation import DelegationRefused
from grants.checks.transitions import ReconsiderationGround
from grants.content.basis import DecisionBasis, LineOutcome, Share
from grants.content.changes import (
    BudgetChange,
    LeavingRow,
    MergerChange,
    PartnerChange,
    TimeChange,
    change_document,
    change_of,
    leaving_rows,
    returned_by,
    share_of,
    with_changes,
)
from grants.enums import ChangeState, EntryKind, LetterState, OrderState, Outcome, Status
from grants.models import Call, CaseDocument, CaseLetter, DelegationRule, GrantChange
from grants.selectors import fund_years
from grants.selectors.case_letters import content_of
from grants.selectors.changes import changed_basis, changes_waiting, granting
from grants.selectors.claims import to_claim
from grants.selectors.reconciling import differences_in
from grants.services import payment_orders
from grants.services.changes import (
    answer_about_change,
    ask_about_change,
    ask_for_change,
    prepare_change,
    send_change_back,
    withdraw_change,
)
from grants.services.deciding_changes import decide_change
from grants.services.decisions import (
    grant_application,
    reconsider_application,
    revoke_application,
)
from grants.tasks import make_case_letter
from portal.services.changes import decide
from reporting.checks import ReportRefused
from reporting.content.paths import spent_path
from reporting.enums import ReportStatus
from reporting.models import Report
from reporting.selectors.plan import applications_of, plan_of
from reporting.services import obligations
from reporting.services.accepting import accept_plainly
from reviews import selectors as reviewed
from tests.core.concurrency import in_threads
from tests.factories import ApplicationFactory, OrganisationFactory, acting_for, staff
from tests.factories.changing import Changing
from tests.factories.scenario import fresh
from tests.portal.desks import shut_out

MOVED = BudgetChange(((1, 250_000), (2, 150_000)))


def refused(action: Callable[[], Any], code: str) -> None:
    with pytest.raises(ChangeRefused) as caught:
        action()
    assert caught.value.code == code


# What a change does to the plan, without the database ---------------------------------------------


def _basis(amounts: list[int], whose: list[int]) -> DecisionBasis:
    lines = tuple(
        LineOutcome(at, f"Rad {at}", "Lön", "mapping", "Kartlägga", org, sek, sek, sek)
        for at, (sek, org) in enumerate(zip(amounts, whose, strict=True), start=1)
    )
    return DecisionBasis(
        shares=tuple(
            Share(org, f"Org {org}", "", 0, sum(s for s, o in zip(amounts, whose, strict=True)
                                                if o == org))
            for org in (1, 2, 3)
        ),
        lines=lines,
        use_until=date(2014, 1, 1),
    )  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> tuple[DecisionBasis, list[Any]]:
    """A joint grant, and changes of it that can be made one after the other."""
    number = draw(st.integers(2, 5))
    amounts = draw(st.lists(st.integers(0, 50), min_size=number, max_size=number))
    whose = [1, *draw(st.lists(st.sampled_from([1, 2, 3]), min_size=number - 1,
                               max_size=number - 1))]  # fmt: skip
    basis = now = _basis(amounts, whose)
    made: list[Any] = []
    for what in draw(st.permutations(["move", "leave", "merge", "move"])):
        if what == "move":
            lines = [line for line in now.lines if line.allotted_sek]
            if len(lines) < 2:
                continue
            sek = draw(st.integers(1, lines[0].allotted_sek))
            change: Any = BudgetChange((
                (lines[0].number, lines[0].allotted_sek - sek),
                (lines[1].number, lines[1].allotted_sek + sek),
            ))  # fmt: skip
        elif what == "leave":
            rows = []
            for at, _title, sek in leaving_rows(now, 2):
                kept = draw(st.integers(0, sek))
                moved = draw(st.integers(0, sek - kept))
                rows.append(LeavingRow(at, kept, moved, 1 if moved else None))
            change = PartnerChange(2, tuple(rows))
            change = PartnerChange(2, tuple(rows), returned_by(change, now))
        else:
            change = MergerChange(3, draw(st.sampled_from([1, 9])), date(2014, 1, 1), "Ny", "")
        assert change_of(change_document(change)) == change
        made.append(change)
        now = with_changes(basis, made, lead=1)
    return basis, made


@given(plans())
def test_whatever_is_changed_the_lines_and_the_shares_are_all_of_what_is_left(
    given: tuple[DecisionBasis, list[Any]],
) -> None:
    basis, made = given
    total = sum(line.allotted_sek for line in basis.lines)
    returned = sum(each.returned_sek for each in made if isinstance(each, PartnerChange))
    now = with_changes(basis, made, lead=1)
    assert sum(line.allotted_sek for line in now.lines) == total - returned
    assert sum(share.granted_sek for share in now.shares) == total - returned
    for share in now.shares:
        own = [line for line in now.lines if line.organisation == share.organisation]
        assert sum(line.allotted_sek for line in own) == share.granted_sek >= 0
    assert len({line.number for line in now.lines}) == len(now.lines)


# Asking, preparing, deciding ----------------------------------------------------------------------


@pytest.mark.django_db
def test_money_is_moved_between_activities_and_the_report_follows() -> None:
    desk = Changing()
    case = desk.granted()
    report = desk.required(case)
    plan = plan_of(report, applications_of(report))
    assert [line.approved_sek for line in plan.grants[0].lines] == [300_000, 100_000]
    for person in (desk.officer, desk.writer, desk.stranger, desk.decider):
        with pytest.raises(PermissionDenied):
            ask_for_change(application=case, actor=person, change=MOVED, reasons="Skäl.")
    for change, code in (
        (BudgetChange(((1, 250_000),)), "sum"),
        (BudgetChange(((1, 300_000), (2, 100_000))), "nothing"),
        (BudgetChange(((7, 0),)), "lines"),
        (BudgetChange(((1, -1), (2, 400_001))), "sum"),
    ):
        refused(lambda change=change: desk.asked(case, change), code)  # type: ignore[misc]
    refused(lambda: desk.asked(case, MOVED, " "), "reasons")
    asked = desk.asked(case, MOVED)
    refused(lambda: desk.asked(case, MOVED), "waiting")
    assert [each.pk for each in changes_waiting(desk.officer)] == [asked.pk]
    assert list(changes_waiting(desk.decider)) == []

    question = ask_about_change(change=asked, actor=desk.officer, text="Vilka dagar?")
    refused(lambda: desk.propose(asked, MOVED), "state")
    with pytest.raises(PermissionDenied):
        answer_about_change(change=asked, actor=desk.writer, text="Två dagar.")
    answer_about_change(change=asked, actor=desk.signatory, text="Två dagar.")
    refused(lambda: answer_about_change(change=asked, actor=desk.signatory, text="Igen."), "state")
    question.refresh_from_db()
    assert question.answer == "Två dagar."

    with pytest.raises(PermissionDenied):
        prepare_change(change=asked, actor=desk.decider, outcome=ChangeState.GRANTED,
                       proposal=MOVED, reasons="Ja.")  # fmt: skip
    prepared = desk.propose(asked, BudgetChange(((1, 280_000), (2, 120_000))))
    assert prepared.proposed == ChangeState.PARTLY
    send_change_back(change=prepared, actor=desk.decider, why="Räkna om.")
    prepared = desk.propose(asked, MOVED)
    assert (prepared.proposed, prepared.sent_back) == (ChangeState.GRANTED, "")
    assert [each.pk for each in changes_waiting(desk.decider)] == [asked.pk]
    for person in (desk.officer, desk.controller, desk.signatory, staff(desk.agency)):
        with pytest.raises(PermissionDenied):
            decide_change(change=prepared, actor=person)
    decided = decide(change=prepared, actor=desk.decider)
    assert (decided.state, decided.applied) == (ChangeState.GRANTED, 1)
    refused(lambda: decide(change=prepared, actor=desk.decider), "state")
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantChange.objects.update(state=ChangeState.REFUSED)

    plan = plan_of(report, applications_of(report))
    assert [line.approved_sek for line in plan.grants[0].lines] == [250_000, 150_000]
    assert [area.granted_sek for area in plan.areas] == [250_000, 150_000]
    sources = CaseDocument.objects.filter(application=case).values_list("source", flat=True)
    assert set(sources) >= {
        f"change:{asked.pk}",
        f"change_question:{question.pk}",
        f"change_answer:{question.pk}",
        f"change_decision:{asked.pk}",
    }
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="change:")
    assert mails.filter(recipient=desk.signatory.email).count() == 2
    assert not any("ändring" in (mail.subject + mail.body).casefold() for mail in mails)
    # A change of what has been changed is tried against that.
    refused(lambda: desk.asked(case, MOVED), "nothing")


@pytest.mark.django_db
def test_what_has_been_sent_in_is_checked_against_the_plan_as_it_becomes() -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    report = desk.received(desk.required(case))
    assert report.needs_look is False
    desk.decided(case, MOVED)
    report = Report.objects.get(pk=report.pk)
    assert report.needs_look is True  # 300 000 was used of what is now 250 000.
    with pytest.raises(ReportRefused, match="needs_look"):
        accept_plainly(report=report, actor=desk.officer)
    desk.decided(case, BudgetChange(((1, 300_000), (2, 100_000))))
    assert accept_plainly(report=report, actor=desk.officer).status == ReportStatus.ACCEPTED


@pytest.mark.django_db
def test_the_letter_is_frozen_and_made_once() -> None:
    desk = Changing()
    case = desk.granted()
    decided = desk.decided(case, MOVED)
    letter = CaseLetter.objects.get(application=case)
    assert letter.source == f"change_decision:{decided.pk}"
    content = content_of(letter)
    table = content.section("change").table  # type: ignore[union-attr]
    assert table is not None
    assert [row[1:] for row in table.rows] == [
        ("300\u00a0000\u00a0kr", "250\u00a0000\u00a0kr"),
        ("100\u00a0000\u00a0kr", "150\u00a0000\u00a0kr"),
    ]
    assert make_case_letter(letter.pk)
    assert not make_case_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.state == LetterState.MADE
    document = CaseDocument.objects.get(application=case, source=letter.source)
    assert document.file == letter.file
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseLetter.objects.update(document="{}")


@pytest.mark.django_db
def test_a_request_can_be_refused_or_withdrawn_and_then_changes_nothing() -> None:
    desk = Changing()
    case = desk.granted()
    before = changed_basis(granting(case), lead=case.lead_id)  # type: ignore[arg-type]
    asked = desk.asked(case, MOVED)
    with pytest.raises(PermissionDenied):
        withdraw_change(change=asked, actor=desk.officer)
    assert withdraw_change(change=asked, actor=desk.signatory).state == ChangeState.WITHDRAWN
    refused(lambda: desk.propose(asked, MOVED), "state")
    again = desk.propose(desk.asked(case, MOVED), None)
    decided = decide(change=again, actor=desk.decider)
    assert (decided.state, decided.applied) == (ChangeState.REFUSED, None)
    assert changed_basis(granting(case), lead=case.lead_id) == before  # type: ignore[arg-type]
    letter = CaseLetter.objects.get(source=f"change_decision:{decided.pk}")
    assert content_of(letter).section("change") is None


@pytest.mark.django_db
def test_a_conflict_of_interest_and_delegation_hold_here_too() -> None:
    desk = Changing()
    case = desk.granted()
    asked = desk.asked(case, MOVED)
    other = staff(desk.agency)
    shut_out(case, other)
    assert list(changes_waiting(other)) == []
    with pytest.raises(PermissionDenied):
        ask_about_change(change=asked, actor=other, text="Varför?")
    prepared = desk.propose(asked, MOVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        # The database refuses it too, whatever is asked for.
        GrantChange.objects.filter(pk=asked.pk).update(
            state=ChangeState.GRANTED, decided_by=other, decided_at=timezone.now(), applied=1
        )
    DelegationRule.objects.create(
        agency=desk.agency, user=desk.decider, outcomes=[str(Outcome.GRANTED)], max_sek=399_999,
        valid_from=desk.today, created_at=timezone.now(), created_by=desk.decider,
    )  # fmt: skip
    with pytest.raises(DelegationRefused):
        decide(change=prepared, actor=desk.decider)


# Time ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_day_of_a_report_is_moved_until_it_is_sent_in() -> None:
    desk = Changing()
    case = desk.granted()
    report = desk.required(case)
    day = desk.later
    for change, code in (
        (TimeChange("interim_due", desk.today), "day"),
        (TimeChange("use_until", desk.call.spend_by + timedelta(days=1)), "too_late"),
    ):
        refused(lambda change=change: desk.asked(case, change), code)  # type: ignore[misc]
    desk.decided(case, TimeChange("interim_due", day))
    report = fresh(report)
    assert report.due_on is not None
    assert report.due_on >= day
    desk.received(report)
    later = desk.prepared(case, TimeChange("interim_due", day + timedelta(days=60)))
    with pytest.raises(ChangeRefused) as caught:
        decide(change=later, actor=desk.decider)
    assert (caught.value.code, caught.value.detail) == ("reports", report.code)
    later.refresh_from_db()
    assert later.state == ChangeState.PREPARED


@pytest.mark.django_db
def test_the_time_plan_is_longer_within_the_calls_own_time() -> None:
    desk = Changing()
    case = desk.granted()
    desk.decided(case, TimeChange("use_until", desk.call.spend_by))
    basis = changed_basis(granting(case), lead=case.lead_id)  # type: ignore[arg-type]
    assert basis is not None
    assert basis.use_until == desk.call.spend_by


@pytest.mark.django_db
def test_a_longer_time_plan_puts_the_final_report_off_where_it_would_come_too_early() -> None:
    desk = Changing()
    case = desk.granted()
    obligations.require_for(application_id=case.pk)
    final = Report.objects.get(kind="final")
    desk.decided(case, TimeChange("use_until", desk.later))
    assert fresh(final).due_on == final.due_on  # It still comes after the last day.
    desk.decided(case, TimeChange("final_due", desk.later + timedelta(days=400)))
    Call.objects.filter(pk=desk.call.pk).update(spend_by=desk.later + timedelta(days=900))
    last = desk.later + timedelta(days=800)
    desk.decided(case, TimeChange("use_until", last))
    assert fresh(final).due_on == working_day_from(last)


# A partner leaves ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_partner_leaves_and_its_share_is_kept_moved_and_given_back() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    report = desk.required(case)
    pk, lead = desk.partner.pk, case.lead_id

    def leaving(kept: int, moved: int = 0, to: int | None = None) -> PartnerChange:
        return PartnerChange(pk, (LeavingRow(2, kept, moved, to),))

    for change, code in (
        (leaving(60_000, 60_000, lead), "division"),
        (leaving(0, 1, pk), "receiver"),
        (PartnerChange(pk, ()), "lines"),
        (PartnerChange(lead, (LeavingRow(1, 0),)), "no_partner"),
    ):
        refused(lambda change=change: desk.asked(case, change), code)  # type: ignore[misc]
    desk.decided(case, leaving(20_000, 50_000, lead))
    basis = changed_basis(granting(case), lead=lead)  # type: ignore[arg-type]
    assert basis is not None
    assert (share_of(basis, lead), share_of(basis, pk)) == (350_000, 20_000)
    (year,) = fund_years(case)
    assert (year.to_repay_sek, year.usable_sek) == (30_000, 370_000)
    assert to_claim(desk.controller) == {case.pk: 30_000}
    assert case.participations.get(organisation=pk).left_on == desk.today
    plan = plan_of(report, applications_of(report))
    assert [(line.organisation, line.approved_sek) for line in plan.grants[0].lines] == [
        (lead, 300_000), (pk, 20_000), (lead, 50_000),
    ]  # fmt: skip
    assert plan.takes_part(pk)
    assert list(differences_in([case.pk])) == []
    refused(lambda: desk.asked(case, leaving(0)), "no_partner")
    # What it has used stays with it: that line is not changed any more.
    refused(lambda: desk.asked(case, BudgetChange(((1, 310_000), (2, 10_000)))), "lines")
    desk.decided(case, BudgetChange(((1, 290_000), (3, 60_000))))


@pytest.mark.django_db
def test_what_a_partner_gave_back_of_a_grant_that_is_revoked_still_agrees() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 20_000),)))
    desk.declared(case)
    revoke_application(
        application=fresh(case), actor=desk.decider, ground="wrong_information", reasons="Fel.",
        prepared=reviewed.prepared(case, desk.decider),
    )  # fmt: skip
    assert fresh(case).status == Status.REVOKED
    assert list(differences_in([case.pk])) == []


@pytest.mark.django_db
def test_a_grant_decided_anew_is_not_less_what_one_that_left_gave_back() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 20_000),)))
    desk.declared(case)
    reconsider_application(
        application=fresh(case), actor=desk.decider,
        ground=ReconsiderationGround.RECONSIDERATION, reasons="Nya uppgifter.",
    )  # fmt: skip
    grant_application(
        application=fresh(case), actor=desk.decider, amount_sek=320_000,
        prepared=replace(reviewed.prepared(case, desk.decider), requirements_met=True),
    )  # fmt: skip
    (year,) = fund_years(case)
    assert (year.granted_sek, year.to_repay_sek, year.usable_sek) == (320_000, 0, 320_000)
    assert case.pk not in to_claim(desk.controller)


@pytest.mark.django_db
def test_a_proposal_made_anew_is_decided_only_by_who_has_seen_it() -> None:
    desk = Changing()
    case = desk.granted()
    seen = desk.prepared(case, MOVED)
    desk.propose(seen, BudgetChange(((1, 390_000), (2, 10_000))))
    refused(lambda: decide(change=seen, actor=desk.decider), "state")
    decide(change=fresh(seen), actor=desk.decider)


@pytest.mark.django_db
def test_one_that_has_left_takes_part_anew_when_it_absorbs_another() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    third = OrganisationFactory(kind="municipality")
    case.participations.create(organisation=third, role="partner", approval="approved")
    acting_for(desk.partner)
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 20_000),)))
    made = MergerChange(third.pk, desk.partner.pk, desk.today, desk.partner.name, "")
    desk.decided(fresh(case), made)
    assert case.participations.get(organisation=desk.partner).left_on is None


@pytest.mark.django_db
def test_a_partner_that_has_used_nothing_has_nothing_to_report() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    report = desk.required(case)
    desk.decided(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 0),)))
    plan = plan_of(report, applications_of(report))
    assert plan.partners == ()
    assert [line.number for line in plan.grants[0].lines] == [1]


# A merger -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_successor_takes_over_what_is_in_hand_and_reads_what_has_ended() -> None:
    from grants.selectors import own_applications

    desk = Changing()
    desk.lead.giro_kind, desk.lead.giro_number = "bankgiro", "5050-1055"
    desk.lead.save()
    case = desk.granted(joint=True)
    report = desk.required(case)
    desk.put(report, spent_path(case.pk, 1), "1000")
    ended = ApplicationFactory(call=desk.call, lead=desk.lead, status=Status.CLOSED)
    other = ApplicationFactory(call=desk.call, lead=desk.partner, partners=[desk.lead],
                               status=Status.SUBMITTED)  # fmt: skip
    number = case.register_number
    successor = desk.successor()
    order = payment_orders.make_order(
        agency=desk.agency, actor=desk.controller, parts=[(case.pk, 1)]
    )
    made = MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name, successor.org_no)
    change = desk.decided(case, made)
    case = fresh(case)
    assert (case.lead, case.register_number) == (successor, number)
    assert order.payments.get().reason == "merged"
    desk.lead.refresh_from_db()
    assert desk.lead.merged_into == successor
    report = Report.objects.get(pk=report.pk)
    assert report.organisation == successor
    plan = plan_of(report, applications_of(report))
    assert [line.organisation for line in plan.grants[0].lines] == [successor.pk, desk.partner.pk]
    assert plan.takers[0].organisation == successor.pk
    followed = GrantChange.objects.get(follows=change)
    assert followed.application == other
    assert {part.organisation_id for part in other.participations.all()} == {
        desk.partner.pk, successor.pk,
    }  # fmt: skip
    ended = fresh(ended)
    assert ended.lead == desk.lead
    mine = set(own_applications(desk.successors_signatory).values_list("pk", flat=True))
    assert mine == {case.pk, other.pk, ended.pk}
    # The ledger stands; what is booked from now on is the successor's.
    assert case.ledger_entries.get().organisation == desk.lead
    refused(
        lambda: ask_for_change(
            application=case, actor=desk.successors_signatory,
            change=MergerChange(desk.lead.pk, successor.pk, desk.today), reasons="Igen.",
        ),
        "no_partner",
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        desk.asked(case, MOVED)


@pytest.mark.django_db
def test_an_organisation_is_not_merged_into_one_for_which_nobody_signs() -> None:
    desk = Changing()
    case = desk.granted()
    successor = desk.successor()
    successor.mandates.update(ended_at=timezone.now())
    prepared = desk.prepared(case, MergerChange(desk.lead.pk, successor.pk, desk.today))
    refused(lambda: decide(change=prepared, actor=desk.decider), "nobody")


@pytest.mark.django_db
def test_the_database_keeps_what_was_prepared_when_it_is_decided() -> None:
    desk = Changing()
    case = desk.granted()
    prepared = desk.prepared(case, MOVED)
    other = BudgetChange(((1, 390_000), (2, 10_000)))
    for altered in (
        {"proposal": change_document(other)},
        {"proposal_reasons": "Andra skäl."},
        {"prepared_by": staff(desk.agency)},
        {"proposed": ChangeState.REFUSED},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantChange.objects.filter(pk=prepared.pk).update(
                state=ChangeState.GRANTED, decided_by=desk.decider, decided_at=timezone.now(),
                decision=granting(case), applied=1, **altered,
            )  # fmt: skip
    decide(change=prepared, actor=desk.decider)


@pytest.mark.django_db
def test_a_merger_is_decided_for_each_case_that_it_concerns() -> None:
    desk = Changing()
    case = desk.granted()
    other = desk.granted()
    successor = desk.successor()
    made = MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name, successor.org_no)
    prepared = desk.prepared(case, made)
    shut_out(other, desk.officer)
    refused(lambda: decide(change=prepared, actor=desk.decider), "shut_out")
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantChange.objects.create(
            application=other, kind=prepared.kind, wanted=prepared.wanted, reasons="Skäl.",
            asked_by=desk.signatory, asked_at=timezone.now(), state=ChangeState.PREPARED,
            proposed=ChangeState.GRANTED, proposal=prepared.proposal, proposal_reasons="Skäl.",
            prepared_by=desk.officer, prepared_at=timezone.now(),
        )  # fmt: skip
    assert fresh(case).lead == desk.lead


@pytest.mark.django_db
def test_a_merger_needs_delegation_for_the_largest_grant_that_it_concerns() -> None:
    desk = Changing()
    case = desk.granted()
    larger = desk.granted()
    type(larger).objects.filter(pk=larger.pk).update(requested_sek=500_000, granted_sek=400_001)
    successor = desk.successor()
    made = MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name, successor.org_no)
    DelegationRule.objects.create(
        agency=desk.agency, user=desk.decider, outcomes=[str(Outcome.GRANTED)], max_sek=400_000,
        valid_from=desk.today, created_at=timezone.now(), created_by=desk.decider,
    )  # fmt: skip
    with pytest.raises(DelegationRefused):
        desk.decided(case, made)
    assert fresh(case).lead == desk.lead


@pytest.mark.django_db
def test_two_begun_reports_of_one_year_are_not_made_one() -> None:
    desk = Changing()
    case = desk.granted()
    successor = desk.successor()
    theirs = desk.granted(lead=successor)
    report, other = desk.required(case), desk.required(theirs)
    made = MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name, successor.org_no)
    desk.put(report, spent_path(case.pk, 1), "1000")
    prepared = desk.prepared(case, made)
    with pytest.raises(ChangeRefused) as caught:
        decide(change=prepared, actor=desk.decider)
    assert (caught.value.code, report.code in caught.value.detail) == ("reports", True)
    # One that nobody has begun becomes the successor's.
    report.values.all().delete()
    Report.objects.filter(pk=report.pk).update(status="due")
    decide(change=prepared, actor=desk.decider)
    assert {each.application_id for each in other.references.all()} == {case.pk, theirs.pk}
    assert not Report.objects.filter(pk=report.pk).exists()


# Two at once --------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_is_made() -> None:
    desk = Changing()
    case = desk.granted(joint=True)
    prepared = desk.prepared(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 0),)))

    def attempt() -> str:
        try:
            return str(decide(change=prepared, actor=desk.decider).state)
        except ChangeRefused as caught:
            return caught.code

    assert sorted(in_threads(attempt, attempt)) == ["granted", "state"]
    assert case.ledger_entries.filter(kind=EntryKind.CLAIMED).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_change_decided_while_a_payment_is_approved_is_not_paid_to_the_one_that_left() -> None:
    desk = Changing()
    desk.lead.giro_kind, desk.lead.giro_number = "bankgiro", "5050-1055"
    desk.lead.save()
    case = desk.granted()
    successor = desk.successor()
    order = payment_orders.make_order(
        agency=desk.agency, actor=desk.controller, parts=[(case.pk, 1)]
    )
    made = MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name, successor.org_no)
    prepared = desk.prepared(case, made)

    def approve() -> str:
        try:
            payment_orders.approve_order(order=order, actor=desk.second)
        except payment_orders.PaymentRefused as caught:
            return caught.code
        return "approved"

    answers = in_threads(lambda: decide(change=prepared, actor=desk.decider).state, approve)
    assert "granted" in answers
    # Whichever came first, nothing of it is handed over.
    order.refresh_from_db()
    if order.state == OrderState.APPROVED:
        with pytest.raises(payment_orders.PaymentRefused):
            payment_orders.hand_over_order(order=order, actor=desk.controller)
    assert order.payments.get().reason == "merged"


@pytest.mark.django_db
def test_someone_elses_grant_is_nobodys_to_change() -> None:
    desk, other = Changing(), Changing()
    case = desk.granted()
    asked = desk.asked(case, MOVED)
    for person in (other.officer, other.decider, acting_for(desk.partner)):
        with pytest.raises(PermissionDenied):
            ask_about_change(change=asked, actor=person, text="Varför?")
    assert list(changes_waiting(other.officer)) == []
