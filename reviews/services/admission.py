"""Admitting what came late or from somebody not entitled, or proposing that it be dismissed."""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.models import Incident
from grants.enums import Direction, DocumentKind
from grants.models import Application
from grants.services.moving import locked_application, record, require
from grants.services.register import register_document
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround, AdmissionOutcome
from reviews.models import Admission
from reviews.selectors.admission import dismissal_grounds

from .in_hand import in_hand


@transaction.atomic
def record_admission(
    *,
    application: Application,
    actor: User,
    outcome: AdmissionOutcome,
    ground: AdmissionGround,
    reasons: str,
    incident: Incident | None = None,
) -> Admission:
    """Say that the application is admitted to be tried in spite of the ground, or propose to the
    decision maker that it be dismissed on it; the latest holds.

    `incident` is a failure on our side, for an application that came late. Raises
    PermissionDenied; ReviewRefused `status` for a case not in hand, `reasons` without reasons,
    `no_ground` for something to admit that nothing speaks against.
    """
    application = locked_application(application.pk)
    require("reviews.admit", actor, application)
    in_hand(application)
    reasons = reasons.strip()
    if not reasons:
        raise ReviewRefused("reasons")
    admits = outcome == AdmissionOutcome.ADMITTED
    proposed = Admission.objects.filter(application=application, ground=ground).exists()
    if admits and not proposed and ground not in dismissal_grounds(application):
        raise ReviewRefused("no_ground")
    if incident is not None and not (admits and ground == AdmissionGround.LATE):
        raise ReviewRefused("no_ground")
    admission = Admission.objects.create(
        application=application,
        outcome=outcome,
        ground=ground,
        reasons=reasons,
        incident=incident,
        made_at=timezone.now(),
        made_by=actor,
    )
    record(
        application,
        "application.admitted" if admits else "application.dismissal_proposed",
        actor=actor,
        payload={
            "ground": str(ground),
            "incident": None if incident is None else incident.reference,
        },
        texts={"reasons": reasons},
    )
    register_document(
        application=application,
        direction=Direction.INTERNAL,
        kind=DocumentKind.NOTE,
        source=f"admission:{admission.pk}",
        actor=actor,
        title=str(AdmissionOutcome(outcome).label),
        held=True,
    )
    return admission
