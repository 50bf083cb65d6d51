"""Work in the background that is done by one worker at a time, with its progress in its row.

Of any number of workers at once one claims a row. It keeps it by telling how far it has come; what
a killed worker held is anybody's once the lease has run out.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from reporting.enums import BuildStage, BuildState, PackageStage
from reporting.models import EditionBuild, ReportPackage

type Stage = BuildStage | PackageStage


class LeaseLost(Exception):
    """Another worker has taken the work over."""


@dataclass(frozen=True, slots=True)
class Leases[W: (EditionBuild, ReportPackage)]:
    """The rows of one kind of work: how long a worker holds one, which are due at a moment (UTC),
    how often one is begun, and the stages that it begins and waits in."""

    model: type[W]
    length: timedelta
    due: Callable[[datetime], Q]
    most_attempts: int
    begins: Stage
    waits: Stage

    def claim(self, pk: int, now: datetime | None = None) -> QuerySet[W]:
        """The row, held by this worker for as long as the lease; nothing when it is not due or
        another has it."""
        now = now or timezone.now()
        token = str(uuid.uuid4())
        due = self.model.objects.filter(self.due(now), pk=pk, attempts__lt=self.most_attempts)
        due.update(
            state=BuildState.RUNNING,
            stage=self.begins,
            progress=0,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=now + self.length,
        )
        return self.model.objects.filter(pk=pk, lease_token=token)

    def tell(self, work: W, stage: Stage, percent: int) -> None:
        """Say how far it has come, and keep it. Raises LeaseLost."""
        until = timezone.now() + self.length
        if not self._held(work).update(stage=stage, progress=percent, lease_until=until):
            raise LeaseLost(work.pk)

    def finish(self, work: W, stage: Stage, **changes: object) -> None:
        """Say that it is done. Raises LeaseLost."""
        self._let_go(
            work,
            state=BuildState.DONE,
            stage=stage,
            progress=100,
            finished_at=timezone.now(),
            error="",
            **changes,
        )

    def leave(self, work: W) -> None:
        """Let it wait for a worker again. Raises LeaseLost."""
        self._let_go(work, state=BuildState.QUEUED, stage=self.waits, progress=0)

    def fail(self, work: W, error: str) -> None:
        """Say that it came to nothing, and why. Raises LeaseLost."""
        self._let_go(work, state=BuildState.FAILED, error=error, finished_at=timezone.now())

    def give_up(self, error: str, now: datetime | None = None) -> int:
        """Give up what is due and has been begun as often as it may be; returns how many."""
        now = now or timezone.now()
        due = self.model.objects.filter(self.due(now), attempts__gte=self.most_attempts)
        return due.update(
            state=BuildState.FAILED,
            finished_at=now,
            lease_token="",
            lease_until=None,
            error=error,
        )

    def _held(self, work: W) -> QuerySet[W]:
        return self.model.objects.filter(pk=work.pk, lease_token=work.lease_token)

    def _let_go(self, work: W, **changes: object) -> None:
        if not self._held(work).update(lease_token="", lease_until=None, **changes):
            raise LeaseLost(work.pk)
