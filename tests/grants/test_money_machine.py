"""No krona appears or vanishes, in whatever order a joint grant is paid, reported, carried over,
claimed, paid back in parts, written off and changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
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

from grants.checks import LedgerRefused
from grants.checks.changes import ChangeRefused, adds_up
from grants.checks.claims import ClaimRefused
from grants.checks.payments import PaymentRefused
from grants.content import balance_sek
from grants.content.changes import (
    BudgetChange,
    LeavingRow,
    MergerChange,
    PartnerChange,
    leaving_rows,
    returned_in,
)
from grants.enums import EntryKind, OrderState
from grants.models import Application, LedgerEntry, PaymentOrder
from grants.selectors import fund_years
from grants.selectors.changes import changed_basis, changes_in_effect, granting
from grants.selectors.claims import owed_of
from grants.selectors.reconciling import differences_in
from grants.services import claims, ledger, payment_answers, payment_orders
from grants.services.carrying_over import ask_to_carry_over, decide_carry_over
from tests.factories import acting_for
from tests.factories.changing import Changing
from tests.factories.paying import HALVES, answer_file
from tests.factories.scenario import fresh

REFUSED = (ClaimRefused, ChangeRefused, LedgerRefused, PaymentRefused)
AMOUNTS = st.integers(1, 400_000)
TOTAL = 400_000


class Money(RuleBasedStateMachine):
    """One joint grant of 400 000 SEK, its people, and everything that is done with it."""

    @initialize()
    def granted(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.desk = Changing(payments=HALVES)
        lead = self.desk.lead
        lead.giro_kind, lead.giro_number = "bankgiro", "5050-1055"
        lead.save()
        self.case: Application = self.desk.granted(joint=True)
        self.keys = 0
        self.later = self.desk.call.spend_by + timedelta(days=60)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def attempt(self, action: Any) -> None:
        try:
            with transaction.atomic():
                action()
        except REFUSED:
            pass
        self.case = fresh(self.case)

    def key(self) -> str:
        self.keys += 1
        return f"{self.case.pk}:{self.keys}"

    @rule(part=st.integers(1, 2))
    def order(self, part: int) -> None:
        self.attempt(lambda: payment_orders.make_order(
            agency=self.desk.agency, actor=self.desk.controller, parts=[(self.case.pk, part)]
        ))  # fmt: skip

    @rule(paid=st.booleans())
    def pay(self, paid: bool) -> None:
        order = PaymentOrder.objects.filter(agency=self.desk.agency, state=OrderState.MADE).first()
        if order is None:
            return

        def through() -> None:
            payment_orders.approve_order(order=order, actor=self.desk.second)
            payment_orders.hand_over_order(order=order, actor=self.desk.controller)
            answer = payment_answers.receive_answer(
                order=order, actor=self.desk.controller,
                content=answer_file(order, "paid" if paid else "Kontot finns inte."),
            )  # fmt: skip
            payment_answers.book_answer(answer_id=answer.pk)

        self.attempt(through)

    @rule(sek=AMOUNTS)
    def spend(self, sek: int) -> None:
        year = fund_years(self.case)[-1].year
        self.attempt(lambda: ledger.book(
            application=self.case, kind=EntryKind.SPENT, year=year, amount_sek=sek, actor=None,
            key=self.key(),
        ))  # fmt: skip

    @rule(sek=AMOUNTS, granted=st.integers(0, 400_000))
    def carry_over(self, sek: int, granted: int) -> None:
        signatory = acting_for(self.case.lead)

        def both() -> None:
            asked = ask_to_carry_over(
                application=self.case, actor=signatory, amount_sek=sek, reasons="Försenat."
            )
            decide_carry_over(
                request=asked, actor=self.desk.decider, granted_sek=min(granted, sek),
                use_by=self.later, answer="Skälen räcker.",
            )  # fmt: skip

        self.attempt(both)

    @rule(late=st.booleans())
    def claim(self, late: bool) -> None:
        day = self.later + timedelta(days=1) if late else timezone.localdate()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(timezone, "localdate", lambda *_args: day)
            self.attempt(lambda: claims.send_claim(
                application=self.case, actor=self.desk.controller
            ))  # fmt: skip

    @rule(sek=AMOUNTS)
    def repay(self, sek: int) -> None:
        self.attempt(lambda: claims.register_repayment(
            application=self.case, actor=self.desk.controller, amount_sek=sek,
            reference=self.key(),
        ))  # fmt: skip

    @rule(sek=AMOUNTS, granted=st.booleans())
    def write_off(self, sek: int, granted: bool) -> None:
        def both() -> None:
            proposed = claims.propose_write_off(
                application=self.case, actor=self.desk.controller, amount_sek=sek,
                grounds="Konkurs.",
            )  # fmt: skip
            claims.decide_write_off(write_off=proposed, actor=self.desk.decider, granted=granted)

        self.attempt(both)

    @rule(at=st.integers(0, 30))
    def reverse(self, at: int) -> None:
        entries = list(
            LedgerEntry.objects.filter(
                application=self.case, kind=EntryKind.SPENT, amount_sek__gt=0
            ).order_by("pk")
        )
        if entries:
            entry = entries[at % len(entries)]
            self.attempt(lambda: ledger.reverse(entry=entry, actor=None, key=self.key()))

    def change(self, made: Any) -> None:
        def all_of_it() -> None:
            self.desk.signatory = acting_for(self.case.lead)
            self.desk.decided(self.case, made)

        self.attempt(all_of_it)

    @rule(sek=AMOUNTS)
    def move(self, sek: int) -> None:
        basis = changed_basis(granting(self.case), lead=self.case.lead_id)  # type: ignore[arg-type]
        assert basis is not None
        lines = [line for line in basis.lines if line.allotted_sek]
        if len(lines) > 1:
            part = min(sek, lines[0].allotted_sek)
            self.change(BudgetChange((
                (lines[0].number, lines[0].allotted_sek - part),
                (lines[1].number, lines[1].allotted_sek + part),
            )))  # fmt: skip

    @rule(kept=st.integers(0, 100), moved=st.integers(0, 100))
    def leave(self, kept: int, moved: int) -> None:
        basis = changed_basis(granting(self.case), lead=self.case.lead_id)  # type: ignore[arg-type]
        assert basis is not None
        rows = []
        for number, _title, sek in leaving_rows(basis, self.desk.partner.pk):
            stays = sek * kept // 100
            goes = (sek - stays) * moved // 100
            rows.append(LeavingRow(number, stays, goes, self.case.lead_id if goes else None))
        self.change(PartnerChange(self.desk.partner.pk, tuple(rows)))

    @rule(lead=st.booleans())
    def merge(self, lead: bool) -> None:
        gone = self.case.lead_id if lead else self.desk.partner.pk
        new = self.desk.successor()
        self.change(MergerChange(gone, new.pk, self.desk.today, new.name, new.org_no))

    @invariant()
    def every_krona_is_somewhere(self) -> None:
        if not hasattr(self, "case"):
            return
        years = fund_years(self.case)
        assert sum(year.granted_sek for year in years) == TOTAL
        assert all(min(year.usable_sek, year.owed_sek) >= 0 for year in years)
        spent = sum(year.spent_sek for year in years)
        back = sum(year.repaid_sek + year.written_off_sek for year in years)
        usable = sum(year.usable_sek for year in years)
        owed = sum(year.owed_sek for year in years)
        assert spent + back + usable + owed == TOTAL
        assert balance_sek(years) == TOTAL - spent - back
        assert sum(year.paid_sek for year in years) <= TOTAL
        assert owed_of(self.case).due_sek <= owed
        assert list(differences_in([self.case.pk])) == []

    @invariant()
    def shares_and_lines_add_up(self) -> None:
        if not hasattr(self, "case"):
            return
        decision = granting(self.case)
        assert decision is not None
        basis = changed_basis(decision, lead=self.case.lead_id)
        assert basis is not None
        returned = returned_in(changes_in_effect(decision))
        assert adds_up(basis, granted_sek=TOTAL, returned_sek=returned)
        assert sum(line.allotted_sek for line in basis.lines) == TOTAL - returned


@pytest.mark.long
@pytest.mark.django_db
def test_no_krona_appears_or_vanishes_whatever_the_order() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Money,
        settings=settings(
            max_examples=8, stateful_step_count=14, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
