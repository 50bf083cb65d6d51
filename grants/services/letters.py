"""Decision letters: frozen with the decision, made as a PDF by a worker, once.

The PDF is rendered by a function that the caller gives: documents stand above services.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.checks.canonical import canonical_json, sha256_text
from core.models import StoredFile
from core.selectors.files import unreferenced
from core.services.background import enqueue_on_commit
from core.services.files import delete_stored_file, store_upload
from core.services.outbox import pause
from grants.content.letter import LetterContent, letter_content
from grants.enums import LetterState
from grants.models import CaseDocument, Decision, DecisionLetter
from grants.selectors.letters import MAX_ATTEMPTS, content_of, due, facts_of, letter_of

from .moving import locked_application, record

LEASE = timedelta(minutes=5)
"""Longer than making one letter takes."""

type Render = Callable[[LetterContent, str], bytes]
"""Makes the PDF of a letter; the second argument is the checksum of what it says."""


def freeze_letter(*, decision: Decision) -> DecisionLetter | None:
    """Keep what the decision's letter says, and let a worker make its PDF.

    None where the call has no letter, and for a decision that was brought in. Call it in the
    transaction that makes the decision; a second call gives the letter that is there.
    """
    definition = decision.application.definition
    letter = letter_of(definition)
    if letter is None or decision.imported:
        return None
    there = DecisionLetter.objects.filter(decision=decision).first()
    if there is not None:
        return there
    with transaction.atomic():
        content = letter_content(facts_of(decision), definition, letter)
        document = canonical_json(content.document())
        now = timezone.now()
        made = DecisionLetter.objects.create(
            decision=decision,
            document=document,
            sha256=sha256_text(document),
            next_attempt_at=now,
            frozen_at=now,
        )
        enqueue_on_commit("grants.tasks.make_letter", made.pk)
    return made


def claim_letter(*, letter_id: int, now: datetime | None = None) -> DecisionLetter | None:
    """Take the letter for this worker, for as long as the lease; None when it is not due or
    another has it. Of any number of workers at once one gets it."""
    now = now or timezone.now()
    token = uuid.uuid4()
    DecisionLetter.objects.filter(due(now), pk=letter_id).update(
        state=LetterState.LEASED,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=now + LEASE,
    )
    held = DecisionLetter.objects.filter(pk=letter_id, lease_token=token)
    return held.select_related("decision__application", "decision__decider").first()


def make_claimed(*, letter: DecisionLetter, render: Render) -> bool:
    """Make the PDF of a claimed letter; False where it failed or the lease was lost meanwhile.

    A failure is kept in the row, to be tried again after a pause that doubles each time.
    """
    try:
        file = _stored(letter, render(content_of(letter), letter.sha256))
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the letter waits in its row
        _failed(letter, f"{type(error).__name__}: {error}")
        return False
    held = _made(letter, file)
    if not held and unreferenced().filter(pk=file.pk).exists():
        delete_stored_file(file=file)
    return held


def _stored(letter: DecisionLetter, content: bytes) -> StoredFile:
    decision = letter.decision
    decider = decision.decider
    if decider is None:
        raise ValueError("a letter of a decision that was brought in")
    upload = SimpleUploadedFile(file_name(decision), content, content_type="application/pdf")
    return store_upload(upload=upload, uploaded_by=decider.pseudonym)


def file_name(decision: Decision) -> str:
    """The name of a letter's file: the register number, and the decision's day."""
    number = decision.application.number.replace("/", "-")
    return f"beslut-{number}-{decision.decided_on.isoformat()}.pdf"


@transaction.atomic
def _made(letter: DecisionLetter, file: StoredFile) -> bool:
    application = locked_application(letter.decision.application_id)
    held = DecisionLetter.objects.filter(pk=letter.pk, lease_token=letter.lease_token).update(
        state=LetterState.MADE,
        file=file,
        made_at=timezone.now(),
        lease_token=None,
        lease_until=None,
        last_error="",
    )
    if not held:
        return False
    CaseDocument.objects.filter(
        application=application, source=f"decision:{letter.decision_id}", file__isnull=True
    ).update(file=file)
    record(
        application,
        "decision.letter_made",
        actor=None,
        payload={
            "decision": letter.decision_id,
            "content_sha256": letter.sha256,
            "file_sha256": file.sha256,
        },
    )
    return True


def _failed(letter: DecisionLetter, error: str) -> None:
    given_up = letter.attempts >= MAX_ATTEMPTS
    DecisionLetter.objects.filter(pk=letter.pk, lease_token=letter.lease_token).update(
        state=LetterState.FAILED if given_up else LetterState.WAITING,
        next_attempt_at=timezone.now() + pause(letter.attempts),
        lease_token=None,
        lease_until=None,
        last_error=error[:500],
    )


def give_up_exhausted(*, now: datetime | None = None) -> int:
    """Give up letters whose last attempt ended with a killed worker; returns how many."""
    return DecisionLetter.objects.filter(
        state=LetterState.LEASED, lease_until__lte=now or timezone.now(), attempts__gte=MAX_ATTEMPTS
    ).update(state=LetterState.FAILED, lease_token=None, lease_until=None)


@transaction.atomic
def try_again(*, letter: DecisionLetter) -> bool:
    """Put a letter that was given up back, for a worker to make; returns whether it was."""
    held = DecisionLetter.objects.filter(pk=letter.pk, state=LetterState.FAILED).update(
        state=LetterState.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
    if held:
        enqueue_on_commit("grants.tasks.make_letter", letter.pk)
    return bool(held)
