"""Declaring a conflict of interest (jäv), and withdrawing what was declared by mistake."""

from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from grants.enums import NoticeKind, Status
from grants.models import Application, ShutOut
from grants.rules import forget_shut_out
from grants.selectors import shut_out_people
from grants.services import handling
from grants.services.moving import locked_application, record, require
from grants.services.notices import notify
from reviews.checks import ReviewRefused
from reviews.models import ConflictDeclaration
from reviews.selectors.conflicts import latest_declaration, ties_between

_UNDECIDED = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED})


@transaction.atomic
def declare_conflict(
    *, application: Application, actor: User, has_conflict: bool, reason: str = ""
) -> ConflictDeclaration:
    """Declare whether one has a conflict of interest in the case. Who has one sees nothing more
    of it, and loses it: the agency's other officers and its administrators are told.

    The same again is not declared twice. Raises PermissionDenied for others than the agency's
    case officers and decision makers, and for who is shut out already; ReviewRefused `reasons`
    for a conflict without a reason, `own_organisation` for somebody who acts for an organisation
    in the case today and says that there is none (16 § 2 förvaltningslagen).
    """
    application = locked_application(application.pk)
    require("reviews.declare_conflict", actor, application)
    reason = reason.strip()
    if has_conflict and not reason:
        raise ReviewRefused("reasons")
    if not has_conflict and ties_between(application, actor)[1]:
        raise ReviewRefused("own_organisation")
    there = latest_declaration(application, actor)
    if there is not None and (there.has_conflict, there.reason) == (has_conflict, reason):
        return there
    had_case = has_conflict and application.assigned_to_id == actor.pk
    declaration = ConflictDeclaration.objects.create(
        user=actor,
        application=application,
        has_conflict=has_conflict,
        reason=reason,
        took_case=had_case,
    )
    record(
        application,
        "conflict.declared",
        actor=actor,
        payload={"has_conflict": has_conflict},
        texts={"reason": reason},
    )
    if has_conflict:
        ShutOut.objects.create(application=application, user=actor, since=timezone.now())
        handling.take_from_officer(application=application, officer=actor)
        forget_shut_out(actor)
    if had_case and application.status in _UNDECIDED:
        _tell_the_others(application, declaration)
    return declaration


def _tell_the_others(application: Application, declaration: ConflictDeclaration) -> None:
    """The case needs another officer: the agency's officers and administrators are told."""
    roles = application.call.agency.staff_roles.filter(
        role__in=[str(Role.CASE_OFFICER), str(Role.ADMINISTRATOR)]
    )
    people = (
        User.objects.filter(is_active=True, pk__in=roles.values("user"))
        .exclude(pk__in=shut_out_people(application))
        .order_by("pk")
    )
    notify(
        application=application,
        people=people,
        kind=NoticeKind.OFFICER_NEEDED,
        key=str(declaration.pk),
        to_agency=True,
    )


@transaction.atomic
def withdraw_declaration(*, shut_out: ShutOut, actor: User, reason: str) -> ConflictDeclaration:
    """An administrator of the agency withdraws a declaration that was mistaken: the person sees
    the case again, and declares anew before taking part in it.

    Raises PermissionDenied for others, for the person and for who is shut out of the case too;
    ReviewRefused `reasons` without a reason, `not_declared` where it has been withdrawn already.
    """
    application = locked_application(shut_out.application_id)
    require("reviews.withdraw_conflict", actor, application)
    reason = reason.strip()
    if not reason:
        raise ReviewRefused("reasons")
    there = ShutOut.objects.filter(pk=shut_out.pk).select_related("user").first()
    if there is None:
        raise ReviewRefused("not_declared")
    declaration = ConflictDeclaration.objects.create(
        user=there.user,
        application=application,
        has_conflict=None,
        reason=reason,
        withdrawn_by=actor,
    )
    there.delete()
    record(
        application,
        "conflict.withdrawn",
        actor=actor,
        payload={"person": str(there.user.pseudonym)},
        texts={"reason": reason},
    )
    return declaration
