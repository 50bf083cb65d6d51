"""All letters of a call as one archive, made by a worker with its progress in the row."""

import csv
import hashlib
import io
import os
import secrets
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.selectors.files import file_path
from core.services import journal
from core.services.background import enqueue_on_commit
from grants.enums import BatchState, LetterState
from grants.models import Call, DecisionLetter, LetterBatch
from grants.selectors.letters import (
    MAX_ATTEMPTS,
    batch_due,
    batches_folder,
    content_of,
    letters_of_call,
)

from .letters import Render, claim_letter, make_claimed
from .moving import actor_of, locked_call, require

LEASE = timedelta(minutes=5)
"""Longer than a letter takes: the lease is renewed with each."""
KEPT_UNNAMED = timedelta(hours=24)
"""How long an archive may lie that no batch names: it may still be on its way."""
INDEX = "innehall.csv"
_COLUMNS = ("fil", "diarienummer", "sokande", "beslut", "beslutsdag", "sha256", "innehall_sha256")
_CHUNK = 1024 * 1024


class NoLetters(Exception):
    """Nothing has been decided by letter in the call."""


class LeaseLost(Exception):
    """Another worker has taken the batch over."""


class LettersMissing(Exception):
    """Some letter could not be made; `number` of them."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"{number} letters could not be made")


@transaction.atomic
def request_batch(*, call: Call, actor: User) -> LetterBatch:
    """Ask for an archive of all letters in the call; one that is under way is given as it is.

    Raises PermissionDenied, and NoLetters.
    """
    call = locked_call(call.pk)
    require("grants.archive_letters", actor, call)
    unfinished = [str(BatchState.QUEUED), str(BatchState.RUNNING)]
    there = LetterBatch.objects.filter(call=call, state__in=unfinished).first()
    if there is not None:
        return there
    total = letters_of_call(call).count()
    if not total:
        raise NoLetters
    batch = LetterBatch.objects.create(
        call=call, total=total, requested_by=actor, requested_at=timezone.now()
    )
    journal.append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="call.letters_archived",
        payload={"batch": batch.pk, "letters": total},
        actor=actor_of(actor),
    )
    enqueue_on_commit("grants.tasks.run_letter_batch", batch.pk)
    return batch


def run_batch(*, batch_id: int, render: Render) -> bool:
    """Work on a batch that waits, or that a killed worker left: make the letters that are not
    made, then the archive. Returns whether it is whole now."""
    batch = _claim(batch_id)
    if batch is None:
        return False
    try:
        _make_letters(batch, render)
        name, sha256, size = _archive(batch)
    except LeaseLost:
        return False
    except Exception as error:  # noqa: BLE001 - whatever is wrong stands in the row
        _failed(batch, error)
        return False
    return _finish(batch, name, sha256, size)


def _claim(batch_id: int) -> LetterBatch | None:
    now, token = timezone.now(), uuid.uuid4()
    LetterBatch.objects.filter(batch_due(now), pk=batch_id).update(
        state=BatchState.RUNNING,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=now + LEASE,
    )
    held = LetterBatch.objects.filter(pk=batch_id, lease_token=token)
    return held.select_related("call").first()


def _keep(batch: LetterBatch, **changes: object) -> None:
    """Say how far it has come, and hold the lease. Raises LeaseLost."""
    held = LetterBatch.objects.filter(pk=batch.pk, lease_token=batch.lease_token)
    if not held.update(lease_until=timezone.now() + LEASE, **changes):
        raise LeaseLost


def _make_letters(batch: LetterBatch, render: Render) -> None:
    letters = letters_of_call(batch.call)
    total, done = letters.count(), letters.filter(state=LetterState.MADE).count()
    _keep(batch, total=total, done=done)
    ids = list(letters.exclude(state=LetterState.MADE).values_list("pk", flat=True))
    DecisionLetter.objects.filter(pk__in=ids, state=LetterState.FAILED).update(
        state=LetterState.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
    for letter_id in ids:
        letter = claim_letter(letter_id=letter_id)
        if letter is not None and make_claimed(letter=letter, render=render):
            done += 1
        _keep(batch, done=done)
    missing = letters.exclude(state=LetterState.MADE).count()
    if missing:
        raise LettersMissing(missing)
    _keep(batch, done=total)


def _archive(batch: LetterBatch) -> tuple[str, str, int]:
    """The archive, whole, synced, then named: its name, SHA-256 and size in bytes."""
    folder = batches_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{batch.pk}-{secrets.token_hex(16)}.zip"
    partial = folder / f".{name}.partial"
    try:
        with partial.open("wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                for entry, content in _entries(batch):
                    archive.writestr(entry, content)
            out.flush()
            os.fsync(out.fileno())
        sha256, size = _digest(partial), partial.stat().st_size
        partial.replace(folder / name)
    finally:
        partial.unlink(missing_ok=True)
    return name, sha256, size


def _entries(batch: LetterBatch) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Each letter, then a list of them with their checksums."""
    lines = io.StringIO(newline="")
    index = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    index.writerow(_COLUMNS)
    found = letters_of_call(batch.call).filter(state=LetterState.MADE)
    rows = found.select_related("file", "decision")
    for position, letter in enumerate(rows.iterator(chunk_size=100), start=1):
        file = letter.file
        if file is None:
            continue
        content = content_of(letter)
        name = f"{position:05d}-{file.name}"
        index.writerow(
            (
                name,
                content.register_number,
                _safe(content.recipient[0]),
                content.title,
                content.dated,
                file.sha256,
                letter.sha256,
            )
        )
        day = letter.decision.decided_on
        entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
        yield entry, file_path(file).read_bytes()
        if position % 20 == 0:
            _keep(batch)
    today = timezone.localdate()
    entry = zipfile.ZipInfo(INDEX, (today.year, today.month, today.day, 0, 0, 0))
    yield entry, lines.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _finish(batch: LetterBatch, name: str, sha256: str, size: int) -> bool:
    held = LetterBatch.objects.filter(pk=batch.pk, lease_token=batch.lease_token).update(
        state=BatchState.DONE,
        file_name=name,
        sha256=sha256,
        size=size,
        done=F("total"),
        finished_at=timezone.now(),
        lease_token=None,
        lease_until=None,
        last_error="",
    )
    if not held:
        (batches_folder() / name).unlink(missing_ok=True)
    return bool(held)


def _failed(batch: LetterBatch, error: Exception) -> None:
    given_up = batch.attempts >= MAX_ATTEMPTS
    LetterBatch.objects.filter(pk=batch.pk, lease_token=batch.lease_token).update(
        state=BatchState.FAILED if given_up else BatchState.QUEUED,
        finished_at=timezone.now() if given_up else None,
        lease_token=None,
        lease_until=None,
        last_error=f"{type(error).__name__}: {error}"[:500],
    )


def give_up_exhausted_batches(*, now: datetime | None = None) -> int:
    """Give up batches whose last attempt ended with a killed worker; returns how many."""
    now = now or timezone.now()
    return LetterBatch.objects.filter(
        state=BatchState.RUNNING, lease_until__lte=now, attempts__gte=MAX_ATTEMPTS
    ).update(state=BatchState.FAILED, lease_token=None, lease_until=None, finished_at=now)


def clear_left_over(*, now: datetime | None = None) -> int:
    """Remove archives that no batch names, whole or half written, once they are older than
    KEPT_UNNAMED: a killed worker left them. Returns how many."""
    before = ((now or timezone.now()) - KEPT_UNNAMED).timestamp()
    named = set(LetterBatch.objects.exclude(file_name="").values_list("file_name", flat=True))
    removed = 0
    for pattern in ("*.zip", ".*.partial"):
        for path in batches_folder().glob(pattern):
            with suppress(FileNotFoundError):  # another worker was first
                if path.name not in named and path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
    return removed
