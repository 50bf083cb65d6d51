"""Every transition through its service: allowed ones, and every pair that the table lacks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import (
    DismissalGround,
    ReconsiderationGround,
    TransitionRefused,
    UnlockableField,
)
from grants.enums import Status
from grants.models import Application
from grants.services import decisions, drafts, handling, submission
from grants.workflow import HAS_GRANT, TABLE, Action, Condition
from reviews import services as reviews
from tests.factories import UserFactory, acting_for, staff
from tests.factories.scenario import REQUESTED, Scenario, fresh

pytestmark = pytest.mark.django_db


def _attempts(scenario: Scenario) -> dict[Action, tuple[Any, Callable[[Application, Any], Any]]]:
    """For each action who makes it, and the service that does."""
    due = timezone.localdate() + timedelta(days=7)
    today = timezone.localdate()
    return {
        Action.SUBMIT: (
            scenario.signatory,
            lambda case, by: submission.submit_application(application=case, actor=by),
        ),
        Action.DISCARD: (
            scenario.signatory,
            lambda case, by: drafts.discard_application(application=case, actor=by),
        ),
        Action.TAKE_BACK: (
            scenario.signatory,
            lambda case, by: submission.take_back_application(application=case, actor=by),
        ),
        Action.REQUEST_COMPLETION: (
            scenario.officer,
            lambda case, by: handling.request_completion(
                application=case, actor=by, fields=[UnlockableField.PARTNERS], due=due
            ),
        ),
        Action.COMPLETE: (
            scenario.signatory,
            lambda case, by: submission.complete_application(application=case, actor=by),
        ),
        Action.LAPSE: (
            scenario.officer,
            lambda case, by: handling.lapse_completion(application=case, actor=by),
        ),
        Action.DISMISS: (
            scenario.decider,
            lambda case, by: reviews.dismiss_application(
                application=case,
                actor=by,
                ground=DismissalGround.NOT_ENTITLED,
                reasons="Får inte söka.",
            ),
        ),
        Action.ASSESS: (
            scenario.officer,
            lambda case, by: reviews.assess_application(application=case, actor=by),
        ),
        Action.REOPEN: (
            scenario.officer,
            lambda case, by: handling.reopen_application(
                application=case, actor=by, reasons="Nya uppgifter."
            ),
        ),
        Action.GRANT: (
            scenario.decider,
            lambda case, by: reviews.grant_application(
                application=case, actor=by, amount_sek=REQUESTED
            ),
        ),
        Action.REJECT: (
            scenario.decider,
            lambda case, by: reviews.reject_application(
                application=case, actor=by, reasons="Kraven är inte uppfyllda."
            ),
        ),
        Action.WITHDRAW: (
            scenario.signatory,
            lambda case, by: handling.withdraw_application(application=case, actor=by),
        ),
        Action.RECONSIDER: (
            scenario.decider,
            lambda case, by: decisions.reconsider_application(
                application=case, actor=by, ground=ReconsiderationGround.RECONSIDERATION
            ),
        ),
        Action.ACCEPT_INTERIM: (
            scenario.officer,
            lambda case, by: handling.accept_interim(
                application=case, actor=by, reported_on=today, accepted=True
            ),
        ),
        Action.ACCEPT_FINAL: (
            scenario.officer,
            lambda case, by: handling.accept_final(
                application=case, actor=by, reported_on=today, accepted=True
            ),
        ),
        Action.REVOKE: (
            scenario.decider,
            lambda case, by: reviews.revoke_application(
                application=case, actor=by, ground="wrong_information", reasons="Fel uppgifter."
            ),
        ),
        Action.CLOSE: (
            scenario.officer,
            lambda case, by: handling.close_application(application=case, actor=by),
        ),
    }


def _ready(scenario: Scenario, action: Action, status: Status) -> Application:
    """A case in that status, in which everything else that the action asks for is in place."""
    case = scenario.at(status)
    if action is Action.REVOKE and status in HAS_GRANT:
        scenario.heard_after_grant(case)
    if action in {Action.DISMISS, Action.ASSESS} and status in TABLE[action].sources:
        if status == Status.SUBMITTED:
            scenario.review(case)
        else:
            scenario.assign(case)
    if status not in {Status.DRAFT, Status.DISCARDED}:
        scenario.decider_declares(case)
    if action is Action.ACCEPT_FINAL and status == Status.GRANTED:
        # As where the call asks for no interim report: no money is usable by then.
        scenario.call.asks_interim = False
        scenario.call.save(update_fields=["asks_interim"])
    if action is Action.CLOSE and status == Status.REVOKED:
        scenario.repay(case, REQUESTED)
    return fresh(case)


ALLOWED = [(action, status) for action in Action for status in TABLE[action].sources]
# A second click on submit is shown the receipt: held by a test of its own.
NOT_IN_TABLE = [
    (action, status)
    for action in Action
    for status in Status
    if status not in TABLE[action].sources and (action, status) != (Action.SUBMIT, Status.SUBMITTED)
]


@pytest.mark.parametrize(("action", "status"), ALLOWED)
def test_every_transition_of_the_table_can_be_made(action: Action, status: Status) -> None:
    scenario = Scenario()
    case = _ready(scenario, action, status)
    actor, attempt = _attempts(scenario)[action]
    attempt(case, actor)
    assert fresh(case).status == TABLE[action].target


@pytest.mark.parametrize("status", list(Status))
def test_no_transition_that_the_table_lacks_can_be_made(status: Status) -> None:
    scenario = Scenario()
    case = _ready(scenario, Action.SUBMIT, status)
    events = case_events(case)
    for action in [action for action, from_status in NOT_IN_TABLE if from_status == status]:
        actor, attempt = _attempts(scenario)[action]
        with pytest.raises(TransitionNotAllowed):
            attempt(case, actor)
        assert fresh(case).status == status
    assert case_events(case) == events


def case_events(case: Application) -> int:
    return events_of(kind=JournalKind.CASE, subject=str(case.pk)).count()


@pytest.mark.parametrize("action", list(Action))
def test_nobody_else_may_make_the_transition(action: Action) -> None:
    scenario = Scenario()
    status = TABLE[action].sources[0]
    case = _ready(scenario, action, status)
    actor, attempt = _attempts(scenario)[action]
    agency = scenario.call.agency
    elsewhere = Scenario()
    strangers = [
        UserFactory(),
        UserFactory(is_superuser=True, is_staff=True),
        elsewhere.officer,
        elsewhere.decider,
        elsewhere.signatory,
        staff(agency, "analyst"),
        staff(agency, "registrar"),
        scenario.controller,
        acting_for(scenario.lead, "reader"),
        acting_for(scenario.lead, is_active=False),
        staff(agency, "case_officer", is_active=False),
        staff(agency, "decision_maker", is_active=False),
    ]
    if actor in {scenario.officer, scenario.decider}:
        strangers.append(scenario.signatory)
    else:
        strangers += [scenario.officer, scenario.decider]
    if actor == scenario.decider:
        strangers.append(scenario.officer)
    if action in {Action.SUBMIT, Action.TAKE_BACK, Action.WITHDRAW}:
        strangers.append(acting_for(scenario.lead, "writer"))
    for stranger in strangers:
        with pytest.raises(PermissionDenied):
            attempt(case, stranger)
    assert fresh(case).status == status
    if action is not Action.LAPSE:  # the system itself may lapse, after the date
        with pytest.raises(PermissionDenied):
            attempt(case, None)


def test_a_writer_may_discard_and_complete_but_not_sign() -> None:
    scenario = Scenario()
    writer = acting_for(scenario.lead, "writer")
    assert drafts.discard_application(application=scenario.draft(), actor=writer).status == (
        Status.DISCARDED
    )
    case = scenario.at(Status.COMPLETION_REQUESTED)
    submission.complete_application(application=case, actor=writer)
    assert fresh(case).status == Status.SUBMITTED


def test_a_mandate_holds_from_its_first_day_to_its_last() -> None:
    scenario = Scenario()
    case = scenario.draft()
    mandate = scenario.signatory.mandates.get()
    today = timezone.localdate()
    for starts_on, ends_on, may in [
        (today + timedelta(days=1), None, False),
        (today - timedelta(days=9), today - timedelta(days=1), False),
        (today - timedelta(days=9), today, True),
    ]:
        mandate.starts_on, mandate.ends_on = starts_on, ends_on
        mandate.save()
        if may:
            submission.submit_application(application=case, actor=scenario.signatory)
        else:
            with pytest.raises(PermissionDenied):
                submission.submit_application(application=case, actor=scenario.signatory)
    assert fresh(case).status == Status.SUBMITTED


def test_what_was_received_and_taken_back_is_not_thrown_away() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    submission.take_back_application(application=case, actor=scenario.signatory)
    with pytest.raises(TransitionRefused) as refused:
        drafts.discard_application(application=fresh(case), actor=scenario.signatory)
    assert [each.condition for each in refused.value.refusals] == [Condition.NEVER_RECEIVED]
    assert fresh(case).versions.exists()
