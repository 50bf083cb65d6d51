"""Handing out cases, leave with a substitute, marks and saved lists: who may, and what holds."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.models import Event
from core.selectors.journal import events_of
from grants.enums import Status
from grants.models import Application
from grants.services.handling import NotAssignable
from reviews.checks import ReviewRefused
from reviews.models import CaseMark, Leave
from reviews.selectors.assignment import loads_of
from reviews.selectors.leave import covered_by, officers_at
from reviews.services.assignment import CaseMoved, hand_out
from reviews.services.leave import LeaveRefused, cancel_leave, plan_leave
from reviews.services.worklist import mark_case, save_view, unmark_case
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, ApplicationFactory, UserFactory, staff
from tests.portal.desks import shut_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db: None) -> Application:
    found: Application = ApplicationFactory()
    return found


def officer_of(case: Application, **fields: Any) -> User:
    return staff(case.call.agency, Role.CASE_OFFICER, **fields)


def names(case: Application) -> list[str]:
    return [each.name for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))]


def now(case: Application) -> int | None:
    return Application.objects.get(pk=case.pk).assigned_to_id


# Handing out -------------------------------------------------------------------------------------


def test_a_case_is_handed_out_as_it_was_seen(case: Application) -> None:
    first, second = officer_of(case), officer_of(case)
    hand_out(application=case, officer=first, actor=second, expected=None)
    assert now(case) == first.pk
    with pytest.raises(CaseMoved):
        hand_out(application=case, officer=second, actor=second, expected=None)
    assert now(case) == first.pk
    hand_out(application=case, officer=second, actor=second, expected=first.pk)
    assert now(case) == second.pk


def test_who_has_it_already_keeps_it_and_nothing_is_written(case: Application) -> None:
    officer = officer_of(case)
    hand_out(application=case, officer=officer, actor=officer, expected=None)
    before = names(case)
    hand_out(application=case, officer=officer, actor=officer, expected=None)
    assert names(case) == before


def test_nobody_with_a_conflict_of_interest_is_handed_a_case(case: Application) -> None:
    officer, other = officer_of(case), officer_of(case)
    shut_out(case, officer)
    with pytest.raises(NotAssignable):
        hand_out(application=case, officer=officer, actor=other, expected=None)
    assert now(case) is None


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CONTROLLER, Role.COUNTY_BOARD])
def test_others_hand_out_nothing(case: Application, role: Role) -> None:
    officer = officer_of(case)
    with pytest.raises(PermissionDenied):
        hand_out(
            application=case, officer=officer, actor=staff(case.call.agency, role), expected=None
        )


def test_a_decided_case_is_handed_to_nobody() -> None:
    case = ApplicationFactory(status=Status.GRANTED)
    officer = officer_of(case)
    with pytest.raises(NotAssignable):
        hand_out(application=case, officer=officer, actor=officer, expected=None)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_hand_it_out_at_once_do_not_undo_each_other() -> None:
    case = ApplicationFactory()
    first, second = officer_of(case), officer_of(case)

    def give(officer: User) -> str:
        try:
            hand_out(application=case, officer=officer, actor=officer, expected=None)
        except CaseMoved:
            return "moved"
        return "done"

    found = in_threads(lambda: give(first), lambda: give(second))
    assert sorted(found) == ["done", "moved"]
    assert names(case).count("application.assigned") == 1


def test_loads_are_what_is_in_hand_and_tell_who_is_shut_out(case: Application) -> None:
    officer = officer_of(case, name="A")
    for status in (Status.SUBMITTED, Status.ASSESSED, Status.GRANTED):
        ApplicationFactory(call=case.call, status=status, assigned_to=officer)
    ApplicationFactory(assigned_to=officer)
    shut_out(case, officer)
    officers = officers_at([case.call.agency_id], timezone.localdate())
    (load,) = loads_of(officers, [case.pk])
    assert (load.id, load.load, load.shut_out) == (officer.pk, 2, frozenset({case.pk}))


# Leave -------------------------------------------------------------------------------------------


def planned(case: Application, **changes: Any) -> Leave:
    today = timezone.localdate()
    person = changes.pop("person", None) or officer_of(case)
    return plan_leave(
        **{
            "agency": case.call.agency,
            "person": person,
            "substitute": changes.pop("substitute", None) or officer_of(case),
            "starts_on": today,
            "ends_on": today + timedelta(days=7),
            "actor": person,
            **changes,
        }
    )


def test_leave_is_seen_by_the_days_it_covers(case: Application) -> None:
    leave = planned(case)
    agencies = [case.call.agency_id]
    for day, covered in (
        (leave.starts_on - timedelta(days=1), False),
        (leave.starts_on, True),
        (leave.ends_on, True),
        (leave.ends_on + timedelta(days=1), False),
    ):
        officers = officers_at(agencies, day)
        found = covered_by(leave.substitute_id, officers)
        assert found == (frozenset({leave.person_id}) if covered else frozenset())
        assert leave.covers(day) is covered


def test_leave_that_cannot_be(case: Application) -> None:
    today, person = timezone.localdate(), officer_of(case)
    for code, changes in (
        ("dates", {"ends_on": today - timedelta(days=1)}),
        ("dates", {"starts_on": today + timedelta(days=9), "ends_on": today}),
        ("substitute", {"substitute": person}),
        ("substitute", {"substitute": UserFactory()}),
        ("substitute", {"substitute": staff(AgencyFactory(), Role.CASE_OFFICER)}),
    ):
        with pytest.raises(LeaveRefused) as caught:
            planned(case, person=person, **changes)
        assert caught.value.code == code
    leave = planned(case, person=person)
    for first, last in ((0, 0), (7, 20), (-5, 0)):
        with pytest.raises(LeaveRefused) as caught:
            planned(
                case, person=person, starts_on=today + timedelta(days=first),
                ends_on=today + timedelta(days=last),
            )  # fmt: skip
        assert caught.value.code == "overlaps"
    cancel_leave(leave=leave, actor=person)
    assert planned(case, person=person).pk


def test_one_plans_ones_own_and_who_leads_the_work_plans_others(case: Application) -> None:
    person = officer_of(case)
    with pytest.raises(PermissionDenied):
        planned(case, person=person, actor=officer_of(case))
    with pytest.raises(PermissionDenied):
        planned(case, person=person, actor=staff(AgencyFactory(), Role.DECISION_MAKER))
    decider = staff(case.call.agency, Role.DECISION_MAKER)
    leave = planned(case, person=person, actor=decider)
    with pytest.raises(PermissionDenied):
        cancel_leave(leave=leave, actor=leave.substitute)
    cancel_leave(leave=leave, actor=decider)
    with pytest.raises(LeaveRefused):
        cancel_leave(leave=leave, actor=decider)
    events = Event.objects.filter(name__startswith="leave.").order_by("pk")
    assert [each.name for each in events] == ["leave.planned", "leave.cancelled"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_leaves_of_the_same_days_planned_at_once_are_one() -> None:
    case = ApplicationFactory()
    person, substitute = officer_of(case), officer_of(case)

    def plan() -> str:
        try:
            planned(case, person=person, substitute=substitute)
        except LeaveRefused as error:
            return error.code
        return "done"

    assert sorted(in_threads(plan, plan)) == ["done", "overlaps"]


# Marks and saved lists ---------------------------------------------------------------------------


def test_a_mark_is_put_once_and_taken_away(case: Application) -> None:
    officer = officer_of(case)
    for label in ("  Prio  ett ", "prio ett"):
        mark_case(application=case, actor=officer, label=label)
    assert list(CaseMark.objects.values_list("label", flat=True)) == ["prio ett"]
    unmark_case(application=case, actor=officer, label="PRIO ETT")
    unmark_case(application=case, actor=officer, label="prio ett")
    assert not CaseMark.objects.exists()
    assert names(case) == ["case.marked", "case.unmarked"]


def test_marks_that_cannot_be(case: Application) -> None:
    officer = officer_of(case)
    for label in (" ", "x" * 41):
        with pytest.raises(ReviewRefused):
            mark_case(application=case, actor=officer, label=label)
    for number in range(10):
        mark_case(application=case, actor=officer, label=f"m{number}")
    with pytest.raises(ReviewRefused) as caught:
        mark_case(application=case, actor=officer, label="elva")
    assert caught.value.code == "marks"
    for person in (UserFactory(), staff(case.call.agency, Role.ANALYST)):
        with pytest.raises(PermissionDenied):
            mark_case(application=case, actor=person, label="x")


def test_a_list_is_saved_over_ones_own_of_the_same_name(case: Application) -> None:
    agency, officer = case.call.agency, officer_of(case)
    for query in ("view=mine", "view=all"):
        view = save_view(agency=agency, actor=officer, name="Min", query=query, shared=False)
    assert officer.saved_views.get().query == "view=all" == view.query
    other = officer_of(case)
    save_view(agency=agency, actor=other, name="Min", query="", shared=True)
    assert officer.saved_views.get().query == "view=all"
    with pytest.raises(PermissionDenied):
        save_view(agency=AgencyFactory(), actor=officer, name="Min", query="", shared=False)
