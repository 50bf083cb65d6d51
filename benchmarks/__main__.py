"""`make bench`: import, freeze and tables of a generated year, against DuckDB and pandas; decision
letters per second; a round of assessed applications; and a call's reports taken out as data.

Each phase runs in a process of its own, on a database of its own: SQLite in a temporary folder,
or a new database on the PostgreSQL that DATABASE_URL names. All must give the same figures.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

GOAL_FREEZE_AND_TABLES = 5.0
"""Freeze and tables together should take at most so many times as long as DuckDB from CSV."""

_OURS, _OTHERS = ("freeze", "tables"), ("duckdb", "pandas")
_ROUNDS = 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000, help="reports a stream")
    parser.add_argument("--large", action="store_true", help="import 50 000 reports a stream too")
    parser.add_argument("--letters", type=int, default=300, help="decision letters")
    parser.add_argument(
        "--round", type=int, default=10_000, help="assessed applications of a round, 0 for none"
    )
    parser.add_argument(
        "--data", type=int, default=10_000, help="reports taken out as data, 0 for none"
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="tilldela-bench-") as name:
        folder = Path(name)
        os.environ["DATA_DIR"] = str(folder / "data")
        django.setup()
        kept = _measured(folder, options.reports)
        _letters(folder, options.letters)
        if options.round:
            kept = _round(folder, options.round) and kept
        if options.data:
            kept = _report_data(folder, options.data) and kept
        if options.large:
            _imported(folder, 50_000)
    return 0 if kept else 1


def _measured(folder: Path, reports: int) -> bool:
    files, rows = _generated(folder, reports)
    total = sum(rows.values())
    with _database(folder) as environment:
        ours = {"import": _run("import", files, environment)}
        # In turns, so that a machine that is busy for a while is so for all of them.
        rounds = [
            {name: _run(name, files, environment) for name in (*_OURS, *_OTHERS)}
            for _ in range(_ROUNDS)
        ]
    ours |= {name: _best(rounds, name) for name in _OURS}
    others = {name: _best(rounds, name) for name in _OTHERS}
    ours["freeze + tables"] = {
        "seconds": ours["freeze"]["seconds"] + ours["tables"]["seconds"],
        "processor": ours["freeze"]["processor"] + ours["tables"]["processor"],
        "peak_mb": max(ours["freeze"]["peak_mb"], ours["tables"]["peak_mb"]),
    }
    duck, pandas, both = others["duckdb"], others["pandas"], ours["freeze + tables"]
    lines = {**ours, "DuckDB from CSV": duck, "pandas from CSV": pandas}
    print(f"{'':18}{'elapsed':>36}{'processor':>28}")
    print(f"{'':18}{'seconds':>9}{'rows/s':>11}{'× DuckDB':>9}{'× pandas':>9}", end="")
    print(f"{'seconds':>10}{'× DuckDB':>9}{'× pandas':>9}{'peak MB':>9}")
    for label, found in lines.items():
        seconds, processor = found["seconds"], found["processor"]
        print(
            f"{label:18}{seconds:9.3f}{total / seconds:11,.0f}{seconds / duck['seconds']:9.2f}"
            f"{seconds / pandas['seconds']:9.2f}{processor:10.3f}"
            f"{processor / duck['processor']:9.2f}{processor / pandas['processor']:9.2f}"
            f"{found['peak_mb']:9}"
        )
    print(f"The data set is {ours['freeze']['bytes'] / 1e6:.1f} MB.")
    same = {ours["tables"]["outcome"], *(each["outcome"] for each in others.values())}
    goals = [
        ("all three give the same figures", len(same) == 1),
        (
            "tables are faster than DuckDB from CSV",
            ours["tables"]["seconds"] < duck["seconds"],
        ),
        (
            f"freeze and tables take at most {GOAL_FREEZE_AND_TABLES:.0f} times DuckDB from CSV",
            both["seconds"] <= GOAL_FREEZE_AND_TABLES * duck["seconds"],
        ),
    ]
    for goal, kept in goals:
        print(f"{'yes' if kept else 'NO ':4}{goal}")
    return all(kept for _, kept in goals)


def _best(rounds: list[dict[str, dict[str, Any]]], name: str) -> dict[str, Any]:
    found = [each[name] for each in rounds]
    least = {key: min(each[key] for each in found) for key in ("seconds", "processor")}
    return {**found[0], **least, "peak_mb": max(each["peak_mb"] for each in found)}


def _imported(folder: Path, reports: int) -> None:
    files, rows = _generated(folder, reports)
    with _database(folder) as environment:
        found = _run("import", files, environment)
    total = sum(rows.values())
    print(
        f"import: {found['seconds']:.1f} s, {total / found['seconds']:,.0f} rows/s, "
        f"peak {found['peak_mb']} MB"
    )


def _letters(folder: Path, number: int) -> None:
    from benchmarks.letters import report

    with _database(folder) as environment:
        print(report(_module("benchmarks.letters", environment, str(number))))


def _round(folder: Path, number: int) -> bool:
    from benchmarks.rounds import report

    with _database(folder) as environment:
        text, goals = report(_module("benchmarks.rounds", environment, str(number)))
    print(text)
    for goal, kept in goals:
        if not kept:
            print(f"NO  {goal}")
    print(f"{sum(kept for _, kept in goals)} of {len(goals)} goals of the round are kept.")
    return all(kept for _, kept in goals)


def _report_data(folder: Path, number: int) -> bool:
    from benchmarks.report_data import kinds, report

    module = "benchmarks.report_data"
    with _database(folder) as environment:
        _module(module, environment, "fill", str(number))
        found = {name: _module(module, environment, *each) for name, each in kinds()}
        others = _module(module, environment, "compete")
    text, kept = report(found, others)
    print(text)
    return kept


def _generated(folder: Path, reports: int) -> tuple[Path, dict[str, int]]:
    from benchmarks.generate import write_year

    files = write_year(folder / f"year-{reports}", reports_per_stream=reports)
    rows: dict[str, int] = {}
    for path in sorted(files.glob("*.csv")):
        with path.open("rb") as file:
            rows[path.stem] = sum(1 for _ in file) - 1
    print(
        f"A year of {reports:,} reports a stream: {sum(rows.values()):,} rows, "
        f"of which {rows['answers']:,} answers."
    )
    return files, rows


def _run(phase: str, files: Path, environment: dict[str, str]) -> dict[str, Any]:
    return _module("benchmarks.phases", environment, phase, str(files))


def _module(name: str, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What a module prints as JSON on its last line, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that share a new, migrated database."""
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    environment = {**os.environ, "DATA_DIR": str(data)}
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith(("postgres", "pgsql")):
        environment["DATABASE_URL"] = f"sqlite:///{data / 'bench.sqlite3'}"
        _migrate(environment)
        yield environment
        return
    import psycopg

    name = f"tilldela_bench_{os.getpid()}"
    parts = urlsplit(url)._replace(scheme="postgresql")
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            environment["DATABASE_URL"] = parts._replace(path=f"/{name}").geturl()
            _migrate(environment)
            yield environment
        finally:
            server.execute(f"DROP DATABASE {name}")


def _migrate(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True
    )


if __name__ == "__main__":
    sys.exit(main())
