"""The frozen data set: the same records give the same identity and the same bytes."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection

from applicants.models import OrganisationEntry
from core.checks import canonical_json, sha256_text
from core.models import Agency
from reporting.models import ReportAnswer, ReportVersion
from reporting.selectors import datasets, identity
from reporting.selectors.schema import FORMAT, TABLES, DatasetTable
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


def test_the_identity_is_that_of_the_canonical_columns(agency: Agency) -> None:
    """As `schema` tells it, from the files alone, value by value."""
    version = ReportVersion.objects.filter(report__code="RK13-0001").get()
    ReportAnswer.objects.create(version=version, question="comment", value='Å, ä och "ö"\n2')
    found = frozen(agency)
    tables = {}
    for table in TABLES:
        rows = duckdb.sql(f"FROM '{found.folder / table.name}.parquet'").fetchall()
        columns = zip(*rows, strict=True) if rows else [() for _ in table.columns]
        tables[table.name] = {
            "rows": len(rows),
            "columns": [
                {"name": name, "type": kind, **_canonical(kind, values)}
                for (name, kind), values in zip(table.columns, columns, strict=True)
            ],
        }
    manifest = json.loads((found.folder / datasets.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["tables"] == tables
    assert sha256_text(canonical_json({"format": FORMAT, "tables": tables})) == found.sha256


_BYTES = {"BOOLEAN": 1, "SMALLINT": 2, "INTEGER": 4, "DATE": 4, "CODE": 4}


def _canonical(kind: str, values: Sequence[Any]) -> dict[str, str]:
    def digest(numbers: Iterable[int], size: int) -> str:
        joined = b"".join(number.to_bytes(size, "little", signed=True) for number in numbers)
        return hashlib.sha256(joined).hexdigest()

    parts = {"present": digest((value is not None for value in values), 1)}
    if kind == "TEXT":
        texts = [(value or "").encode() for value in values]
        parts["lengths"] = digest(map(len, texts), 4)
        return parts | {"texts": hashlib.sha256(b"".join(texts)).hexdigest()}
    if kind == "CODE":
        codes = sorted(set(values), key=str.encode)
        parts["codes"] = sha256_text(canonical_json(codes))
        values = [codes.index(value) for value in values]
    numbers = [0 if value is None else _number(value) for value in values]
    return parts | {"values": digest(numbers, _BYTES.get(kind, 8))}


def _number(value: Any) -> int:
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
    if isinstance(value, date):
        return (value - date(1970, 1, 1)).days
    return int(value)


def test_the_same_texts_apart_otherwise_are_another_data_set(tmp_path: Path) -> None:
    """Neither a null and an empty text, nor texts cut at other places, are alike."""
    table = DatasetTable("t", (("a", "TEXT"), ("n", "BIGINT")), ("a",))
    seen = set()
    for rows in (
        "('ab', 1), ('c', 2)",
        "('a', 1), ('bc', 2)",
        "('ab', 1), ('c', NULL)",
        "('ab', 1), ('c', 0)",
        "('abc', 1), ('', 2)",
        "('abc', 1), (NULL, 2)",
    ):
        with datasets.private_duckdb() as duck:
            duck.execute("CREATE TABLE t (a VARCHAR, n BIGINT)")
            duck.execute(f"INSERT INTO t VALUES {rows}")
            seen.add(canonical_json(identity.described(duck, table, "t")))
    assert len(seen) == 6


def test_of_the_versions_received_in_time_the_latest_is_frozen(agency: Agency) -> None:
    first = ReportVersion.objects.filter(report__code="RK13-0001").get()
    for number, hours, value in ((2, 48, "latest"), (3, 24, "third"), (4, 24 * 999, "too late")):
        version = ReportVersion.objects.create(
            report=first.report,
            number=number,
            received_at=first.received_at + timedelta(hours=hours),
        )
        ReportAnswer.objects.create(version=version, question="comment", value=value)
    found = frozen(agency)
    read = duckdb.sql(
        f"SELECT value FROM '{found.folder}/answers.parquet' WHERE report = 'RK13-0001'"
    )
    assert read.fetchall() == [("latest",)]
    versions = duckdb.sql(
        f"SELECT version FROM '{found.folder}/reports.parquet' WHERE report = 'RK13-0001'"
    )
    assert versions.fetchall() == [(2,)]


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
