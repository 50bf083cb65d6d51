"""Appeals: registered, tried whether they came in time, tried for reconsideration, handed over to
the court, and ended by what the court says (38-46 §§ förvaltningslagen)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from applicants.rules import SIGNATORIES, has_mandate
from core.models import StoredFile
from grants.checks import ReconsiderationGround
from grants.checks.appeals import AppealRefused, last_day_to_appeal
from grants.enums import (
    AppealOutcome,
    AppealState,
    Direction,
    DocumentKind,
    NoticeKind,
    Status,
    TriedResult,
)
from grants.models import Appeal, Application, Decision
from grants.selectors.decided import appeal_rule, deliveries_by_party
from grants.selectors.people import people_of

from .decisions import reconsider_application
from .moving import locked_application, locked_call, record, require
from .notices import notify
from .register import register_document


@transaction.atomic
def appeal_decision(
    *,
    decision: Decision,
    organisation: Organisation,
    actor: User,
    text: str,
    files: Iterable[StoredFile] = (),
) -> Appeal:
    """A party appeals on its own pages; an appeal that comes late is received too.

    Raises PermissionDenied for others than the signatories of a participating organisation,
    AppealRefused for a decision that cannot be appealed or another party's, for one that the
    party has appealed already, and for no text.
    """
    application = locked_application(decision.application_id)
    require("grants.appeal_decision", actor, application)
    if not has_mandate(actor, organisation.pk, SIGNATORIES):
        raise AppealRefused("not_a_party")
    if not text.strip():
        raise AppealRefused("empty")
    return _receive(
        application, decision, organisation, actor, timezone.localdate(), text, files, own=True
    )


@transaction.atomic
def register_appeal(
    *,
    decision: Decision,
    organisation: Organisation,
    actor: User,
    received_on: date,
    text: str = "",
    files: Iterable[StoredFile] = (),
) -> Appeal:
    """A registrar or case officer registers an appeal that came on paper or by mail on a Swedish
    date. Raises PermissionDenied, AppealRefused as `appeal_decision`, and for a date before the
    decision or after today."""
    application = locked_application(decision.application_id)
    require("grants.register_appeal", actor, application)
    kept = list(files)
    if not text.strip() and not kept:
        raise AppealRefused("empty")
    if not decision.decided_on <= received_on <= timezone.localdate():
        raise AppealRefused("date")
    return _receive(application, decision, organisation, actor, received_on, text, kept, own=False)


def _receive(
    application: Application,
    decision: Decision,
    organisation: Organisation,
    actor: User,
    received_on: date,
    text: str,
    files: Iterable[StoredFile],
    *,
    own: bool,
) -> Appeal:
    decision = Decision.objects.select_related("application__call").get(pk=decision.pk)
    if appeal_rule(decision) is None:
        raise AppealRefused("not_appealable")
    if Decision.objects.filter(supersedes=decision).exists():
        raise AppealRefused("superseded")
    if not application.participations.filter(organisation=organisation).exists():
        raise AppealRefused("not_a_party")
    there = Appeal.objects.filter(decision=decision, organisation=organisation)
    if there.exclude(state__in=[AppealState.DISMISSED, AppealState.ENDED]).exists():
        raise AppealRefused("appealed")
    delivery = deliveries_by_party(decision).get(organisation.pk)
    got_it = None if delivery is None else delivery.received_on
    appeal = Appeal.objects.create(
        decision=decision,
        organisation=organisation,
        received_on=received_on,
        last_day=None if got_it is None else last_day_to_appeal(got_it),
        text=text.strip(),
        registered_at=timezone.now(),
        registered_by=actor,
        from_party=own,
    )
    appeal.files.set(files)
    _register(application, appeal, "received", Direction.IN, DocumentKind.APPEAL, actor)
    record(
        application,
        "appeal.received",
        actor=actor,
        payload={
            "appeal": appeal.pk,
            "decision": decision.pk,
            "received": received_on.isoformat(),
            "last_day": None if appeal.last_day is None else appeal.last_day.isoformat(),
        },
        texts={"text": appeal.text},
        on_behalf_of=organisation if own else None,
    )
    if own and application.assigned_to is not None:
        _tell(application, appeal, [application.assigned_to], to_agency=True)
    if not own:
        _tell(application, appeal, people_of(application))
    return appeal


@transaction.atomic
def admit_appeal(*, appeal: Appeal, actor: User, why: str = "") -> Appeal:
    """The appeal is taken up: it came in time, or there is a reason to take it up all the same
    (45 §: the party was not told rightly how to appeal).

    One that was late is a decision maker's, as dismissing it is. Raises PermissionDenied,
    AppealRefused for another state, and for no reason where it was late.
    """
    application, appeal = _locked(appeal)
    late = appeal.in_time is False
    require("grants.try_appeal" if late else "grants.admit_appeal", actor, application)
    _in_state(appeal, AppealState.RECEIVED)
    if late and not why.strip():
        raise AppealRefused("reasons")
    appeal.state = AppealState.IN_TIME
    appeal.admitted_why = why.strip()
    appeal.save(update_fields=["state", "admitted_why"])
    _record(application, appeal, "admitted", actor, texts={"why": appeal.admitted_why})
    return appeal


@transaction.atomic
def dismiss_appeal(*, appeal: Appeal, actor: User, reasons: str) -> Appeal:
    """Dismiss an appeal that came too late, by decision (45 § andra stycket).

    Raises PermissionDenied for others than decision makers, AppealRefused for one that came in
    time, another state, or no reasons.
    """
    application, appeal = _locked(appeal)
    require("grants.try_appeal", actor, application)
    _in_state(appeal, AppealState.RECEIVED)
    if appeal.in_time is not False:
        raise AppealRefused("in_time")
    if not reasons.strip():
        raise AppealRefused("reasons")
    appeal.state = AppealState.DISMISSED
    appeal.dismissed_on, appeal.dismissed_by = timezone.localdate(), actor
    appeal.dismissed_reasons = reasons.strip()
    appeal.save(update_fields=["state", "dismissed_on", "dismissed_by", "dismissed_reasons"])
    _register(application, appeal, "dismissed", Direction.OUT, DocumentKind.DECISION, actor)
    _record(application, appeal, "dismissed", actor, texts={"reasons": reasons})
    _tell(application, appeal, people_of(application))
    return appeal


@transaction.atomic
def try_appeal(*, appeal: Appeal, actor: User, result: TriedResult, reasons: str) -> Appeal:
    """Try the appealed decision for reconsideration (38 and 39 §§): it is left as it is, or the
    case is taken up again, so that another decision can be made before it is handed over.

    Raises PermissionDenied, AppealRefused for another state or no reasons, TransitionRefused and
    TransitionNotAllowed and DelegationRefused where the case cannot be taken up.
    """
    if result == TriedResult.RECONSIDERED:
        # What was booked is reversed in its call, whose lock comes before its cases'.
        locked_call(appeal.decision.application.call_id)
    application, appeal = _locked(appeal)
    require("grants.try_appeal", actor, application)
    _in_state(appeal, AppealState.IN_TIME)
    if not reasons.strip():
        raise AppealRefused("reasons")
    if result == TriedResult.RECONSIDERED:
        reconsider_application(
            application=application,
            actor=actor,
            ground=ReconsiderationGround.RECONSIDERATION,
            reasons=reasons,
        )
    appeal.state = AppealState.TRIED
    appeal.tried_result, appeal.tried_reasons = result, reasons.strip()
    appeal.tried_on, appeal.tried_by = timezone.localdate(), actor
    appeal.save(update_fields=["state", "tried_result", "tried_reasons", "tried_on", "tried_by"])
    _register(application, appeal, "tried", Direction.INTERNAL, DocumentKind.NOTE, actor)
    payload = {"result": str(result)}
    _record(application, appeal, "tried", actor, payload, texts={"reasons": reasons})
    return appeal


@transaction.atomic
def hand_over_appeal(*, appeal: Appeal, actor: User, on: date, court_number: str = "") -> Appeal:
    """The appeal and the case's documents went to the court on a Swedish date (46 §); where the
    decision was changed, so did the new one.

    Raises PermissionDenied, AppealRefused for another state, a date before the appeal was tried
    or after today, or a case that is still being reconsidered.
    """
    application, appeal = _locked(appeal)
    require("grants.register_appeal", actor, application)
    _in_state(appeal, AppealState.TRIED)
    _not_while_open(application, appeal)
    if appeal.tried_on is None or not appeal.tried_on <= on <= timezone.localdate():
        raise AppealRefused("date")
    rule = appeal_rule(appeal.decision)
    appeal.state = AppealState.HANDED_OVER
    appeal.handed_over_on = on
    appeal.court = "" if rule is None else rule.court.in_("sv")
    appeal.court_number = court_number.strip()
    appeal.save(update_fields=["state", "handed_over_on", "court", "court_number"])
    _register(
        application, appeal, "handed-over", Direction.OUT, DocumentKind.COURT, actor, on,
        party=appeal.court,
    )  # fmt: skip
    _record(application, appeal, "handed_over", actor, {"on": on.isoformat()})
    _tell(application, appeal, people_of(application))
    return appeal


@transaction.atomic
def end_appeal(
    *,
    appeal: Appeal,
    actor: User,
    outcome: AppealOutcome,
    on: date,
    text: str = "",
    files: Iterable[StoredFile] = (),
) -> Appeal:
    """What became of the appeal on a Swedish date: the court's judgement or decision, or that the
    party withdrew it, which it may do at any time.

    What the court has changed or referred back is then reconsidered by its order. Raises
    PermissionDenied, AppealRefused for another state or a date that cannot be.
    """
    application, appeal = _locked(appeal)
    require("grants.register_appeal", actor, application)
    withdrawn = outcome == AppealOutcome.WITHDRAWN
    open_states = {AppealState.RECEIVED, AppealState.IN_TIME, AppealState.TRIED}
    _in_state(appeal, AppealState.HANDED_OVER, *(open_states if withdrawn else ()))
    earliest = appeal.received_on if withdrawn else appeal.handed_over_on
    if earliest is None or not earliest <= on <= timezone.localdate():
        raise AppealRefused("date")
    appeal.state = AppealState.ENDED
    appeal.outcome, appeal.outcome_on, appeal.outcome_text = outcome, on, text.strip()
    appeal.save(update_fields=["state", "outcome", "outcome_on", "outcome_text"])
    appeal.files.add(*files)
    party = appeal.organisation.name if withdrawn else appeal.court
    kind = DocumentKind.WITHDRAWAL if withdrawn else DocumentKind.COURT
    _register(application, appeal, "ended", Direction.IN, kind, actor, on, party=party)
    payload = {"outcome": str(outcome), "on": on.isoformat()}
    _record(application, appeal, "ended", actor, payload, texts={"text": appeal.outcome_text})
    _tell(application, appeal, people_of(application))
    return appeal


def _not_while_open(application: Application, appeal: Appeal) -> None:
    """A decision that is being reconsidered is made first: the new one goes to the court too."""
    decided = Decision.objects.filter(supersedes=appeal.decision_id).exists()
    if appeal.tried_result == TriedResult.RECONSIDERED and not decided:
        raise AppealRefused("being_reconsidered")
    if application.status == Status.ASSESSED:
        raise AppealRefused("being_reconsidered")


def _locked(appeal: Appeal) -> tuple[Application, Appeal]:
    application = locked_application(appeal.decision.application_id)
    found = Appeal.objects.select_related("decision__application__call", "organisation")
    return application, found.get(pk=appeal.pk)


def _in_state(appeal: Appeal, *states: AppealState) -> None:
    if appeal.state not in states:
        raise AppealRefused("state")


def _record(
    application: Application,
    appeal: Appeal,
    name: str,
    actor: User,
    payload: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    record(
        application,
        f"appeal.{name}",
        actor=actor,
        payload={"appeal": appeal.pk, **(payload or {})},
        texts=texts,
    )


def _register(
    application: Application,
    appeal: Appeal,
    step: str,
    direction: Direction,
    kind: DocumentKind,
    actor: User,
    dated_on: date | None = None,
    *,
    party: str = "",
) -> None:
    file = appeal.files.order_by("pk").first() if step == "received" else None
    register_document(
        application=application,
        direction=direction,
        kind=kind,
        source=f"appeal:{appeal.pk}:{step}",
        actor=actor,
        dated_on=appeal.received_on if step == "received" else dated_on,
        party=party or appeal.organisation.name,
        file=file,
    )


def _tell(
    application: Application, appeal: Appeal, people: Iterable[User], *, to_agency: bool = False
) -> None:
    notify(
        application=application,
        people=people,
        kind=NoticeKind.APPEAL,
        key=f"{appeal.pk}:{appeal.state}",
        to_agency=to_agency,
    )
