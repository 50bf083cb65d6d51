"""Trainings from a CSV file: a line for each organisation that took part."""

import csv
from collections.abc import Collection, Iterator
from datetime import date

from applicants.checks import NumberFault, normalise_org_no
from applicants.models import Organisation
from core.models import County
from reporting.selectors.trainings import organisations_in_register
from reporting.services.trainings import LONGEST_TITLE, Held

from .supervision import LONGEST_CELL, MOST_ROWS, RowFault

COLUMNS = ("county", "held_on", "title", "org_no", "unit")

type Place = tuple[str, date, str]


def read_trainings(text: str, *, counties: Collection[str]) -> tuple[list[Held], list[RowFault]]:
    """The trainings in the file with their participants, and everything that is wrong with it:
    `columns`, `empty`, `long`, `county` (unknown, or not one of `counties`, which are codes),
    `date`, `organisation`, `rows` or `unreadable`. A line without a number names no participant.
    """
    # No text has the null character, and a database refuses it.
    lines = text.lstrip("\ufeff").replace("\0", "").splitlines()
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.DictReader(lines, delimiter=delimiter)
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
    known = _organisations(row["org_no"] for _line, row in rows if row["org_no"])
    places = County.objects.in_bulk(sorted(counties))
    found: dict[Place, dict[int, Organisation]] = {}
    faults: list[RowFault] = []
    for line, row in rows:
        wrong = list(_faults(line, row, known, places))
        faults += wrong
        if wrong:
            continue
        title = " ".join(row["title"].split())
        place = (_county(row["county"]), date.fromisoformat(row["held_on"]), title)
        took_part = found.setdefault(place, {})
        if row["org_no"]:
            organisation = known[_number(row["org_no"]), row["unit"].casefold()]
            took_part[organisation.pk] = organisation
    return [
        Held(places[county], held_on, title, tuple(took_part.values()))
        for (county, held_on, title), took_part in found.items()
    ], faults


def _county(code: str) -> str:
    """Spreadsheets take the first zero away."""
    return code.zfill(2) if code.isdecimal() else code


def _number(number: str) -> str:
    try:
        return normalise_org_no(number)
    except NumberFault:
        return number


def _organisations(numbers: Iterator[str]) -> dict[tuple[str, str], Organisation]:
    wanted = {_number(number) for number in numbers}
    rows = organisations_in_register().filter(org_no__in=wanted)
    return {(row.org_no, row.unit.casefold()): row for row in rows}


def _faults(
    line: int,
    row: dict[str, str],
    known: dict[tuple[str, str], Organisation],
    places: dict[str, County],
) -> Iterator[RowFault]:
    if _county(row["county"]) not in places:
        yield RowFault(line, "county", row["county"])
    try:
        date.fromisoformat(row["held_on"])
    except ValueError:
        yield RowFault(line, "date", row["held_on"])
    if not row["title"]:
        yield RowFault(line, "empty", "title")
    elif len(row["title"]) > LONGEST_TITLE:
        yield RowFault(line, "long", "title")
    if row["org_no"] and (_number(row["org_no"]), row["unit"].casefold()) not in known:
        yield RowFault(line, "organisation", f"{row['org_no']} {row['unit']}".strip())
