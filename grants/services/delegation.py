"""Delegation rules: made and ended by the agency's administrators, never changed."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from applicants.rules import has_role
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.checks.delegation import Delegated, rule_for
from grants.enums import Outcome
from grants.models import Application, Decision, DelegationRule
from grants.rules import delegation_held

from .moving import require


class RuleRefused(Exception):
    """The rule cannot be so. `code`: `person_or_role`, `not_a_decision_maker`, `outcomes`,
    `amount`, `dates` or `ended`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def add_rule(
    *,
    agency: Agency,
    actor: User,
    outcomes: Iterable[Outcome],
    user: User | None = None,
    role: Role | None = None,
    max_sek: int | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    reference: str = "",
) -> DelegationRule:
    """Delegate decisions with these outcomes to a decision maker, or to all of them, up to an
    amount (whole SEK, inclusive; None without limit), between Swedish dates, inclusive.

    Raises PermissionDenied for anyone but the agency's administrators, RuleRefused.
    """
    require("grants.delegate", actor, agency)
    named = sorted({str(Outcome(outcome)) for outcome in outcomes})
    begins = valid_from or timezone.localdate()
    if (user is None) == (role is None) or role not in {None, Role.DECISION_MAKER}:
        raise RuleRefused("person_or_role")
    if user is not None and not has_role(user, agency.pk, (Role.DECISION_MAKER,)):
        raise RuleRefused("not_a_decision_maker")
    if not named:
        raise RuleRefused("outcomes")
    if max_sek is not None and max_sek <= 0:
        raise RuleRefused("amount")
    if valid_until is not None and valid_until < begins:
        raise RuleRefused("dates")
    rule = DelegationRule.objects.create(
        agency=agency,
        user=user,
        role="" if role is None else role,
        outcomes=named,
        max_sek=max_sek,
        valid_from=begins,
        valid_until=valid_until,
        reference=reference.strip(),
        created_at=timezone.now(),
        created_by=actor,
    )
    _record(
        rule,
        "delegation.added",
        actor,
        person=None if user is None else str(user.pseudonym),
        role=rule.role,
        outcomes=named,
        max_sek=max_sek,
        valid_from=begins.isoformat(),
        valid_until=None if valid_until is None else valid_until.isoformat(),
        reference=rule.reference,
    )
    return rule


@transaction.atomic
def end_rule(*, rule: DelegationRule, actor: User) -> DelegationRule | None:
    """End the rule: nothing is decided by it from today on. One that has not begun, or began
    today and has decided nothing, is taken away, and None is returned.

    Raises PermissionDenied, and RuleRefused for a rule that has ended.
    """
    rule = (
        DelegationRule.objects.select_for_update(of=("self",))
        .select_related("agency")
        .get(pk=rule.pk)
    )
    require("grants.delegate", actor, rule.agency)
    today = timezone.localdate()
    if rule.valid_until is not None and rule.valid_until < today:
        raise RuleRefused("ended")
    if rule.valid_from >= today and not rule.decisions.exists():
        _record(rule, "delegation.taken_away", actor)
        rule.delete()
        return None
    rule.valid_until = max(today - timedelta(days=1), rule.valid_from)
    rule.save(update_fields=["valid_until"])
    _record(rule, "delegation.ended", actor, valid_until=rule.valid_until.isoformat())
    return rule


def delegated(
    application: Application, actor: User, outcome: Outcome, amount_sek: int | None
) -> Delegated | None:
    """The rule under which the actor may make this decision today; None where the agency has
    none. `amount_sek` is what is granted, or what was asked for where nothing is.

    Raises DelegationRefused.
    """
    held = delegation_held(application.call.agency_id, actor, timezone.localdate())
    return rule_for(held, outcome=str(outcome), amount_sek=amount_sek)


def delegated_as(decision: Decision, actor: User) -> Delegated | None:
    """The rule under which the actor could have made the decision today: whoever corrects it, or
    tries it anew, must be able to. Raises DelegationRefused."""
    weighed = decision.amount_sek
    if weighed is None:
        # What a revocation takes back stays as the case's grant.
        granted = decision.application.granted_sek if decision.outcome == Outcome.REVOKED else None
        weighed = decision.application.requested_sek if granted is None else granted
    return delegated(decision.application, actor, Outcome(decision.outcome), weighed)


def _record(rule: DelegationRule, name: str, actor: User, **payload: object) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={"agency": rule.agency.code, "rule": rule.pk, **payload},
        actor=journal.Actor.person(actor),
    )
