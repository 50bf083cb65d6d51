"""Letters in a case beside that of its decision: frozen when they are sent, made as a PDF by a
worker, once, as decision letters are."""

import uuid
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from applicants.models import User
from core.checks.canonical import canonical_json, sha256_text
from core.models import StoredFile
from core.selectors.files import unreferenced
from core.services.background import enqueue_on_commit
from core.services.files import delete_stored_file, store_upload
from core.services.outbox import pause
from grants.content.letter_parts import LetterContent
from grants.enums import LetterState
from grants.models import Application, CaseDocument, CaseLetter
from grants.selectors.case_letters import content_of
from grants.selectors.letters import MAX_ATTEMPTS, due

from .letters import LEASE, Render
from .moving import locked_application, record

SYSTEM = uuid.UUID(int=0)
"""Who has stored the file of a letter that the system sent by itself."""


def freeze_case_letter(
    *, application: Application, source: str, content: LetterContent, actor: User | None
) -> CaseLetter:
    """Keep what the letter says, and let a worker make its PDF; the same source again gives the
    letter that is there. Call it in the transaction that sends it, with the case locked."""
    there = CaseLetter.objects.filter(application=application, source=source).first()
    if there is not None:
        return there
    document = canonical_json(content.document())
    now = timezone.now()
    made = CaseLetter.objects.create(
        application=application,
        source=source,
        sent_by=actor,
        document=document,
        sha256=sha256_text(document),
        next_attempt_at=now,
        frozen_at=now,
    )
    enqueue_on_commit("grants.tasks.make_case_letter", made.pk)
    return made


def claim_case_letter(*, letter_id: int, now: datetime | None = None) -> CaseLetter | None:
    """Take the letter for this worker, for as long as the lease; None when it is not due or
    another has it."""
    now = now or timezone.now()
    token = uuid.uuid4()
    CaseLetter.objects.filter(due(now), pk=letter_id).update(
        state=LetterState.LEASED,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=now + LEASE,
    )
    held = CaseLetter.objects.filter(pk=letter_id, lease_token=token)
    return held.select_related("application", "sent_by").first()


def make_claimed_case_letter(*, letter: CaseLetter, render: Render) -> bool:
    """Make the PDF of a claimed letter; False where it failed or the lease was lost meanwhile.
    A failure is kept in the row, to be tried again."""
    try:
        content = render(content_of(letter), letter.sha256)
        upload = SimpleUploadedFile(file_name(letter), content, content_type="application/pdf")
        sender = SYSTEM if letter.sent_by is None else letter.sent_by.pseudonym
        file = store_upload(upload=upload, uploaded_by=sender)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the letter waits in its row
        _failed(letter, f"{type(error).__name__}: {error}")
        return False
    held = _made(letter, file)
    if not held and unreferenced().filter(pk=file.pk).exists():
        delete_stored_file(file=file)
    return held


def file_name(letter: CaseLetter) -> str:
    """The name of a letter's file: what it is, the register number, and the day it was sent."""
    number = letter.application.number.replace("/", "-")
    kind = _NAMES.get(letter.source.partition(":")[0], "brev")
    return f"{kind}-{number}-{timezone.localdate(letter.frozen_at).isoformat()}.pdf"


_NAMES = {
    "claim": "aterkrav",
    "claim_reminder": "paminnelse",
    "change_decision": "beslut",
    "carry_over_decision": "beslut",
}


@transaction.atomic
def _made(letter: CaseLetter, file: StoredFile) -> bool:
    application = locked_application(letter.application_id)
    held = CaseLetter.objects.filter(pk=letter.pk, lease_token=letter.lease_token).update(
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
        application=application, source=letter.source, file__isnull=True
    ).update(file=file)
    record(
        application,
        "letter.made",
        actor=None,
        payload={
            "source": letter.source,
            "content_sha256": letter.sha256,
            "file_sha256": file.sha256,
        },
    )
    return True


def _failed(letter: CaseLetter, error: str) -> None:
    given_up = letter.attempts >= MAX_ATTEMPTS
    CaseLetter.objects.filter(pk=letter.pk, lease_token=letter.lease_token).update(
        state=LetterState.FAILED if given_up else LetterState.WAITING,
        next_attempt_at=timezone.now() + pause(letter.attempts),
        lease_token=None,
        lease_until=None,
        last_error=error[:500],
    )


def give_up_exhausted_letters(*, now: datetime | None = None) -> int:
    """Give up letters whose last attempt ended with a killed worker; returns how many."""
    return CaseLetter.objects.filter(
        state=LetterState.LEASED, lease_until__lte=now or timezone.now(), attempts__gte=MAX_ATTEMPTS
    ).update(state=LetterState.FAILED, lease_token=None, lease_until=None)
