"""What case officers, applicants and time do with a case before and after it is decided."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from applicants.rules import has_role
from core.enums import JournalKind
from core.services import journal
from core.services.rows import insert
from grants.checks import Facts
from grants.enums import Direction, DocumentKind, NoticeKind, Status
from grants.models import Application, CompletionRequest
from grants.selectors import fund_years, ledger_balance, standing_decision
from grants.selectors.draft import names_unknown
from grants.selectors.payments import unpaid_sek
from grants.selectors.people import people_of
from grants.workflow import Action

from . import ledger
from .moving import UnknownField, locked_application, move, permitted, record, require
from .notices import notify
from .register import register_completion_request, register_document

ASSIGNABLE = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED})


class NotAssignable(Exception):
    """The case is in no state to be handed to anyone, or the person handles no such cases."""


@transaction.atomic
def assign_officer(*, application: Application, officer: User | None, actor: User) -> Application:
    """Hand the case to a case officer of its agency; None takes it from whoever had it.

    Raises PermissionDenied for the actor, NotAssignable for the officer (one with a conflict of
    interest in the case too) or the case.
    """
    application = locked_application(application.pk)
    require("grants.assign_officer", actor, application)
    if application.status not in ASSIGNABLE:
        raise NotAssignable
    if officer is not None and (
        not has_role(officer, application.call.agency_id, (Role.CASE_OFFICER,))
        or application.shut_out.filter(user=officer).exists()
    ):
        raise NotAssignable
    application.assigned_to = officer
    application.save(update_fields=["assigned_to"])
    record(
        application,
        "application.assigned",
        actor=actor,
        payload={"officer": None if officer is None else str(officer.pseudonym)},
    )
    return application


@transaction.atomic
def take_from_officer(*, application: Application, officer: User) -> Application:
    """Take the case from an officer who has declared a conflict of interest in it."""
    application = locked_application(application.pk)
    if application.assigned_to_id == officer.pk:
        application.assigned_to = None
        application.save(update_fields=["assigned_to"])
        record(application, "application.assigned", actor=officer, payload={"officer": None})
    return application


@transaction.atomic
def request_completion(
    *,
    application: Application,
    actor: User,
    fields: Iterable[str],
    due: date,
    message: str = "",
    questions: Mapping[str, str] | None = None,
) -> Application:
    """Ask the applicant to complete the named fields by a Swedish date, inclusive; only those
    unlock. `fields` are paths of fields or what stands above them (see grants.content.paths),
    or values of UnlockableField; `questions` says what is asked about each.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed, and UnknownField for a name
    that is nothing in the application.
    """
    application = locked_application(application.pk)
    permitted(Action.REQUEST_COMPLETION, actor, application)
    named = sorted({str(field) for field in fields})
    for field in names_unknown(application, named):
        raise UnknownField(field)
    application.completion_fields = named
    application.completion_due = due
    asked = dict(questions or {})
    with journal.together(kind=JournalKind.CASE, subject=str(application.pk)):
        move(
            application,
            Action.REQUEST_COMPLETION,
            Facts(
                completion_fields=tuple(named),
                completion_due=due,
                today=timezone.localdate(),
                actor_id=actor.pk,
            ),
            actor=actor,
            saving=["completion_fields", "completion_due"],
            payload={"fields": named, "due": due.isoformat()},
            texts={"message": message, **{f"question:{k}": v for k, v in asked.items()}},
        )
        request = insert(
            CompletionRequest(
                application=application,
                items=[[field, asked.get(field, "")] for field in named],
                message=message,
                due=due,
                asked_at=timezone.now(),
                asked_by=actor,
            )
        )
        register_completion_request(request)
        notify(
            application=application,
            people=people_of(application),
            kind=NoticeKind.COMPLETION_REQUESTED,
            key=str(request.pk),
        )
    return application


@transaction.atomic
def lapse_completion(*, application: Application, actor: User | None) -> Application:
    """Go on without the completion: an officer at any time, the system (None) after the date.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    if actor is not None:
        permitted(Action.LAPSE, actor, application)
    due = application.completion_due
    application.completion_fields, application.completion_due = [], None
    application.completion_requests.filter(closed_at__isnull=True).update(closed_at=timezone.now())
    move(
        application,
        Action.LAPSE,
        Facts(
            by_system=actor is None,
            completion_due=due,
            today=timezone.localdate(),
            actor_id=None if actor is None else actor.pk,
        ),
        actor=actor,
        saving=["completion_fields", "completion_due"],
    )
    return application


@transaction.atomic
def assess_application(
    *, application: Application, actor: User, found: Facts, payload: Mapping[str, Any]
) -> Application:
    """The assigned officer's assessment is done. `found` is what the reviews say; who is
    assigned and who acts is added here.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    permitted(Action.ASSESS, actor, application)
    facts = Facts(
        assigned_to=application.assigned_to_id,
        assignment_known=True,
        actor_id=actor.pk,
        today=timezone.localdate(),
        has_conflict=found.has_conflict,
        findings_missing=found.findings_missing,
        assessments_missing=found.assessments_missing,
        opinions_missing=found.opinions_missing,
        proposal_has_reasons=found.proposal_has_reasons,
        communicated_or_noted=found.communicated_or_noted,
    )
    move(application, Action.ASSESS, facts, actor=actor, payload=payload)
    return application


@transaction.atomic
def reopen_application(*, application: Application, actor: User, reasons: str) -> Application:
    """Take up the assessment again, with a reason. Raises PermissionDenied, TransitionRefused,
    TransitionNotAllowed."""
    application = locked_application(application.pk)
    permitted(Action.REOPEN, actor, application)
    move(
        application,
        Action.REOPEN,
        Facts(reasons=reasons, actor_id=actor.pk),
        actor=actor,
        texts={"reasons": reasons},
    )
    return application


@transaction.atomic
def withdraw_application(
    *, application: Application, actor: User, reasons: str = ""
) -> Application:
    """The lead's signatory withdraws the case. Raises PermissionDenied, TransitionRefused,
    TransitionNotAllowed, and LedgerRefused where an earlier grant has been used."""
    application = locked_application(application.pk)
    permitted(Action.WITHDRAW, actor, application)
    today = timezone.localdate()
    application.completion_fields, application.completion_due = [], None
    application.completion_requests.filter(closed_at__isnull=True).update(closed_at=timezone.now())
    move(
        application,
        Action.WITHDRAW,
        Facts(actor_id=actor.pk, decided_on=today, today=today),
        actor=actor,
        saving=["completion_fields", "completion_due"],
        texts={"reasons": reasons},
        on_behalf_of=application.lead,
    )
    ledger.refuse_if_used(application=application, earlier=standing_decision(application))
    register_document(
        application=application,
        direction=Direction.IN,
        kind=DocumentKind.WITHDRAWAL,
        source="withdrawal",
        actor=actor,
        party=application.lead.name,
        held=True,
    )
    kind, key = NoticeKind.WITHDRAWN, today.isoformat()
    notify(application=application, people=people_of(application), kind=kind, key=key)
    if application.assigned_to is not None:
        officer = [application.assigned_to]
        notify(application=application, people=officer, kind=kind, key=key, to_agency=True)
    return application


@transaction.atomic
def close_application(*, application: Application, actor: User) -> Application:
    """Close a case whose money is accounted for, and paid out. Raises PermissionDenied,
    TransitionRefused, TransitionNotAllowed."""
    application = locked_application(application.pk)
    permitted(Action.CLOSE, actor, application)
    left = ledger_balance(application) + unpaid_sek(application)
    move(
        application,
        Action.CLOSE,
        Facts(ledger_balance_sek=left, actor_id=actor.pk),
        actor=actor,
    )
    return application


@transaction.atomic
def accept_interim(
    *, application: Application, actor: User, reported_on: date | None, accepted: bool | None
) -> Application:
    """The interim report is accepted: money is still usable. `accepted` and the report's
    Swedish date of receipt come from reporting, which books what was spent first.

    Raises PermissionDenied, TransitionRefused, TransitionNotAllowed.
    """
    return _accept(application, actor, Action.ACCEPT_INTERIM, reported_on, accepted)


@transaction.atomic
def accept_final(
    *, application: Application, actor: User, reported_on: date | None, accepted: bool | None
) -> Application:
    """The final report is accepted: nothing is usable any more. As `accept_interim`."""
    return _accept(application, actor, Action.ACCEPT_FINAL, reported_on, accepted)


def _accept(
    application: Application,
    actor: User,
    action: Action,
    reported_on: date | None,
    accepted: bool | None,
) -> Application:
    application = locked_application(application.pk)
    permitted(action, actor, application)
    move(
        application,
        action,
        Facts(
            report_accepted=accepted,
            decided_on=application.decided_on,
            reported_on=reported_on,
            interim_required=interim_required(application),
            interim_done=application.status == Status.INTERIM_REPORTED,
            actor_id=actor.pk,
        ),
        actor=actor,
        payload={"reported_on": None if reported_on is None else reported_on.isoformat()},
    )
    return application


def interim_required(application: Application) -> bool:
    """Whether the call asks for an interim report and money was usable at the measuring date:
    what the grant's own year left to be used later. Of a case that was brought in, what was
    reported before it carried money over is the old register's, and not asked for again."""
    if not application.call.asks_interim:
        return False
    own = [year for year in fund_years(application) if year.year == application.call.year]
    if application.imported:
        return any(year.usable_sek > 0 for year in own)
    return any(year.usable_sek + year.carried_over_sek > 0 for year in own)
