"""An application as the checks see it, and as it is kept when it is sent in."""

from typing import Any

from django.utils import timezone

from grants.checks import Finding, Participant, Snapshot, run
from grants.enums import Approval, ParticipationRole, Status
from grants.models import Application

from .cases import participants_of

_ANSWER = {Approval.APPROVED: True, Approval.DECLINED: False}


def snapshot_of(application: Application) -> tuple[Snapshot, tuple[Finding, ...]]:
    """What the checks go by, and everything they say of it."""
    call = application.call
    others = Application.objects.filter(call=call, lead=application.lead_id).exclude(
        status__in=[str(Status.DRAFT), str(Status.DISCARDED), str(Status.WITHDRAWN)]
    )
    snapshot = Snapshot(
        kinds=frozenset(call.definition.who_may_apply),
        frame_sek=call.frame_sek,
        opens_on=call.opens_on,
        today=timezone.localdate(),
        requested_sek=application.requested_sek,
        participants=tuple(
            Participant(
                organisation=part.organisation_id,
                kind=part.organisation.kind,
                is_lead=part.role == ParticipationRole.LEAD,
                approved=_ANSWER.get(Approval(part.approval)),
            )
            for part in participants_of(application)
        ),
        leads_others=others.exclude(pk=application.pk).exists(),
    )
    return snapshot, run(snapshot)


def document_of(application: Application) -> dict[str, Any]:
    """Exactly what is sent in, as JSON values: organisations as they are now, and no clocks."""
    record = application.call.definition_record
    parts = [
        {
            "role": str(part.role),
            "approval": str(part.approval),
            "org_no": part.organisation.org_no,
            "unit": part.organisation.unit,
            "name": part.organisation.name,
            "kind": str(part.organisation.kind),
            "county": part.organisation.county_id,
            "municipality": part.organisation.municipality_id,
        }
        for part in participants_of(application)
    ]
    return {
        "call": application.call.code,
        "definition": {"code": record.code, "version": record.version, "sha256": record.sha256},
        "participants": parts,
        "requested_sek": application.requested_sek,
    }
