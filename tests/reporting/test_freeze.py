"""The frozen data set: the same records give the same identity and the same bytes."""

import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection

from applicants.models import OrganisationEntry
from core.checks import canonical_json, sha256_text
from core.models import Agency
from reporting.models import ReportAnswer, ReportVersion
from reporting.selectors import datasets
from reporting.selectors.schema import FORMAT, TABLES
from reporting.services import freezing
from reporting.services.freezing import Frozen
from tests.reporting.years import CUTOFF, bring_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(db: None) -> Agency:
    return bring_in()


def frozen(agency: Agency) -> Frozen:
    return freezing.freeze(agency=agency, year=2013, cutoff=CUTOFF)


def bytes_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_twice_gives_the_same_identity_and_bytes(agency: Agency, settings: Any) -> None:
    first = frozen(agency)
    settings.DATA_DIR = settings.DATA_DIR / "elsewhere"
    second = frozen(agency)
    assert first.folder != second.folder
    assert first.sha256 == second.sha256 == first.folder.name
    assert bytes_of(first.folder) == bytes_of(second.folder)
    assert set(bytes_of(first.folder)) == {
        *(f"{table.name}.parquet" for table in TABLES),
        "manifest.json",
    }


_FREEZE = """
import django; django.setup()
from datetime import date
from core.models import Agency
from reporting.services import freezing
agency = Agency.objects.get(code="socialstyrelsen")
print(freezing.freeze(agency=agency, year=2013, cutoff=date(2014, 6, 1)).sha256)
"""


def test_two_processes_write_the_same_bytes(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    bring_in()
    found = []
    for name in ("one", "two"):
        environment = {**process_environment, "DATA_DIR": str(tmp_path / name)}
        # The processes hash and thread differently, as two machines would.
        environment["PYTHONHASHSEED"] = str(len(found))
        (tmp_path / name).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _FREEZE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        folder = next((tmp_path / name).rglob(done.stdout.split()[-1]))
        found.append(bytes_of(folder))
    assert found[0] == found[1]


def test_a_data_set_of_many_row_groups_is_the_same_each_time(tmp_path: Path) -> None:
    seen = set()
    for attempt in range(3):
        with datasets.private_duckdb() as duck:
            duck.execute(
                "CREATE TABLE frozen AS SELECT (range % 977)::VARCHAR AS a, "
                "(range * 7919 % 100003)::VARCHAR AS b FROM range(400000) ORDER BY ALL"
            )
            path = tmp_path / f"{attempt}.parquet"
            duck.execute(f"COPY frozen TO '{path}' ({freezing.PARQUET})")
        seen.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(seen) == 1


def test_the_identity_is_that_of_the_canonical_rows(agency: Agency) -> None:
    found = frozen(agency)
    manifest = json.loads((found.folder / datasets.MANIFEST).read_text(encoding="utf-8"))
    tables = {}
    for table in TABLES:
        rows = duckdb.sql(f"FROM '{found.folder / table.name}.parquet'").fetchall()
        text = "".join(",".join(_field(value) for value in row) + "\n" for row in rows)
        assert manifest["tables"][table.name]["rows"] == len(rows)
        tables[table.name] = {
            "columns": [list(column) for column in table.columns],
            "rows": len(rows),
            "sha256": sha256_text(text),
        }
    assert sha256_text(canonical_json({"format": FORMAT, "tables": tables})) == found.sha256


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if text == "":
        return '""'
    if any(mark in text for mark in ',"\n\r'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def test_rows_stand_in_a_total_order(agency: Agency) -> None:
    found = frozen(agency)
    for table in TABLES:
        keys = duckdb.sql(
            f"SELECT {', '.join(table.order)} FROM '{found.folder / table.name}.parquet'"
        ).fetchall()
        as_bytes = [
            tuple(str(part).encode() if isinstance(part, str) else part for part in key)
            for key in keys
        ]
        assert as_bytes == sorted(set(as_bytes)), table.name


def test_no_surrogate_keys(agency: Agency) -> None:
    """Rows that are the same but for their ids give the same data set."""
    before = frozen(agency)
    answer = ReportAnswer.objects.latest("pk")
    # Append-only: what was put there twice cannot be taken away, so it is shifted by a row of
    # another year, which takes the next ids.
    from tests.factories import ReportAnswerFactory, ReportFactory, ReportVersionFactory

    report = ReportFactory(year=2012, status="accepted")
    ReportAnswerFactory(version=ReportVersionFactory(report=report), option=answer.option)
    assert frozen(agency).sha256 == before.sha256


def test_one_more_answer_is_another_data_set(agency: Agency) -> None:
    before = frozen(agency)
    version = ReportVersion.objects.filter(report__code="RK13-0001").get()
    ReportAnswer.objects.create(version=version, question="comment", value='Å, ä och "ö"\n2')
    after = frozen(agency)
    assert after.sha256 != before.sha256
    rows = duckdb.sql(
        f"SELECT report, value FROM '{after.folder}/answers.parquet' WHERE value <> ''"
    ).fetchall()
    assert rows == [("RK13-0001", 'Å, ä och "ö"\n2')]


def test_an_organisation_is_as_it_was_in_the_year(agency: Agency) -> None:
    before = frozen(agency)
    entry = OrganisationEntry.objects.get(key="K00001")
    entry.organisation.name = "Ett nytt namn"
    entry.organisation.save()
    assert frozen(agency).sha256 == before.sha256
    entry.name = "Som det egentligen hette"
    entry.save()
    assert frozen(agency).sha256 != before.sha256


def test_one_that_the_years_register_lacks_is_as_it_is_now(agency: Agency) -> None:
    entry = OrganisationEntry.objects.get(key="K00001")
    organisation = entry.organisation
    entry.delete()
    found = frozen(agency)
    rows = duckdb.sql(
        f"SELECT organisation, name FROM '{found.folder}/organisations.parquet' "
        f"WHERE org_no = '{organisation.org_no}'"
    ).fetchall()
    assert rows == [(organisation.org_no, organisation.name)]
    assert found.row_counts["organisations"] == 460


def test_another_cut_off_is_another_data_set(agency: Agency) -> None:
    before = frozen(agency)
    after = freezing.freeze(agency=agency, year=2013, cutoff=CUTOFF + timedelta(days=1))
    assert after.sha256 != before.sha256


def test_a_damaged_file_is_noticed_and_replaced(agency: Agency) -> None:
    found = frozen(agency)
    assert datasets.is_whole(found.folder)
    path = found.folder / "answers.parquet"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"x")
    assert not datasets.is_whole(found.folder)
    again = frozen(agency)
    assert again.folder == found.folder
    assert path.read_bytes() == good


def test_a_missing_file_is_said(agency: Agency) -> None:
    found = frozen(agency)
    (found.folder / "answers.parquet").unlink()
    with (
        pytest.raises(datasets.DatasetDamaged, match="answers"),
        datasets.open_dataset(found.folder),
    ):
        pass


def test_what_a_killed_run_left_is_cleared_when_it_is_old(agency: Agency) -> None:
    folder = freezing.datasets_folder()
    old, new = folder / "temporary-old", folder / "temporary-new"
    for path in (old, new):
        path.mkdir(parents=True)
        (path / "answers.parquet").write_bytes(b"half")
    long_ago = time.time() - freezing.LEFT_OVER_AFTER_S - 60
    os.utime(old, (long_ago, long_ago))
    found = frozen(agency)
    assert sorted(path.name for path in folder.iterdir()) == sorted([found.sha256, new.name])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_all_is_read_in_one_snapshot() -> None:
    from reporting.selectors import staging

    with staging.snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("on",)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_others_may_write_while_it_is_read() -> None:
    from threading import Thread

    from reporting.selectors import staging

    def count() -> int:
        return Agency.objects.count()

    def write() -> None:
        Agency.objects.create(code="ny", name_sv="Ny", name_en="New", short="Ny")
        connection.close()

    with staging.snapshot():
        before = count()
        thread = Thread(target=write)
        thread.start()
        thread.join()
        assert count() == before, "the snapshot does not move"
    assert count() == before + 1
