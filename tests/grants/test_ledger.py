"""Booking money: once, in balance, by the right person, undone only by a reversal."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import LedgerRefused
from grants.content import FundYear, Posting, balance_sek, fund_years, shortfall, usable_sek
from grants.enums import EntryKind, Status
from grants.models import Application
from grants.selectors import fund_years as money_of
from grants.selectors import ledger_balance
from grants.services import ledger, reported
from grants.services.ledger import KeyUsed
from tests.core.concurrency import in_threads
from tests.factories import LedgerEntryFactory
from tests.factories.scenario import REQUESTED, Scenario


def book(case: Application, kind: EntryKind, amount_sek: int, key: str, **more: Any) -> Any:
    arguments: dict[str, Any] = {"year": case.call.year, "actor": None}
    return ledger.book(
        application=case, kind=kind, amount_sek=amount_sek, key=key, **arguments | more
    )


@pytest.mark.django_db
def test_the_same_key_books_once() -> None:
    case = Scenario().granted()
    first = book(case, EntryKind.SPENT, 100, "a")
    assert book(case, EntryKind.SPENT, 100, "a") == first
    for kind, amount_sek in [(EntryKind.SPENT, 101), (EntryKind.CLAIMED, 100)]:
        with pytest.raises(KeyUsed):
            book(case, kind, amount_sek, "a")
    assert case.ledger_entries.filter(kind=EntryKind.SPENT).count() == 1
    names = [event.name for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names.count("ledger.booked") == 2


@pytest.mark.django_db
def test_no_year_says_more_than_there_was() -> None:
    case = Scenario().granted()
    book(case, EntryKind.SPENT, 400_000, "a")
    for kind in (EntryKind.SPENT, EntryKind.CLAIMED, EntryKind.CARRIED_OVER):
        with pytest.raises(LedgerRefused) as caught:
            book(case, kind, 100_001, "b")
        assert (caught.value.code, caught.value.year) == ("below_zero", case.call.year)
    with pytest.raises(LedgerRefused):
        book(case, EntryKind.REPAID, 1, "c")
    with pytest.raises(LedgerRefused):
        book(case, EntryKind.SPENT, -1, "d")
    (year,) = money_of(case)
    assert (year.spent_sek, year.usable_sek) == (400_000, 100_000)


@pytest.mark.django_db
def test_an_entry_is_undone_by_a_reversal_that_names_it() -> None:
    case = Scenario().granted()
    entry = book(case, EntryKind.SPENT, 400_000, "a")
    reversal = ledger.reverse(entry=entry, actor=None, key="undo")
    assert (reversal.reverses, reversal.amount_sek) == (entry, 400_000)
    assert ledger.reverse(entry=entry, actor=None, key="again") == reversal
    assert usable_sek(money_of(case)) == REQUESTED
    with pytest.raises(LedgerRefused):
        ledger.reverse(entry=reversal, actor=None, key="undo-undo")
    book(case, EntryKind.SPENT, 1, "b")
    grant = case.ledger_entries.get(kind=EntryKind.GRANTED)
    with pytest.raises(LedgerRefused):
        ledger.reverse(entry=grant, actor=None, key="undo-grant")
    assert not case.ledger_entries.filter(reverses=grant).exists()


@pytest.mark.django_db
def test_only_the_agencys_controller_books_payments() -> None:
    scenario = Scenario()
    case = scenario.granted()
    pay: dict[str, Any] = {"application": case, "kind": EntryKind.PAID, "year": case.call.year}
    for stranger in (scenario.officer, scenario.decider, Scenario().controller, scenario.signatory):
        with pytest.raises(PermissionDenied):
            ledger.book_payment(**pay, actor=stranger, amount_sek=1, key="1")
    ledger.book_payment(**pay, actor=scenario.controller, amount_sek=REQUESTED, key="1")
    with pytest.raises(LedgerRefused) as caught:
        ledger.book_payment(**pay, actor=scenario.controller, amount_sek=1, key="2")
    assert caught.value.code == "amount"
    for kind in (EntryKind.GRANTED, EntryKind.SPENT, EntryKind.REVERSED):
        with pytest.raises(LedgerRefused):
            ledger.book_payment(
                **pay | {"kind": kind}, actor=scenario.controller, amount_sek=1, key="3"
            )
    (year,) = money_of(case)
    assert (year.paid_sek, year.usable_sek) == (REQUESTED, REQUESTED)


@pytest.mark.django_db
def test_nothing_is_paid_on_a_case_without_a_grant() -> None:
    scenario = Scenario()
    case = scenario.at(Status.REJECTED)
    with pytest.raises(LedgerRefused) as caught:
        ledger.book_payment(
            application=case,
            actor=scenario.controller,
            kind=EntryKind.PAID,
            year=case.call.year,
            amount_sek=1,
            key="1",
        )
    assert caught.value.code == "not_allowed"


@pytest.mark.django_db
def test_what_is_usable_is_carried_into_the_next_reported_year() -> None:
    scenario = Scenario()
    case = scenario.granted()
    year = case.call.year

    def report(of: int, spent_sek: int, to_repay_sek: int) -> FundYear:
        return reported.book_report(
            application=case,
            actor=scenario.officer,
            year=of,
            spent_sek=spent_sek,
            to_repay_sek=to_repay_sek,
            key=f"r{of}",
        )

    first = report(year, 200_000, 0)
    assert (first.usable_sek, first.carried_over_sek) == (300_000, 0)
    second = report(year + 1, 280_000, 20_000)
    assert (second.carried_in_sek, second.available_sek, second.usable_sek) == (300_000, 300_000, 0)
    first, second = money_of(case)
    assert (first.carried_over_sek, first.usable_sek, first.remaining_sek) == (300_000, 0, 300_000)
    assert ledger_balance(case) == 20_000
    with pytest.raises(PermissionDenied):
        reported.book_report(
            application=case,
            actor=scenario.decider,
            year=year + 2,
            spent_sek=0,
            to_repay_sek=0,
            key="no",
        )


@pytest.mark.django_db
def test_the_database_refuses_amounts_that_say_nothing() -> None:
    entry = LedgerEntryFactory()
    for fields in (
        {"kind": EntryKind.GRANTED, "amount_sek": 0},
        {"kind": EntryKind.SPENT, "amount_sek": -1},
        {"kind": EntryKind.REVERSED},
        {"kind": EntryKind.SPENT, "reverses": entry},
        {"idempotency_key": entry.idempotency_key},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            LedgerEntryFactory(application=entry.application, **fields)


ENTRIES = st.lists(
    st.builds(
        Posting,
        st.sampled_from([str(kind) for kind in EntryKind if kind is not EntryKind.REVERSED]),
        st.integers(2012, 2014),
        st.integers(0, 1_000),
    )
)


@given(ENTRIES)
def test_available_is_spent_usable_carried_over_and_to_repay(entries: list[Posting]) -> None:
    years = fund_years(entries)

    def total(*kinds: EntryKind, year: int | None = None) -> int:
        return sum(
            entry.amount_sek
            for entry in entries
            if entry.kind in kinds and year in {None, entry.year}
        )

    assert [year.year for year in years] == sorted({entry.year for entry in entries})
    for each in years:
        available = total(EntryKind.GRANTED, EntryKind.CARRIED_IN, year=each.year)
        assert each.available_sek == available
        assert available == (
            each.spent_sek + each.usable_sek + each.carried_over_sek + each.to_repay_sek
        )
        assert each.spent_sek == total(EntryKind.SPENT, year=each.year)
        assert each.reported is any(
            entry.kind == EntryKind.SPENT and entry.year == each.year for entry in entries
        )
    assert balance_sek(years) == total(EntryKind.GRANTED) - total(
        EntryKind.SPENT, EntryKind.REPAID, EntryKind.WRITTEN_OFF
    )
    assert (shortfall(years) is None) is all(
        year.usable_sek >= 0 and year.owed_sek >= 0 for year in years
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_bookings_at_once_do_not_spend_the_same_money() -> None:
    case = Scenario().granted()

    def spend(key: str) -> str:
        try:
            book(case, EntryKind.SPENT, 300_000, key)
        except LedgerRefused as refusal:
            return refusal.code
        return "booked"

    assert sorted(in_threads(lambda: spend("a"), lambda: spend("b"))) == ["below_zero", "booked"]
    assert money_of(case)[0].usable_sek == 200_000


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_booking_at_once_is_made_once() -> None:
    case = Scenario().granted()
    first, second = in_threads(*[lambda: book(case, EntryKind.SPENT, 7, "a").pk] * 2)
    assert first == second
