"""Trying what a call's frame could go to, and making proposals of one such distribution.

Lock order: call, scenario, applications by id, journal.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from core.services.background import enqueue_on_commit
from grants.enums import Status
from grants.models import Application, Call, ShutOut
from grants.selectors import frame_left
from grants.services.moving import actor_of, locked_application, locked_call, record, require
from reviews.checks import ReviewRefused
from reviews.checks.costs import FRAME
from reviews.checks.scenarios import Rules, cut_lines, distribute
from reviews.enums import ProposedOutcome, ScenarioState
from reviews.models import LineAssessment, Proposal, Scenario, ScenarioAmount
from reviews.selectors.scenarios import amounts_of, candidates_of, distributable, set_sha256

from . import in_hand

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
_AT_A_TIME = 25
_STORED_AT_A_TIME = 2_000

# The permissions are declared where the reviews' rules are loaded.
assert in_hand is not None  # noqa: S101


@transaction.atomic
def make_scenario(
    *, call: Call, actor: User, name: str, rules: Rules, frame_sek: int | None = None
) -> Scenario:
    """Distribute what is left of the call's frame, or another sum (whole SEK), over its assessed
    applications as they now stand.

    Raises PermissionDenied, also for somebody shut out of any of them; ReviewRefused
    `nothing_to_distribute`, `frame` for a sum above what is left, `name_taken` for a name that
    another scenario of the call has.
    """
    call = locked_call(call.pk)
    require("reviews.try_scenario", actor, call)
    left = frame_left(call)
    frame = left if frame_sek is None else frame_sek
    if not 0 < frame <= left:
        raise ReviewRefused("frame")
    candidates = candidates_of(call)
    if not candidates:
        raise ReviewRefused("nothing_to_distribute")
    if _shut_out(call.pk, {each.application for each in candidates}, actor):
        raise PermissionDenied("reviews.try_scenario")
    if Scenario.objects.filter(call=call, name=name.strip()).exists():
        raise ReviewRefused("name_taken")
    amounts = distribute(candidates, frame_sek=frame, rules=rules)
    scenario = Scenario.objects.create(
        call=call,
        name=name.strip(),
        rules=rules.document(),
        frame_sek=frame,
        candidates=[each.document() for each in candidates],
        sha256=set_sha256(candidates),
        made_by=actor,
        made_at=timezone.now(),
    )
    ScenarioAmount.objects.bulk_create(
        (
            ScenarioAmount(
                scenario=scenario, application_id=key, by_rule_sek=amount, amount_sek=amount
            )
            for key, amount in sorted(amounts.items())
        ),
        batch_size=_STORED_AT_A_TIME,
    )
    _record(scenario, "scenario.made", actor, {"frame_sek": frame, "rules": rules.document()})
    return scenario


@transaction.atomic
def edit_amounts(*, scenario: Scenario, actor: User, amounts: Mapping[int, int]) -> Scenario:
    """Change by hand what applications get (whole SEK by id): between nothing and what was
    approved. A sum above the frame is shown, and cannot be adopted.

    Raises PermissionDenied, also for somebody shut out of any of the cases; ReviewRefused `status`
    for one that is adopted, `amount`.
    """
    scenario = _locked(scenario)
    require("reviews.try_scenario", actor, scenario.call)
    _is_draft(scenario)
    if _shut_out_of_set(scenario, actor):
        raise PermissionDenied("reviews.try_scenario")
    most = {each["application"]: each["approved_sek"] for each in scenario.candidates}
    rows = {row.application_id: row for row in scenario.amounts.filter(application__in=amounts)}
    changed = []
    for key, amount in sorted(amounts.items()):
        row = rows.get(key)
        if row is None or not 0 <= amount <= most.get(key, 0):
            raise ReviewRefused("amount")
        if row.amount_sek != amount:
            row.amount_sek = amount
            row.edited_by = actor if amount != row.by_rule_sek else None
            changed.append(row)
    ScenarioAmount.objects.bulk_update(changed, ["amount_sek", "edited_by"])
    if changed:
        payload = {str(row.application_id): row.amount_sek for row in changed}
        _record(scenario, "scenario.edited", actor, {"amounts": payload})
    return scenario


@transaction.atomic
def remove_scenario(*, scenario: Scenario, actor: User) -> None:
    """Remove one that was never adopted. Raises PermissionDenied, ReviewRefused."""
    scenario = _locked(scenario)
    require("reviews.try_scenario", actor, scenario.call)
    _is_draft(scenario)
    _record(scenario, "scenario.removed", actor, {})
    scenario.delete()


@transaction.atomic
def adopt_scenario(*, scenario: Scenario, actor: User) -> Scenario:
    """Let the amounts become proposals: a worker takes the cases one by one. The one adopted
    before is replaced.

    Whoever adopts has prepared the decisions, and makes none of them. Raises PermissionDenied,
    also for somebody shut out of any of the cases; ReviewRefused `status`, `frame` for a sum
    above what is left, `set_changed` where the assessed applications are no longer those that it
    was made over.
    """
    call = locked_call(scenario.call_id)
    scenario = _locked(scenario)
    require("reviews.adopt_scenario", actor, call)
    _is_draft(scenario)
    if _shut_out_of_set(scenario, actor):
        raise PermissionDenied("reviews.adopt_scenario")
    if scenario.sha256 != set_sha256(candidates_of(call)):
        raise ReviewRefused("set_changed")
    if sum(amounts_of(scenario).values()) > frame_left(call):
        raise ReviewRefused("frame")
    before = Scenario.objects.filter(call=call, state=ScenarioState.ADOPTED)
    if Scenario.objects.filter(call=call, state=ScenarioState.ADOPTING).exists():
        raise ReviewRefused("status")
    before.update(state=ScenarioState.REPLACED)
    scenario.state = ScenarioState.ADOPTING
    scenario.adopted_by, scenario.adopted_at = actor, timezone.now()
    scenario.save(update_fields=["state", "adopted_by", "adopted_at"])
    _record(scenario, "scenario.adopted", actor, {"sha256": scenario.sha256})
    enqueue_on_commit("reviews.tasks.apply_scenario", scenario.pk)
    return scenario


def apply_scenario(*, scenario_id: int, now: datetime | None = None) -> int:
    """Make proposals of an adopted scenario's amounts; returns how many this worker made.

    Of any number of workers one does it, and one that was killed is followed by another, which
    goes on where it stopped: every case is a transaction of its own.
    """
    scenario = _claimed(scenario_id, now or timezone.now())
    if scenario is None:
        return 0
    made = 0
    left = scenario.amounts.filter(applied_at__isnull=True, refused="").order_by("application_id")
    for count, row in enumerate(left, start=1):
        if count % _AT_A_TIME == 0 and not _renewed(scenario):
            return made
        try:
            made += _apply(row, scenario)
        except OperationalError:
            logger.exception("scenario %s waits for the database", scenario.pk)
            _held(scenario).update(lease_token="", lease_until=None)
            return made
    _held(scenario).update(
        state=ScenarioState.ADOPTED,
        finished_at=timezone.now(),
        lease_token="",
        lease_until=None,
    )
    return made


def _claimed(scenario_id: int, now: datetime) -> Scenario | None:
    token = str(uuid.uuid4())
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    Scenario.objects.filter(free, pk=scenario_id, state=ScenarioState.ADOPTING).update(
        lease_token=token, lease_until=now + LEASE
    )
    held = Scenario.objects.filter(pk=scenario_id, lease_token=token)
    return held.select_related("call", "adopted_by").first()


def _held(scenario: Scenario) -> QuerySet[Scenario]:
    return Scenario.objects.filter(pk=scenario.pk, lease_token=scenario.lease_token)


def _renewed(scenario: Scenario) -> bool:
    return bool(_held(scenario).update(lease_until=timezone.now() + LEASE))


def _apply(row: ScenarioAmount, scenario: Scenario) -> bool:
    """Make one case's amount its proposal; what refuses it is written in the row."""
    try:
        with transaction.atomic():
            _allot(row, scenario)
            row.applied_at = timezone.now()
            row.save(update_fields=["applied_at"])
    except ReviewRefused as refused:
        row.refused = refused.code
    except IntegrityError:
        row.refused = "conflict"
    else:
        return True
    row.save(update_fields=["refused"])
    return False


def _allot(row: ScenarioAmount, scenario: Scenario) -> None:
    """Cut the approved lines to the amount, and let the proposal say it. Whoever set the amount by
    hand has prepared the decision, as the one who adopted it has."""
    amount_sek = row.amount_sek
    application = locked_application(row.application_id)
    if application.status != Status.ASSESSED:
        raise ReviewRefused("status")
    if not distributable(scenario.call).filter(pk=application.pk).exists():
        raise ReviewRefused("set_changed")
    lines = list(LineAssessment.objects.filter(application=application).order_by("number"))
    approved = [line.approved_sek or 0 for line in lines]
    if sum(approved) < amount_sek:
        raise ReviewRefused("amount")
    for line, before, amount in zip(lines, approved, cut_lines(approved, amount_sek), strict=True):
        line.allotted_sek = amount
        line.allotted_reason = FRAME if amount < before else ""
    LineAssessment.objects.bulk_update(lines, ["allotted_sek", "allotted_reason"])
    _propose(application, amount_sek, cut=amount_sek < sum(approved))
    if row.edited_by is not None:
        record(
            application,
            "proposal.amount_set",
            actor=row.edited_by,
            payload={"scenario": scenario.pk, "amount_sek": amount_sek},
        )
    record(
        application,
        "proposal.allotted",
        actor=scenario.adopted_by,
        payload={
            "scenario": scenario.pk,
            "amount_sek": amount_sek,
            "lines": {str(line.number): line.allotted_sek for line in lines},
        },
    )


def _propose(application: Application, amount_sek: int, *, cut: bool) -> None:
    """The same proposal with the amount; where the frame cut it, the reasons say so."""
    proposal = Proposal.objects.get(application=application)
    form = application.definition.assessment
    reason = form.cost_reason(FRAME) if form else None
    text = reason.text.in_("sv") if reason else ""
    reasons = proposal.reasons.removesuffix(f"\n\n{text}") if text else proposal.reasons
    if cut and text:
        reasons = f"{reasons}\n\n{text}"
    if amount_sek == 0:
        proposal.outcome, proposal.amount_sek = ProposedOutcome.REJECT, None
    else:
        whole = amount_sek == application.requested_sek
        proposal.outcome = ProposedOutcome.GRANT if whole else ProposedOutcome.PART
        proposal.amount_sek = amount_sek
    proposal.reasons = reasons
    proposal.save(update_fields=["outcome", "amount_sek", "reasons", "prepared_at"])


def _locked(scenario: Scenario) -> Scenario:
    return (
        Scenario.objects.select_for_update(of=("self",))
        .select_related("call__agency", "call__definition_record")
        .get(pk=scenario.pk)
    )


def _is_draft(scenario: Scenario) -> None:
    if scenario.state != ScenarioState.DRAFT:
        raise ReviewRefused("status")


def _shut_out_of_set(scenario: Scenario, actor: User) -> bool:
    """Whether the person is shut out of any case of the set."""
    return _shut_out(scenario.call_id, {each["application"] for each in scenario.candidates}, actor)


def _shut_out(call_id: int, cases: set[int], actor: User) -> bool:
    shut = ShutOut.objects.filter(user=actor, application__call=call_id)
    return not cases.isdisjoint(shut.values_list("application_id", flat=True))


def _record(scenario: Scenario, name: str, actor: User, payload: Mapping[str, object]) -> None:
    journal.append(
        kind=JournalKind.CALL,
        subject=str(scenario.call_id),
        name=name,
        payload={"scenario": scenario.pk, **payload},
        actor=actor_of(actor),
        texts={"name": scenario.name},
    )
