"""Reading the rows of a programme year: from a folder of CSV files, or from one workbook."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from python_calamine import CalamineError, CalamineWorkbook

from portal.checks.faults import Faults
from portal.checks.interchange import COLUMNS, OPTIONAL

type Row = tuple[int, list[str]]
"""Row number as a spreadsheet counts (the header is 1), and the cells in the format's order."""

_LARGEST_FIELD = 1_000_000


class Source(Protocol):
    """A programme year's tables, whatever they are stored as."""

    def label(self, table: str) -> str:
        """What the table is called in faults."""

    def rows(self, table: str) -> Iterator[Row]:
        """The table's rows, blank ones left out. Faults of the file itself are noted."""

    def unread(self) -> list[str]:
        """What lies there that the format does not know."""


def open_source(path: Path, faults: Faults) -> Source | None:
    """The folder or workbook; None, with a fault, where there is nothing to read."""
    if path.is_dir():
        folder = _Folder(path, faults)
        return folder if folder.complete() else None
    if not path.is_file():
        faults.add(str(path), None, None, None, "no_folder")
        return None
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        faults.add(path.name, None, None, None, "unreadable", reason=str(error))
        return None
    sheets = _Workbook(path, workbook, faults)
    return sheets if sheets.complete() else None


def _columns(header: list[str], table: str, label: str, faults: Faults) -> list[int] | None:
    """Where each of the format's columns stands; None, with faults, where the header is wrong."""
    expected = COLUMNS[table]
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if len(names) == 1 and len(expected) > 1:
        for sign, shown in ((";", ";"), ("\t", "tab"), ("|", "|")):
            if sign in names[0]:
                faults.add(
                    label,
                    1,
                    None,
                    names[0],
                    "wrong_delimiter",
                    found=shown,
                    expected=",".join(expected),
                )
                return None
    right = True
    for position, name in enumerate(names):
        if name not in expected:
            faults.add(label, 1, name, None, "unknown_column", expected=", ".join(expected))
            right = False
        elif name in names[:position]:
            faults.add(label, 1, name, None, "repeated_column")
            right = False
    for name in expected:
        if name not in names:
            faults.add(label, 1, name, None, "missing_column")
            right = False
    return [names.index(name) for name in expected] if right else None


def _arranged(
    rows: Iterator[Row], table: str, label: str, faults: Faults, *, ragged: bool
) -> Iterator[Row]:
    """Rows below the header, in the format's order of columns. `ragged` rows end where they do."""
    first = next(rows, None)
    if first is None:
        faults.add(label, None, None, None, "empty_file", expected=",".join(COLUMNS[table]))
        return
    places = _columns(first[1], table, label, faults)
    if places is None:
        return
    width = len(places)
    in_order = places == list(range(width))
    for number, cells in rows:
        # A spreadsheet writes a blank row as commas.
        if not (cells and cells[0]) and not any(cells):
            continue
        if len(cells) != width:
            if ragged:
                found, beyond = len(cells), cells[width:]
                cells = [*cells[:width], *[""] * (width - found)]
                if any(beyond):
                    faults.add(label, number, None, None, "cell_count", found=found, expected=width)
                    continue
            else:
                faults.add(
                    label, number, None, None, "cell_count", found=len(cells), expected=width
                )
                continue
        yield number, cells if in_order else [cells[place] for place in places]


class _Folder:
    """CSV files: UTF-8 with or without a byte order mark, commas, a header row."""

    def __init__(self, path: Path, faults: Faults) -> None:
        self._path = path
        self._faults = faults

    def complete(self) -> bool:
        found = True
        for table in COLUMNS:
            if table not in OPTIONAL and not (self._path / f"{table}.csv").is_file():
                self._faults.add(f"{table}.csv", None, None, None, "missing_file")
                found = False
        return found

    def label(self, table: str) -> str:
        return f"{table}.csv"

    def rows(self, table: str) -> Iterator[Row]:
        path = self._path / f"{table}.csv"
        if not path.is_file():
            return
        label = self.label(table)
        try:
            with path.open("rb") as file:
                if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                    self._faults.add(label, 1, None, None, "wrong_encoding", found="UTF-16")
                    return
                file.seek(0)
                yield from _arranged(
                    self._records(file, label), table, label, self._faults, ragged=False
                )
        except OSError as error:
            self._faults.add(label, None, None, None, "unreadable", reason=error.strerror)

    def unread(self) -> list[str]:
        known = {f"{table}.csv" for table in COLUMNS}
        return sorted(
            each.name
            for each in self._path.iterdir()
            if each.name not in known and each.suffix.lower() in {".csv", ".xlsx", ".txt"}
        )

    def _records(self, file: BinaryIO, label: str) -> Iterator[Row]:
        csv.field_size_limit(_LARGEST_FIELD)
        records = csv.reader(self._lines(file, label), strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error as error:
                self._faults.add(label, number, None, None, "bad_quoting", reason=str(error))
                return
            if cells or number == 1:
                yield number, cells

    def _lines(self, file: BinaryIO, label: str) -> Iterator[str]:
        for number, line in enumerate(file, start=1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"0x{line[error.start]:02x}"
                self._faults.add(label, number, None, None, "bad_encoding", byte=byte)
                text = line.decode("utf-8", errors="replace")
            if "\x00" in text:
                self._faults.add(label, number, None, None, "bad_character")
                text = text.replace("\x00", "")
            yield text


class _Workbook:
    """One workbook with a sheet for each file; dates and numbers as the cells have them."""

    def __init__(self, path: Path, workbook: CalamineWorkbook, faults: Faults) -> None:
        self._path = path
        self._workbook = workbook
        self._faults = faults
        self._sheets = {name.strip().casefold(): name for name in workbook.sheet_names}

    def complete(self) -> bool:
        found = True
        for table in COLUMNS:
            if table not in OPTIONAL and table not in self._sheets:
                self._faults.add(self.label(table), None, None, None, "missing_sheet")
                found = False
        return found

    def label(self, table: str) -> str:
        return f"{self._path.name}: {table}"

    def rows(self, table: str) -> Iterator[Row]:
        if table not in self._sheets:
            return
        label = self.label(table)
        try:
            sheet = self._workbook.get_sheet_by_name(self._sheets[table])
        except (CalamineError, OSError) as error:
            self._faults.add(label, None, None, None, "unreadable", reason=str(error))
            return
        yield from _arranged(self._records(sheet), table, label, self._faults, ragged=True)

    def unread(self) -> list[str]:
        return [name for folded, name in self._sheets.items() if folded not in COLUMNS]

    @staticmethod
    def _records(sheet: object) -> Iterator[Row]:
        rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined]
        for number, cells in enumerate(rows, start=1):
            texts = [_cell_text(cell) for cell in cells]
            if any(texts) or number == 1:
                yield number, texts


def _cell_text(cell: object) -> str:
    """A cell's value as a CSV file would have it."""
    match cell:
        case str():
            return cell.replace("\x00", "")
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case time() | timedelta():
            return str(cell)
        case _:
            return "" if cell is None else str(cell)
