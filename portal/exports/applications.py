"""The cases of a list as CSV, a part at a time, whatever their number."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from applicants.enums import OrganisationKind
from grants.enums import Status
from grants.models import Application
from grants.selectors import applications_listed
from reporting.documents.csv import safe_text

CHUNK = 500
"""Cases to a part: what is held in memory, and fetched at a time."""
_SOURCES = {
    "number": "number_key",
    "agency": "call__agency__code",
    "call": "call__code",
    "year": "call__year",
    "stream": "call__stream",
    "lead_org_no": "lead__org_no",
    "lead_unit": "lead__unit",
    "lead": "lead__name",
    "kind": "lead__kind",
    "kind_label": "lead__kind",
    "county_code": "lead__county",
    "county": "lead__county__name",
    "municipality_code": "lead__municipality",
    "partners": "partner_count",
    "received_on": "received_at",
    "late": "late",
    "requested_sek": "requested_sek",
    "granted_sek": "granted_sek",
    "decided_on": "decided_on",
    "status": "status",
    "status_label": "status",
    "spent_sek": "spent_sek",
    "to_repay_sek": "to_repay_sek",
}
COLUMNS = tuple(_SOURCES)


def applications_csv(applications: QuerySet[Application]) -> Iterator[bytes]:
    """One line a case, the last received first, in parts of some hundred lines.

    As the open data of the editions: UTF-8 with a byte order mark, commas, CRLF, column names
    that are codes. `applications` are those of portal.selectors.listing.applications_found.
    Amounts are whole SEK, `received_on` is a Swedish date, `late` is 0 or 1; a cell is empty
    where nothing is recorded. Labels are in the language that is active now. No person is named.

    Each part is fetched when it is asked for: by a cursor at the server on PostgreSQL.
    """
    labels = {
        "kind_label": {str(kind): str(kind.label) for kind in OrganisationKind},
        "status_label": {str(status): str(status.label) for status in Status},
    }
    rows = (
        applications_listed(applications)
        .order_by("-received_at", "-pk")
        .values_list(*(F(source) for source in _SOURCES.values()))
    )
    return _parts(rows, labels)


def _parts(rows: QuerySet[Any, Any], labels: dict[str, dict[str, str]]) -> Iterator[bytes]:
    yield _part([COLUMNS]).encode("utf-8-sig")
    for batch in batched(rows.iterator(chunk_size=CHUNK), CHUNK, strict=False):
        yield _part(_line(row, labels) for row in batch).encode()


def _part(lines: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _line(row: tuple[Any, ...], labels: dict[str, dict[str, str]]) -> list[str | int]:
    return [
        _cell(labels[name].get(value, value) if name in labels else value)
        for name, value in zip(COLUMNS, row, strict=True)
    ]


def _cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).date().isoformat()
    return safe_text(str(value))
