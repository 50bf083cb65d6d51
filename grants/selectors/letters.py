"""Reading decision letters, and what one is made from."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.models import County
from grants.content.basis import DecisionBasis
from grants.content.letter import LetterContent, LetterFacts
from grants.definitions import CallDefinition
from grants.definitions.assessment import Letter
from grants.enums import BatchState, LetterState, ParticipationRole
from grants.models import Application, Call, Decision, DecisionLetter, LetterBatch

MAX_ATTEMPTS = 6
"""How often a letter, or a batch, is tried before it is given up."""


def letter_of(definition: CallDefinition) -> Letter | None:
    """What the call's letters say; None where it has none."""
    return None if definition.assessment is None else definition.assessment.letter


def content_of(letter: DecisionLetter) -> LetterContent:
    """What the letter says, as it was frozen."""
    return LetterContent.of(json.loads(letter.document))


def facts_of(decision: Decision) -> LetterFacts:
    """What the letter of a decision is made from."""
    application = decision.application
    basis = decision.basis_content or DecisionBasis()
    earlier = decision.supersedes
    asked = application.requested_sek if decision.asked_sek is None else decision.asked_sek
    return LetterFacts(
        kind=decision.kind,
        **case_facts(application, basis),
        asked_sek=asked or 0,
        granted_sek=decision.amount_sek,
        decided_on=decision.decided_on,
        reasons=decision.reasons,
        ground=decision.ground,
        decider="" if decision.decider is None else str(decision.decider),
        preparer="" if decision.preparer is None else str(decision.preparer),
        took_part=tuple(decision.took_part),
        dissent=decision.dissent,
        replaces=None if earlier is None else earlier.decided_on,
        earlier_sek=None if earlier is None else earlier.amount_sek,
        claimed_sek=decision.claimed_sek,
    )


def case_facts(application: Application, basis: DecisionBasis) -> dict[str, Any]:
    """The part of the facts that a case has before it is decided too, as arguments."""
    agency, lead = application.call.agency, application.lead
    received = application.received_at
    codes = {each.county for each in basis.opinions}
    counties: dict[str, str] = {}
    if codes:
        counties = dict(County.objects.filter(code__in=codes).values_list("code", "name"))
    return {
        "agency": agency.name_sv,
        "agency_org_no": agency.org_no,
        "register_number": application.number,
        "lead": lead.name,
        "lead_org_no": lead.org_no,
        "received_on": None if received is None else timezone.localdate(received),
        "late": application.late,
        "counties": counties,
        "basis": basis,
    }


def with_letters(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """With all that a letter's page and its PDF show."""
    return decisions.select_related("letter", "letter__file", "decider", "preparer")


def due(now: datetime) -> Q:
    """The letters that may be made at `now` (UTC): their time has come, and nobody holds a
    running lease."""
    return Q(attempts__lt=MAX_ATTEMPTS) & (
        Q(state=LetterState.WAITING, next_attempt_at__lte=now)
        | Q(state=LetterState.LEASED, lease_until__lte=now)
    )


def due_letter_ids(*, now: datetime, limit: int) -> list[int]:
    """The letters to be made at `now` (UTC), those that waited longest first."""
    rows = DecisionLetter.objects.filter(due(now)).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def letters_of_call(call: Call) -> QuerySet[DecisionLetter]:
    """The letters of all decisions in the call, in the order of the register."""
    return DecisionLetter.objects.filter(decision__application__call=call).order_by(
        "decision__application", "decision"
    )


def batch_due(now: datetime) -> Q:
    """The batches that may be worked on at `now` (UTC)."""
    return Q(attempts__lt=MAX_ATTEMPTS) & (
        Q(state=BatchState.QUEUED) | Q(state=BatchState.RUNNING, lease_until__lte=now)
    )


def due_batch_ids(*, now: datetime, limit: int) -> list[int]:
    """The batches that wait, or were left by a killed worker, the oldest first."""
    rows = LetterBatch.objects.filter(batch_due(now)).order_by("requested_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def batches_folder() -> Path:
    """Where the archives of batches lie."""
    return Path(settings.DATA_DIR) / "letters"


def batch_path(batch: LetterBatch) -> Path | None:
    """Where the batch's archive lies; None while it is not whole."""
    return batches_folder() / batch.file_name if batch.file_name else None


def calls_with_letters(agencies: Iterable[int]) -> QuerySet[Call]:
    """The calls of these agencies in which anything has been decided by letter, newest first."""
    found = DecisionLetter.objects.filter(decision__application__call__agency__in=agencies)
    ids = found.order_by().values("decision__application__call")
    return (
        Call.objects.filter(pk__in=ids)
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )


def parties_of(application: Application) -> list[int]:
    """The ids of the organisations that a decision in the case is told to: the lead first, and
    none that has left the grant."""
    parts = application.participations.filter(left_on__isnull=True)
    rows = parts.values_list("organisation_id", "role")
    return [pk for pk, _role in sorted(rows, key=lambda row: row[1] != ParticipationRole.LEAD)]
