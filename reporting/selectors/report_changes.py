"""Which reports two data sets have otherwise: what is behind figures that differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from core.formats import swedish_sort_key
from reporting.models import Edition
from reporting.selectors import datasets


class ReportChangeKind(StrEnum):
    """How a report differs from one data set to the next."""

    NEW = "new"
    SENT_AGAIN = "sent_again"
    GONE = "gone"
    COUNTED = "counted"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class ReportChange:
    """A report that the later data set has otherwise. Versions are None where there is none that
    counts: the report is not there, or was late."""

    report: str
    organisation: str
    kind: ReportChangeKind
    before: int | None
    after: int | None


_READ = (
    "SELECT r.report, o.name, r.version, r.in_time FROM reports r "
    "JOIN organisations o USING (organisation)"
)


type ReportRows = Mapping[str, tuple[str, int | None, bool]]
"""The reports of a data set: organisation, version, and whether it was in time."""


def report_changes(before: Edition, after: ReportRows) -> tuple[ReportChange, ...]:
    """What these reports are otherwise than the edition's, by organisation in Swedish order.

    Raises datasets.DatasetDamaged.
    """
    return _changes(_reports(datasets.folder_of(before.dataset)), after)


def changes_of_reports(before: Edition, after: Edition) -> tuple[ReportChange, ...]:
    """What the later edition has otherwise. Raises datasets.DatasetDamaged."""
    if before.dataset_id == after.dataset_id:
        return ()
    return _changes(
        _reports(datasets.folder_of(before.dataset)), _reports(datasets.folder_of(after.dataset))
    )


def _reports(folder: Path) -> ReportRows:
    with datasets.open_dataset(folder) as duck:
        return reports_in(duck)


def reports_in(duck: duckdb.DuckDBPyConnection) -> ReportRows:
    """The reports of an opened data set."""
    return {
        report: (name, version, in_time)
        for report, name, version, in_time in duck.execute(_READ).fetchall()
    }


def _changes(old: ReportRows, new: ReportRows) -> tuple[ReportChange, ...]:
    found = []
    for report in {*old, *new}:
        was, now = old.get(report), new.get(report)
        kind = _kind(was, now)
        if kind is None:
            continue
        name = (now or was or ("", None, False))[0]
        found.append(
            ReportChange(report, name, kind, was[1] if was else None, now[1] if now else None)
        )
    return tuple(sorted(found, key=lambda each: (swedish_sort_key(each.organisation), each.report)))


def _kind(
    was: tuple[str, int | None, bool] | None, now: tuple[str, int | None, bool] | None
) -> ReportChangeKind | None:
    if now is None:
        return ReportChangeKind.GONE
    if was is None:
        return ReportChangeKind.NEW if now[2] else ReportChangeKind.LATE
    if was[2] != now[2]:
        return ReportChangeKind.COUNTED if now[2] else ReportChangeKind.LATE
    return ReportChangeKind.SENT_AGAIN if was[1] != now[1] else None
