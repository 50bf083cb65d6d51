"""The reports of a call taken out as data: seconds and memory for each kind of file, beside DuckDB
and pandas writing the same rows.

Run on a migrated database as `python -m benchmarks.report_data fill NUMBER`, which brings in so
many reports of one call, and then `python -m benchmarks.report_data KIND [texts]`, each in a
process of its own; prints JSON.
"""

import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import django

NUMBER = 10_000
KINDS = ("csv", "csv texts", "xlsx", "xlsx texts", "parquet", "parquet texts")
ANALYST = "analyst@bench.example"
YEAR = 2013
MOST_MEMORY_MB = 256
"""So much an export may add to a process, whatever it exports."""
_LINES = 5
_TEXT = (
    "Under året har vi {verb} arbetet i samverkan med polisen, hälso- och sjukvården och "
    "kvinnojouren. Rutinen för att upptäcka våld används nu av alla enheter, och {number} "
    "medarbetare har gått utbildningen. Kontakt: samordnare{number}@kommun.example, 031-123 45 67. "
    "Det som återstår är att följa upp hur de som har sökt stöd har uppfattat bemötandet."
)


def fill(number: int) -> dict[str, Any]:
    """Bring in so many reports of a municipal call, each as if it had been written here: with
    answers in words and a few budget lines a grant."""
    from applicants.enums import Role
    from applicants.models import StaffRole, User
    from benchmarks.generate import Plan, write_plan
    from grants.models import Call
    from portal.imports import bring_in_year

    with tempfile.TemporaryDirectory(prefix="tilldela-bench-") as folder:
        plan = Plan(reports_per_stream=number, year=YEAR, streams=("municipalities",), values=True)
        bring_in_year(path=write_plan(Path(folder) / "year", plan), agency=None, dry_run=False)
    call = Call.objects.get(year=YEAR)
    analyst = User.objects.create_user(ANALYST, name="Ulf Utredare")
    StaffRole.objects.create(user=analyst, agency=call.agency, role=Role.ANALYST)
    for ids in batched(_versions(), 500, strict=False):
        _documents(ids, analyst)
    return {"call": call.code}


def _versions() -> list[int]:
    from reporting.models import ReportVersion

    return list(ReportVersion.objects.order_by("pk").values_list("pk", flat=True))


def _documents(ids: tuple[int, ...], sender: Any) -> None:
    """What was sent in of each version, as `reporting.services.sending` keeps it."""
    from core.checks import canonical_json, sha256_text
    from reporting.models import ReportDocument, ReportVersion

    versions = (
        ReportVersion.objects.filter(pk__in=ids)
        .select_related("report")
        .prefetch_related("areas", "report__references__application__call")
        .order_by("pk")
    )
    made = []
    for version in versions:
        report = version.report
        cases = [each.application for each in report.references.all()]
        areas = [
            {"area": each.area, "status": each.status, "answers": {}}
            for each in version.areas.all()
        ]
        lead = {"organisation": report.organisation_id, "name": "", "answers": {}}
        text = canonical_json(
            {
                "areas": areas,
                "answers": {},
                "grants": [_grant(case, areas, report.organisation_id) for case in cases],
                "parts": [{**lead, "spent_sek": 0, "done": True}],
            }
        )
        made.append(
            ReportDocument(version=version, document=text, sha256=sha256_text(text), sent_by=sender)
        )
    ReportDocument.objects.bulk_create(made)


def _grant(case: Any, areas: list[dict[str, Any]], organisation: int) -> dict[str, Any]:
    approved = case.granted_sek // _LINES
    lines = [
        {
            "number": number,
            "title": f"Budgetpost {number}",
            "area": areas[number % len(areas)]["area"] if areas else "",
            "organisation": organisation,
            "approved_sek": approved,
            "spent_sek": approved - number,
            "why": _TEXT.format(verb="bedrivit", number=number + case.pk % 90),
        }
        for number in range(1, _LINES + 1)
    ]
    return {
        "application": case.pk,
        "number": case.number,
        "year": case.call.year,
        "available_sek": case.granted_sek,
        "spent_sek": sum(line["spent_sek"] for line in lines),
        "lines": lines,
    }


def measure(name: str, texts: bool) -> dict[str, Any]:
    """Seconds to make the file, and what it added to the memory of the process."""
    from applicants.models import User
    from grants.models import Call
    from reporting.documents.report_data import make_package
    from reporting.enums import DataFormat

    kind = DataFormat(name)
    user, call = User.objects.get(email=ANALYST), Call.objects.get(year=YEAR)
    with tempfile.TemporaryDirectory(prefix="tilldela-bench-") as folder:
        place = Path(folder)
        digests = set()
        for turn in ("first", "second"):
            (place / turn).mkdir()
            gc.collect()
            before = _peak_mb()
            start, processor = time.perf_counter(), time.process_time()
            package = make_package(
                call=call, user=user, kind=kind, texts=texts, folder=place / turn
            )
            seconds, processor = time.perf_counter() - start, time.process_time() - processor
            digests.add(package.sha256)
            if turn == "first":
                found = {"seconds": seconds, "processor": processor, "peak_mb": _peak_mb()}
                found["added_mb"] = _peak_mb() - before
        return {
            **found,
            "rows": sum(package.rows.values()),
            "reports": package.whole.reports,
            "bytes": package.path.stat().st_size,
            "same": len(digests) == 1,
        }


def _peak_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def compete(texts: bool) -> dict[str, float]:
    """Seconds that DuckDB and pandas take to write the rows of the same files, read by DuckDB
    beforehand, as CSV, Parquet and a workbook."""
    import duckdb
    import pandas as pd

    from applicants.models import User
    from grants.models import Call
    from reporting.content.report_data import TABLES
    from reporting.documents.report_data import make_package
    from reporting.enums import DataFormat

    user, call = User.objects.get(email=ANALYST), Call.objects.get(year=YEAR)
    with tempfile.TemporaryDirectory(prefix="tilldela-bench-") as name, duckdb.connect() as duck:
        folder = Path(name)
        package = make_package(
            call=call, user=user, kind=DataFormat.PARQUET, texts=texts, folder=folder
        )
        with ZipFile(package.path) as archive:
            archive.extractall(folder)
        names = [table.name for table in TABLES]
        for table in names:
            duck.execute(f"CREATE TABLE t_{table} AS FROM '{folder}/{table}.parquet'")
        frames = {table: duck.execute(f"FROM t_{table}").df() for table in names}

        def by_duckdb(suffix: str) -> None:
            for table in names:
                duck.execute(f"COPY t_{table} TO '{folder}/{table}.out' (FORMAT {suffix})")

        def book() -> None:
            with pd.ExcelWriter(folder / "book.xlsx", engine="xlsxwriter") as writer:
                for table, frame in frames.items():
                    frame.to_excel(writer, sheet_name=table, index=False)

        return {
            "duckdb_csv": _seconds(lambda: by_duckdb("csv")),
            "duckdb_parquet": _seconds(lambda: by_duckdb("parquet")),
            "pandas_csv": _seconds(
                lambda: [frames[each].to_csv(folder / each, index=False) for each in names]
            ),
            "pandas_xlsx": _seconds(book),
        }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(found: dict[str, dict[str, Any]], others: dict[str, float]) -> tuple[str, bool]:
    """What was measured, in lines, and whether the goals were kept: the same bytes twice, and
    memory that does not follow the rows."""
    one = found[KINDS[0]]
    lines = [f"{one['reports']:,} reports as data, {one['rows']:,} rows:"]
    for name, each in found.items():
        baseline = others["pandas_xlsx" if name.startswith("xlsx") else f"duckdb_{name.split()[0]}"]
        whose = "pandas" if name.startswith("xlsx") else "DuckDB"
        lines.append(
            f"{name:14}{each['seconds']:8.1f} s{each['processor']:8.1f} processor s"
            f"{each['bytes'] / 1e6:8.1f} MB, {each['added_mb']} MB of memory added, "
            f"{each['seconds'] / baseline:.1f} × {whose} writing the rows"
        )
    kept = True
    for name, each in found.items():
        if not each["same"]:
            lines.append(f"NO  {name} gives the same bytes twice")
        if each["added_mb"] > MOST_MEMORY_MB:
            lines.append(f"NO  {name} adds at most {MOST_MEMORY_MB} MB")
        kept = kept and each["same"] and each["added_mb"] <= MOST_MEMORY_MB
    return "\n".join(lines), kept


def kinds() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The kinds of file with the arguments that measure them."""
    for name in KINDS:
        yield name, tuple(name.split())


def main() -> None:
    """Fill, or measure, the database that DATABASE_URL names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    what, *more = sys.argv[1:]
    if what == "fill":
        found: dict[str, Any] = fill(int(more[0]) if more else NUMBER)
    elif what == "compete":
        found = compete(texts=False)
    else:
        found = measure(what, texts=more == ["texts"])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
