"""Recording failures on our side: once a minute for each address, also when the database is away.

What is shown to those who meet a failure is its reference. It is computed, not drawn, so that
the page, the row and the line of a file have the same one without asking each other.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.enums import IncidentKind
from core.models import Heartbeat, Incident

logger = logging.getLogger(__name__)

STOPPED_AFTER = timedelta(minutes=5)
"""Without a sign of life for longer than this, the service stood still."""
SETTLED_AFTER = timedelta(minutes=2)
"""A file that nobody has written to for so long is written to no more: it is of one minute."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it was met, at `at` (UTC). `address` is a path that names no person."""

    at: datetime
    address: str
    status: int

    @property
    def reference(self) -> str:
        """The same for the same failure of the same minute; says nothing to who guesses."""
        text = f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M}|{self.status}|{self.address}"
        return _reference(text)


def record_failure(*, failure: Failure) -> Incident:
    """Record a failure; the same address within the minute is counted in the same row.

    Raises DatabaseError when the database is what is away: see `note_failure`.
    """
    with transaction.atomic():
        incident = _locked(failure, failure.reference)
        _count(incident, failure.at, failure.at, 1)
    return incident


def note_failure(*, failure: Failure) -> None:
    """Note a failure in a file under DATA_DIR, to be brought in when the database is back.

    Raises OSError when not even that can be done.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    # By the last part no two files have the same digest.
    own = f"{os.getpid()}.{time.time_ns()}"
    line = {**asdict(failure), "at": failure.at.isoformat(), "own": own}
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    # One write of less than a block: lines of several processes do not mix.
    file = os.open(_file_of(failure), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, data)
        os.fsync(file)
    finally:
        os.close(file)


def collect_noted(*, now: datetime | None = None) -> int:
    """Bring in what was noted while the database was away, each line once; returns how many.

    A file is taken away after what it says is in the database; one that was brought in by a
    worker killed before that is known again by its digest.
    """
    now = now or timezone.now()
    brought_in = 0
    for path in sorted(_folder().glob("*.jsonl")):
        try:
            if now.timestamp() - path.stat().st_mtime < SETTLED_AFTER.total_seconds():
                continue
            data = path.read_bytes()
        except FileNotFoundError:
            continue  # another worker was first
        brought_in += _bring_in(data, path.stem)
        path.unlink(missing_ok=True)
    return brought_in


def _bring_in(data: bytes, reference: str) -> int:
    failures = [failure for line in data.splitlines() if (failure := _read(line))]
    if not failures:
        logger.warning("a file of noted failures could not be read: %s", reference)
        return 0
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        incident = _locked(failures[0], reference)
        if digest in incident.collected:
            return 0
        incident.collected = [*incident.collected, digest]
        times = [failure.at for failure in failures]
        _count(incident, min(times), max(times), len(failures))
    return len(failures)


def _read(line: bytes) -> Failure | None:
    """A noted line; None for one that was cut off."""
    try:
        found = json.loads(line)
        return Failure(
            at=datetime.fromisoformat(found["at"]),
            address=str(found["address"])[:300],
            status=int(found["status"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def beat(*, now: datetime | None = None) -> Incident | None:
    """Leave a sign of life; a gap since the last one becomes an incident, which is returned."""
    now = now or timezone.now()
    with transaction.atomic():
        last, created = Heartbeat.objects.select_for_update().get_or_create(
            pk=Heartbeat.ONLY, defaults={"beat_at": now}
        )
        if created or now <= last.beat_at:
            return None
        incident = None
        if now - last.beat_at > STOPPED_AFTER:
            incident = Incident.objects.create(
                kind=IncidentKind.STOPPED,
                started_at=last.beat_at,
                ended_at=now,
                reference=_reference(f"stopped|{last.beat_at.isoformat()}"),
            )
        Heartbeat.objects.filter(pk=Heartbeat.ONLY).update(beat_at=now)
    return incident


def _locked(failure: Failure, reference: str) -> Incident:
    """The row of the failure's minute, locked; with a count of 0 when it is new."""
    Incident.objects.get_or_create(
        reference=reference,
        defaults={
            "kind": IncidentKind.ERROR,
            "started_at": failure.at,
            "ended_at": failure.at,
            "address": failure.address,
            "status": failure.status,
            "count": 0,
        },
    )
    return Incident.objects.select_for_update().get(reference=reference)


def _count(incident: Incident, first: datetime, last: datetime, times: int) -> None:
    incident.started_at = min(incident.started_at, first)
    incident.ended_at = max(incident.ended_at, last)
    incident.count += times
    incident.save(update_fields=["started_at", "ended_at", "count", "collected"])


def _reference(text: str) -> str:
    """Eight letters and digits that can be read out over the telephone."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"incident|{text}".encode(), "sha256").digest()
    code = base64.b32encode(digest).decode()[:8]
    return f"{code[:4]}-{code[4:]}"


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "incidents"


def _file_of(failure: Failure) -> Path:
    return _folder() / f"{failure.reference}.jsonl"
