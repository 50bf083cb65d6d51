"""Asking for, approving and refusing waivers of requirements."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from grants.enums import Status
from grants.models import Application, Requirement
from grants.services.moving import locked_application, record, require
from reviews import selectors
from reviews.checks import ReviewRefused
from reviews.enums import WaiverState
from reviews.models import Waiver

from .in_hand import IN_HAND, in_hand


@transaction.atomic
def ask_waiver(
    *,
    application: Application,
    requirement: Requirement,
    organisation: Organisation,
    actor: User,
    reason: str,
) -> Waiver:
    """Ask that a requirement be waived for an organisation that was found not to satisfy it.

    Raises PermissionDenied; ReviewRefused where the call's legal basis has no provision
    (`no_waiver`), nothing is found yet or the finding satisfies (`not_failing`), one stands
    already (`waiver_there`), or without a reason (`reasons`).
    """
    application = locked_application(application.pk)
    require("reviews.ask_waiver", actor, application)
    in_hand(application)
    form = application.definition.assessment
    if form is None or form.waiver is None:
        raise ReviewRefused("no_waiver")
    if not reason.strip():
        raise ReviewRefused("reasons")
    demand = next(
        (
            each
            for each in selectors.demands_of(application)
            if (each.requirement, each.organisation) == (requirement.pk, organisation.pk)
        ),
        None,
    )
    if demand is None:
        raise ReviewRefused("not_put_to_it")
    finding = selectors.found(application).get((requirement.pk, organisation.pk))
    if finding is None or finding in demand.satisfied_by:
        raise ReviewRefused("not_failing")
    there = Waiver.objects.filter(
        application=application, requirement=requirement, organisation=organisation
    )
    if there.filter(state__in=[WaiverState.ASKED, WaiverState.APPROVED]).exists():
        raise ReviewRefused("waiver_there")
    made = Waiver.objects.create(
        application=application,
        requirement=requirement,
        organisation=organisation,
        rule=form.waiver.in_("sv"),
        reason=reason.strip(),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    record(
        application,
        "waiver.asked",
        actor=actor,
        payload={"requirement": requirement.code, "organisation": organisation.pk},
        texts={"reason": made.reason},
    )
    return made


@transaction.atomic
def decide_waiver(*, waiver: Waiver, actor: User, approve: bool, reason: str = "") -> Waiver:
    """A decision maker approves or refuses a waiver; a refusal has a reason.

    Raises PermissionDenied, also for one who has assessed the case; ReviewRefused for one that no
    longer waits (`not_asked`), a decided case (`status`), or a refusal without a reason
    (`reasons`).
    """
    application = locked_application(waiver.application_id)
    waiver = Waiver.objects.select_related("requirement").get(pk=waiver.pk)
    require("reviews.decide_waiver", actor, waiver)
    if actor.pk in selectors.assessors_of(application):
        raise PermissionDenied("reviews.decide_waiver")
    if application.status not in IN_HAND | {Status.ASSESSED}:
        raise ReviewRefused("status")
    if waiver.state != WaiverState.ASKED:
        raise ReviewRefused("not_asked")
    if not approve and not reason.strip():
        raise ReviewRefused("reasons")
    waiver.state = WaiverState.APPROVED if approve else WaiverState.REFUSED
    waiver.decided_by = actor
    waiver.decided_at = timezone.now()
    waiver.decision_reason = reason.strip()
    waiver.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    record(
        application,
        "waiver.approved" if approve else "waiver.refused",
        actor=actor,
        payload={
            "requirement": waiver.requirement.code,
            "organisation": waiver.organisation_id,
        },
        texts={"reason": waiver.decision_reason},
    )
    return waiver


def withdraw_waivers(
    *, application: Application, requirement: Requirement, organisation: Organisation, actor: User
) -> None:
    """What stands of waivers for a finding that has changed no longer holds. The application is
    locked."""
    standing = Waiver.objects.filter(
        application=application,
        requirement=requirement,
        organisation=organisation,
        state__in=[WaiverState.ASKED, WaiverState.APPROVED],
    )
    if standing.update(state=WaiverState.WITHDRAWN):
        record(
            application,
            "waiver.withdrawn",
            actor=actor,
            payload={"requirement": requirement.code, "organisation": organisation.pk},
        )
