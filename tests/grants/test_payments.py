"""Paying grants out: in parts, by two people, as a file, once, whatever is stopped or repeated."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from applicants.models import Organisation
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import TransitionRefused
from grants.checks.payments import AnswerRefused, PaymentRefused, Result, read_answer
from grants.content.payments import GrantFacts, PlannedPart, Taken, months_later, planned, shares
from grants.definitions import PaymentTerms
from grants.enums import EntryKind, OrderState, PartState, PaymentState, Status
from grants.models import Application, LedgerEntry, Payment, PaymentOrder, PaymentStop
from grants.selectors import fund_years
from grants.selectors.payments import plan_of, unfinished_answers
from grants.services import handling, ledger, payment_answers, payment_orders, payments
from tests.core.concurrency import in_threads
from tests.factories import LedgerEntryFactory, OrganisationFactory, staff
from tests.factories.paying import HALVES, Paying, answer_file
from tests.factories.scenario import Scenario
from tests.portal.desks import shut_out

TODAY = date(2013, 12, 1)


def refused(action: Callable[[], Any], code: str) -> PaymentRefused:
    with pytest.raises(PaymentRefused) as caught:
        action()
    assert caught.value.code == code
    return caught.value


def paid(case: Application) -> int:
    return sum(year.paid_sek for year in fund_years(case))


def terms(**fields: Any) -> PaymentTerms:
    return PaymentTerms.model_validate({**HALVES, **fields})


def facts(**fields: Any) -> GrantFacts:
    given: dict[str, Any] = {
        "granted_sek": 1_001, "decided_on": date(2013, 3, 31), "holds": True, "taken": {},
    }  # fmt: skip
    return GrantFacts(**given | fields)


def states(found: tuple[PlannedPart, ...]) -> list[tuple[int, str]]:
    return [(part.amount_sek, str(part.state)) for part in found]


@given(
    st.integers(1, 10**12),
    st.lists(st.integers(1, 99), max_size=5).filter(lambda each: sum(each) < 100),
)
def test_the_parts_are_together_what_is_granted(granted: int, begun: list[int]) -> None:
    percents = (*begun, 100 - sum(begun))
    found = shares(granted, percents)
    assert sum(found) == granted
    assert min(found) >= 0
    for amount, percent in zip(found, percents, strict=True):
        assert abs(amount - granted * percent / 100) <= 1


@given(
    granted=st.integers(1, 10_000),
    moved=st.integers(0, 12_000),
    claimed=st.integers(0, 10_000),
    taken=st.dictionaries(st.integers(1, 2), st.integers(1, 6_000), max_size=2),
)
def test_a_plan_never_pays_more_than_the_grantee_is_to_have(
    granted: int, moved: int, claimed: int, taken: dict[int, int]
) -> None:
    moved += sum(taken.values())
    claimed = min(claimed, granted)
    found = planned(
        terms(),
        facts(
            granted_sek=granted,
            moved_sek=moved,
            to_repay_sek=claimed,
            taken={n: Taken(state="paid", amount_sek=each) for n, each in taken.items()},
        ),
        TODAY,
    )
    new = sum(part.amount_sek for part in found if part.state is PartState.PAYABLE)
    assert new == 0 or moved + new <= granted - claimed
    if not claimed and not taken and moved <= granted:
        assert moved + new == granted


def test_a_part_waits_for_what_it_waits_for() -> None:
    whole = [(500, "payable"), (501, "payable")]
    assert states(planned(terms(), facts(), TODAY)) == whole
    assert [part.due_on for part in planned(terms(), facts(), TODAY)] == [
        date(2013, 3, 31), date(2013, 9, 30),
    ]  # fmt: skip
    assert states(planned(terms(), facts(), date(2013, 9, 29)))[1] == (501, "not_yet")
    later = terms(parts=[{"percent": 70}, {"percent": 30, "after_interim": True}])
    assert states(planned(later, facts(), TODAY)) == [(700, "payable"), (301, "interim")]
    assert states(planned(later, facts(interim_accepted=True), TODAY))[1] == (301, "payable")
    assert [
        (part.follows_interim, part.waits_for_interim)
        for accepted in (False, True)
        for part in planned(later, facts(interim_accepted=accepted), TODAY)
    ] == [(False, False), (True, True), (False, False), (True, False)]
    asking = terms(requisition=True)
    assert states(planned(asking, facts(requested=frozenset({2})), TODAY)) == [
        (500, "requisition"), (501, "payable"),
    ]  # fmt: skip
    for changed, state in (({"stopped": True}, "stopped"), ({"has_giro": False}, "giro")):
        assert states(planned(terms(), facts(**changed), TODAY))[0] == (500, state)
    assert states(planned(terms(), facts(holds=False), TODAY))[0][1] == "nothing"
    # What was paid under an earlier decision, and what has been claimed back, is not paid again.
    assert states(planned(terms(), facts(moved_sek=600), TODAY)) == [
        (0, "nothing"), (401, "payable"),
    ]  # fmt: skip
    assert states(planned(terms(), facts(to_repay_sek=300), TODAY)) == [
        (500, "payable"), (201, "payable"),
    ]  # fmt: skip
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2013, 8, 31), 6) == date(2014, 2, 28)


@pytest.mark.django_db
def test_a_grant_is_paid_by_an_order_that_another_approves() -> None:
    desk = Paying(HALVES)
    lead = OrganisationFactory(name="=Ale kommun")
    first, second = desk.granted(lead=lead), desk.granted(301)
    stranger = staff(Paying().agency, Role.CONTROLLER)
    chosen = [(second.pk, 1), (first.pk, 1)]
    for person in (stranger, desk.decider, desk.officer):
        with pytest.raises(PermissionDenied):
            payment_orders.make_order(agency=desk.agency, actor=person, parts=chosen)
    refused(lambda: payment_orders.make_order(agency=desk.agency, actor=desk.first, parts=[]),
            "nothing_chosen")  # fmt: skip
    order = payment_orders.make_order(agency=desk.agency, actor=desk.first, parts=chosen)
    again = refused(
        lambda: payment_orders.make_order(
            agency=desk.agency, actor=desk.second, parts=[(first.pk, 1)]
        ),
        "changed",
    )
    assert again.cases == (first.number,)

    refused(lambda: payment_orders.hand_over_order(order=order, actor=desk.second), "state")
    refused(lambda: payment_orders.approve_order(order=order, actor=desk.first), "same_person")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(
            state=OrderState.APPROVED, approved_by=desk.first, approved_at=timezone.now()
        )
    order = payment_orders.approve_order(order=order, actor=desk.second)
    refused(lambda: payment_orders.approve_order(order=order, actor=desk.second), "state")
    # The payee is as it was when it was approved, whatever becomes of it afterwards.
    Organisation.objects.filter(pk=lead.pk).update(giro_number="991-2346", name="Ale nya kommun")
    order = payment_orders.hand_over_order(order=order, actor=desk.first)
    content = payment_orders.content_of(order)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [(row["payee"], row["giro_number"], row["amount_sek"]) for row in rows] == [
        ("'=Ale kommun", "5050-1055", "250000"),
        (second.lead.name, "5050-1055", "150"),
    ]
    assert rows[0] | {"payee": ""} == {
        "reference": f"{order.pk}-1", "order": str(order.pk), "case": first.number, "payee": "",
        "org_no": lead.org_no, "giro_kind": "bankgiro", "giro_number": "5050-1055",
        "amount_sek": "250000", "appropriation": "4:7 ap.1",
        "budget_year": str(timezone.localdate().year),
    }  # fmt: skip
    assert payment_orders.content_of(order) == content

    desk.answer(order, "paid", "Kontot finns inte.")
    order.refresh_from_db()
    assert order.state == OrderState.ANSWERED
    assert (paid(first), paid(second)) == (250_000, 0)
    assert states(_plan(first)) == [(250_000, "paid"), (250_000, "payable")]
    assert states(_plan(second)) == [(150, "payable"), (151, "payable")]
    desk.pay(second, part=2)
    desk.pay(second)
    assert paid(second) == 301
    names = [e.name for e in events_of(kind=JournalKind.CASE, subject=str(second.pk))]
    assert names == [
        "payment.ordered", "payment.refused",
        *["payment.ordered", "ledger.booked", "payment.paid"] * 2,
    ]  # fmt: skip


def _plan(case: Application) -> tuple[PlannedPart, ...]:
    plan = plan_of(Application.objects.get(pk=case.pk))
    assert plan is not None
    return plan.parts


@pytest.mark.django_db
def test_an_answer_is_taken_whole_or_not_at_all_and_says_on_which_line() -> None:
    desk = Paying()
    order = desk.order(desk.granted(), desk.granted(), desk.granted())

    def faults(*lines: str, head: str = "reference,result,reason") -> list[tuple[int, str]]:
        with pytest.raises(AnswerRefused) as caught:
            payment_answers.receive_answer(
                order=order, actor=desk.second, content="\n".join([head, *lines]).encode()
            )
        return [(fault.line, fault.code) for fault in caught.value.faults]

    one = f"{order.pk}-1"
    assert faults(
        f"{one},paid,", "77-1,paid,", f"{one},refused,Nej", f"{order.pk}-2,betald,",
        f"{order.pk}-3,refused,",
    ) == [(3, "unknown"), (4, "twice"), (5, "result"), (6, "reason")]  # fmt: skip
    assert faults() == [(1, "empty")]
    assert faults(f"{one};paid", head="referens;result") == [(1, "columns")]
    with pytest.raises(AnswerRefused) as caught:
        read_answer("reference,result\nå".encode("latin-1"), {})
    assert caught.value.faults[0].code == "not_utf8"
    assert not order.answers.exists()
    with pytest.raises(PermissionDenied):
        payment_answers.receive_answer(
            order=order, actor=desk.decider, content=answer_file(order, "paid")
        )

    desk.answer(order, "paid")
    order.refresh_from_db()
    assert order.state == OrderState.HANDED_OVER
    assert faults(f"{one},refused,Nej", f"{order.pk}-2,paid,") == [(2, "answered")]
    # The rest, in a file that says the first once more; with semicolons, as some systems write.
    rest = f"result;reference\npaid;{one}\npaid;{order.pk}-2\npaid;{order.pk}-3\n".encode()
    answer = payment_answers.receive_answer(order=order, actor=desk.second, content=rest)
    payment_answers.book_answer(answer_id=answer.pk)
    order.refresh_from_db()
    assert order.state == OrderState.ANSWERED
    assert LedgerEntry.objects.filter(kind=EntryKind.PAID).count() == 3
    same = payment_answers.receive_answer(order=order, actor=desk.first, content=rest)
    assert same == answer
    refused(
        lambda: payment_answers.receive_answer(
            order=order, actor=desk.first, content=rest + b"\r\n"
        ),
        "state",
    )


@pytest.mark.django_db
def test_whoever_stops_between_two_steps_goes_on_without_paying_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Paying()
    cases = [desk.granted(1_000 + number) for number in range(3)]
    order = desk.order(*cases)
    answer = payment_answers.receive_answer(
        order=order, actor=desk.first, content=answer_file(order, "paid", "Nej", "paid")
    )
    calls = 0
    steps = ("book", "record")
    whole = {name: getattr(payment_answers, name) for name in steps}

    def counted(name: str, stop_at: int) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == stop_at:
                raise ConnectionResetError
            return whole[name](*arguments, **named)

        return step

    stopped = 0
    for stop_at in range(1, 9):
        calls = 0
        for name in steps:
            monkeypatch.setattr(payment_answers, name, counted(name, stop_at))
        try:
            payment_answers.book_answer(answer_id=answer.pk)
        except ConnectionResetError:
            stopped += 1
            assert unfinished_answers(5) == [answer.pk]
        entries = LedgerEntry.objects.filter(kind=EntryKind.PAID)
        done = Payment.objects.filter(state=PaymentState.PAID)
        assert [e.application_id for e in entries] == [p.application_id for p in done]
    assert stopped >= 3
    assert unfinished_answers(5) == []
    order.refresh_from_db()
    assert order.state == OrderState.ANSWERED
    assert [paid(case) for case in cases] == [1_000, 0, 1_002]


@pytest.mark.django_db
def test_a_stop_takes_payments_out_until_the_file_has_gone() -> None:
    desk = Paying(HALVES)
    first, second = desk.granted(), desk.granted()
    order = desk.order(first, second, to=OrderState.APPROVED)
    for person in (desk.officer, desk.signatory(first)):
        with pytest.raises(PermissionDenied):
            payments.stop_payments(application=first, actor=person, reason="Misstänkt fel.")
    refused(
        lambda: payments.stop_payments(application=first, actor=desk.first, reason=" "), "reason"
    )
    payments.stop_payments(application=first, actor=desk.decider, reason="Misstänkt fel.")
    refused(
        lambda: payments.stop_payments(application=first, actor=desk.first, reason="Igen."),
        "stopped",
    )
    assert states(_plan(first))[0][1] == "stopped"
    order = payment_orders.hand_over_order(order=order, actor=desk.second)
    assert payment_orders.content_of(order).count(b"\r\n") == 2
    payments.stop_payments(application=second, actor=desk.first, reason="För sent.")
    answer = payment_answers.receive_answer(
        order=order, actor=desk.first, content=f"reference,result\n{order.pk}-2,paid".encode()
    )
    payment_answers.book_answer(answer_id=answer.pk)
    assert (paid(first), paid(second)) == (0, 250_000)
    assert states(_plan(second)) == [(250_000, "paid"), (250_000, "stopped")]
    refused(lambda: payments.lift_stop(application=first, actor=desk.first, reason=""), "reason")
    payments.lift_stop(application=first, actor=desk.first, reason="Allt stämde.")
    refused(
        lambda: payments.lift_stop(application=first, actor=desk.first, reason="Igen."),
        "not_stopped",
    )
    desk.pay(first)
    assert paid(first) == 250_000
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentStop.objects.filter(application=first).update(reason="Annat.")


@pytest.mark.django_db
def test_what_cannot_be_paid_any_more_is_taken_out_and_a_cancelled_order_frees_its_parts() -> None:
    desk = Paying()
    revoked, claimed, fine, bare = (desk.granted(100_000) for _each in range(4))
    order = desk.order(revoked, claimed, fine, to=OrderState.MADE)
    Application.objects.filter(pk=revoked.pk).update(status=Status.REVOKED)
    ledger.book(application=claimed, kind=EntryKind.CLAIMED, year=2013, amount_sek=1, actor=None,
                key="claimed")  # fmt: skip
    Organisation.objects.filter(pk=fine.lead_id).update(giro_kind="", giro_number="")
    assert refused(
        lambda: payment_orders.approve_order(order=order, actor=desk.second), "giro"
    ).cases == (fine.number,)
    Organisation.objects.filter(pk=fine.lead_id).update(giro_kind="plusgiro", giro_number="29150-7")
    payment_orders.approve_order(order=order, actor=desk.second)
    reasons = dict(order.payments.values_list("application", "reason"))
    assert reasons == {revoked.pk: "not_in_force", claimed.pk: "claimed", fine.pk: ""}
    payment_orders.cancel_order(order=order, actor=desk.first)
    refused(lambda: payment_orders.cancel_order(order=order, actor=desk.first), "state")
    desk.pay(fine, claimed)
    assert (paid(fine), paid(claimed)) == (100_000, 99_999)
    # Nobody with a conflict of interest in a case has a hand in its payment.
    made = desk.order(bare, to=OrderState.MADE)
    shut_out(bare, desk.second)
    with pytest.raises(PermissionDenied):
        payment_orders.approve_order(order=made, actor=desk.second)
    shut_out(bare, desk.first)
    with pytest.raises(PermissionDenied):
        payment_orders.cancel_order(order=made, actor=desk.first)


@pytest.mark.django_db
def test_the_grantee_asks_for_a_part_where_the_call_wants_it() -> None:
    desk = Paying({**HALVES, "requisition": True})
    case = desk.granted()
    signatory = desk.signatory(case)
    assert states(_plan(case)) == [(250_000, "requisition")] * 2
    with pytest.raises(PermissionDenied):
        payments.ask_for_part(application=case, actor=desk.first, part=1)
    asked = payments.ask_for_part(application=case, actor=signatory, part=1)
    assert payments.ask_for_part(application=case, actor=signatory, part=1) == asked
    refused(lambda: payments.ask_for_part(application=case, actor=signatory, part=3), "part")
    assert states(_plan(case)) == [(250_000, "payable"), (250_000, "requisition")]
    desk.pay(case)
    assert paid(case) == 250_000


@pytest.mark.django_db
def test_the_database_keeps_orders_and_payments_as_they_were() -> None:
    desk = Paying()
    case = desk.granted()
    made = desk.order(case, to=OrderState.MADE)
    payment = made.payments.get()
    twice = {"order": made, "number": 2, "application": case, "decision": payment.decision,
             "part": 1, "organisation": case.lead, "year": 2013, "budget_year": 2013,
             "appropriation": "1", "amount_sek": 1}  # fmt: skip
    attempts: list[Callable[[], Any]] = [
        lambda: Payment.objects.create(**twice),
        lambda: Payment.objects.filter(pk=payment.pk).update(amount_sek=1),
        # Paid, though the order was never handed over.
        lambda: Payment.objects.filter(pk=payment.pk).update(
            state=PaymentState.PAID, ended_at=timezone.now()
        ),
        lambda: PaymentOrder.objects.filter(pk=made.pk).update(made_by=desk.second),
        lambda: PaymentOrder.objects.filter(pk=made.pk).update(
            state=OrderState.HANDED_OVER, approved_by=desk.second, approved_at=timezone.now(),
            handed_over_by=desk.second, handed_over_at=timezone.now(), sha256="a" * 64,
        ),
        payment.delete,
        made.delete,
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    order = desk.pay(desk.granted())
    for changed in ({"state": OrderState.HANDED_OVER}, {"sha256": "b" * 64},
                    {"approved_by": staff(desk.agency, Role.CONTROLLER)}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentOrder.objects.filter(pk=order.pk).update(**changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        order.payments.update(giro_number="991-2346")


@pytest.mark.django_db
def test_a_new_grant_is_not_less_than_what_has_been_paid() -> None:
    scenario = Scenario()
    case = scenario.granted()
    LedgerEntryFactory(application=case, kind=EntryKind.PAID, amount_sek=200_000)
    scenario.reconsider(case)
    with pytest.raises(ledger.LedgerRefused) as caught:
        scenario.grant(case, 100_000)
    assert caught.value.code == "money_used"
    scenario.grant(case, 200_000)
    assert paid(case) == 200_000


@pytest.mark.django_db
def test_a_case_is_not_closed_before_its_grant_is_paid() -> None:
    desk = Paying(HALVES)
    case = desk.granted(status=Status.FINAL_REPORTED)
    LedgerEntryFactory(application=case, kind=EntryKind.SPENT, amount_sek=500_000)
    desk.pay(case)
    with pytest.raises(TransitionRefused):
        handling.close_application(application=case, actor=desk.officer)
    desk.pay(case, part=2)
    handling.close_application(application=case, actor=desk.officer)


def test_an_answer_may_say_the_same_again() -> None:
    content = b"reference,result\r\n1-1,PAID\r\n"
    (row,) = read_answer(content, {"1-1": Result.PAID})
    assert (row.reference, row.result) == ("1-1", Result.PAID)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_at_once_an_order_is_approved_once_a_part_ordered_once_and_an_answer_booked_once() -> None:
    desk = Paying()
    case, other = desk.granted(), desk.granted()
    third = staff(desk.agency, Role.CONTROLLER)

    def tried(action: Callable[[], Any]) -> Callable[[], str]:
        def run() -> str:
            try:
                action()
            except PaymentRefused as refusal:
                return refusal.code
            return "done"

        return run

    def make(person: Any) -> Callable[[], str]:
        parts = [(case.pk, 1), (other.pk, 1)]
        return tried(
            lambda: payment_orders.make_order(agency=desk.agency, actor=person, parts=parts)
        )

    assert sorted(in_threads(make(desk.first), make(desk.first))) == ["changed", "done"]
    order = PaymentOrder.objects.get()
    assert sorted(
        in_threads(
            *[
                tried(lambda p=person: payment_orders.approve_order(order=order, actor=p))
                for person in (desk.second, third)
            ]
        )
    ) == ["done", "state"]
    order = payment_orders.hand_over_order(order=order, actor=desk.first)
    content = answer_file(order, "paid", "paid")

    def answered() -> int:
        answer = payment_answers.receive_answer(order=order, actor=desk.first, content=content)
        payment_answers.book_answer(answer_id=answer.pk)
        return answer.pk

    first, second = in_threads(answered, answered)
    assert first == second
    assert (paid(case), paid(other)) == (500_000, 500_000)
    assert LedgerEntry.objects.filter(kind=EntryKind.PAID).count() == 2
    assert PaymentOrder.objects.get().state == OrderState.ANSWERED


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_order_approved_while_its_payment_is_stopped_pays_nothing_of_it() -> None:
    """The one holds the order and waits for the case, the other holds the case: neither waits for
    ever, and the payment is out of the order whichever came first."""
    desk = Paying()
    case = desk.granted()
    order = payment_orders.make_order(agency=desk.agency, actor=desk.first, parts=[(case.pk, 1)])

    def approve() -> str:
        try:
            return payment_orders.approve_order(order=order, actor=desk.second).state
        except PaymentRefused as caught:
            return caught.code

    def stop() -> str:
        payments.stop_payments(application=case, actor=desk.first, reason="Oklart underlag")
        return "stopped"

    answers = in_threads(stop, approve)
    assert answers[0] == "stopped"
    assert answers[1] in {OrderState.APPROVED, "empty"}
    assert order.payments.get().state == PaymentState.CANCELLED
    assert paid(case) == 0
