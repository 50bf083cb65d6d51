"""A decision that can be appealed, and when its parties received it."""

from datetime import date
from typing import Any

from grants.enums import DeliveryHow
from grants.models import Application, Call, Decision
from grants.services.deliveries import delivered

from .assessing import ASSESSMENT
from .definitions import both
from .grants import CallDefinitionRecordFactory

APPEAL = {
    "decisions": ["rejected", "dismissed", "revoked", "part"],
    "rule": both("40 § förvaltningslagen"),
    "court": both("Förvaltningsrätten i Stockholm"),
    "text": both("Ni kan överklaga inom tre veckor."),
}


def with_appeals(call: Call, *, appeals: Any = (APPEAL,)) -> Call:
    """The call, from now on with a definition by which those kinds of decisions are appealed."""
    letter = {**ASSESSMENT["letter"], "appeals": list(appeals)}
    assessment = {**ASSESSMENT, "letter": letter, "cost_reasons": []}
    record = CallDefinitionRecordFactory(
        changes={"year": call.year, "stream": str(call.stream), "assessment": assessment}
    )
    Call.objects.filter(pk=call.pk).update(definition_record=record)
    # What has come in keeps the version that it came in under: here it came in under this one.
    kept = Application.objects.filter(call=call, definition_record__isnull=False)
    kept.update(definition_record=record)
    return Call.objects.get(pk=call.pk)


def received_on(decision: Decision, by: Any, day: date) -> None:
    """All parties of the decision received it on paper on that day."""
    for part in decision.application.participations.select_related("organisation"):
        delivered(
            decision=decision,
            organisation=part.organisation,
            how=DeliveryHow.PAPER,
            actor=by,
            on=day,
        )
