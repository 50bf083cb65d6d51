"""Reminders before the last day: due and not yet sent, by the Swedish date."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants.rules import WRITERS
from core.models import OutboxMessage
from grants import tasks
from grants.enums import Approval, NoticeKind, Status
from grants.models import Application
from grants.selectors.people import signatories_to_ask
from grants.selectors.reminders import FORGOTTEN_DAYS, REMINDER_DAYS, step_due
from grants.services import reminders
from grants.services.notices import notify
from grants.services.reminders import remind_of_drafts
from tests.core.concurrency import in_threads
from tests.factories import (
    ApplicationFactory,
    CallFactory,
    MandateFactory,
    OrganisationFactory,
    ParticipationFactory,
    UserFactory,
    acting_for,
)

LAST = date(2030, 3, 31)
"""The last day to apply: the night before it the clocks were moved."""


def draft(closes_on: date | None = LAST, **fields: object) -> Application:
    call = CallFactory(opens_on=date(2030, 2, 1), closes_on=closes_on, parts=False)
    application: Application = ApplicationFactory(call=call, status=Status.DRAFT, **fields)
    acting_for(application.lead)
    return application


def day(before: int) -> date:
    return LAST - timedelta(days=before)


def sent() -> list[str]:
    """The kinds and keys, without the application and the person."""
    found = OutboxMessage.objects.order_by("pk").values_list("dedupe_key", flat=True)
    parts = [key.split(":") for key in found]
    return [":".join((part[0], *part[2:-1])) for part in parts]


SEVEN = f"deadline_reminder:{LAST}:7"
ONE = f"deadline_reminder:{LAST}:1"
FORGOTTEN = f"forgotten_draft:{LAST}"


@pytest.mark.django_db
def test_a_draft_is_reminded_of_seven_days_and_one_day_before_and_told_of_after() -> None:
    draft()
    happened = {}
    for before in range(12, -40, -1):
        if remind_of_drafts(today=day(before)):
            happened[before] = sent()[-1]
    assert happened == {7: SEVEN, 1: ONE, -1: FORGOTTEN}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ((6,), [SEVEN]),
        ((2, 1), [SEVEN, ONE]),
        ((1,), [ONE]),
        ((0,), [ONE]),
        ((7, 0), [SEVEN, ONE]),
        ((-1,), [FORGOTTEN]),
        ((-9, -10), [FORGOTTEN]),
        ((-FORGOTTEN_DAYS - 1,), []),
        ((8,), []),
    ],
)
def test_a_missed_night_is_made_up_for_by_what_still_means_something(
    nights: tuple[int, ...], expected: list[str]
) -> None:
    draft()
    for before in nights:
        remind_of_drafts(today=day(before))
    assert sent() == expected


@given(runs=st.lists(st.integers(-40, 20), max_size=25))
def test_whenever_it_runs_each_step_comes_at_most_once_and_never_too_late(
    runs: list[int], db: None
) -> None:
    with transaction.atomic():
        draft()
        runs = sorted(runs, reverse=True)
        for before in runs:
            number = len(sent())
            remind_of_drafts(today=day(before))
            for kind in sent()[number:]:
                if kind == FORGOTTEN:
                    assert -FORGOTTEN_DAYS <= before < 0
                else:
                    step = int(kind.rpartition(":")[2])
                    assert 0 <= before <= step
        found = sent()
        assert len(found) == len(set(found))
        for step, later in zip(REMINDER_DAYS, (1, -1), strict=True):
            ran = any(later < before <= step for before in runs)
            assert (f"deadline_reminder:{LAST}:{step}" in found) is ran
        assert (FORGOTTEN in found) is any(-FORGOTTEN_DAYS <= before < 0 for before in runs)
        transaction.set_rollback(True)


WINDOWS = {SEVEN: (2, 7), ONE: (0, 1), FORGOTTEN: (-FORGOTTEN_DAYS, -1)}
"""From how many days before the last day each is sent to how many; negative: after it."""
MANDATES = st.lists(st.tuples(st.integers(-35, 15), st.integers(0, 30)), min_size=1, max_size=3)


@given(nights=st.sets(st.integers(-35, 12), max_size=12), people=st.lists(MANDATES, max_size=3))
def test_whatever_nights_are_missed_each_person_gets_each_at_most_once_and_one_made_up(
    nights: set[int], people: list[list[tuple[int, int]]], db: None
) -> None:
    with transaction.atomic():
        application = draft()
        acting = {}
        for mandates in people:
            person = UserFactory()
            for (last, length), role in zip(mandates, WRITERS, strict=False):
                MandateFactory(
                    user=person, organisation=application.lead, role=role,
                    starts_on=day(last + length), ends_on=day(last),
                )  # fmt: skip
            acting[person.pk] = mandates[: len(WRITERS)]
        for before in sorted(nights, reverse=True):
            remind_of_drafts(today=day(before))
            assert remind_of_drafts(today=day(before)) == 0
        for person_id, mandates in acting.items():
            may = {
                before for before in nights
                if any(last <= before <= last + length for last, length in mandates)
            }  # fmt: skip
            keys = OutboxMessage.objects.filter(dedupe_key__endswith=f":{person_id}")
            got = Counter(
                ":".join((kind, *rest))
                for kind, _case, *rest, _person in (
                    key.split(":") for key in keys.values_list("dedupe_key", flat=True)
                )
            )
            assert got == Counter(
                {
                    step: 1
                    for step, (least, most) in WINDOWS.items()
                    if any(least <= before <= most for before in may)
                }
            )
        transaction.set_rollback(True)


@given(left=st.integers(-1000, 1000))
def test_the_step_that_is_due_is_the_nearest_whose_day_has_come(left: int) -> None:
    step = step_due(LAST, day(left))
    if left < 0 or left > max(REMINDER_DAYS):
        assert step is None
    else:
        assert step == min(days for days in REMINDER_DAYS if days >= left)


@pytest.mark.django_db
def test_by_the_swedish_date_the_last_day_is_not_over_at_midnight_in_utc(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft()
    # 23:30 UTC on 30 March is already the 31st in Sweden; 22:30 UTC on the 31st is the 1st.
    for now, expected in (
        (datetime(2030, 3, 29, 23, 30, tzinfo=UTC), [ONE]),
        (datetime(2030, 3, 31, 21, 30, tzinfo=UTC), [ONE]),
        (datetime(2030, 3, 31, 22, 30, tzinfo=UTC), [ONE, FORGOTTEN]),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        tasks.remind_of_deadlines()
        assert sent() == expected


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.DISCARDED, Status.WITHDRAWN])
def test_what_is_no_draft_is_not_reminded_of(status: Status) -> None:
    call = CallFactory(closes_on=LAST, parts=False)
    application = ApplicationFactory(call=call, status=status)
    acting_for(application.lead)
    assert remind_of_drafts(today=day(1)) == 0
    assert remind_of_drafts(today=day(-1)) == 0


@pytest.mark.django_db
def test_calls_without_a_last_day_and_those_not_open_yet_are_let_be() -> None:
    draft(closes_on=None)
    early = draft()
    early.call.opens_on = LAST
    early.call.save()
    assert remind_of_drafts(today=day(1)) == 0


@pytest.mark.django_db
def test_a_last_day_that_is_moved_is_reminded_of_anew() -> None:
    application = draft()
    remind_of_drafts(today=day(1))
    application.call.closes_on = LAST + timedelta(days=10)
    application.call.save()
    assert remind_of_drafts(today=day(0)) == 0
    assert remind_of_drafts(today=day(-9)) == 1
    assert sent() == [ONE, f"deadline_reminder:{LAST + timedelta(days=10)}:1"]


@pytest.mark.django_db
def test_a_draft_sent_in_meanwhile_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    application = draft()

    def sent_in(pk: int) -> Application:
        Application.objects.filter(pk=pk).update(status=Status.DISCARDED)
        return Application.objects.select_related("call", "lead").get(pk=pk)

    monkeypatch.setattr(reminders, "locked_application", sent_in)
    assert remind_of_drafts(today=day(1)) == 0
    assert not OutboxMessage.objects.exists()
    assert application.pk


@pytest.mark.django_db
def test_a_run_cut_short_is_taken_up_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    drafts = [draft() for _ in range(5)]
    real, seen = reminders.notify, []

    def stops(**options: object) -> object:
        seen.append(options)
        if len(seen) == 5:
            raise ImproperlyConfigured("the worker was killed")
        return real(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(reminders, "notify", stops)
    with pytest.raises(ImproperlyConfigured):
        remind_of_drafts(today=day(7))
    before = OutboxMessage.objects.count()
    assert 0 < before < 5
    assert remind_of_drafts(today=day(7)) == 5 - before
    assert OutboxMessage.objects.count() == len(drafts)
    assert remind_of_drafts(today=day(7)) == 0


@pytest.mark.django_db
def test_partners_that_were_asked_and_have_not_answered_are_reminded_too() -> None:
    application = draft()
    people = []
    for approval in (Approval.WAITING, Approval.WAITING, Approval.APPROVED):
        partner = OrganisationFactory()
        ParticipationFactory(application=application, organisation=partner, approval=approval)
        people.append(acting_for(partner))
    with transaction.atomic():
        notify(
            application=application,
            people=[people[0], people[2]],
            kind=NoticeKind.APPROVAL_NEEDED,
            key="1",
        )
    assert people[1] in signatories_to_ask(application)
    remind_of_drafts(today=day(7))
    found = OutboxMessage.objects.filter(dedupe_key__startswith="approval_reminder:")
    assert [message.recipient for message in found] == [people[0].email]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_what_is_done_costs_the_same_however_much_it_is(
    rows: int, django_assert_num_queries: object
) -> None:
    for _ in range(rows):
        draft()
    remind_of_drafts(today=day(7))
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert remind_of_drafts(today=day(7)) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_once() -> None:
    for _ in range(8):
        draft()
    counts = in_threads(*[lambda: remind_of_drafts(today=day(7))] * 2)
    assert OutboxMessage.objects.count() == 8
    assert max(counts) <= 8
