"""Handing out cases: each in a transaction of its own, so that one that cannot be handed out
stops no other."""

from django.db import transaction

from applicants.models import User
from grants.models import Application
from grants.services.handling import assign_officer
from grants.services.moving import locked_application, require


class CaseMoved(Exception):
    """Somebody else has been given the case since it was looked at."""


@transaction.atomic
def hand_out(
    *, application: Application, officer: User | None, actor: User, expected: int | None
) -> Application:
    """Hand a case to an officer, provided that it still is with the one (an account's id, or
    nobody) with whom it was seen. One who has it already keeps it, and nothing is written.

    Raises PermissionDenied, CaseMoved, and NotAssignable for an officer of another agency or
    with a conflict of interest in the case, and for a case that is decided.
    """
    application = locked_application(application.pk)
    require("grants.assign_officer", actor, application)
    to = None if officer is None else officer.pk
    if application.assigned_to_id == to:
        return application
    if application.assigned_to_id != expected:
        raise CaseMoved
    return assign_officer(application=application, officer=officer, actor=actor)
