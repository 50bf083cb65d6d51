"""Delegation: who decides what, up to which amount, by rules that are only ever ended."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks.delegation import Delegated, DelegationRefused, rule_for, rules_of
from grants.enums import CorrectedPlace, Outcome, Status
from grants.models import DelegationRule
from grants.services.corrections import correct_decision
from grants.services.delegation import RuleRefused, add_rule, end_rule
from reviews import services as reviews
from tests.factories import UserFactory, staff
from tests.factories.scenario import REQUESTED, Scenario, fresh

TODAY = date(2026, 3, 2)
ROLE = frozenset({"decision_maker"})
GRANTED, REJECTED = str(Outcome.GRANTED), str(Outcome.REJECTED)


def rule(pk: int = 1, **fields: Any) -> Delegated:
    values: dict[str, Any] = {
        "user": None,
        "role": "decision_maker",
        "outcomes": frozenset({GRANTED, REJECTED}),
        "max_sek": 100,
        "valid_from": TODAY,
        "valid_until": None,
    }
    return Delegated(pk=pk, **values | fields)


def held(*rules: Delegated, day: date = TODAY, user: int = 7) -> tuple[Delegated, ...] | None:
    return rules_of(rules, user=user, roles=ROLE, day=day)


# The rules themselves -----------------------------------------------------------------------------


def test_an_agency_that_has_begun_no_delegation_lets_its_decision_makers_decide_everything() -> (
    None
):
    assert held() is None
    assert held(rule(valid_from=TODAY + timedelta(days=1))) is None
    assert rule_for(None, outcome=GRANTED, amount_sek=10**9) is None


def test_an_agency_whose_rules_have_all_ended_has_delegated_nothing() -> None:
    ended = rule(valid_from=date(2026, 1, 1), valid_until=TODAY - timedelta(days=1))
    found = held(ended)
    assert found == ()
    with pytest.raises(DelegationRefused) as caught:
        rule_for(found, outcome=GRANTED, amount_sek=1)
    assert caught.value.limit_sek is None


def test_the_first_and_the_last_day_are_within_the_rule() -> None:
    each = rule(valid_until=TODAY + timedelta(days=1))
    for days, holds in ((-1, False), (0, True), (1, True), (2, False)):
        assert each.holds_on(TODAY + timedelta(days=days)) is holds


def test_somebody_elses_rule_is_not_mine() -> None:
    assert held(rule(user=8, role="")) == ()
    assert held(rule(user=7, role="")) == (rule(user=7, role=""),)


def test_a_limit_is_inclusive_and_the_refusal_says_how_high_it_goes() -> None:
    found = held(rule(1, max_sek=100), rule(2, max_sek=500, user=7, role=""))
    assert rule_for(found, outcome=GRANTED, amount_sek=100) == rule(1, max_sek=100)
    assert rule_for(found, outcome=GRANTED, amount_sek=101) == rule(2, max_sek=500, user=7, role="")
    with pytest.raises(DelegationRefused) as caught:
        rule_for(found, outcome=GRANTED, amount_sek=501)
    assert (caught.value.outcome, caught.value.limit_sek) == (GRANTED, 500)


def test_a_rule_for_other_decisions_covers_nothing() -> None:
    found = held(rule(outcomes=frozenset({REJECTED}), max_sek=None))
    with pytest.raises(DelegationRefused) as caught:
        rule_for(found, outcome=GRANTED, amount_sek=1)
    assert caught.value.limit_sek is None


AMOUNT = st.integers(1, 1000)


@given(limits=st.lists(st.none() | AMOUNT, min_size=1, max_size=5), amount=AMOUNT, more=AMOUNT)
def test_who_may_decide_an_amount_may_decide_every_smaller_one(
    limits: list[int | None], amount: int, more: int
) -> None:
    found = held(*(rule(number, max_sek=limit) for number, limit in enumerate(limits)))

    def allowed(sek: int) -> bool:
        try:
            return rule_for(found, outcome=GRANTED, amount_sek=sek) is not None
        except DelegationRefused:
            return False

    assert allowed(amount) or not allowed(amount + more)
    assert allowed(amount) == any(limit is None or amount <= limit for limit in limits)


# Deciding under them ------------------------------------------------------------------------------


pytestmark = pytest.mark.django_db


def delegating(scenario: Scenario, **fields: Any) -> DelegationRule:
    administrator = staff(scenario.call.agency, Role.ADMINISTRATOR)
    values: dict[str, Any] = {
        "role": Role.DECISION_MAKER,
        "outcomes": [Outcome.GRANTED, Outcome.REJECTED],
        "max_sek": 300_000,
    }
    return add_rule(agency=scenario.call.agency, actor=administrator, **values | fields)


def test_a_grant_above_the_delegation_is_refused_and_nothing_is_written() -> None:
    scenario = Scenario()
    delegating(scenario)
    case = scenario.assessed()
    scenario.decider_declares(case)
    with pytest.raises(DelegationRefused) as caught:
        reviews.decide_as_proposed(application=case, actor=scenario.decider)
    assert caught.value.limit_sek == 300_000
    assert fresh(case).status == Status.ASSESSED
    assert not case.decisions.exists()
    assert not case.ledger_entries.exists()


def test_a_decision_keeps_the_rule_it_was_made_under() -> None:
    scenario = Scenario()
    wide = delegating(
        scenario, user=scenario.decider, role=None, max_sek=None, reference="12 § arbetsordningen"
    )
    case = scenario.granted()
    decision = case.decisions.get()
    assert decision.delegation_rule == wide
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.granted")
    assert f'"delegation_rule":{wide.pk}' in event.payload


def test_a_rejection_is_held_against_what_was_asked_for() -> None:
    scenario = Scenario()
    delegating(scenario, max_sek=REQUESTED - 1)
    case = scenario.assessed()
    scenario.decider_declares(case)
    with pytest.raises(DelegationRefused) as caught:
        reviews.reject_application(application=case, actor=scenario.decider, reasons="Nej.")
    assert caught.value.limit_sek == REQUESTED - 1


def test_what_one_could_not_have_decided_is_not_reconsidered_corrected_or_revoked() -> None:
    scenario = Scenario()
    case = scenario.granted()
    scenario.heard_after_grant(case)
    decision = case.decisions.get()
    first = delegating(scenario)

    def attempts() -> list[int | None]:
        limits = []
        for act in (
            lambda: scenario.reconsider(case),
            lambda: correct_decision(
                decision=decision,
                actor=scenario.decider,
                place=CorrectedPlace.REASONS,
                before="x",
                after="y",
                why="Skrivfel.",
            ),
            lambda: reviews.revoke_application(
                application=case,
                actor=scenario.decider,
                ground="wrong_information",
                reasons="Fel uppgifter.",
            ),
        ):
            with pytest.raises(DelegationRefused) as caught:
                act()
            limits.append(caught.value.limit_sek)
        return limits

    assert attempts() == [300_000, 300_000, None]
    assert fresh(case).status == Status.GRANTED
    end_rule(rule=first, actor=staff(scenario.call.agency, Role.ADMINISTRATOR))
    delegating(scenario, outcomes=[Outcome.GRANTED], max_sek=REQUESTED)
    assert scenario.reconsider(case).status == Status.ASSESSED


def test_who_has_nothing_delegated_may_not_decide_at_all() -> None:
    scenario = Scenario()
    other = staff(scenario.call.agency, Role.DECISION_MAKER)
    delegating(scenario, user=other, role=None, max_sek=None)
    case = scenario.assessed()
    scenario.decider_declares(case)
    with pytest.raises(PermissionDenied):
        reviews.decide_as_proposed(application=case, actor=scenario.decider)


def test_another_agencys_rules_bind_nobody_here() -> None:
    scenario, elsewhere = Scenario(), Scenario()
    delegating(elsewhere, max_sek=1)
    assert scenario.granted().decisions.get().delegation_rule is None


# Making and ending them ---------------------------------------------------------------------------


def test_only_the_agencys_administrator_delegates() -> None:
    scenario = Scenario()
    elsewhere = staff(Scenario().call.agency, Role.ADMINISTRATOR)
    for who in (scenario.decider, scenario.officer, elsewhere, UserFactory()):
        with pytest.raises(PermissionDenied):
            add_rule(
                agency=scenario.call.agency,
                actor=who,
                role=Role.DECISION_MAKER,
                outcomes=[Outcome.GRANTED],
            )
    assert not DelegationRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"role": None}, "person_or_role"),
        ({"role": Role.CASE_OFFICER}, "person_or_role"),
        ({"outcomes": []}, "outcomes"),
        ({"max_sek": 0}, "amount"),
        ({"valid_until": date(2000, 1, 1)}, "dates"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        delegating(Scenario(), **fields)
    assert caught.value.code == code


def test_decisions_are_delegated_to_decision_makers_only() -> None:
    scenario = Scenario()
    with pytest.raises(RuleRefused) as caught:
        delegating(scenario, user=scenario.officer, role=None)
    assert caught.value.code == "not_a_decision_maker"


def test_a_rule_is_ended_and_what_was_decided_by_it_stands() -> None:
    scenario = Scenario()
    yesterday = timezone.localdate() - timedelta(days=1)
    made = delegating(scenario, max_sek=None, valid_from=yesterday)
    decision = scenario.granted().decisions.get()
    case = scenario.assessed()
    scenario.decider_declares(case)
    assert end_rule(rule=made, actor=made.created_by) is not None
    made.refresh_from_db()
    assert made.valid_until == yesterday
    decision.refresh_from_db()
    assert decision.delegation_rule == made
    with pytest.raises(PermissionDenied):
        reviews.decide_as_proposed(application=case, actor=scenario.decider)
    with pytest.raises(RuleRefused):
        end_rule(rule=made, actor=made.created_by)


def test_a_rule_that_has_not_begun_is_taken_away() -> None:
    scenario = Scenario()
    made = delegating(scenario, valid_from=timezone.localdate() + timedelta(days=3))
    assert end_rule(rule=made, actor=made.created_by) is None
    assert not DelegationRule.objects.exists()
    names = [each.name for each in events_of(kind=JournalKind.INSTALLATION, subject="")]
    assert names[-2:] == ["delegation.added", "delegation.taken_away"]


def test_the_database_refuses_to_change_a_rule() -> None:
    made = delegating(Scenario())
    for change in (
        {"max_sek": 10**9},
        {"max_sek": None},
        {"outcomes": ["revoked"]},
        {"valid_from": date(2001, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DelegationRule.objects.filter(pk=made.pk).update(**change)
