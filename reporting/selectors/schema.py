"""What a frozen data set holds: its tables, their columns and their total order.

Rows are known by business keys (call code, number of the case, reference of the report, key of
the organisation), never by the database's own ids, and hold no clocks: the same records give
the same data set wherever and whenever it is frozen. Amounts are whole SEK, times UTC.

The identity of a data set is the SHA-256 of the canonical JSON of its contents' description:
format, and for each table its columns, the number of rows and the SHA-256 of its canonical rows.
Canonical rows are UTF-8 CSV without a header, in the table's order, one line feed after each
row, with double quotes only around a field that needs them (RFC 4180); null is the empty
field, dates are `2013-03-14`, times `2013-03-14 12:00:00` (with decimals where there are any),
truth values `true` and `false`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FORMAT = 1
"""Raised when the tables, their columns, or the canonical form change."""


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """One table of the data set. `columns` are name and DuckDB type, in the order written;
    `order` names the columns that part any two rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)


_TEXT = "VARCHAR"
_SEK = "BIGINT"
_SMALL = "SMALLINT"

TABLES: tuple[DatasetTable, ...] = (
    DatasetTable(
        "edition",
        (
            ("agency", _TEXT),
            ("agency_name_sv", _TEXT),
            ("agency_name_en", _TEXT),
            ("agency_short", _TEXT),
            ("year", _SMALL),
            ("cutoff", "DATE"),
        ),
        ("agency",),
    ),
    DatasetTable(
        "calls",
        (
            ("call", _TEXT),
            ("stream", _TEXT),
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
        (("call", _TEXT), ("code", _TEXT), ("version", "INTEGER"), ("document", _TEXT)),
        ("call",),
    ),
    DatasetTable(
        "organisations",
        (
            ("organisation", _TEXT),
            ("org_no", _TEXT),
            ("unit", _TEXT),
            ("name", _TEXT),
            ("kind", _TEXT),
            ("county_code", _TEXT),
            ("county_letter", _TEXT),
            ("county_position", _SMALL),
            ("municipality_code", _TEXT),
        ),
        ("organisation",),
    ),
    DatasetTable(
        "applications",
        (
            ("call", _TEXT),
            ("number", _TEXT),
            ("lead", _TEXT),
            ("received_at", "TIMESTAMP"),
            ("requested_sek", _SEK),
            ("outcome", _TEXT),
            ("granted_sek", _SEK),
            ("decided_on", "DATE"),
        ),
        ("call", "number"),
    ),
    DatasetTable(
        "participations",
        (("call", _TEXT), ("number", _TEXT), ("organisation", _TEXT), ("role", _TEXT)),
        ("call", "number", "organisation"),
    ),
    DatasetTable(
        "funds",
        (
            ("call", _TEXT),
            ("number", _TEXT),
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
            ("report", _TEXT),
            ("stream", _TEXT),
            ("organisation", _TEXT),
            ("kind", _TEXT),
            ("in_time", "BOOLEAN"),
            ("first_received_at", "TIMESTAMP"),
            ("version", _SMALL),
            ("received_at", "TIMESTAMP"),
        ),
        ("report",),
    ),
    DatasetTable(
        "report_grants",
        (("report", _TEXT), ("position", _SMALL), ("call", _TEXT), ("number", _TEXT)),
        ("report", "position"),
    ),
    DatasetTable(
        "areas",
        (("stream", _TEXT), ("report", _TEXT), ("area", _TEXT), ("status", _TEXT)),
        ("stream", "report", "area"),
    ),
    DatasetTable(
        "answers",
        (
            ("stream", _TEXT),
            ("report", _TEXT),
            ("area", _TEXT),
            ("question", _TEXT),
            ("option", _TEXT),
            ("value", _TEXT),
        ),
        ("stream", "report", "area", "question", "option"),
    ),
    DatasetTable(
        "findings",
        (
            ("call", _TEXT),
            ("number", _TEXT),
            ("requirement", _TEXT),
            ("organisation", _TEXT),
            ("finding", _TEXT),
        ),
        ("call", "number", "requirement", "organisation"),
    ),
)

BY_NAME: Mapping[str, DatasetTable] = MappingProxyType({table.name: table for table in TABLES})
