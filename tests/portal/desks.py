"""What the worklist's addresses need to be there."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from grants.models import Application, DelayRequest, ShutOut
from reviews.models import Leave, SavedView
from tests.factories import ConflictDeclarationFactory, staff


def worklist_addresses(case: Application, officer: User) -> dict[str, str]:
    """An address for every route of the worklist: the officer's own list and leave, and a
    request for a decision in the case."""
    agency, today = case.call.agency, timezone.localdate()
    view, _made = SavedView.objects.get_or_create(agency=agency, owner=officer, name="Min lista")
    leave = Leave.objects.filter(person=officer).first() or Leave.objects.create(
        agency=agency,
        person=officer,
        substitute=staff(agency, Role.CASE_OFFICER),
        starts_on=today,
        ends_on=today + timedelta(days=5),
        made_by=officer,
    )
    DelayRequest.objects.get_or_create(
        application=case,
        defaults={
            "organisation": case.lead,
            "asked_by": officer,
            "asked_at": timezone.now(),
            "due_on": today + timedelta(days=28),
        },
    )
    plain = ("worklist", "worklist-result", "worklist-spread", "worklist-saved", "leave-list")
    return {
        **{name: reverse(name) for name in plain},
        "saved-view-remove": reverse("saved-view-remove", args=[view.pk]),
        "worklist-neighbour": reverse("worklist-neighbour", args=[case.pk, "next"]),
        "leave-cancel": reverse("leave-cancel", args=[leave.pk]),
        "leave-hand-over": reverse("leave-hand-over", args=[leave.pk]),
        "round-overview": reverse("round-overview", args=[case.call_id]),
        "delay-ask": reverse("delay-ask", args=[case.pk]),
        "delay-answer": reverse("delay-answer", args=[case.pk]),
    }


def shut_out(case: Application, person: User) -> None:
    """The person has a declared conflict of interest in the case, and sees nothing of it."""
    ConflictDeclarationFactory(application=case, user=person, has_conflict=True)
    ShutOut.objects.get_or_create(application=case, user=person, defaults={"since": timezone.now()})
