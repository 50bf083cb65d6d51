"""Addresses of decision letters and of a round that has been decided."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from grants.services.letter_batches import request_batch
from grants.services.publishing import publish_round
from grants.tasks import run_letter_batch
from tests.factories.letters import Deciding, told_days_ago

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone


def letter_addresses(everyone: "Everyone") -> dict[str, str]:
    """A published round with a decision to the lead and its partner, not opened by anybody."""
    deciding = Deciding(agency=everyone.agency)
    decision = deciding.decided(
        lead=everyone.lead,
        partners=(everyone.partner,),
        decided_on=timezone.localdate() - timedelta(days=9),
    )
    told_days_ago(decision, 8)
    publish_round(call=deciding.call, actor=deciding.decider)
    batch = request_batch(call=deciding.call, actor=deciding.officer)
    run_letter_batch(batch.pk)
    call = [deciding.agency.code, deciding.call.code]
    letter = [decision.application_id, decision.pk]
    row = decision.deliveries.get(organisation=everyone.lead)
    return {
        "round-decisions": reverse("round-decisions", args=call),
        "round-file": reverse("round-file", args=[*call, "csv"]),
        "round-publish": reverse("round-publish", args=call),
        "letter-preview": reverse("letter-preview", args=[everyone.case.application.pk]),
        **{
            name: reverse(name, args=letter)
            for name in ("case-letter", "case-letter-pdf", "own-decision", "own-decision-pdf")
        },
        "letter-batches": reverse("letter-batches"),
        "letter-batch": reverse("letter-batch", args=[batch.pk]),
        "letter-archive": reverse("letter-archive", args=[batch.pk]),
        "unopened-letters": reverse("unopened-letters"),
        "unopened-letter": reverse("unopened-letter", args=[row.pk]),
    }
