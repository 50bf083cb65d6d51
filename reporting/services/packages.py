"""Reports taken out as files: asking for one, making it, and removing it when its time is out."""

import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb
from django.core.exceptions import PermissionDenied
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from core.services.background import enqueue_on_commit
from grants.models import Call
from reporting.content.report_data import PackageProgress
from reporting.enums import DataFormat, PackageStage
from reporting.models import ReportPackage
from reporting.selectors.packages import (
    MAX_ATTEMPTS,
    expired_packages,
    package_due,
    packages_folder,
    shut_out_since,
    unfinished_packages,
)

from .leases import LeaseLost, Leases
from .report_data import record_export, require_export

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than anything that is done between two tellings of the progress; closing a large
workbook takes longest. Each telling renews it."""
_LEASES = Leases(
    ReportPackage,
    length=LEASE,
    due=package_due,
    most_attempts=MAX_ATTEMPTS,
    begins=PackageStage.READING,
    waits=PackageStage.WAITING,
)
KEPT_UNNAMED = timedelta(hours=24)
"""How long a file may lie that no row names: it may still be on its way."""
REMOVED_A_RUN = 500
_TRIES = 3
_TOLD_AGAIN_S = 1.0
_TEMPORARY = "temporary-"


class ShutOutMeanwhile(Exception):
    """Whoever asked was shut out of a case while the file was made."""


class Made(Protocol):
    """A file that was made; `rows` counts those of each table."""

    @property
    def path(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def rows(self) -> Mapping[str, int]: ...


class Make(Protocol):
    """Makes the file in `folder`, which is empty, and tells how far it has come."""

    def __call__(
        self,
        *,
        call: Call,
        user: Any,
        kind: DataFormat,
        texts: bool,
        folder: Path,
        progress: PackageProgress,
    ) -> Made: ...


def request_package(*, call: Call, actor: User, kind: DataFormat, texts: bool) -> ReportPackage:
    """Ask a worker for the call's reports as a file; the same request by the same person while
    one waits or is made gives that one. `texts`: with what is written in free words.

    Raises PermissionDenied for anyone but the agency's analysts.
    """
    require_export(call=call, actor=actor)
    waiting = unfinished_packages(call=call, requested_by=actor, kind=kind, texts=texts)
    for attempt in range(_TRIES):
        found = waiting.first()
        if found is not None:
            return found
        try:
            return _request(call=call, actor=actor, kind=kind, texts=texts)
        except IntegrityError:
            # Another request came first. Its file may even be made by now.
            if attempt + 1 == _TRIES:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _request(*, call: Call, actor: User, kind: DataFormat, texts: bool) -> ReportPackage:
    package = ReportPackage.objects.create(
        call=call, requested_by=actor, kind=kind.value, texts=texts
    )
    journal.append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="reports.export_requested",
        payload={"format": kind.value, "free_words": texts},
        actor=journal.Actor.person(actor),
    )
    enqueue_on_commit("reporting.tasks.make_report_package", package.pk)
    return package


def claim(*, package_id: int, now: datetime | None = None) -> ReportPackage | None:
    """Take the file for this worker, for as long as the lease; None when it is not due or another
    has it."""
    held = _LEASES.claim(package_id, now)
    return held.select_related("call__agency", "call__definition_record", "requested_by").first()


def run_package(*, package_id: int, make: Make) -> bool:
    """Claim the file, make it and put it in its place; returns whether this worker did.

    What goes wrong is written in the row. A database that is busy or away, and a disk that takes
    no more, leave the file to be tried again. Whoever asked and may no longer take reports out
    gets none: that is asked again before the work and after it.
    """
    started = timezone.now()
    package = claim(package_id=package_id)
    if package is None:
        return False
    try:
        return _made(package, make, started)
    except LeaseLost:
        logger.warning("report package %s was taken over by another worker", package.pk)
        return False


def _made(package: ReportPackage, make: Make, started: datetime) -> bool:
    try:
        with _Telling(package) as tell, _temporary_folder() as folder:
            require_export(call=package.call, actor=package.requested_by)
            made = make(
                call=package.call,
                user=package.requested_by,
                kind=DataFormat(package.kind),
                texts=package.texts,
                folder=folder,
                progress=tell,
            )
            _enter(package, made, started)
    except LeaseLost:
        raise
    except ShutOutMeanwhile:
        logger.warning("report package %s is made again without a case", package.pk)
        _LEASES.leave(package)
        return False
    except (OperationalError, InterfaceError, OSError, duckdb.IOException):
        logger.exception("report package %s waits for the database or the disk", package.pk)
        _LEASES.leave(package)
        return False
    except PermissionDenied:
        _LEASES.fail(package, _("You are no longer an analyst of the agency."))
        return False
    except Exception:
        logger.exception("report package %s failed", package.pk)
        _LEASES.fail(package, _("Something went wrong. The system log says what."))
        return False
    return True


class _Telling:
    """Says in the row how far the work has come, and keeps the lease.

    Over a connection of its own, since the reports are read in one transaction that writes
    nothing; where a transaction was open before the work began, within that one.
    """

    def __init__(self, package: ReportPackage) -> None:
        self._package = package
        self._beside = None if connection.in_atomic_block else ThreadPoolExecutor(max_workers=1)
        self._stage: PackageStage | None = None
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._beside is not None:
            self._beside.submit(connections.close_all)
            self._beside.shutdown()

    def __call__(self, stage: PackageStage, percent: int) -> None:
        """Tell it, unless it was told within the last second. Raises LeaseLost."""
        if stage is self._stage and time.monotonic() < self._next:
            return
        self._stage, self._next = stage, time.monotonic() + _TOLD_AGAIN_S
        if self._beside is None:
            _LEASES.tell(self._package, stage, percent)
        else:
            self._beside.submit(_LEASES.tell, self._package, stage, percent).result()


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder on the disk where the file is to lie, so that it is there whole or not at all."""
    parent = packages_folder()
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _enter(package: ReportPackage, made: Made, started: datetime) -> None:
    """Put the file in its place, then say so in the row. Raises LeaseLost, PermissionDenied, and
    ShutOutMeanwhile since `started`."""
    target = packages_folder() / f"{secrets.token_hex(16)}.{DataFormat(package.kind).suffix}"
    _put_in_place(made.path, target)
    try:
        _finish(package, made, target, started)
    except (LeaseLost, PermissionDenied, ShutOutMeanwhile):
        target.unlink(missing_ok=True)
        raise
    # Any other failure leaves the file for `clear_left_over`: a commit whose answer was lost may
    # have been made, and then the row names it.


def _put_in_place(path: Path, target: Path) -> None:
    _sync(path)
    os.replace(path, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@transaction.atomic
def _finish(package: ReportPackage, made: Made, target: Path, started: datetime) -> None:
    _LEASES.finish(
        package,
        PackageStage.FINISHED,
        file_name=target.name,
        sha256=made.sha256,
        rows=dict(made.rows),
        size=target.stat().st_size,
    )
    if shut_out_since(package, started):
        raise ShutOutMeanwhile
    record_export(
        call=package.call,
        # As the person now is: the work may have taken minutes.
        actor=User.objects.get(pk=package.requested_by_id),
        kind=package.kind,
        texts=package.texts,
        sha256=made.sha256,
        rows=made.rows,
    )


def give_up_exhausted(*, now: datetime | None = None) -> int:
    """Give up files that have been tried MAX_ATTEMPTS times; returns how many."""
    error = _("The work was interrupted too many times. Ask for the file again.")
    return _LEASES.give_up(error, now)


def remove_expired(*, now: datetime | None = None) -> int:
    """Remove the files that have lain for the setting's number of days; returns how many."""
    now = now or timezone.now()
    removed = 0
    for package in expired_packages(now)[:REMOVED_A_RUN]:
        try:
            (packages_folder() / package.file_name).unlink(missing_ok=True)
        except OSError:
            logger.exception("the file of report package %s cannot be removed", package.pk)
        else:
            removed += _removed(package, now)
    return removed


@transaction.atomic
def _removed(package: ReportPackage, now: datetime) -> bool:
    there = ReportPackage.objects.filter(pk=package.pk, removed_at__isnull=True)
    if not there.update(removed_at=now):
        return False
    journal.append(
        kind=JournalKind.CALL,
        subject=str(package.call_id),
        name="reports.export_removed",
        payload={"format": package.kind, "sha256": package.sha256},
        actor=journal.Actor.system(),
    )
    return True


def clear_left_over(*, now: datetime | None = None) -> int:
    """Remove what killed workers left, once it is older than KEPT_UNNAMED: temporary folders, and
    files that no row names. Returns how many."""
    before = ((now or timezone.now()) - KEPT_UNNAMED).timestamp()
    there = ReportPackage.objects.filter(removed_at__isnull=True).exclude(file_name="")
    named = set(there.values_list("file_name", flat=True))
    removed = 0
    for path in packages_folder().glob("*"):
        with suppress(FileNotFoundError):  # another worker was first
            if path.name in named or path.stat().st_mtime >= before:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            removed += 1
    return removed
