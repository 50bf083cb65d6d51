"""Made-up years against the slow, plain computation."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import Agency
from reporting.selectors.figures import KEY_FIGURES
from tests.portal.year_factory import Plan, plans, write_plan
from tests.reporting.plain_tables import plain_outcome
from tests.reporting.years import bring_in, outcome_of, rolled_back

pytestmark = pytest.mark.django_db

# The latest report of a made-up year comes some weeks after the ordinary cut-off.
CUTOFFS = st.dates(date(2014, 1, 15), date(2014, 9, 30))


@settings(max_examples=20)
@given(plan=plans(most=5), cutoff=CUTOFFS)
def test_any_year_is_computed_as_by_hand(plan: Plan, cutoff: date) -> None:
    with tempfile.TemporaryDirectory() as name, rolled_back():
        folder = write_plan(Path(name) / "year", plan)
        agency: Agency = bring_in(folder)
        expected = plain_outcome(folder, year=plan.year, cutoff=cutoff)
        assert outcome_of(agency, cutoff=cutoff, year=plan.year).as_json() == expected


def test_a_larger_year(tmp_path: Path) -> None:
    plan = Plan(reports_per_stream=120, year=2016, seed=7, late_share=0.1)
    folder = write_plan(tmp_path / "year", plan)
    agency = bring_in(folder)
    cutoff = date(2017, 6, 1)
    found = outcome_of(agency, cutoff=cutoff, year=2016)
    assert found.as_json() == plain_outcome(folder, year=2016, cutoff=cutoff)
    for stream in found.key_figures.values():
        assert set(KEY_FIGURES) < set(stream)
        assert stream["late_reports"] > 0


def test_the_plain_computation_gives_2013() -> None:
    from tests.reporting.years import CUTOFF, YEAR_2013, expected_2013

    assert plain_outcome(YEAR_2013, year=2013, cutoff=CUTOFF) == expected_2013()
