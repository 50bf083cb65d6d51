"""What the benchmark compares with gives the same figures, or the comparison says nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from applicants.models import Organisation
from benchmarks import report_data
from benchmarks.cases import SOUGHT, fill
from benchmarks.competitors import by_duckdb, by_pandas
from benchmarks.generate import Plan, write_plan
from benchmarks.pages import SIZES, Found, judged
from benchmarks.visits import Visit
from grants.models import Application
from tests.reporting.plain_tables import plain_outcome


@pytest.mark.parametrize("compute", [by_duckdb, by_pandas])
def test_a_competitor_gives_the_same_figures(
    compute: Callable[[Path, int, date], dict[str, Any]], tmp_path: Path
) -> None:
    folder = write_plan(tmp_path / "year", Plan(reports_per_stream=60, late_share=0.2))
    cutoff = date(2014, 6, 1)
    assert compute(folder, 2013, cutoff) == plain_outcome(folder, year=2013, cutoff=cutoff)


@pytest.mark.django_db
def test_the_made_up_cases_are_as_many_as_asked_for_and_their_chains_verify() -> None:
    filled = fill(300)
    assert Application.objects.count() == 300
    assert not Application.objects.filter(received_at=None).exists()
    assert len(filled.submitted) == 27
    assert Organisation.objects.filter(name__contains=SOUGHT).count() == 10
    call_command("verify_journal")
    case = Application.objects.get(pk=filled.application)
    assert (case.partner_count, case.status) == (2, "final_reported")
    assert case.ledger_entries.count() > 1


@pytest.mark.django_db
def test_the_reports_taken_out_as_data_are_whole_and_the_same_twice() -> None:
    report_data.fill(5)
    found = report_data.measure("csv", texts=True)
    assert (found["same"], found["reports"]) == (True, 5)
    kinds = {name: found for name, _arguments in report_data.kinds()}
    others = {"duckdb_csv": 1.0, "duckdb_parquet": 1.0, "pandas_xlsx": 1.0}
    text, kept = report_data.report({**kinds, "xlsx": {**found, "same": False}}, others)
    assert not kept
    assert "NO  xlsx gives the same bytes twice" in text


def _found(**changes: float) -> Found:
    values = {
        "queries": 8,
        "most_queries": 8,
        "sent_queries": 0,
        "fewest_queries": 8,
        "sql_ms": 2.0,
        "cpu_ms": 5.0,
        "median_ms": 10.0,
        "p95_ms": 12.0,
        "first_byte_ms": 9.0,
        "size": 1000,
        "memory_mb": 0.0,
    }
    return Found(**values | changes)  # type: ignore[arg-type]


VISIT = Visit("list", make=lambda server: lambda: None, peer="list")  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("small", "large", "kept"),
    [
        ({}, {}, True),
        ({"median_ms": 84.0}, {"median_ms": 126.0}, True),
        ({"median_ms": 85.0}, {"median_ms": 85.0}, False),
        ({}, {"median_ms": 15.1}, False),
        ({"most_queries": 13, "queries": 13}, {"most_queries": 13, "queries": 13}, False),
        ({}, {"queries": 9}, False),
    ],
    ids=["kept", "just kept", "too slow", "grows", "too many queries", "queries grow"],
)
def test_a_goal_that_is_missed_is_said(
    small: dict[str, float], large: dict[str, float], kept: bool
) -> None:
    found = {"list": {SIZES[0]: _found(**small), SIZES[1]: _found(**large)}}
    assert judged([VISIT], found, SIZES) is kept


def test_an_export_may_take_longer_but_no_more_memory() -> None:
    visit = Visit("export", make=VISIT.make, peer="export", grows=True, streams=True)
    found = {SIZES[0]: _found(), SIZES[1]: _found(median_ms=5_000.0)}
    assert judged([visit], {"export": found}, SIZES)
    found[SIZES[1]] = _found(memory_mb=400.0)
    assert not judged([visit], {"export": found}, SIZES)
