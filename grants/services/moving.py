"""What every transition of an application is made of: lock, permission, move, save, event.

Lock order: call, applications by id, journal, counter. Nothing else calls an FSM method.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import rules
from django.core.exceptions import PermissionDenied

from applicants.models import Organisation, User
from core.enums import JournalKind
from core.selectors.prepared import Prepared
from core.services import journal
from core.services.rows import update
from grants import rules as grants_rules
from grants.checks import Facts
from grants.models import Application, Call
from grants.models.calls import kept_record
from grants.workflow import TABLE, Action

EVENTS: Mapping[Action, str] = {
    Action.SUBMIT: "application.submitted",
    Action.DISCARD: "application.discarded",
    Action.TAKE_BACK: "application.taken_back",
    Action.REQUEST_COMPLETION: "application.completion_requested",
    Action.COMPLETE: "application.completed",
    Action.LAPSE: "application.lapsed",
    Action.DISMISS: "application.dismissed",
    Action.ASSESS: "application.assessed",
    Action.REOPEN: "application.reopened",
    Action.GRANT: "application.granted",
    Action.REJECT: "application.rejected",
    Action.WITHDRAW: "application.withdrawn",
    Action.RECONSIDER: "application.reconsidered",
    Action.ACCEPT_INTERIM: "application.interim_reported",
    Action.ACCEPT_FINAL: "application.final_reported",
    Action.REVOKE: "application.revoked",
    Action.CLOSE: "application.closed",
}
"""The event of each transition; kept in journals, so never changed."""

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert grants_rules.is_case_officer is not None  # noqa: S101


class UnknownField(Exception):
    """The application has no such field, or no such row any more."""


def actor_of(user: User | None) -> journal.Actor:
    """A person as the journal knows them; None is the system."""
    return journal.Actor.system() if user is None else journal.Actor.person(user)


def ledger_actor(user: User | None) -> str:
    """The same for a ledger entry."""
    return "system" if user is None else str(user.pseudonym)


def locked_call(call_id: int) -> Call:
    """The call, locked until the transaction ends; taken before its applications.

    Its definition is not joined: whoever waits while the call gets a new version would find
    nothing, since PostgreSQL holds what is joined against the row as it is when the lock is had.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("agency").get(pk=call_id)
    call.definition_record = kept_record(call.definition_record_id)
    return call


def locked_application(application_id: int) -> Application:
    """The application as it now is, locked until the transaction ends."""
    application = _locked.first(application_id)
    if application is None:
        raise Application.DoesNotExist
    return application


_locked = Prepared(
    lambda pk: (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "call__agency", "call__definition_record", "lead")
        .defer("call__definition_record__document")
        .filter(pk=pk)
    )
)


def locked_applications(application_ids: Iterable[int]) -> list[Application]:
    """Several, locked in the order of their ids."""
    return _all_locked(sorted(set(application_ids)))


_all_locked = Prepared(
    lambda ids: (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "call__agency", "call__definition_record", "lead")
        .defer("call__definition_record__document")
        .filter(pk__in=ids)
        .order_by("pk")
    )
)


def require(permission: str, actor: User | None, thing: object) -> None:
    """Raise PermissionDenied unless the actor has the permission for just this thing now."""
    grants_rules.forget_shut_out(actor)
    if actor is None or thing is None or not rules.has_perm(permission, actor, thing):
        raise PermissionDenied(permission)


def record(
    application: Application,
    name: str,
    *,
    actor: User | None,
    payload: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    on_behalf_of: Organisation | None = None,
) -> None:
    """Append an event to the case's journal. Free text goes in `texts`; empty ones are left out."""
    journal.append(
        kind=JournalKind.CASE,
        subject=str(application.pk),
        name=name,
        payload=payload or {},
        actor=actor_of(actor),
        on_behalf_of="" if on_behalf_of is None else f"organisation:{on_behalf_of.pk}",
        texts={key: text for key, text in (texts or {}).items() if text},
    )


def move(
    application: Application,
    action: Action,
    facts: Facts,
    *,
    actor: User | None,
    saving: Iterable[str] = (),
    payload: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    on_behalf_of: Organisation | None = None,
) -> None:
    """Make the transition of a locked application, save it and leave its event.

    Raises django_fsm.TransitionNotAllowed for a status that the table does not let it leave so,
    TransitionRefused for facts that do not allow it.
    """
    before = application.status
    getattr(application, action.value)(facts=facts)
    update(application, ("status", "granted_sek", "decided_on", *saving))
    record(
        application,
        EVENTS[action],
        actor=actor,
        payload={
            **(payload or {}),
            "action": str(action),
            "from": str(before),
            "to": str(application.status),
        },
        texts=texts,
        on_behalf_of=on_behalf_of,
    )


def permitted(action: Action, actor: User | None, application: Application) -> None:
    """Raise PermissionDenied unless the actor may make the transition of this application."""
    require(TABLE[action].permission, actor, application)
