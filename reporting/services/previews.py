"""The report as it would be if it were made now: the same tables by the same code, entered nowhere.

What a year gave is kept in the process until something is written, at most MOST_AGE seconds.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Any

import duckdb
from django.utils import timezone

from core.models import Agency
from core.selectors.journal import last_event
from grants.models import Call
from reporting.content import ReportContent
from reporting.content.texts import Figures, figures_of, with_texts
from reporting.enums import TextLanguage
from reporting.models import Edition, ReportText
from reporting.selectors import datasets, figures
from reporting.selectors.edition_content import content_of, told_of
from reporting.selectors.editions import NoCalls, default_cutoff
from reporting.selectors.report_changes import (
    ReportChange,
    ReportRows,
    report_changes,
    reports_in,
)
from reporting.selectors.texts import bodies, texts_of
from reporting.services import freezing


@dataclass(frozen=True, slots=True)
class Preview:
    """What had come in at `computed_at` (UTC). `outcome` is in the form of `outcome_tables`;
    `content` is without the texts that were written, `told` with them as they are now; `changed`
    are the reports that an edition, where one was given, has otherwise."""

    computed_at: datetime
    content: ReportContent
    told: ReportContent
    texts: tuple[ReportText, ...]
    outcome: Mapping[str, Any]
    changed: tuple[ReportChange, ...] = ()

    @property
    def figures(self) -> Figures:
        """The figures that texts may name."""
        return figures_of(self.content)


def preview(
    *,
    agency: Agency,
    year: int,
    language: str,
    cutoff: date | None = None,
    beside: Edition | None = None,
    kept: bool = False,
) -> Preview:
    """Compute the year on what is received by now, up to the cut-off (the calls' own when None).

    With `kept`, for pages that only show it, what was computed last will do where nothing has been
    written since. Texts are read each time. Nothing is entered and no file is left. Raises NoCalls,
    and DatasetDamaged where the data set of `beside`, an edition to compare with, cannot be read.
    """
    day = cutoff or default_cutoff(agency=agency, year=year)
    found = _year(agency, year, day, kept=kept)
    content = found.contents[language]
    changed = found.otherwise_than(beside) if beside is not None else ()
    texts = texts_of(agency=agency, year=year)
    return Preview(
        computed_at=found.computed_at,
        content=content,
        told=with_texts(content, bodies(texts, language)),
        texts=tuple(texts),
        outcome=found.outcome,
        changed=changed,
    )


# What is kept -------------------------------------------------------------------------------------

MOST_AGE = 60
"""Seconds that a year is kept at most: an event may be numbered before another is there, and what
is asked for in an application that is being completed is saved without one."""
MOST_KEPT = 4
"""Years, of agencies and cut-offs, that a process keeps: a quarter of a megabyte each with some
hundred reports, and in proportion with more."""


@dataclass(frozen=True, slots=True)
class _Year:
    """What a year gave: in every language, without texts, and the reports to compare with those of
    editions. Nothing in it goes by who reads it."""

    computed_at: datetime
    outcome: Mapping[str, Any]
    contents: Mapping[str, ReportContent]
    reports: ReportRows
    _compared: dict[int, tuple[ReportChange, ...]] = field(default_factory=dict)

    def otherwise_than(self, edition: Edition) -> tuple[ReportChange, ...]:
        """The reports that the edition has otherwise. Raises DatasetDamaged, each time anew."""
        if edition.pk not in self._compared:
            self._compared[edition.pk] = report_changes(edition, self.reports)
        return self._compared[edition.pk]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A year, the last event there was before it was read, and when it is too old."""

    event: int
    until: float
    year: _Year


type _Key = tuple[int, int, date, date]

_kept: dict[_Key, _Kept] = {}
_keeping = threading.Lock()


def forget_previews() -> None:
    """Compute every year anew the next time."""
    with _keeping:
        _kept.clear()


def _year(agency: Agency, year: int, cutoff: date, *, kept: bool) -> _Year:
    # Read before the year is: what is written meanwhile is newer than what is kept.
    event, began, now = last_event(), monotonic(), timezone.now()
    key = (agency.pk, year, cutoff, timezone.localdate(now))
    with _keeping:
        there = _kept.get(key) if kept else None
    if there is not None and there.event == event and began < there.until:
        return there.year
    found = _computed(agency, year, cutoff, now)
    _keep(key, _Kept(event, began + MOST_AGE, found))
    return found


def _keep(key: _Key, new: _Kept) -> None:
    with _keeping:
        there = _kept.pop(key, None)
        if there is not None and (there.event, there.until) > (new.event, new.until):
            # Another request began later and was done sooner.
            new = there
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = new


def _computed(agency: Agency, year: int, cutoff: date, now: datetime) -> _Year:
    if not Call.objects.filter(agency=agency, year=year).exists():
        raise NoCalls(year)
    with _frozen_now(agency=agency, year=year, cutoff=cutoff) as (duck, sha256):
        outcome = figures.compute(duck)
        told = told_of(outcome, agency=agency.code, sha256=sha256, day=timezone.localdate(now))
        return _Year(
            computed_at=now,
            outcome=outcome.as_json(),
            contents={each: content_of(duck, told, each) for each in TextLanguage.values},
            reports=reports_in(duck),
        )


@contextmanager
def _frozen_now(
    *, agency: Agency, year: int, cutoff: date
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    with (
        freezing.frozen_for_a_while(agency=agency, year=year, cutoff=cutoff) as frozen,
        datasets.open_dataset(frozen.folder) as duck,
    ):
        yield duck, frozen.sha256
