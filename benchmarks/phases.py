"""One phase in a process of its own, so that its peak memory is its own: the arguments are the
phase, the folder of the year's files, and a folder for what it gives. Prints JSON."""

import hashlib
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

REPEATS = 3
YEAR = 2013


def _import(files: Path) -> dict[str, Any]:
    from portal.imports import bring_in_year

    times, _ = _timed(lambda: bring_in_year(path=files, agency=None, dry_run=False), repeats=1)
    return times


def _freeze(files: Path) -> dict[str, Any]:
    from reporting.selectors.editions import agency_of_year, default_cutoff
    from reporting.services import freezing

    agency = agency_of_year(year=YEAR)
    cutoff = default_cutoff(agency=agency, year=YEAR)

    def afresh() -> Any:
        return freezing.freeze(agency=agency, year=YEAR, cutoff=cutoff)

    def clear() -> None:
        shutil.rmtree(freezing.datasets_folder(), ignore_errors=True)

    times, frozen = _timed(afresh, before=clear)
    size = sum(path.stat().st_size for path in frozen.folder.iterdir())
    return {**times, "bytes": size}


def _tables(files: Path) -> dict[str, Any]:
    from reporting.selectors import datasets, figures
    from reporting.services import freezing

    (folder,) = (path for path in freezing.datasets_folder().iterdir() if path.is_dir())

    def compute() -> dict[str, Any]:
        with datasets.open_dataset(folder) as duck:
            return figures.compute(duck).as_json()

    times, outcome = _timed(compute)
    return {**times, "outcome": _digest(outcome)}


def _competitor(name: str, files: Path) -> dict[str, Any]:
    import csv
    from datetime import date

    from benchmarks import competitors

    with (files / "calls.csv").open(encoding="utf-8", newline="") as file:
        calls = [row for row in csv.DictReader(file) if int(row["year"]) == YEAR]
    cutoff = max(date.fromisoformat(row["report_cutoff"]) for row in calls)
    compute = {"duckdb": competitors.by_duckdb, "pandas": competitors.by_pandas}[name]
    times, outcome = _timed(lambda: compute(files, YEAR, cutoff))
    return {**times, "outcome": _digest(outcome)}


def _timed(
    work: Callable[[], Any], *, repeats: int = REPEATS, before: Callable[[], None] | None = None
) -> tuple[dict[str, float], Any]:
    """The best of the runs, elapsed and of the processors in all the process's threads: what the
    machine does besides can only make one slower."""
    elapsed: list[float] = []
    used: list[float] = []
    result: Any = None
    for _ in range(repeats):
        if before is not None:
            before()
        start, start_used = time.perf_counter(), time.process_time()
        result = work()
        elapsed.append(time.perf_counter() - start)
        used.append(time.process_time() - start_used)
    return {"seconds": min(elapsed), "processor": min(used)}, result


def _digest(outcome: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(outcome, sort_keys=True).encode()).hexdigest()


def main() -> None:
    phase, files = sys.argv[1], Path(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    phases: dict[str, Callable[[Path], dict[str, Any]]] = {
        "import": _import,
        "freeze": _freeze,
        "tables": _tables,
        "duckdb": lambda files: _competitor("duckdb", files),
        "pandas": lambda files: _competitor("pandas", files),
    }
    found = phases[phase](files)
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak_mb"] = peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
