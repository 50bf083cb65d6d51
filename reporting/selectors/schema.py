"""What a frozen data set holds: its tables, their columns and their total order.

Rows are known by business keys (call code, number of the case, reference of the report, key of
the organisation), never by the database's own ids, and hold no clocks: the same records give
the same data set wherever and whenever it is frozen. Amounts are whole SEK, times UTC.

The identity of a data set is the SHA-256 of the canonical JSON of its contents' description:
format, and for each table the number of rows and for each column its name, its type and the
SHA-256 of each part of its canonical form. With the rows in the table's order, those parts are

- `present`: a byte a row, 1 where there is a value and 0 where it is null;
- `values`, of all but TEXT: the values one after another, least significant byte first, null as
  nought: a truth value in 1 byte, SMALLINT in 2, INTEGER in 4, BIGINT in 8, a date as days since
  1970-01-01 in 4, a time as microseconds since then in 8;
- `lengths` and `texts`, of TEXT: the number of bytes of each text, in 4 bytes each, and the texts
  one after another, in UTF-8, null as the empty text;
- `codes`, of CODE, which is text with few different values: the different texts, in the order
  of their bytes, as canonical JSON; `values` are then each row's place among them, from nought.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FORMAT = 2
"""Raised when the tables, their columns, or the canonical form change."""


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """One table of the data set. `columns` are name and type, in the order written; types are
    DuckDB's, besides TEXT and CODE. `order` names the columns that part any two rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)


TEXT, CODE = "TEXT", "CODE"
"""Text, which DuckDB reads as VARCHAR; CODE is text with few different values."""

_SEK = "BIGINT"
_SMALL = "SMALLINT"

TABLES: tuple[DatasetTable, ...] = (
    DatasetTable(
        "edition",
        (
            ("agency", TEXT),
            ("agency_name_sv", TEXT),
            ("agency_name_en", TEXT),
            ("agency_short", TEXT),
            ("year", _SMALL),
            ("cutoff", "DATE"),
        ),
        ("agency",),
    ),
    DatasetTable(
        "calls",
        (
            ("call", TEXT),
            ("stream", TEXT),
            ("year", _SMALL),
            ("frame_sek", _SEK),
            ("opens_on", "DATE"),
            ("closes_on", "DATE"),
            ("measured_on", "DATE"),
            ("spend_by", "DATE"),
            ("report_cutoff", "DATE"),
            ("preliminary", "BOOLEAN"),
        ),
        ("call",),
    ),
    DatasetTable(
        "definitions",
        (("call", TEXT), ("code", TEXT), ("version", "INTEGER"), ("document", TEXT)),
        ("call",),
    ),
    DatasetTable(
        "organisations",
        (
            ("organisation", TEXT),
            ("org_no", TEXT),
            ("unit", TEXT),
            ("name", TEXT),
            ("kind", TEXT),
            ("county_code", TEXT),
            ("county_letter", TEXT),
            ("county_position", _SMALL),
            ("municipality_code", TEXT),
        ),
        ("organisation",),
    ),
    DatasetTable(
        "applications",
        (
            ("call", TEXT),
            ("number", TEXT),
            ("lead", TEXT),
            ("received_at", "TIMESTAMP"),
            ("requested_sek", _SEK),
            ("outcome", TEXT),
            ("granted_sek", _SEK),
            ("decided_on", "DATE"),
        ),
        ("call", "number"),
    ),
    DatasetTable(
        "participations",
        (("call", TEXT), ("number", TEXT), ("organisation", TEXT), ("role", TEXT)),
        ("call", "number", "organisation"),
    ),
    DatasetTable(
        "funds",
        (
            ("call", TEXT),
            ("number", TEXT),
            ("year", _SMALL),
            ("available_sek", _SEK),
            ("spent_sek", _SEK),
            ("to_repay_sek", _SEK),
        ),
        ("call", "number", "year"),
    ),
    DatasetTable(
        "reports",
        (
            ("report", TEXT),
            ("stream", TEXT),
            ("organisation", TEXT),
            ("kind", TEXT),
            ("in_time", "BOOLEAN"),
            ("first_received_at", "TIMESTAMP"),
            ("version", _SMALL),
            ("received_at", "TIMESTAMP"),
        ),
        ("report",),
    ),
    DatasetTable(
        "report_grants",
        (("report", TEXT), ("position", _SMALL), ("call", TEXT), ("number", TEXT)),
        ("report", "position"),
    ),
    DatasetTable(
        "areas",
        (("stream", CODE), ("report", CODE), ("area", CODE), ("status", CODE)),
        ("stream", "report", "area"),
    ),
    DatasetTable(
        "answers",
        (
            ("stream", CODE),
            ("report", CODE),
            ("area", CODE),
            ("question", CODE),
            ("option", CODE),
            ("value", TEXT),
        ),
        ("stream", "report", "area", "question", "option"),
    ),
    DatasetTable(
        "findings",
        (
            ("call", TEXT),
            ("number", TEXT),
            ("requirement", TEXT),
            ("organisation", TEXT),
            ("finding", TEXT),
        ),
        ("call", "number", "requirement", "organisation"),
    ),
)

BY_NAME: Mapping[str, DatasetTable] = MappingProxyType({table.name: table for table in TABLES})
