"""The transition methods against the table: statuses, and each condition by itself."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from grants.checks import (
    CHECKS,
    DismissalGround,
    Facts,
    ReconsiderationGround,
    Source,
    TransitionRefused,
)
from grants.enums import Status
from grants.models import Application
from grants.workflow import SHOWN_BY_FILES, TABLE, Action, Condition
from reporting.workflow import ReportAction

ROOT = Path(__file__).resolve().parents[2]

GOOD = Facts(
    requested_sek=500_000,
    all_answered=True,
    partners_approved=True,
    blocking_findings=0,
    never_received=True,
    call_open=True,
    completion_fields=("requested_sek",),
    completion_due=date(2013, 2, 1),
    today=date(2013, 2, 1),
    dismissal_ground=DismissalGround.LATE,
    reasons="Därför.",
    actor_id=1,
    has_conflict=False,
    findings_missing=0,
    assessments_missing=0,
    opinions_missing=0,
    proposal_has_reasons=True,
    communicated_or_noted=True,
    requirements_met=True,
    granted_sek=500_000,
    frame_left_sek=500_000,
    preparer_id=2,
    assessor_ids=frozenset({2, 3}),
    received_on=date(2013, 3, 14),
    decided_on=date(2013, 3, 14),
    reconsideration_ground=ReconsiderationGround.RECONSIDERATION,
    report_accepted=True,
    reported_on=date(2014, 4, 20),
    interim_required=True,
    interim_done=True,
    revocation_ground="wrong_information",
    revocation_grounds=frozenset({"wrong_information"}),
    ledger_balance_sek=0,
)

BROKEN: dict[Condition, list[dict[str, Any]]] = {
    Condition.AMOUNT_ASKED: [{"requested_sek": 0}, {"requested_sek": None}],
    Condition.ALL_ANSWERED: [{"all_answered": False}],
    Condition.PARTNERS_APPROVED: [{"partners_approved": False}],
    Condition.NO_BLOCKING_CHECK: [{"blocking_findings": 1}],
    Condition.NEVER_RECEIVED: [{"never_received": False}],
    Condition.CALL_OPEN: [{"call_open": False}],
    Condition.NOBODY_ASSIGNED: [{"assignment_known": True, "assigned_to": 3}],
    Condition.FIELDS_AND_DATE_NAMED: [
        {"completion_fields": ()},
        {"completion_due": None},
        {"completion_due": date(2013, 1, 31)},
    ],
    Condition.OFFICER_OR_DATE_PASSED: [{"by_system": True}],
    Condition.DISMISSAL_GROUND: [{"dismissal_ground": None}],
    Condition.REASONS_GIVEN: [{"reasons": ""}, {"reasons": " \n"}],
    Condition.ASSIGNED: [
        {"assignment_known": True, "assigned_to": None},
        {"assignment_known": True, "assigned_to": 3},
    ],
    Condition.NO_CONFLICT: [{"has_conflict": True}],
    Condition.FINDINGS_COMPLETE: [{"findings_missing": 1}],
    Condition.ASSESSMENT_DONE: [{"assessments_missing": 1}],
    Condition.OPINIONS_IN: [{"opinions_missing": 1}],
    Condition.PROPOSAL_WITH_REASONS: [{"proposal_has_reasons": False}],
    Condition.COMMUNICATED: [{"communicated_or_noted": False}],
    Condition.REQUIREMENTS_MET: [{"requirements_met": False}],
    Condition.AMOUNT_WITHIN_ASKED: [{"granted_sek": 0}, {"requested_sek": 499_999}],
    Condition.FRAME_HOLDS: [{"frame_left_sek": 499_999}],
    Condition.FOUR_EYES: [{"preparer_id": 1}, {"assessor_ids": frozenset({1, 2})}],
    Condition.DECIDED_AFTER_RECEIPT: [{"received_on": date(2013, 3, 15)}],
    Condition.RECONSIDERATION_GROUND: [{"reconsideration_ground": None}],
    Condition.REPORT_ACCEPTED: [{"report_accepted": False}],
    Condition.REPORTED_AFTER_DECISION: [{"reported_on": date(2013, 3, 13)}],
    Condition.INTERIM_DONE_OR_NOT_ASKED: [{"interim_done": False}],
    Condition.LISTED_GROUND: [{"revocation_ground": "other"}, {"revocation_ground": None}],
    Condition.LEDGER_BALANCED: [{"ledger_balance_sek": 1}, {"ledger_balance_sek": -1}],
}

UNKNOWN: dict[Condition, list[dict[str, Any]]] = {
    Condition.ALL_ANSWERED: [{"all_answered": None}],
    Condition.PARTNERS_APPROVED: [{"partners_approved": None}],
    Condition.NO_BLOCKING_CHECK: [{"blocking_findings": None}],
    Condition.NEVER_RECEIVED: [{"never_received": None}],
    Condition.CALL_OPEN: [{"call_open": None}],
    Condition.NOBODY_ASSIGNED: [{"assignment_known": False}],
    Condition.FIELDS_AND_DATE_NAMED: [{"today": None}],
    Condition.OFFICER_OR_DATE_PASSED: [
        {"by_system": True, "today": None},
        {"by_system": True, "completion_due": None},
    ],
    Condition.REASONS_GIVEN: [{"reasons": None}],
    Condition.ASSIGNED: [{"assignment_known": False, "assigned_to": 1}],
    Condition.NO_CONFLICT: [{"has_conflict": None}],
    Condition.FINDINGS_COMPLETE: [{"findings_missing": None}],
    Condition.ASSESSMENT_DONE: [{"assessments_missing": None}],
    Condition.OPINIONS_IN: [{"opinions_missing": None}],
    Condition.PROPOSAL_WITH_REASONS: [{"proposal_has_reasons": None}],
    Condition.COMMUNICATED: [{"communicated_or_noted": None}],
    Condition.REQUIREMENTS_MET: [{"requirements_met": None}],
    Condition.AMOUNT_WITHIN_ASKED: [{"requested_sek": None}],
    Condition.FRAME_HOLDS: [{"frame_left_sek": None}],
    Condition.FOUR_EYES: [{"preparer_id": None}, {"assessor_ids": None}, {"actor_id": None}],
    Condition.DECIDED_AFTER_RECEIPT: [{"received_on": None}],
    Condition.REPORT_ACCEPTED: [{"report_accepted": None}],
    Condition.REPORTED_AFTER_DECISION: [{"reported_on": None}],
    Condition.INTERIM_DONE_OR_NOT_ASKED: [{"interim_required": None}, {"interim_done": None}],
    Condition.LISTED_GROUND: [{"revocation_grounds": None}],
    Condition.LEDGER_BALANCED: [{"ledger_balance_sek": None}],
}


def good_for(action: Action) -> Facts:
    """Facts on which the action is allowed: assigned to the actor, or to nobody."""
    assigned_to = None if action is Action.TAKE_BACK else GOOD.actor_id
    return replace(GOOD, assignment_known=True, assigned_to=assigned_to)


def case_in(status: Status) -> Application:
    return Application(status=status)


def attempt(status: Status, action: Action, facts: Facts) -> Application:
    case = case_in(status)
    getattr(case, action.value)(facts=facts)
    return case


@pytest.mark.parametrize(
    ("action", "status"),
    [(line.action, status) for line in TABLE.values() for status in line.sources],
)
def test_a_pair_of_the_table_leads_to_its_target(action: Action, status: Status) -> None:
    assert attempt(status, action, good_for(action)).status == TABLE[action].target


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (line.action, status)
        for line in TABLE.values()
        for status in Status
        if status not in line.sources
    ],
)
def test_a_pair_that_is_not_in_the_table_is_refused(action: Action, status: Status) -> None:
    case = case_in(status)
    with pytest.raises(TransitionNotAllowed):
        getattr(case, action.value)(facts=good_for(action))
    assert case.status == status


def test_the_design_has_these_transitions_and_no_others() -> None:
    """The table as published in the design, line for line."""
    pairs = {(s.value, a.value, TABLE[a].target.value) for a in Action for s in TABLE[a].sources}
    lines = """
        draft submit submitted | draft discard discarded | submitted take_back draft
        submitted request_completion completion_requested
        completion_requested complete submitted | completion_requested lapse submitted
        submitted dismiss dismissed | completion_requested dismiss dismissed
        submitted assess assessed | assessed reopen submitted
        assessed grant granted | assessed reject rejected
        submitted withdraw withdrawn | completion_requested withdraw withdrawn
        assessed withdraw withdrawn
        granted reconsider assessed | interim_reported reconsider assessed
        final_reported reconsider assessed | rejected reconsider assessed
        dismissed reconsider assessed
        granted accept_interim interim_reported
        granted accept_final final_reported | interim_reported accept_final final_reported
        granted revoke revoked | interim_reported revoke revoked | final_reported revoke revoked
        withdrawn close closed | rejected close closed | dismissed close closed
        revoked close closed | final_reported close closed
    """
    assert pairs == {
        tuple(line.split()) for line in lines.replace("\n", "|").split("|") if line.strip()
    }


CONDITIONS = [(line.action, condition) for line in TABLE.values() for condition in line.conditions]


def refused(action: Action, facts: Facts) -> list[tuple[Condition, bool]]:
    case = case_in(TABLE[action].sources[0])
    with pytest.raises(TransitionRefused) as caught:
        getattr(case, action.value)(facts=facts)
    assert case.status == TABLE[action].sources[0]
    return [(each.condition, each.undetermined) for each in caught.value.refusals]


@pytest.mark.parametrize(("action", "condition"), CONDITIONS)
def test_a_condition_that_does_not_hold_refuses_by_itself(
    action: Action, condition: Condition
) -> None:
    for change in BROKEN[condition]:
        facts = replace(good_for(action), **change)
        if condition is Condition.AMOUNT_WITHIN_ASKED and "granted_sek" in change:
            facts = replace(facts, frame_left_sek=10**9)
        assert refused(action, facts) == [(condition, False)]


@pytest.mark.parametrize(
    ("action", "condition"), [pair for pair in CONDITIONS if pair[1] in UNKNOWN]
)
def test_what_has_not_been_found_out_refuses(action: Action, condition: Condition) -> None:
    for change in UNKNOWN[condition]:
        assert (condition, True) in refused(action, replace(good_for(action), **change))


def test_every_condition_is_evaluated_and_tried() -> None:
    used = {condition for _action, condition in CONDITIONS}
    assert used == set(Condition) == set(CHECKS) == set(BROKEN)
    plain = {
        Condition.AMOUNT_ASKED,
        Condition.DISMISSAL_GROUND,
        Condition.RECONSIDERATION_GROUND,
    }
    assert used - set(UNKNOWN) == plain


@pytest.mark.parametrize("action", list(Action))
def test_all_that_is_wrong_is_said_at_once(action: Action) -> None:
    nothing = Facts(by_system=True)
    if TABLE[action].conditions:
        said = {condition for condition, _undetermined in refused(action, nothing)}
        assert said == set(TABLE[action].conditions)
    else:
        assert attempt(TABLE[action].sources[0], action, nothing).status == TABLE[action].target


@pytest.mark.parametrize(("action", "condition"), CONDITIONS)
def test_files_answer_for_what_they_show_and_for_nothing_else(
    action: Action, condition: Condition
) -> None:
    for change in BROKEN[condition]:
        facts = replace(good_for(action), **change, source=Source.FILES)
        if condition in SHOWN_BY_FILES:
            with pytest.raises(TransitionRefused):
                attempt(TABLE[action].sources[0], action, facts)
        else:
            moved = attempt(TABLE[action].sources[0], action, facts)
            assert moved.status == TABLE[action].target
    recorded = set(TABLE[action].not_recorded())
    assert (condition in recorded) is (condition not in SHOWN_BY_FILES)


def test_the_status_cannot_be_set_by_hand() -> None:
    case = case_in(Status.DRAFT)
    with pytest.raises(AttributeError):
        case.status = Status.GRANTED


def moving_calls(source: str) -> list[int]:
    """Lines that call a method by a transition's name with facts, or by a name given at run."""
    names = {action.value for action in [*Action, *ReportAction]}
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if not any(keyword.arg == "facts" for keyword in node.keywords):
            continue
        named = isinstance(node.func, ast.Attribute) and node.func.attr in names
        fetched = (
            isinstance(node.func, ast.Call)
            and isinstance(node.func.func, ast.Name)
            and node.func.func.id == "getattr"
        )
        if named or fetched:
            found.append(node.lineno)
    return found


def test_the_scan_sees_both_ways_of_calling() -> None:
    assert moving_calls("case.grant(facts=f)\ngetattr(case, a)(facts=f)\nfile.close()") == [1, 2]


def test_only_the_services_move_applications_and_reports() -> None:
    apps = ["applicants", "config", "core", "grants", "portal", "reporting", "reviews"]
    callers = {
        path.relative_to(ROOT).parts[:2]
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if moving_calls(path.read_text("utf-8"))
    }
    assert ("grants", "services") in callers
    assert callers <= {("grants", "services"), ("reporting", "services")}
