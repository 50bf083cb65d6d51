"""Programme years for tests: made-up folders, and folders that are then changed."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import xlsxwriter
from hypothesis import strategies as st

import portal
from benchmarks.generate import Plan, write_plan, write_year
from portal.checks.interchange import COLUMNS

YEAR_2013 = Path(portal.__file__).parent / "demo" / "year-2013"

__all__ = [
    "YEAR_2013",
    "Plan",
    "Tables",
    "copy_of",
    "plans",
    "row_sets",
    "write_plan",
    "write_workbook",
    "write_year",
]


@st.composite
def plans(draw: st.DrawFn, *, most: int = 6, year: int = 2013) -> Plan:
    """Plans of small years in which anything that the format allows may happen."""
    share = st.sampled_from([0.0, 0.3, 1.0])
    return Plan(
        reports_per_stream=draw(st.integers(0, most)),
        year=year,
        seed=draw(st.integers(0, 10_000)),
        streams=draw(
            st.sampled_from(
                [("municipalities", "associations"), ("municipalities",), ("associations",)]
            )
        ),
        carried_share=draw(share),
        only_carried_share=draw(share),
        rejected_share=draw(share),
        withdrawn_share=draw(share),
        unreported_share=draw(share),
        joint_share=draw(share),
        late_share=draw(share),
        unit_share=draw(share),
        area_share=draw(share),
        answered_share=draw(share),
        values=draw(st.booleans()),
        findings=draw(st.booleans()),
    )


class Tables:
    """A folder's files as lists of rows, to be changed and written back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, str]]] = {}
        for name in COLUMNS:
            path = folder / f"{name}.csv"
            if path.exists():
                with path.open(encoding="utf-8", newline="") as file:
                    self.rows[name] = list(csv.DictReader(file))

    def __getitem__(self, name: str) -> list[dict[str, str]]:
        return self.rows.setdefault(name, [])

    def row(self, name: str, **wanted: str) -> dict[str, str]:
        """The first row with these values."""
        return next(row for row in self[name] if wanted.items() <= row.items())

    def number(self, name: str, row: dict[str, str]) -> int:
        """The row's number as a spreadsheet counts."""
        return next(i for i, each in enumerate(self[name], start=2) if each is row)

    def write(self) -> Path:
        """Write every file; returns the folder."""
        for name, rows in self.rows.items():
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS[name], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return self.folder


def copy_of(folder: Path, to: Path, change: Callable[[Tables], object] | None = None) -> Path:
    """A copy of the folder, changed."""
    shutil.copytree(folder, to)
    if change is not None:
        tables = Tables(to)
        change(tables)
        tables.write()
    return to


def row_sets(folder: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """The rows of each file, header included, however they are ordered."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = Counter(tuple(row) for row in csv.reader(file))
    return found


def write_workbook(folder: Path, path: Path, *, typed: Iterable[str] = ()) -> Path:
    """The folder as one workbook; the columns in `typed` get numbers and dates as cells."""
    import datetime as dt

    typed = set(typed)
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in Tables(folder).rows.items():
            sheet = workbook.add_worksheet(name)
            for column, title in enumerate(COLUMNS[name]):
                sheet.write_string(0, column, title)
            for number, row in enumerate(rows, start=1):
                for column, title in enumerate(COLUMNS[name]):
                    text = row[title]
                    if not text:
                        continue
                    if title not in typed:
                        sheet.write_string(number, column, text)
                    elif title in ("decided_at", "report_cutoff"):
                        sheet.write_datetime(number, column, dt.datetime.fromisoformat(text), day)
                    elif title == "received_at":
                        local = dt.datetime.fromisoformat(text).replace(tzinfo=None)
                        sheet.write_datetime(number, column, local, moment)
                    else:
                        sheet.write_number(number, column, int(text))
    return path
