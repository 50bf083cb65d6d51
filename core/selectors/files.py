"""Reading about uploaded files."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, ForeignObjectRel, OuterRef, Q, QuerySet

from core.enums import FileState
from core.models import StoredFile


def files_folder() -> Path:
    """Where the bytes of uploaded files lie, outside everything that a web server serves."""
    return Path(settings.DATA_DIR) / "files"


def file_path(file: StoredFile) -> Path:
    """Where the file's bytes lie."""
    return files_folder() / file.key


def scanner_configured() -> bool:
    """Whether uploaded files are checked for viruses."""
    return bool(settings.CLAMAV_SOCKET or settings.CLAMAV_HOST)


def may_be_handed_out(file: StoredFile) -> bool:
    """Whether anybody may have the bytes: found clean, or received where no scanner is in use.

    Where one is, a file from before it came waits for it like the others.
    """
    if file.state == FileState.NOT_CHECKED:
        return not scanner_configured()
    return file.state == FileState.CLEAN


def same_content(file_ids: Collection[int], sha256: str) -> list[StoredFile]:
    """Which of the files have that content, the earliest first; the row above decides what a
    second one means."""
    rows = StoredFile.objects.filter(pk__in=file_ids, sha256=sha256)
    return list(rows.order_by("created_at", "pk"))


def due(now: datetime) -> Q:
    """What may be checked for viruses at `now` (UTC): its time has come and nobody holds a
    running lease."""
    return Q(state=FileState.WAITING, next_attempt_at__lte=now) & (
        Q(lease_token__isnull=True) | Q(lease_until__lte=now)
    )


def due_file_ids(*, now: datetime, limit: int) -> list[int]:
    """The files to be checked at `now` (UTC), those that waited longest first."""
    rows = StoredFile.objects.filter(due(now)).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def keys_with_bytes(keys: Collection[str]) -> set[str]:
    """Which of the names on disk belong to a file that is kept; an infected one is not."""
    rows = StoredFile.objects.filter(key__in=keys).exclude(state=FileState.INFECTED)
    return set(rows.values_list("key", flat=True))


def unreferenced() -> QuerySet[StoredFile]:
    """Files that no row above points at by a foreign key.

    The relations are asked of Django itself, so that a new one cannot be forgotten.
    """
    rows = StoredFile.objects.all()
    for field in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel):
            name = field.remote_field.name
            pointing = field.related_model._base_manager.filter(**{name: OuterRef("pk")})
            rows = rows.exclude(Exists(pointing))
    return rows
