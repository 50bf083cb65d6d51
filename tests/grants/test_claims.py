"""Money that comes back, or is carried over: by the right people, to the last krona."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from applicants.models import Organisation
from core.models import OutboxMessage
from grants.checks import LedgerRefused
from grants.checks.claims import ClaimRefused
from grants.checks.payments import PaymentRefused
from grants.content import balance_sek
from grants.enums import EntryKind, OrderState, Status
from grants.models import (
    Application,
    Call,
    CarryOverRequest,
    CaseLetter,
    Claim,
    LedgerEntry,
    WriteOff,
)
from grants.selectors import fund_years
from grants.selectors.claims import (
    claims_to_remind_of,
    last_day_to_use,
    owed_of,
    pay_to_of,
    to_claim,
)
from grants.selectors.payments import plan_of
from grants.selectors.reconciling import differences_in
from grants.selectors.submission import snapshot_of
from grants.services import claims, ledger, payment_orders, payments, reported
from grants.services.carrying_over import ask_to_carry_over, decide_carry_over
from tests.core.concurrency import in_threads
from tests.factories import ApplicationFactory, OrganisationFactory
from tests.factories.definitions import both
from tests.factories.forms import form_call
from tests.factories.paying import AT_ONCE, HALVES, INTEREST, Paying, paying_call
from tests.factories.scenario import Scenario

LATER = date(2015, 3, 31)


def refused(action: Callable[[], Any], code: str) -> None:
    with pytest.raises(ClaimRefused) as caught:
        action()
    assert caught.value.code == code


def spend(case: Application, amount_sek: int, year: int = 2013, key: str = "spent") -> None:
    ledger.book(application=case, kind=EntryKind.SPENT, year=year, amount_sek=amount_sek,
                actor=None, key=f"{case.pk}:{key}")  # fmt: skip


def repay(desk: Paying, case: Application, amount_sek: int, reference: str) -> None:
    claims.register_repayment(
        application=case, actor=desk.first, amount_sek=amount_sek, reference=reference
    )


@pytest.mark.django_db
def test_what_is_left_is_claimed_but_only_what_was_paid_is_asked_for() -> None:
    desk = Paying(HALVES)
    case = desk.granted()
    desk.pay(case)
    spend(case, 100_000)
    assert to_claim(desk.first) == {case.pk: 400_000}
    assert to_claim(desk.decider) == {}
    for person in (desk.decider, desk.officer, desk.signatory(case)):
        with pytest.raises(PermissionDenied):
            claims.send_claim(application=case, actor=person)
    soon = timezone.localdate() + timedelta(days=29)
    refused(lambda: claims.send_claim(application=case, actor=desk.first, due_on=soon), "day")
    claim = claims.send_claim(application=case, actor=desk.first, text="Betala tillbaka.")
    assert claim is not None
    assert (claim.amount_sek, claim.due_on) == (150_000, soon + timedelta(days=1))
    found = owed_of(case)
    assert (found.claimed_sek, found.not_paid_sek, found.open_sek) == (400_000, 250_000, 150_000)
    refused(lambda: claims.send_claim(application=case, actor=desk.first), "nothing")
    assert to_claim(desk.first) == {}
    # What was claimed is not paid out.
    plan = plan_of(case)
    assert plan is not None
    assert [(part.state, part.amount_sek) for part in plan.parts] == [
        ("paid", 250_000), ("nothing", 0),
    ]  # fmt: skip

    refused(lambda: repay(desk, case, 150_001, "bg1"), "amount")
    refused(lambda: repay(desk, case, 1, " "), "reference")
    repay(desk, case, 50_000, "bg 1")
    repay(desk, case, 50_000, "bg  1")
    refused(lambda: repay(desk, case, 50_001, "bg 1"), "reference")
    assert owed_of(case).open_sek == 100_000

    proposed = claims.propose_write_off(
        application=case, actor=desk.first, amount_sek=40_000, grounds="Föreningen är i konkurs."
    )
    refused(
        lambda: claims.propose_write_off(
            application=case, actor=desk.second, amount_sek=1, grounds="Igen."
        ),
        "waiting",
    )
    for person in (desk.first, desk.second):
        with pytest.raises(PermissionDenied):
            claims.decide_write_off(write_off=proposed, actor=person, granted=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.update(decided_by=desk.first, decided_at=timezone.now(), granted=True)
    claims.decide_write_off(write_off=proposed, actor=desk.decider, granted=True)
    refused(
        lambda: claims.decide_write_off(write_off=proposed, actor=desk.decider, granted=True),
        "decided",
    )
    assert Claim.objects.get().settled_at is None
    repay(desk, case, 60_000, "bg 2")
    assert Claim.objects.get().settled_at is not None
    assert balance_sek(fund_years(case)) == 0
    assert list(differences_in([case.pk])) == []
    for changed in ({"amount_sek": 1}, {"due_on": date(2030, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.update(**changed)


@pytest.mark.django_db
def test_a_reminder_is_sent_once_after_the_day() -> None:
    desk = Paying()
    case, other = desk.granted(), desk.granted(7)
    person = desk.signatory(case)
    desk.pay(case)
    claim = claims.send_claim(application=case, actor=desk.first)
    assert claim is not None
    assert claims.send_claim(application=other, actor=desk.first) is None
    assert balance_sek(fund_years(other)) == 0
    assert claims.remind_of_claims() == 0
    late = claim.due_on + timedelta(days=1)
    assert claims_to_remind_of(claim.due_on, limit=5) == []
    assert claims_to_remind_of(late, limit=5) == [claim]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timezone, "localdate", lambda *_args: late)
        assert (claims.remind_of_claims(), claims.remind_of_claims()) == (1, 0)
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="claim:")
    assert [mail.recipient for mail in mails] == [person.email] * 2


@pytest.mark.django_db
def test_money_is_carried_over_when_it_is_asked_for_and_decided() -> None:
    desk = Paying()
    case = desk.granted()
    person = desk.signatory(case)
    desk.pay(case)
    spend(case, 200_000)

    def ask(amount_sek: int, reasons: str = "Projektet är försenat.", who: Any = person) -> Any:
        return ask_to_carry_over(
            application=case, actor=who, amount_sek=amount_sek, reasons=reasons
        )

    def answer(granted_sek: int, **more: Any) -> Any:
        given: dict[str, Any] = {"actor": desk.decider, "use_by": LATER, "answer": "Skälen räcker."}
        return decide_carry_over(request=request, granted_sek=granted_sek, **given | more)

    with pytest.raises(PermissionDenied):
        ask(1, who=desk.first)
    refused(lambda: ask(300_001), "amount")
    refused(lambda: ask(1, reasons=" "), "reasons")
    request = ask(250_000)
    refused(lambda: ask(1), "waiting")
    refused(lambda: claims.send_claim(application=case, actor=desk.first), "carry_over")
    assert to_claim(desk.first) == {}
    for who in (desk.first, person, desk.officer):
        with pytest.raises(PermissionDenied):
            answer(1, actor=who)
    refused(lambda: answer(250_001), "amount")
    refused(lambda: answer(1, answer=""), "answer")
    refused(lambda: answer(1, use_by=desk.call.spend_by), "day")
    answer(100_000)
    refused(lambda: answer(100_000), "decided")
    with pytest.raises(IntegrityError), transaction.atomic():
        CarryOverRequest.objects.update(granted_sek=0, use_by=None)
    first, second = fund_years(case)
    assert (first.usable_sek, first.carried_over_sek) == (200_000, 100_000)
    assert (second.carried_in_sek, second.usable_sek) == (100_000, 100_000)
    assert last_day_to_use(case, 2014) == LATER
    # The rest is claimed; what was carried over not before its own last day.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timezone, "localdate", lambda *_args: LATER)
        assert to_claim(desk.first) == {case.pk: 200_000}
        claims.send_claim(application=case, actor=desk.first)
        assert to_claim(desk.first) == {}
        patched.setattr(timezone, "localdate", lambda *_args: LATER + timedelta(days=1))
        assert to_claim(desk.first) == {case.pk: 100_000}
        claims.send_claim(application=case, actor=desk.first)
    assert owed_of(case).open_sek == 300_000
    assert list(differences_in([case.pk])) == []
    assert [entry.amount_sek for entry in LedgerEntry.objects.filter(kind="claimed")] == [
        200_000, 100_000,
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_owed_warns_in_a_new_application_and_blocks_where_the_call_says_so() -> None:
    desk = Paying()
    case = desk.granted()
    partner = OrganisationFactory()
    terms = {**AT_ONCE, "repayment": {"blocks": INTEREST}}
    calls = [
        form_call(agency=desk.agency, changes={"payments": AT_ONCE}),
        form_call(agency=desk.agency, changes={"payments": terms}),
        form_call(changes={"payments": terms}),
    ]

    def said(call: Call, lead: Organisation, partners: tuple[Organisation, ...] = ()) -> Any:
        draft = ApplicationFactory(call=call, lead=lead, status=Status.DRAFT, partners=partners)
        _snapshot, found = snapshot_of(draft)
        return [
            (each.code, each.blocks, each.organisation)
            for each in found
            if each.code.startswith("owes")
        ]

    def claim(due_in: int) -> Claim:
        return Claim.objects.create(
            application=case,
            amount_sek=1,
            due_on=timezone.localdate() + timedelta(days=due_in),
            sent_by=desk.first,
            sent_at=timezone.now(),
        )

    claim(0)
    assert [said(call, case.lead) for call in calls] == [[], [], []]
    claim(-1)
    assert [said(call, case.lead) for call in calls] == [
        [("owes_money", False, case.lead_id)], [("owes_money_blocks", True, case.lead_id)], [],
    ]  # fmt: skip
    assert said(calls[0], partner, (case.lead,)) == [("owes_money", False, case.lead_id)]
    assert said(calls[0], partner) == []
    Claim.objects.update(settled_at=timezone.now())
    assert said(calls[0], case.lead) == []


@pytest.mark.django_db
def test_what_was_claimed_follows_a_grant_that_is_made_anew() -> None:
    today = timezone.localdate()
    desk = Paying(HALVES)
    scenario = Scenario(
        call=paying_call(desk.agency, HALVES, year=today.year, opens_on=today, closes_on=today),
        lead=OrganisationFactory(giro_kind="bankgiro", giro_number="5050-1055"),
    )
    case = scenario.granted()
    desk.pay(case)
    reported.book_report(
        application=case, actor=scenario.officer, year=today.year, spent_sek=100_000,
        to_repay_sek=400_000, key="r",
    )  # fmt: skip
    claims.send_claim(application=case, actor=desk.first)
    before = owed_of(case)
    assert (before.not_paid_sek, before.due_sek) == (250_000, 150_000)
    scenario.reconsider(case)
    assert list(differences_in([case.pk])) == []
    case = scenario.grant(case, 500_000)
    assert owed_of(case) == before
    assert list(differences_in([case.pk])) == []
    repay(desk, case, 150_000, "bg 1")
    assert balance_sek(fund_years(case)) == 0


AMOUNTS = st.integers(1, 700)
REFUSED = (ClaimRefused, LedgerRefused, PaymentRefused)
reached: set[str] = set()


class Money(RuleBasedStateMachine):
    """One grant of 1 000 kr in two parts, and everything that can become of it, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.step = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(ended=st.booleans(), paid=st.integers(0, 2), claimed=st.booleans())
    def begin(self, ended: bool, paid: int, claimed: bool) -> None:
        self.desk = Paying(HALVES)
        self.case = self.desk.granted(1_000)
        self.signatory = self.desk.signatory(self.case)
        if not ended:
            day = timezone.localdate() + timedelta(days=30)
            Call.objects.filter(pk=self.desk.call.pk).update(spend_by=day)
            self.case = Application.objects.get(pk=self.case.pk)
        for part in range(1, paid + 1):
            self.desk.pay(self.case, part=part)
        if claimed:
            self.report(100, 100, 2013)
            self.claim()

    def attempt(self, action: Callable[[], Any]) -> None:
        self.step += 1
        try:
            with transaction.atomic():
                action()
        except REFUSED:
            return
        reached.update(self.case.ledger_entries.values_list("kind", flat=True))

    @rule(part=st.integers(1, 2), said=st.sampled_from(["paid", "paid", "Nej", "handed", "made"]))
    def pay(self, part: int, said: str) -> None:
        def order() -> None:
            to = OrderState.MADE if said == "made" else OrderState.HANDED_OVER
            made = self.desk.order(self.case, part=part, to=to)
            if said in {"paid", "Nej"}:
                self.desk.answer(made, said)

        self.attempt(order)

    @rule(cancel=st.booleans())
    def go_on(self, cancel: bool) -> None:
        for order in list(self.desk.agency.payment_orders.filter(state=OrderState.MADE)):
            if cancel:
                self.attempt(
                    lambda o=order: payment_orders.cancel_order(order=o, actor=self.desk.first)
                )
        for order in list(self.desk.agency.payment_orders.filter(state=OrderState.HANDED_OVER)):
            self.attempt(lambda o=order: self.desk.answer(o, "paid"))

    @rule(stop=st.booleans())
    def stop(self, stop: bool) -> None:
        act = payments.stop_payments if stop else payments.lift_stop
        self.attempt(lambda: act(application=self.case, actor=self.desk.first, reason="Skäl."))

    @rule(amount=AMOUNTS, to_repay=st.sampled_from([0, 0, 100]), year=st.integers(2013, 2014))
    def report(self, amount: int, to_repay: int, year: int) -> None:
        self.attempt(
            lambda: reported.book_report(
                application=self.case, actor=self.desk.officer, year=year, spent_sek=amount,
                to_repay_sek=to_repay, key=f"r{self.step}",
            )
        )  # fmt: skip

    @rule()
    def claim(self) -> None:
        self.attempt(lambda: claims.send_claim(application=self.case, actor=self.desk.first))

    @rule(amount=AMOUNTS, all_of_it=st.booleans())
    def repay(self, amount: int, all_of_it: bool) -> None:
        amount = owed_of(self.case).due_sek if all_of_it else amount
        self.attempt(lambda: repay(self.desk, self.case, amount, f"bg{self.step}"))

    @rule(amount=AMOUNTS, granted=st.booleans())
    def write_off(self, amount: int, granted: bool) -> None:
        def both() -> None:
            proposed = claims.propose_write_off(
                application=self.case, actor=self.desk.second, amount_sek=amount, grounds="Skäl."
            )
            claims.decide_write_off(write_off=proposed, actor=self.desk.decider, granted=granted)

        self.attempt(both)

    @rule(amount=AMOUNTS, part=st.sampled_from([0, 50, 100, None]))
    def carry_over(self, amount: int, part: int | None) -> None:
        self.attempt(
            lambda: ask_to_carry_over(
                application=self.case, actor=self.signatory, amount_sek=amount, reasons="Skäl."
            )
        )
        request = self.case.carry_over_requests.filter(decided_at__isnull=True).first()
        if request is not None and part is not None:
            sek = request.amount_sek * part // 100
            self.attempt(
                lambda: decide_carry_over(
                    request=request, actor=self.desk.decider, granted_sek=sek,
                    use_by=date(2040, 1, 1), answer="Svar.",
                )
            )  # fmt: skip

    @invariant()
    def no_krona_appears_or_vanishes(self) -> None:
        if not hasattr(self, "case"):
            return
        years = fund_years(self.case)
        granted = sum(year.granted_sek for year in years)
        usable = sum(year.usable_sek for year in years)
        spent = sum(year.spent_sek for year in years)
        back = sum(year.repaid_sek + year.written_off_sek for year in years)
        found = owed_of(self.case)
        assert granted == 1_000 == spent + usable + found.open_sek + back
        assert balance_sek(years) == usable + found.open_sek
        assert min(usable, found.open_sek, spent, back) >= 0
        paid = sum(year.paid_sek for year in years)
        repaid = sum(year.repaid_sek for year in years)
        assert repaid <= paid <= granted
        # Nobody is asked for what was never paid out, or for more than is claimed.
        assert found.demanded_sek + found.not_paid_sek <= found.claimed_sek
        assert found.demanded_sek <= paid
        assert list(differences_in([self.case.pk])) == []


@pytest.mark.django_db
def test_no_krona_appears_or_vanishes_in_whatever_order() -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The walks came everywhere: each kind of entry was booked, but for reversals.
    assert reached == {str(kind) for kind in EntryKind} - {EntryKind.REVERSED}


PAY_TO = both("Betala till bankgiro 5050-1055.")


@pytest.mark.django_db
def test_how_to_pay_is_what_the_call_says_unless_the_controller_writes_otherwise() -> None:
    desk = Paying({**AT_ONCE, "repayment": {"pay_to": PAY_TO}})
    cases = [desk.granted() for _each in range(3)]
    desk.pay(*cases)
    said = [None, "Betala till plusgiro 12 34-5.", ""]
    for case, pay_to in zip(cases, said, strict=True):
        assert pay_to_of(case) == PAY_TO["sv"]
        claims.send_claim(application=case, actor=desk.first, pay_to=pay_to)
    sent = Claim.objects.order_by("pk").values_list("pay_to", flat=True)
    assert list(sent) == [PAY_TO["sv"], "Betala till plusgiro 12 34-5.", ""]
    letter = CaseLetter.objects.get(source=f"claim:{cases[0].claims.get().pk}")
    assert PAY_TO["sv"] in letter.document


@pytest.mark.django_db
def test_where_the_call_does_not_say_how_to_pay_the_agencys_last_words_are_suggested() -> None:
    desk = Paying()
    first, second = desk.granted(), desk.granted()
    desk.pay(first, second)
    assert pay_to_of(first) == ""
    claims.send_claim(application=first, actor=desk.first, pay_to="Bankgiro 5050-1055.")
    assert pay_to_of(second) == "Bankgiro 5050-1055."
    elsewhere = Paying()
    assert pay_to_of(elsewhere.granted()) == ""
    document = desk.call.definition.document()
    assert "pay_to" not in document["payments"]["repayment"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_at_once_a_claim_is_sent_once_and_a_repayment_booked_once() -> None:
    desk = Paying()
    case = desk.granted()
    desk.pay(case)

    def tried(action: Callable[[], Any]) -> str:
        try:
            action()
        except ClaimRefused as refusal:
            return refusal.code
        return "done"

    def send() -> str:
        return tried(lambda: claims.send_claim(application=case, actor=desk.first))

    assert sorted(in_threads(send, send)) == ["done", "nothing"]
    assert Claim.objects.get().amount_sek == 500_000
    same = [lambda: tried(lambda: repay(desk, case, 300_000, "bg 1"))] * 2
    assert in_threads(*same) == ["done", "done"]
    two = [lambda r=reference: tried(lambda: repay(desk, case, 150_000, r)) for reference in "ab"]
    assert sorted(in_threads(*two)) == ["amount", "done"]
    assert owed_of(case).open_sek == 50_000
