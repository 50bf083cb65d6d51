"""The reports of a call as files of data: a zip of CSV, a workbook, or a zip of Parquet.

What is read is staged as CSV on disk, a few hundred reports at a time, and rendered from there:
what is held in memory does not grow with the reports. The same reports give the same bytes.
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

import csv
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from grants.models import Call
from reporting.content.report_data import (
    TABLES,
    CellKind,
    DataCell,
    DataRow,
    DataTable,
    PackageProgress,
    tell_nobody,
)
from reporting.enums import DataFormat, PackageStage
from reporting.selectors.datasets import private_duckdb
from reporting.selectors.report_data import Whole, read_reports
from reporting.selectors.staging import snapshot

from .csv import safe_text

ABOUT = "about.txt"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: none of them tells when it was made."""
_SHEET_ROWS = 1_048_576
_LONGEST_CELL = 32_767
"""What a cell of a workbook holds, in characters."""
_TOLD_ROWS = 5_000
"""So many rows of a workbook are written between two tellings: some seconds' work."""
_READ = {DataFormat.CSV: 85, DataFormat.XLSX: 20, DataFormat.PARQUET: 80}
"""How much of the work reading is, 0–100, as measured (docs/benchmarks.md)."""
_WRITTEN = 95
_PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
csv.field_size_limit(131_072 * 8)


@dataclass(frozen=True, slots=True)
class Package:
    """A file that was made; `rows` counts those of each table."""

    path: Path
    sha256: str
    rows: Mapping[str, int]
    whole: Whole


def left_out_texts(*, texts: bool) -> list[str]:
    """What the files leave out and why, in the language that is active."""
    found = [
        _("Reports whose document is marked secret: only that they were received."),
        _(
            "The names and numbers of organisations in cases whose application or "
            "decision is marked secret."
        ),
        _(
            "Persons’ names, contacts, accounts and postal addresses: nothing of the "
            "organisations’ or the signatories’ details is read."
        ),
        _("Personal identity numbers, wherever they stand."),
        _("Reports in cases that you are shut out of by a conflict of interest."),
    ]
    if texts:
        found.append(
            _(
                "In what is written in free words: e-mail addresses, telephone numbers, "
                "street addresses and accounts, and answers about security measures, as "
                "far as they can be told. Names of persons may be left: the file is for "
                "work inside the agency, not for publication."
            )
        )
    else:
        found.append(
            _(
                "All that is written in free words, since it may hold anything about "
                "anyone: answers in text, what budget lines are called, and why they came"
                " out otherwise."
            )
        )
    return found


def make_package(
    *,
    call: Call,
    user: Any,
    kind: DataFormat,
    texts: bool,
    folder: Path,
    progress: PackageProgress = tell_nobody,
) -> Package:
    """Make the file in `folder`, which is empty, from one state of the database; what the user
    is shut out of is left out.

    `progress` is told of the reports that are read and the rows that are written. It is called in
    the midst of a transaction that only reads, and may raise to end the work.
    """
    read = _READ[kind]

    def told_read(done: int, total: int) -> None:
        progress(PackageStage.READING, read * done // max(total, 1))

    def told_written(done: int) -> None:
        share = (_WRITTEN - read) * done // max(sum(staged.rows.values()), 1)
        progress(PackageStage.WRITING, read + share)

    told_read(0, 0)
    with _Staged(folder, final=kind is DataFormat.CSV) as staged, snapshot():
        whole = read_reports(call=call, user=user, texts=texts, put=staged.put, told=told_read)
    path = folder / f"package.{kind.suffix}"
    about = about_text(call, texts=texts)
    told_written(0)
    if kind is DataFormat.CSV:
        _write_csv(staged, path, about, told_written)
    elif kind is DataFormat.XLSX:
        _write_xlsx(staged, path, about, call, told_written)
    else:
        _write_parquet(staged, path, about, told_written)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Package(path, sha256, staged.rows, whole)


def about_text(call: Call, *, texts: bool) -> str:
    """What the tables are and what they leave out, in Swedish and English."""
    parts = []
    for language in ("sv", "en"):
        with translation.override(language):
            tables = {
                "reports": _("one row a report"),
                "areas": _("one row for each area that had money in a report"),
                "answers": _(
                    "one row for each option chosen; a question not asked or not answered"
                    " has one row that says so"
                ),
                "values": _(
                    "one row for each question answered with a number, an amount or a date"
                ),
                "economy": _(
                    "one row for each budget line of each grant, and one with no line "
                    "number for the whole grant"
                ),
                "questions": _("the questions, with the areas where they are asked"),
                "options": _("the options of each question, and the states of an area"),
            }
            lines = [
                _("Reports of the call %(call)s") % {"call": call.definition.title.in_(language)},
                "",
                _("Amounts are whole SEK, dates Swedish."),
                _(
                    "“Not asked”, “not answered” and an answer “no” are three different "
                    "things: the column state tells them apart."
                ),
                "",
                *(f"{name}: {text}" for name, text in tables.items()),
                "",
                _("Left out:"),
                *(f"- {text}" for text in left_out_texts(texts=texts)),
            ]
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


class _Staged:
    """The tables as CSV files in a folder, while they are read and after; `final`: as they are
    given out, else as they are read again."""

    def __init__(self, folder: Path, *, final: bool) -> None:
        self.folder = folder
        self.final = final
        self.rows = {table.name: 0 for table in TABLES}
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> "_Staged":
        for table in TABLES:
            out = self.path(table).open("w", encoding="utf-8", newline="")
            self._stack.enter_context(out)
            end = "\r\n" if self.final else "\n"
            self._writers[table.name] = csv.writer(out, lineterminator=end)
            if self.final:
                out.write("\ufeff")
                self._writers[table.name].writerow([column.name for column in table.columns])
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def path(self, table: DataTable) -> Path:
        """Where the table stands."""
        return self.folder / f"{table.name}.staged"

    def put(self, name: str, rows: Iterable[DataRow]) -> None:
        """Write rows of a table after those that are there."""
        written = [_final(row) if self.final else _plain(row) for row in rows]
        self._writers[name].writerows(written)
        self.rows[name] += len(written)

    def read(self, table: DataTable) -> Iterator[list[str]]:
        """The table's rows as they were written; empty where there is nothing."""
        with self.path(table).open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)


def _plain(row: DataRow) -> list[DataCell]:
    """As DuckDB reads it. Null is nothing, a number and a day are as they are written."""
    return [("true" if cell else "false") if isinstance(cell, bool) else cell for cell in row]


def _final(row: DataRow) -> list[DataCell]:
    """As it is given out: flags are 0 and 1, no text is taken for a formula."""
    return [
        (safe_text(cell) if cell and not cell[0].isalnum() else cell)
        if isinstance(cell, str)
        else int(cell)
        if isinstance(cell, bool)
        else cell
        for cell in row
    ]


# Rendering ------------------------------------------------------------------------------------

type _Told = Callable[[int], None]
"""Told how many rows have been written, of all tables."""


def _member(archive: ZipFile, name: str, compression: int = ZIP_DEFLATED) -> Any:
    info = ZipInfo(name, _EPOCH)
    info.compress_type, info.create_system, info.external_attr = compression, 3, 0o644 << 16
    return archive.open(info, "w", force_zip64=True)


def _write_about(archive: ZipFile, about: str) -> None:
    with _member(archive, ABOUT) as out:
        out.write(about.replace("\n", "\r\n").encode("utf-8-sig"))


def _write_csv(staged: _Staged, path: Path, about: str, told: _Told) -> None:
    """UTF-8 with a byte order mark, commas, CRLF, column names that are codes, flags 0 and 1, as
    the open data of the editions; a text that a spreadsheet would take for a formula has an
    apostrophe before it."""
    written = 0
    with ZipFile(path, "w") as archive:
        _write_about(archive, about)
        for table in TABLES:
            with (
                staged.path(table).open("rb") as file,
                _member(archive, f"{table.name}.csv") as out,
            ):
                shutil.copyfileobj(file, out, 1 << 20)
            written += staged.rows[table.name]
            told(written)


def _write_xlsx(staged: _Staged, path: Path, about: str, call: Call, told: _Told) -> None:
    """A sheet a table, numbers and dates as such. Text is written as text, so that none of it can
    be taken for a formula; a table longer than a sheet goes on in another."""
    book = Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": str(staged.folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": call.code, "created": datetime(call.year, 1, 1, tzinfo=UTC)})
    heading = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 120)
    for number, line in enumerate(about.splitlines()):
        sheet.write_string(number, 0, line)
    written = 0
    for table in TABLES:
        at, part = _SHEET_ROWS, 0
        for row in _rows_or_none(staged.read(table)):
            if at >= _SHEET_ROWS:
                part += 1
                sheet = _sheet(book, table, part, heading)
                at = 1
            if row is None:
                continue
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                if not cell:
                    continue
                if column.kind is CellKind.NUMBER:
                    sheet.write_number(at, place, int(cell))
                elif column.kind is CellKind.DAY:
                    sheet.write_datetime(at, place, datetime.fromisoformat(cell), day)
                elif column.kind is CellKind.FLAG:
                    sheet.write_boolean(at, place, cell == "true")
                else:
                    sheet.write_string(at, place, cell[:_LONGEST_CELL])
            at += 1
            written += 1
            if written % _TOLD_ROWS == 0:
                told(written)
    told(written)
    try:
        book.close()
    except FileCreateError as error:
        # As all else does that meets a full disk.
        raise OSError("the workbook could not be written") from error


def _rows_or_none(rows: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """The rows after a None, so that a table without any has its sheet too."""
    yield None
    yield from rows


def _sheet(book: Workbook, table: DataTable, part: int, heading: Any) -> Any:
    sheet = book.add_worksheet(table.name if part == 1 else f"{table.name} {part}")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        wide = column.kind is CellKind.TEXT and (column.written or column.name.endswith("_sv"))
        sheet.set_column(place, place, 28 if wide else 14)
        sheet.write_string(0, place, column.name, heading)
    return sheet


def _write_parquet(staged: _Staged, path: Path, about: str, told: _Told) -> None:
    """A file a table, written by DuckDB as those of a frozen data set; nothing is null."""
    written = 0
    with private_duckdb(staged.folder) as duck, ZipFile(path, "w") as archive:
        _write_about(archive, about)
        for table in TABLES:
            columns = ", ".join(f"'{column.name}': '{column.kind}'" for column in table.columns)
            target = staged.folder / f"{table.name}.parquet"
            duck.execute(
                f"COPY (SELECT * FROM read_csv('{staged.path(table)}', header = false, "
                f"auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
                f"max_line_size = 16777216, parallel = false, columns = {{{columns}}})) "
                f"TO '{target}' ({_PARQUET})"
            )
            with target.open("rb") as file, _member(archive, target.name, ZIP_STORED) as out:
                shutil.copyfileobj(file, out)
            target.unlink()
            written += staged.rows[table.name]
            told(written)
