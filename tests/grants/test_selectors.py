"""What each person sees of cases, organisations and money."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from applicants.enums import Role
from grants import selectors
from grants.enums import EntryKind, Status
from grants.selectors.rounds import outcome_counts
from tests.factories import (
    ApplicationFactory,
    CallFactory,
    DecisionFactory,
    LedgerEntryFactory,
    OrganisationFactory,
    UserFactory,
    acting_for,
    staff,
)

pytestmark = pytest.mark.django_db


def test_those_who_work_with_the_agencys_cases_see_what_is_received() -> None:
    case = ApplicationFactory()
    draft = ApplicationFactory(call=case.call, status=Status.DRAFT)
    agency = case.call.agency
    for role in Role:
        seen = list(selectors.applications_visible_to(staff(agency, role)))
        assert seen == ([] if role in {Role.COUNTY_BOARD, Role.ADMINISTRATOR} else [case])
    elsewhere = staff(CallFactory().agency)
    superuser = UserFactory(is_superuser=True, is_staff=True)
    for other in (elsewhere, superuser, UserFactory(), AnonymousUser(), None):
        assert not selectors.applications_visible_to(other).exists()
    assert draft not in selectors.applications_visible_to(staff(agency))


def test_someone_whose_account_is_closed_sees_nothing() -> None:
    case = ApplicationFactory()
    officer = staff(case.call.agency, is_active=False)
    assert not selectors.applications_visible_to(officer).exists()


def test_an_applicant_sees_drafts_and_cases_as_lead_and_partner_only() -> None:
    partner = OrganisationFactory()
    draft = ApplicationFactory(status=Status.DRAFT, partners=[partner])
    ApplicationFactory()
    assert list(selectors.own_applications(acting_for(draft.lead))) == [draft]
    assert list(selectors.own_applications(acting_for(partner))) == [draft]
    assert not selectors.own_applications(UserFactory()).exists()


def test_organisations_are_seen_through_the_cases_they_take_part_in() -> None:
    partner = OrganisationFactory()
    case = ApplicationFactory(partners=[partner])
    ApplicationFactory(call__year=2012)
    OrganisationFactory()
    seen = selectors.organisations_visible_to(staff(case.call.agency))
    assert set(seen) == {case.lead, partner}


def test_money_of_a_grant_year_by_year() -> None:
    case = ApplicationFactory(status=Status.GRANTED)

    def book(kind: EntryKind, amount_sek: int, year: int = 2013, **more: Any) -> Any:
        return LedgerEntryFactory(
            application=case, kind=kind, amount_sek=amount_sek, year=year, **more
        )

    book(EntryKind.GRANTED, 500_000)
    wrong = book(EntryKind.SPENT, 490_000)
    book(EntryKind.REVERSED, 490_000, reverses=wrong)
    book(EntryKind.SPENT, 300_000)
    book(EntryKind.CARRIED_OVER, 150_000)
    book(EntryKind.CLAIMED, 40_000)
    book(EntryKind.CARRIED_IN, 150_000, 2014)
    book(EntryKind.SPENT, 0, 2014)
    first, second = selectors.fund_years(case)
    assert (first.available_sek, first.spent_sek, first.carried_over_sek) == (
        500_000,
        300_000,
        150_000,
    )
    assert (first.to_repay_sek, first.usable_sek, first.remaining_sek) == (40_000, 10_000, 200_000)
    assert (second.available_sek, second.spent_sek, second.reported) == (150_000, 0, True)
    assert selectors.ledger_balance(case) == 200_000


def test_money_of_many_grants_takes_one_query(django_assert_num_queries: Any) -> None:
    entries = [LedgerEntryFactory() for _ in range(5)]
    with django_assert_num_queries(1):
        found = selectors.fund_years_for([entry.application_id for entry in entries])
    assert {pk: years[0].granted_sek for pk, years in found.items()} == {
        entry.application_id: 500_000 for entry in entries
    }


def test_what_a_call_has_come_to() -> None:
    call = CallFactory()
    ApplicationFactory(call=call, status=Status.DRAFT)
    ApplicationFactory(call=call, partners=[OrganisationFactory(), OrganisationFactory()])
    granted = ApplicationFactory(call=call, status=Status.GRANTED, granted_sek=400_000)
    DecisionFactory(application=granted)
    ApplicationFactory(call=call, status=Status.REJECTED)
    ApplicationFactory(call=call, status=Status.WITHDRAWN)
    ApplicationFactory(call=call, status=Status.CLOSED, granted_sek=100_000)
    ApplicationFactory(call=call, status=Status.CLOSED)
    totals = outcome_counts(call)
    assert (totals.applications, totals.joint) == (6, 1)
    assert (totals.granted, totals.rejected, totals.withdrawn) == (2, 1, 2)
    assert (totals.requested_sek, totals.granted_sek) == (3_000_000, 500_000)
    assert totals.left_sek == selectors.frame_left(call) == 500_000
    assert selectors.frame_left(call, besides=granted) == 900_000


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_of_cases_takes_one_query(rows: int, django_assert_num_queries: Any) -> None:
    case = ApplicationFactory(status=Status.GRANTED)
    LedgerEntryFactory(application=case, kind=EntryKind.SPENT, amount_sek=7)
    for _ in range(rows - 1):
        ApplicationFactory(call=case.call)
    officer = staff(case.call.agency)
    listed = selectors.applications_listed(selectors.applications_visible_to(officer))
    with django_assert_num_queries(1):
        shown = [(row.lead.county.letter, row.call.agency.short, row.spent_sek) for row in listed]
    assert len(shown) == rows
    assert sum(spent for _letter, _short, spent in shown) == 7


def test_an_organisations_history_holds_only_what_the_reader_sees() -> None:
    case = ApplicationFactory(status=Status.GRANTED, requested_sek=300_000)
    LedgerEntryFactory(application=case, kind=EntryKind.SPENT, amount_sek=200_000)
    elsewhere = ApplicationFactory(lead=case.lead, call__year=2012)
    ApplicationFactory(call=case.call, partners=[case.lead])
    seen = selectors.applications_visible_to(staff(case.call.agency))
    (year,) = selectors.history_of(case.lead, within=seen)
    assert (year.year, year.applications, year.as_partner, year.granted) == (2013, 1, 1, 1)
    assert (year.requested_sek, year.granted_sek, year.spent_sek) == (300_000, 300_000, 200_000)
    other = selectors.applications_visible_to(staff(elsewhere.call.agency))
    assert [each.year for each in selectors.history_of(case.lead, within=other)] == [2012]
