"""Uploaded files: received, checked for viruses, removed."""

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from core.checks.file_types import received_name_and_type
from core.checks.files import FileRefused
from core.enums import FileState, JournalKind
from core.models import StoredFile
from core.models.files import new_file_key
from core.selectors.files import (
    due,
    files_folder,
    keys_with_bytes,
    scanner_configured,
    unreferenced,
)
from core.services import journal
from core.services.background import enqueue_on_commit

CHUNK = 1024 * 1024
PARTIAL = ".partial"
LEASE = timedelta(minutes=15)
"""Must be longer than checking one file may take (core.services.scanning)."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)


class StillPointedAt(Exception):
    """A row above points at the file, so it is not removed."""


def store_upload(*, upload: UploadedFile[Any], uploaded_by: uuid.UUID) -> StoredFile:
    """Receive a file: its bytes are on disk, whole and synced, before its row is there.

    Raises FileRefused. Call it before the transaction that makes the row pointing at it: writing
    takes time, and no lock should be held for it. If that transaction then fails, nothing points
    at the file, and `sweep` takes it after a day.
    """
    limit = settings.FILE_MAX_MB * 1024 * 1024
    if not upload.size:
        raise FileRefused("empty")
    if upload.size > limit:
        raise FileRefused("too_large", limit_mb=settings.FILE_MAX_MB)
    content: BinaryIO = cast("BinaryIO", upload.file)
    name, found = received_name_and_type(upload.name or "", content)
    key = new_file_key()
    size, sha256 = _write(key, content)
    if size > limit:
        _remove_bytes(key)
        raise FileRefused("too_large", limit_mb=settings.FILE_MAX_MB)
    now = timezone.now()
    with _bytes_removed_on_failure(key), transaction.atomic():
        file = StoredFile.objects.create(
            key=key,
            name=name,
            size=size,
            sha256=sha256,
            media_type=found.media_type,
            state=FileState.WAITING if scanner_configured() else FileState.NOT_CHECKED,
            uploaded_by=uploaded_by,
            created_at=now,
            next_attempt_at=now,
        )
        if file.state == FileState.WAITING:
            enqueue_on_commit("core.tasks.scan_file", file.pk)
    return file


def _write(key: str, content: BinaryIO) -> tuple[int, str]:
    """Put the bytes under that name, whole or not at all; gives their number and SHA-256."""
    folder = files_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial, digest, size = folder / f"{key}{PARTIAL}", hashlib.sha256(), 0
    content.seek(0)
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(folder / key)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _bytes_removed_on_failure(key: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _remove_bytes(key)
        raise


def _remove_bytes(key: str) -> None:
    (files_folder() / key).unlink(missing_ok=True)


def delete_stored_file(*, file: StoredFile) -> None:
    """Remove a file that no row points at any more: the row now, the bytes when it is committed.

    What the removal means is told by the journal of the row that pointed at it. Raises
    StillPointedAt.
    """
    with transaction.atomic():
        if not unreferenced().filter(pk=file.pk).exists():
            raise StillPointedAt(file.pk)
        StoredFile.objects.filter(pk=file.pk).delete()
        transaction.on_commit(lambda: _remove_bytes(file.key), robust=True)


# Checking for viruses ----------------------------------------------------------------------------


def queue_unchecked() -> int:
    """Let files from before a scanner was in use wait for it too; returns how many."""
    if not scanner_configured():
        return 0
    return StoredFile.objects.filter(state=FileState.NOT_CHECKED).update(state=FileState.WAITING)


def claim_scan(*, file_id: int, now: datetime | None = None) -> StoredFile | None:
    """Take the file for this worker, for as long as the lease; None when it is not due or
    another has it. Of any number of workers at once one gets it."""
    now = now or timezone.now()
    token = uuid.uuid4()
    StoredFile.objects.filter(due(now), pk=file_id).update(
        attempts=F("attempts") + 1, lease_token=token, lease_until=now + LEASE
    )
    return StoredFile.objects.filter(pk=file_id, lease_token=token).first()


def mark_clean(*, file: StoredFile, now: datetime | None = None) -> bool:
    """Record that the claimed file had no virus; False when the lease was lost meanwhile."""
    return _release(file, state=FileState.CLEAN, checked_at=now or timezone.now(), last_error="")


def mark_infected(*, file: StoredFile, signature: str, now: datetime | None = None) -> bool:
    """Record what the scanner found in the claimed file, and remove the bytes; the row stays.

    False when the lease was lost meanwhile.
    """
    signature = signature[:200] or "unnamed"
    with transaction.atomic():
        held = _release(
            file,
            state=FileState.INFECTED,
            signature=signature,
            checked_at=now or timezone.now(),
            last_error="",
        )
        if held:
            journal.append(
                kind=JournalKind.INSTALLATION,
                subject="",
                name="file.infected",
                payload={"file": file.pk, "sha256": file.sha256, "signature": signature},
                actor=journal.Actor.system(),
            )
            transaction.on_commit(lambda: _remove_bytes(file.key), robust=True)
    return held


def mark_scan_failed(*, file: StoredFile, error: str, now: datetime | None = None) -> bool:
    """Record that the claimed file could not be checked, to be tried again after a pause that
    doubles each time; it is never given up, and never handed out meanwhile. False when the
    lease was lost."""
    return _release(
        file,
        next_attempt_at=(now or timezone.now()) + pause(file.attempts),
        last_error=error[:500],
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def _release(file: StoredFile, **changes: object) -> bool:
    held = StoredFile.objects.filter(pk=file.pk, lease_token=file.lease_token)
    return bool(held.update(lease_token=None, lease_until=None, **changes))


# What is left over -------------------------------------------------------------------------------

KEPT_UNCLAIMED = timedelta(hours=24)
"""How long bytes may lie without a row, and a row without a row above that points at it."""
ROWS_A_SWEEP = 1_000
_STORED = re.compile(r"[0-9a-f]{64}")
_PARTIAL = re.compile(r"[0-9a-f]{64}\.partial")
_TEMPORARY = re.compile(r".*\.upload(\..*)?", re.S)


def sweep(*, now: datetime | None = None) -> int:
    """Remove what interrupted uploads left: rows that nothing points at, and bytes without a
    row; returns how many. What is younger than KEPT_UNCLAIMED may still be on its way."""
    before = (now or timezone.now()) - KEPT_UNCLAIMED
    removed = 0
    for file in list(unreferenced().filter(created_at__lt=before)[:ROWS_A_SWEEP]):
        try:
            delete_stored_file(file=file)
            removed += 1
        except (StillPointedAt, IntegrityError):
            # A row above has come meanwhile.
            continue
    for path in _old_files(files_folder(), _PARTIAL, before):
        path.unlink(missing_ok=True)
        removed += 1
    for path in _old_files(Path(settings.FILE_UPLOAD_TEMP_DIR), _TEMPORARY, before):
        path.unlink(missing_ok=True)
        removed += 1
    # An empty table beside a folder with files is a restore under way, not a heap of waste.
    if StoredFile.objects.exists():
        for batch in batched(_old_files(files_folder(), _STORED, before), 500, strict=False):
            wanted = keys_with_bytes({path.name for path in batch})
            for path in batch:
                if path.name not in wanted:
                    path.unlink(missing_ok=True)
                    removed += 1
    return removed


def _old_files(folder: Path, name: re.Pattern[str], before: datetime) -> Iterator[Path]:
    """The folder's files so called that were last written before that time (UTC)."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if not name.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            with suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_mtime < before.timestamp():
                    yield Path(entry.path)
