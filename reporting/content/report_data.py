"""The reports of a call as tables of data: which there are, their columns, what a cell may hold.

Long format: a row for each area, each option chosen, each value and each budget line. Codes stand
beside their labels in Swedish and English. Amounts are whole SEK, dates Swedish.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from reporting.enums import PackageStage

type DataCell = str | int | bool | date | None
type DataRow = tuple[DataCell, ...]
type PackageProgress = Callable[[PackageStage, int], None]
"""Told of what the making of a file is at and how much is done, 0–100."""


def tell_nobody(stage: PackageStage, percent: int) -> None:
    """Progress that nobody follows."""


class CellKind(StrEnum):
    """What a column holds, as DuckDB calls it."""

    TEXT = "VARCHAR"
    NUMBER = "BIGINT"
    DAY = "DATE"
    FLAG = "BOOLEAN"


class Place(StrEnum):
    """What stands where an answer could: `NOT_ASKED` (the question was not put, after what else
    was answered), `NOT_ANSWERED` (asked, and nothing there), `ANSWERED` (also an answer *no*),
    `LEFT_OUT` (answered with what looks like a personal identity number)."""

    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    ANSWERED = "answered"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column; `written` where its text comes from people, and may hold anything."""

    name: str
    kind: CellKind = CellKind.TEXT
    written: bool = False


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table, in the order in which its rows are made."""

    name: str
    columns: tuple[DataColumn, ...]


def _texts(*names: str) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name) for name in names)


def _labelled(name: str) -> tuple[DataColumn, ...]:
    return _texts(name, f"{name}_sv", f"{name}_en")


def _numbers(*names: str) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, CellKind.NUMBER) for name in names)


def _days(*names: str) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, CellKind.DAY) for name in names)


def _flags(*names: str) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, CellKind.FLAG) for name in names)


def _written(*names: str) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, written=True) for name in names)


_REPORT = _written("report")
_ASKED = (
    *_texts("area", "area_sv", "area_en", "part_org_no"),
    *_written("part"),
    *_texts("question", "question_sv", "question_en"),
    *_labelled("state"),
)

TABLES: tuple[DataTable, ...] = (
    DataTable(
        "reports",
        (
            *_REPORT,
            *_texts("definition"),
            *_numbers("definition_version"),
            *_labelled("stream"),
            *_numbers("year"),
            *_labelled("kind"),
            *_labelled("status"),
            *_days("due_on", "first_received_on"),
            *_flags("late"),
            *_numbers("version"),
            *_days("received_on"),
            *_texts("org_no"),
            *_written("unit", "organisation"),
            *_labelled("organisation_kind"),
            *_texts("county_code", "county", "municipality_code"),
            *_written("grants", "partners"),
            *_labelled("left_out"),
        ),
    ),
    DataTable("areas", (*_REPORT, *_labelled("area"), *_labelled("state"), *_labelled("status"))),
    DataTable("answers", (*_REPORT, *_ASKED, *_labelled("option"))),
    DataTable(
        "values",
        (*_REPORT, *_ASKED, *_texts("kind"), *_numbers("number"), *_days("day"), *_written("text")),
    ),
    DataTable(
        "economy",
        (
            *_REPORT,
            *_written("grant"),
            *_numbers("grant_year", "line"),
            *_labelled("area"),
            *_texts("org_no"),
            *_written("organisation", "title"),
            *_numbers("available_sek", "approved_sek", "spent_sek", "to_repay_sek"),
            *_written("why"),
            *_labelled("source"),
        ),
    ),
    DataTable(
        "questions",
        (
            *_texts("definition"),
            *_numbers("definition_version", "position"),
            *_texts("form"),
            *_labelled("area"),
            *_labelled("section"),
            *_texts("question", "kind"),
            *_flags("required", "conditional", "exported"),
            *_texts("text_sv", "text_en"),
        ),
    ),
    DataTable(
        "options",
        (
            *_texts("definition"),
            *_numbers("definition_version"),
            *_texts("form", "area", "question"),
            *_numbers("position"),
            *_labelled("option"),
            *_flags("exclusive"),
        ),
    ),
)
BY_NAME: Mapping[str, DataTable] = MappingProxyType({table.name: table for table in TABLES})

SCRUBBED = "■■■■■"
_PERSONAL = re.compile(
    r"(?<![\d-])(?:19|20)?(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]))"
    r"([-+ ]?)(\d{4})(?!\d)"
)
"""A personal identity number or a co-ordination number, whose day is 60 higher. The third and
fourth digits of an organisation number are 20 at least: none of them is one."""


def scrubbed(text: str) -> str:
    """The text without personal identity numbers: those with a sign between birthday and number,
    and of those without, the ones whose check digit is right."""
    return _PERSONAL.sub(_left_out, text)


def is_personal(number: int) -> bool:
    """Whether a whole number looks like a personal identity number."""
    text = str(number)
    return len(text) in (10, 12) and scrubbed(text) != text


def _left_out(match: re.Match[str]) -> str:
    day, sign, number = match.groups()
    return SCRUBBED if sign.strip() or _checks(day + number) else match.group()


def _checks(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of the others (Luhn's)."""
    total = 0
    for place, digit in enumerate(digits):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
