"""The ledger as CSV, a part at a time, whatever its length: for the accounting system."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from grants.models import LedgerEntry
from reporting.documents.csv import safe_text

CHUNK = 1_000
"""Entries to a part: what is held in memory, and fetched at a time."""
_SOURCES = {
    "entry": "pk",
    "booked_on": "booked_on",
    "kind": "kind",
    "year": "year",
    "amount_sek": "amount_sek",
    "agency": "application__call__agency__code",
    "call": "application__call__code",
    "register_number": "application__register_number",
    "reference": "application__reference",
    "org_no": "organisation__org_no",
    "unit": "organisation__unit",
    "organisation": "organisation__name",
    "county_code": "organisation__county",
    "key": "idempotency_key",
    "reverses": "reverses",
    "reversed": "is_reversed",
}
COLUMNS = tuple(_SOURCES)


def ledger_csv(entries: QuerySet[LedgerEntry]) -> Iterator[bytes]:
    """One line an entry, in the order in which they were booked, in parts of some hundred lines.

    UTF-8 with a byte order mark, commas, CRLF, column names and kinds that are codes. Amounts are
    whole SEK and never negative: what a kind does to the balance its name says. A reversal names
    the entry that it undoes in `reverses`, which has `reversed` 1. No person is named.
    """
    undone = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    rows = (
        entries.annotate(is_reversed=Exists(undone)).order_by("pk").values_list(*_SOURCES.values())
    )
    yield _part([COLUMNS]).encode("utf-8-sig")
    for batch in batched(rows.iterator(chunk_size=CHUNK), CHUNK, strict=False):
        yield _part([_cell(value) for value in row] for row in batch).encode()


def _part(lines: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    return safe_text(str(value))
