"""The files that reports are taken out as: who sees which, which are due, where they lie."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import agencies_of
from grants.models import Call, ShutOut
from reporting.enums import BuildState, DataFormat
from reporting.models import ReportPackage

MAX_ATTEMPTS = 5
"""A file that has been begun so many times without being finished is given up."""


def packages_folder() -> Path:
    """Where the files lie under random names: DATA_DIR/report-data."""
    return Path(settings.DATA_DIR) / "report-data"


def packages_visible_to(user: Any) -> QuerySet[ReportPackage]:
    """The person's own, of the agencies where the person is still analyst; the latest first.

    `overtaken` says that the person has been shut out of a case of the agency since the file was
    made, which may have that case in it."""
    if not isinstance(user, User):
        return ReportPackage.objects.none()
    return (
        ReportPackage.objects.filter(
            requested_by=user, call__agency__in=agencies_of(user, (Role.ANALYST,))
        )
        .annotate(
            overtaken=Exists(
                ShutOut.objects.filter(
                    user=OuterRef("requested_by"),
                    since__gt=OuterRef("finished_at"),
                    application__call__agency=OuterRef("call__agency"),
                )
            )
        )
        .select_related("call__definition_record")
        .defer("call__definition_record__document")
        .order_by("-requested_at", "-pk")
    )


def is_overtaken(package: ReportPackage) -> bool:
    """Whether the one who asked may no longer have the file, of `packages_visible_to`."""
    return getattr(package, "overtaken", False) is True


def package_path(package: ReportPackage) -> Path | None:
    """Where the file lies; None where it has not been made, is no longer there, or may no longer
    be had by the one who asked."""
    if not package.file_name or package.removed_at is not None or is_overtaken(package):
        return None
    path = packages_folder() / package.file_name
    return path if path.exists() else None


def kept_until(package: ReportPackage) -> datetime | None:
    """When the file is removed (UTC); None where it has not been made."""
    if package.state != BuildState.DONE or package.finished_at is None:
        return None
    return package.finished_at + timedelta(days=settings.REPORT_DATA_DAYS)


def shut_out_since(package: ReportPackage, moment: datetime) -> bool:
    """Whether the one who asked has been shut out of a case of the agency since then."""
    return ShutOut.objects.filter(
        user=package.requested_by_id,
        since__gte=moment,
        application__call__agency=package.call.agency_id,
    ).exists()


def unfinished_packages(
    *, call: Call, requested_by: User, kind: DataFormat, texts: bool
) -> QuerySet[ReportPackage]:
    """The same file asked for by the same person, that waits or is being made."""
    return ReportPackage.objects.filter(
        call=call,
        requested_by=requested_by,
        kind=kind,
        texts=texts,
        state__in=[BuildState.QUEUED, BuildState.RUNNING],
    )


def package_due(now: datetime) -> Q:
    """Waits for a worker, or was left by one whose lease has run out."""
    return Q(state=BuildState.QUEUED) | Q(state=BuildState.RUNNING, lease_until__lte=now)


def due_package_ids(*, now: datetime, limit: int) -> list[int]:
    """The files that are to be made, the oldest request first."""
    due = ReportPackage.objects.filter(package_due(now), attempts__lt=MAX_ATTEMPTS)
    return list(due.order_by("requested_at", "pk").values_list("pk", flat=True)[:limit])


def expired_packages(now: datetime) -> QuerySet[ReportPackage]:
    """Those whose files have lain as long as the setting lets them."""
    return ReportPackage.objects.filter(
        state=BuildState.DONE,
        removed_at__isnull=True,
        finished_at__lte=now - timedelta(days=settings.REPORT_DATA_DAYS),
    ).order_by("finished_at", "pk")
