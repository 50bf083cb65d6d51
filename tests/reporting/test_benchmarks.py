"""What the benchmark compares with gives the same figures, or the comparison says nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.competitors import by_duckdb, by_pandas
from benchmarks.generate import Plan, write_plan
from tests.reporting.plain_tables import plain_outcome


@pytest.mark.parametrize("compute", [by_duckdb, by_pandas])
def test_a_competitor_gives_the_same_figures(
    compute: Callable[[Path, int, date], dict[str, Any]], tmp_path: Path
) -> None:
    folder = write_plan(tmp_path / "year", Plan(reports_per_stream=60, late_share=0.2))
    cutoff = date(2014, 6, 1)
    assert compute(folder, 2013, cutoff) == plain_outcome(folder, year=2013, cutoff=cutoff)
