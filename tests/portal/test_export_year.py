"""What is brought in can be taken out again, unchanged."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given

from core.models import Agency
from grants.enums import Status
from grants.models import Application, Call
from portal.exports import NothingToExport, export_year
from portal.imports import bring_in_year
from tests.portal.year_factory import (
    YEAR_2013,
    Plan,
    copy_of,
    plans,
    row_sets,
    write_plan,
)


@pytest.mark.django_db
def test_the_year_2013_comes_out_as_it_came_in(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    call_command("export_year", 2013, tmp_path / "out")
    assert row_sets(tmp_path / "out") == row_sets(YEAR_2013)
    assert not bring_in_year(path=tmp_path / "out").changes


@given(plan=plans())
def test_any_year_comes_out_as_it_came_in(
    plan: Plan, db: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("year")
    write_plan(folder / "in", plan)
    with transaction.atomic():
        bring_in_year(path=folder / "in")
        export_year(agency=Agency.objects.get(), year=plan.year, folder=folder / "out")
        expected = row_sets(folder / "in")
        # An optional file without rows is not written.
        expected = {
            name: rows
            for name, rows in expected.items()
            if rows.total() > 1 or name not in ("values.csv", "findings.csv")
        }
        assert row_sets(folder / "out") == expected
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_only_the_year_that_is_asked_for_comes_out(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    later = write_plan(tmp_path / "2014", Plan(reports_per_stream=4, year=2016))
    bring_in_year(path=later)
    agency = Agency.objects.get()
    export_year(agency=agency, year=2013, folder=tmp_path / "out-2013")
    export_year(agency=agency, year=2016, folder=tmp_path / "out-2016")
    assert row_sets(tmp_path / "out-2013") == row_sets(YEAR_2013)
    assert row_sets(tmp_path / "out-2016") == row_sets(later)
    with pytest.raises(NothingToExport):
        export_year(agency=agency, year=1999, folder=tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.django_db
def test_older_files_in_the_folder_are_replaced(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    out = copy_of(YEAR_2013, tmp_path / "out")
    (out / "values.csv").write_text("report,area,question,value\nold,,x,1\n", encoding="utf-8")
    (out / "calls.csv").write_text("old", encoding="utf-8")
    call_command("export_year", 2013, out, verbosity=0)
    assert row_sets(out) == row_sets(YEAR_2013)


@pytest.mark.django_db
def test_a_case_that_the_format_has_no_word_for_is_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in_year(path=YEAR_2013)
    call = Call.objects.get(code="kommuner-2013")
    lead = Application.objects.filter(call=call)[0].lead
    for number, status in enumerate((Status.SUBMITTED, Status.DISMISSED, Status.DRAFT)):
        Application.objects.create(
            call=call,
            lead=lead,
            status=status,
            register_number=f"801-{number}-2013",
            received_at=Application.objects.filter(call=call)[0].received_at,
            requested_sek=1,
        )
    call_command("export_year", 2013, tmp_path / "out")
    assert row_sets(tmp_path / "out") == row_sets(YEAR_2013)
    assert "2" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.django_db
def test_a_case_of_the_systems_own_comes_out_with_its_register_number(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    call = Call.objects.get(code="foreningar-2013")
    first = Application.objects.filter(call=call)[0]
    Application.objects.create(
        call=call,
        lead=first.lead,
        status=Status.REJECTED,
        register_number="801-7-2013",
        received_at=first.received_at,
        requested_sek=1_000,
        decided_on=date(2013, 4, 1),
    )
    export_year(agency=Agency.objects.get(), year=2013, folder=tmp_path / "out")
    assert "\n801-7-2013,foreningar-2013," in (tmp_path / "out/applications.csv").read_text("utf-8")
    assert not bring_in_year(path=tmp_path / "out").changes


@pytest.mark.django_db
def test_the_agency_must_be_clear(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("export_year", 2013, tmp_path / "out")
    bring_in_year(path=YEAR_2013)
    with pytest.raises(CommandError):
        call_command("export_year", 2013, tmp_path / "out", agency="ingen")
    with pytest.raises(CommandError, match="1999"):
        call_command("export_year", 1999, tmp_path / "out")
