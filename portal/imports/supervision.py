"""Supervision decisions from a CSV file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from applicants.checks import NumberFault, normalise_org_no
from applicants.models import Organisation
from reviews.services.supervision import Entered

COLUMNS = ("org_no", "unit", "authority", "number", "decided_on", "adverse", "summary", "url")
MOST_ROWS = 5_000
LONGEST_CELL = 131_072
"""In characters: what `csv` takes, unless somebody in the process has told it otherwise."""
LONGEST_URL = 500
"""In characters, as the table holds."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a line: `columns`, `empty`, `organisation`, `date`, `adverse`, `long`,
    `link`, `rows` or `unreadable`, with the value."""

    line: int
    code: str
    value: str


def read_supervision(text: str) -> tuple[list[Entered], list[RowFault]]:
    """The decisions in the file, and everything that is wrong with it."""
    # No text has the null character, and a database refuses it.
    reader = csv.DictReader(text.lstrip("\ufeff").replace("\0", "").splitlines())
    try:
        missing = [name for name in COLUMNS[:-1] if name not in (reader.fieldnames or ())]
        if missing:
            return [], [RowFault(1, "columns", ", ".join(missing))]
        rows = [
            (reader.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS})
            for row in reader
        ]
    except csv.Error:
        return [], [RowFault(reader.line_num + 1, "unreadable", "")]
    for line, row in rows:
        if any(len(cell) > LONGEST_CELL for cell in row.values()):
            return [], [RowFault(line, "unreadable", "")]
    if len(rows) > MOST_ROWS:
        return [], [RowFault(MOST_ROWS + 2, "rows", str(len(rows)))]
    known = _organisations(row["org_no"] for _line, row in rows)
    found: list[Entered] = []
    faults: list[RowFault] = []
    for line, row in rows:
        wrong = list(_faults(line, row, known))
        faults += wrong
        if not wrong:
            found.append(
                Entered(
                    organisation=known[_key(row["org_no"]), row["unit"].casefold()],
                    authority=row["authority"],
                    number=row["number"],
                    decided_on=date.fromisoformat(row["decided_on"]),
                    adverse=row["adverse"].casefold() in ("yes", "ja"),
                    summary=row["summary"],
                    url=row["url"],
                )
            )
    return found, faults


def _key(number: str) -> str:
    try:
        return normalise_org_no(number)
    except NumberFault:
        return number


def _organisations(numbers: Iterator[str]) -> dict[tuple[str, str], Organisation]:
    wanted = {_key(number) for number in numbers}
    rows = Organisation.objects.filter(org_no__in=wanted)
    return {(row.org_no, row.unit.casefold()): row for row in rows}


def _faults(
    line: int, row: dict[str, str], known: dict[tuple[str, str], Organisation]
) -> Iterator[RowFault]:
    for name, most in (("authority", 200), ("number", 100), ("summary", 4_000)):
        if not row[name]:
            yield RowFault(line, "empty", name)
        elif len(row[name]) > most:
            yield RowFault(line, "long", name)
    if (_key(row["org_no"]), row["unit"].casefold()) not in known:
        yield RowFault(line, "organisation", f"{row['org_no']} {row['unit']}".strip())
    try:
        date.fromisoformat(row["decided_on"])
    except ValueError:
        yield RowFault(line, "date", row["decided_on"])
    if row["adverse"].casefold() not in ("yes", "no", "ja", "nej"):
        yield RowFault(line, "adverse", row["adverse"])
    if len(row["url"]) > LONGEST_URL:
        yield RowFault(line, "long", "url")
    elif row["url"] and not row["url"].startswith(("https://", "http://")):
        yield RowFault(line, "link", row["url"])
