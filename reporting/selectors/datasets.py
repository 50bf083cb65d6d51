"""Opening a frozen data set."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from reporting.models import FrozenDataset
from reporting.selectors.schema import TABLES

MANIFEST = "manifest.json"
"""What a data set says of itself: identity, rows and checksums of its files."""

_MEMORY = "512MB"


class DatasetDamaged(Exception):
    """A data set's files are missing, or are not those that were written."""


@contextmanager
def private_duckdb(temporary: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that reaches no network; it spills into `temporary` if given one.

    Two threads at most: the bytes of a Parquet file do not depend on their number, but workers
    share their machine.
    """
    duck = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": _MEMORY,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
            "temp_directory": str(temporary / "spill") if temporary else "",
        }
    )
    try:
        yield duck
    finally:
        duck.close()


def folder_of(dataset: FrozenDataset) -> Path:
    """The folder of a data set that has been entered."""
    return Path(settings.DATA_DIR) / dataset.folder


@contextmanager
def open_dataset(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a view for each table of the data set. Raises DatasetDamaged when a file is
    missing, or is not the one that was written."""
    damaged = _damaged(folder)
    if damaged:
        raise DatasetDamaged(f"{folder}: {', '.join(damaged)}")
    with private_duckdb() as duck:
        for table in TABLES:
            path = str(folder / f"{table.name}.parquet").replace("'", "''")
            duck.execute(f"CREATE VIEW {table.name} AS FROM read_parquet('{path}')")
        yield duck


def is_whole(folder: Path) -> bool:
    """Whether a data set under its own name has every file, byte for byte as it was written."""
    try:
        return bool(_manifest(folder)["sha256"] == folder.name) and not _damaged(folder)
    except (OSError, ValueError, KeyError):
        return False


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def _damaged(folder: Path) -> list[str]:
    """The files that are missing or are not those that were written."""
    try:
        written = dict(_manifest(folder)["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    found = []
    for table in TABLES:
        path = folder / f"{table.name}.parquet"
        if not path.is_file() or _digest(path) != written.get(table.name):
            found.append(path.name)
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
