"""Freezing a programme year: everything an edition says, as Parquet files that never change."""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db.models import Q

from core.checks import canonical_json, sha256_text
from core.models import Agency, County
from grants.models import Call
from reporting.selectors import datasets, identity, staging
from reporting.selectors.schema import BY_NAME, CODE, FORMAT, TABLES, TEXT, DatasetTable
from reporting.selectors.sources import (
    UNREGISTERED,
    VALUES,
    Source,
    received_before,
    sources,
    sources_of_calls,
)

LEFT_OVER_AFTER_S = 24 * 3600
"""A temporary folder this old belongs to a run that was killed."""

PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
"""How files are written, all that their bytes depend on besides the rows."""

_TEMPORARY = "temporary-"

# Each table of the data set from what was staged. A table is written as soon as the readings
# that it needs have been made, while the database is still being read.
_SELECTS: Mapping[str, str] = {
    "organisations": "FROM k_organisations",
    "applications": (
        "FROM (SELECT c.*, o.organisation AS lead FROM k_cases c "
        " JOIN k_organisations o ON o.organisation_id = c.lead_id)"
    ),
    "participations": (
        "FROM (SELECT p.role, c.call, c.number, o.organisation FROM staged_parts p "
        "JOIN k_cases c USING (case_id) "
        "JOIN k_organisations o USING (organisation_id))"
    ),
    "funds": (
        "FROM (SELECT m.*, c.call, c.number, $year AS year FROM staged_money m "
        "JOIN k_cases c USING (case_id))"
    ),
    "reports": (
        "FROM (SELECT r.*, o.organisation FROM k_reports r "
        "JOIN k_organisations o USING (organisation_id))"
    ),
    "report_grants": (
        "FROM (SELECT r.report, g.position, c.call, c.number FROM staged_grants g "
        "JOIN k_reports r USING (report_id) JOIN k_cases c USING (case_id) "
        ")"
    ),
    "areas": (
        "FROM (SELECT r.stream, r.report, a.area, a.status "
        "FROM staged_areas a JOIN coded_areas r USING (version_id))"
    ),
    "answers": (
        "FROM (SELECT r.stream, r.report, a.area, a.question, a.option, a.value FROM ("
        "SELECT *, '' AS value FROM staged_answers WHERE option <> '' UNION ALL "
        "SELECT version_id, area, question, '', value FROM staged_values"
        ") a JOIN coded_answers r USING (version_id))"
    ),
    "findings": (
        "FROM (SELECT f.requirement, f.finding, c.call, c.number, o.organisation "
        "FROM staged_findings f JOIN k_cases c USING (case_id) "
        " JOIN k_organisations o USING (organisation_id))"
    ),
}

_REPORTS = """
    CREATE TABLE k_reports AS
    SELECT * FROM staged_reports LEFT JOIN staged_versions USING (report_id)"""

# The year's own cases, those that its reports answer for, and those with money in the year.
_CASES = """
    CREATE TABLE k_cases AS
    SELECT c.*, k.call FROM staged_cases c JOIN k_calls k USING (call_id)
    WHERE k.year = $year OR case_id IN (
        SELECT case_id FROM staged_grants UNION ALL SELECT case_id FROM staged_money
    )"""

# Those in the year's register, and those that took part without being in it. An organisation is
# known by its key in the register, or by number and unit, or, lacking a number, by name and
# county.
_ORGANISATIONS = """
    CREATE TABLE used AS
    SELECT lead_id AS organisation_id FROM k_cases
    UNION SELECT p.organisation_id FROM staged_parts p SEMI JOIN k_cases USING (case_id)
    UNION SELECT organisation_id FROM k_reports
"""
_ORGANISATION_KEYS = """
    CREATE TABLE k_organisations AS
    SELECT * EXCLUDE (n), CASE n WHEN 1 THEN base ELSE base || '#' || n END AS organisation
    FROM (
        SELECT *, row_number() OVER (PARTITION BY base ORDER BY name, kind, organisation_id) AS n
        FROM (
            SELECT o.*, k.letter AS county_letter, k.position AS county_position, CASE
                WHEN key <> '' THEN key
                WHEN org_no <> '' THEN rtrim(org_no || '/' || unit, '/')
                ELSE '/' || name || '/' || county_code END AS base
            FROM (
                FROM staged_organisations SEMI JOIN used USING (organisation_id)
                UNION ALL
                FROM staged_unregistered SEMI JOIN used USING (organisation_id)
                ANTI JOIN staged_organisations USING (organisation_id)
            ) o JOIN counties k USING (county_code)
        )
    )"""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A data set in its folder, whose name is its identity."""

    folder: Path
    sha256: str
    row_counts: dict[str, int]


def datasets_folder() -> Path:
    """Where data sets stand: DATA_DIR/datasets."""
    return Path(settings.DATA_DIR) / "datasets"


def freeze(*, agency: Agency, year: int, cutoff: date) -> Frozen:
    """Freeze the year as the database has it now, into DATA_DIR/datasets.

    Written under a temporary name, synced, and renamed, so that a data set is there whole or
    not at all. When the same data set is there already, it is left as it is.
    """
    clear_left_over()
    with _temporary_folder() as folder:
        frozen = write_dataset(agency=agency, year=year, cutoff=cutoff, folder=folder)
        return _put_in_place(frozen)


@contextmanager
def frozen_for_a_while(*, agency: Agency, year: int, cutoff: date) -> Iterator[Frozen]:
    """The same data set in a temporary folder, for reading only: nothing is kept."""
    with _temporary_folder() as folder:
        yield write_dataset(agency=agency, year=year, cutoff=cutoff, folder=folder)


def clear_left_over() -> int:
    """Remove the temporary folders of runs that were killed; returns how many."""
    removed = 0
    for path in datasets_folder().glob(f"{_TEMPORARY}*"):
        try:
            if time.time() - path.stat().st_mtime > LEFT_OVER_AFTER_S:
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
        except FileNotFoundError:
            continue  # another process was first
    return removed


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    parent = datasets_folder()
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_dataset(*, agency: Agency, year: int, cutoff: date, folder: Path) -> Frozen:
    """Write the data set's files into `folder`, which is empty."""
    with (
        datasets.private_duckdb(folder) as duck,
        ThreadPoolExecutor(max_workers=1) as background,
        duck.cursor() as beside,
    ):
        writing: dict[str, Future[dict[str, Any]]] = {}

        def write(*names: str) -> None:
            for name in names:
                writing[name] = background.submit(
                    _write_table, beside, BY_NAME[name], folder=folder, year=year
                )

        with staging.snapshot():
            _read(duck, write, folder=folder, agency=agency, year=year, cutoff=cutoff)
        contents = {table.name: writing[table.name].result() for table in TABLES}
    sha256 = sha256_text(canonical_json({"format": FORMAT, "tables": contents}))
    manifest = {
        "sha256": sha256,
        "format": FORMAT,
        "duckdb": duckdb.__version__,
        "tables": contents,
        "files": {table.name: _digest(folder / f"{table.name}.parquet") for table in TABLES},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / datasets.MANIFEST).write_text(text, encoding="utf-8")
    counts = {name: int(described["rows"]) for name, described in contents.items()}
    return Frozen(folder, sha256, counts)


def _read(
    duck: duckdb.DuckDBPyConnection,
    write: Callable[..., None],
    *,
    folder: Path,
    agency: Agency,
    year: int,
    cutoff: date,
) -> None:
    """Read all that is needed; `write` is told the tables that can be written meanwhile."""

    def stage(source: Source) -> None:
        staging.stage(
            source,
            duck=duck,
            folder=folder,
            agency_id=agency.pk,
            year=year,
            before=received_before(cutoff),
        )

    for source in sources():
        stage(source)
        if source.name == "versions":
            duck.execute(_REPORTS)
        elif source.name == "answers":
            _read_values(duck, stage)
            write("answers")
        elif source.name == "areas":
            write("areas")
    call_ids = _read_calls(duck, agency=agency, year=year)
    for source in sources_of_calls(call_ids):
        stage(source)
    duck.execute(_CASES.replace("$year", str(int(year))))
    write("funds", "report_grants")
    _read_organisations(duck, stage)
    duck.execute(
        "CREATE TABLE edition AS SELECT ? AS agency, ? AS agency_name_sv, ? AS agency_name_en, "
        "? AS agency_short, ? AS year, ?::DATE AS cutoff",
        [agency.code, agency.name_sv, agency.name_en, agency.short, year, cutoff],
    )
    written = ("answers", "areas", "funds", "report_grants")
    write(*(table.name for table in TABLES if table.name not in written))


def _read_values(duck: duckdb.DuckDBPyConnection, stage: Callable[[Source], None]) -> None:
    if duck.execute("SELECT 1 FROM staged_answers WHERE option = '' LIMIT 1").fetchone():
        stage(VALUES)
    else:
        duck.execute(
            "CREATE TABLE staged_values AS SELECT version_id, area, question, '' AS value "
            "FROM staged_answers LIMIT 0"
        )


def _read_organisations(duck: duckdb.DuckDBPyConnection, stage: Callable[[Source], None]) -> None:
    counties = list(County.objects.values_list("code", "letter", "position"))
    duck.execute("CREATE TABLE counties (county_code VARCHAR, letter VARCHAR, position SMALLINT)")
    duck.executemany("INSERT INTO counties VALUES (?, ?, ?)", counties)
    duck.execute(_ORGANISATIONS)
    missing = "SELECT count(*) FROM used ANTI JOIN staged_organisations USING (organisation_id)"
    if duck.execute(missing).fetchall()[0][0]:
        stage(UNREGISTERED)
    else:
        duck.execute("CREATE TABLE staged_unregistered AS FROM staged_organisations LIMIT 0")
    duck.execute(_ORGANISATION_KEYS)


def _read_calls(duck: duckdb.DuckDBPyConnection, *, agency: Agency, year: int) -> list[int]:
    """Read the year's calls and the earlier ones that it concerns; returns their ids."""
    used = duck.execute(
        "SELECT call_id FROM staged_grants UNION SELECT call_id FROM staged_money"
    ).fetchall()
    calls = list(
        Call.objects.filter(Q(pk__in=[pk for (pk,) in used]) | Q(year=year), agency=agency)
        .select_related("definition_record")
        .order_by("pk")
    )
    duck.execute("CREATE TABLE k_calls (call_id BIGINT, call VARCHAR, year SMALLINT)")
    duck.executemany(
        "INSERT INTO k_calls VALUES (?, ?, ?)", [(call.pk, call.code, call.year) for call in calls]
    )
    _make(duck, "calls", [_call_row(call) for call in calls])
    _make(
        duck,
        "definitions",
        [
            (
                call.code,
                call.definition_record.code,
                call.definition_record.version,
                canonical_json(call.definition_record.document),
            )
            for call in calls
            if call.year == year
        ],
    )
    return [call.pk for call in calls]


def _call_row(call: Call) -> tuple[Any, ...]:
    return (
        call.code,
        call.stream,
        call.year,
        call.frame_sek,
        call.opens_on,
        call.closes_on,
        call.measured_on,
        call.spend_by,
        call.report_cutoff,
        call.preliminary,
    )


def _make(duck: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[Any, ...]]) -> None:
    table = BY_NAME[name]
    columns = ", ".join(
        f"{column} {'VARCHAR' if kind == TEXT else kind}" for column, kind in table.columns
    )
    duck.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        places = ", ".join("?" for _ in table.columns)
        duck.executemany(f"INSERT INTO {name} VALUES ({places})", rows)


def _write_table(
    duck: duckdb.DuckDBPyConnection, table: DatasetTable, *, folder: Path, year: int
) -> dict[str, Any]:
    """Write one table in its order; returns what the identity says of it."""
    types = {name: "VARCHAR" if kind == TEXT else kind for name, kind in table.columns}
    if CODE in types.values():
        types |= _codes(duck, table)
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
    tables = _SELECTS.get(table.name, f"FROM {table.name}").replace("$year", str(int(year)))
    order = list(table.order)
    if CODE not in dict(table.columns).values():
        # All columns part rows that the key does not, so that the order is total whatever comes.
        # Areas and answers are many, and the database keeps their keys unique.
        order += [name for name in table.names if name not in table.order]
    frozen = f"frozen_{table.name}"
    duck.execute(f"CREATE TABLE {frozen} AS SELECT {columns} {tables} ORDER BY {', '.join(order)}")
    duck.execute(f"COPY {frozen} TO '{folder / table.name}.parquet' ({PARQUET})")
    return identity.described(duck, table, frozen)


def _codes(duck: duckdb.DuckDBPyConnection, table: DatasetTable) -> dict[str, str]:
    """Make a type of each column of codes in the two large tables: they are sorted, hashed and
    written as numbers in the order of the texts. Of `coded_areas` and `coded_answers` each row
    is a version that has any."""
    staged, coded = f"staged_{table.name}", f"coded_{table.name}"
    duck.execute(
        f"CREATE TABLE with_{table.name} AS SELECT version_id, stream, report FROM k_reports "
        f"WHERE version_id IN (SELECT version_id FROM {staged})"
    )
    types: dict[str, str] = {}
    for name, kind in table.columns:
        if kind == CODE:
            types[name] = f"{table.name}_{name}"
            relation = f"with_{table.name}" if name in ("stream", "report") else staged
            values = f"SELECT DISTINCT {name} FROM {relation} ORDER BY {name}"
            duck.execute(f"CREATE TYPE {types[name]} AS ENUM ({values})")
    duck.execute(
        f"CREATE TABLE {coded} AS SELECT version_id, stream::{types['stream']} AS stream, "
        f"report::{types['report']} AS report FROM with_{table.name}"
    )
    return types


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_in_place(frozen: Frozen) -> Frozen:
    target = datasets_folder() / frozen.sha256
    for path in sorted(frozen.folder.iterdir()):
        _sync(path)
    _sync(frozen.folder)
    if target.exists() and not datasets.is_whole(target):
        # Damaged on disk since it was written: the same rows take its place.
        target.rename(frozen.folder.with_name(f"{frozen.folder.name}-damaged"))
    try:
        frozen.folder.rename(target)
    except OSError:
        if not datasets.is_whole(target):
            raise
    _sync(datasets_folder())
    return Frozen(target, frozen.sha256, frozen.row_counts)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
