"""The report as it would be if it were made now: the same tables by the same code, kept nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from django.utils import timezone

from core.models import Agency
from grants.models import Call
from reporting.content import ReportContent
from reporting.content.texts import Figures, figures_of, with_texts
from reporting.models import Edition, ReportText
from reporting.selectors import datasets, figures
from reporting.selectors.edition_content import content_of, told_of
from reporting.selectors.editions import NoCalls, default_cutoff
from reporting.selectors.report_changes import ReportChange, report_changes
from reporting.selectors.texts import bodies, texts_of
from reporting.services import freezing


@dataclass(frozen=True, slots=True)
class Preview:
    """What has come in so far. `outcome` is in the form of `outcome_tables`; `content` is without
    the texts that were written, `told` with them; `changed` are the reports that an edition, where
    one was given, has otherwise."""

    computed_at: datetime
    content: ReportContent
    told: ReportContent
    texts: tuple[ReportText, ...]
    outcome: dict[str, Any]
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
) -> Preview:
    """Compute the year on what is received by now, up to the cut-off (the calls' own when None).

    Nothing is entered and no file is left. Raises NoCalls, and DatasetDamaged where the data set
    of `beside`, an edition to compare with, cannot be read.
    """
    day = cutoff or default_cutoff(agency=agency, year=year)
    if not Call.objects.filter(agency=agency, year=year).exists():
        raise NoCalls(year)
    now = timezone.now()
    with _frozen_now(agency=agency, year=year, cutoff=day) as (duck, sha256):
        outcome = figures.compute(duck)
        told = told_of(outcome, agency=agency.code, sha256=sha256, day=timezone.localdate(now))
        content = content_of(duck, told, language)
        changed = report_changes(beside, duck) if beside is not None else ()
    texts = texts_of(agency=agency, year=year)
    return Preview(
        computed_at=now,
        content=content,
        told=with_texts(content, bodies(texts, language)),
        texts=tuple(texts),
        outcome=outcome.as_json(),
        changed=changed,
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
