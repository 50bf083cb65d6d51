"""Planning leave, and calling it off."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from applicants.rules import has_role
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.services.moving import actor_of, require
from reviews.models import Leave


class LeaveRefused(Exception):
    """`code`: `dates`, `substitute` (not another case officer of the agency), `overlaps`
    (another leave of the same person) or `over` (it has ended, or was called off)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def plan_leave(
    *,
    agency: Agency,
    person: User,
    substitute: User,
    starts_on: date,
    ends_on: date,
    actor: User,
) -> Leave:
    """Let a case officer be away between two Swedish dates, inclusive; the substitute sees the
    cases among its own meanwhile. Raises PermissionDenied and LeaveRefused."""
    # Their own rows order what is planned for the same person.
    list(User.objects.select_for_update().filter(pk=person.pk))
    leave = Leave(
        agency=agency,
        person=person,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
        made_by=actor,
    )
    require("reviews.plan_leave", actor, leave)
    if ends_on < starts_on or ends_on < timezone.localdate():
        raise LeaveRefused("dates")
    officers = (Role.CASE_OFFICER,)
    if (
        person == substitute
        or not has_role(substitute, agency.pk, officers)
        or not has_role(person, agency.pk, officers)
    ):
        raise LeaveRefused("substitute")
    if Leave.objects.filter(
        agency=agency,
        person=person,
        cancelled_at__isnull=True,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    ).exists():
        raise LeaveRefused("overlaps")
    leave.save()
    _record(
        leave,
        "leave.planned",
        actor,
        substitute=str(substitute.pseudonym),
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
    )
    return leave


@transaction.atomic
def cancel_leave(*, leave: Leave, actor: User) -> Leave:
    """Call off a leave, or end it today where it has begun. Raises PermissionDenied and
    LeaveRefused."""
    leave = Leave.objects.select_for_update().get(pk=leave.pk)
    require("reviews.plan_leave", actor, leave)
    if leave.cancelled_at is not None or leave.ends_on < timezone.localdate():
        raise LeaveRefused("over")
    leave.cancelled_at = timezone.now()
    leave.save(update_fields=["cancelled_at"])
    _record(leave, "leave.cancelled", actor)
    return leave


def _record(leave: Leave, name: str, actor: User, **payload: str) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={
            "agency": leave.agency.code,
            "leave": leave.pk,
            "person": str(leave.person.pseudonym),
            **payload,
        },
        actor=actor_of(actor),
    )
