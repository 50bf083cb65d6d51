"""Programme years brought into the database, for tests of what is made of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

import portal
from core.models import Agency
from core.services.journal import Actor
from portal.imports import bring_in_year
from reporting.models import Edition
from reporting.selectors import datasets, figures
from reporting.services import freezing
from reporting.services.editions import build_edition

DATA = Path(__file__).resolve().parent.parent / "data"
YEAR_2013 = Path(portal.__file__).parent / "demo" / "year-2013"
CUTOFF = date(2014, 6, 1)


def expected_2013() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (DATA / "year-2013-expected.json").read_text(encoding="utf-8")
    )
    return found


def bring_in(folder: Path = YEAR_2013) -> Agency:
    bring_in_year(path=folder, agency=None, dry_run=False)
    return Agency.objects.filter(calls__isnull=False).distinct().get()


def edition_of(agency: Agency, *, cutoff: date = CUTOFF, year: int = 2013) -> Edition:
    return build_edition(agency=agency, year=year, cutoff=cutoff, actor=Actor.system()).edition


def outcome_of(agency: Agency, *, cutoff: date = CUTOFF, year: int = 2013) -> figures.Outcome:
    """Frozen and computed, nothing kept."""
    with (
        freezing.frozen_for_a_while(agency=agency, year=year, cutoff=cutoff) as frozen,
        datasets.open_dataset(frozen.folder) as duck,
    ):
        return figures.compute(duck)


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is done inside is undone after."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
