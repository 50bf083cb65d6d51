"""What was granted in a round, as open data: CSV and JSON, sent as it is fetched."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db.models import QuerySet

from grants.definitions import CallDefinition
from grants.models import Call
from grants.selectors.rounds import OutcomeCounts
from portal.selectors.rounds import Grant, area_titles, rows_of
from reporting.documents.csv import safe_text

CHUNK = 500
"""Grants to a part: what is held in memory, and fetched at a time."""
COLUMNS = (
    "number",
    "organisation",
    "org_no",
    "kind",
    "county_code",
    "county",
    "partners",
    "requested_sek",
    "granted_sek",
    "decided_on",
    "areas",
    "left_out",
    "revoked",
)


@dataclass(frozen=True, slots=True)
class RoundData:
    """A round as open data. `grants` are annotated with what they are sorted by; titles of areas
    are in `language`."""

    call: Call
    definition: CallDefinition
    counts: OutcomeCounts
    grants: QuerySet[Any]
    language: str

    def rows(self) -> Iterator[list[Grant]]:
        """All the grants by organisation, a part at a time."""
        found = self.grants.select_related("lead", "lead__county").order_by("name_key", "pk")
        for part in batched(found.iterator(chunk_size=CHUNK), CHUNK, strict=False):
            yield rows_of(part, self.call)

    def areas(self, grant: Grant) -> list[str] | None:
        """The titles of a grant's areas; None where they are not recorded."""
        if grant.areas is None:
            return None
        return area_titles(grant.areas, self.definition, self.language)


def round_csv(data: RoundData) -> Iterator[bytes]:
    """One line a grant: UTF-8 with a byte order mark, commas, CRLF, column names that are codes.

    Amounts are whole SEK, `left_out` is 1 where number and names are not told, a cell is empty
    where nothing is recorded. No person is named, and no address.
    """
    yield _part([COLUMNS]).encode("utf-8-sig")
    for rows in data.rows():
        yield _part(_line(row, data) for row in rows).encode()


def round_json(data: RoundData) -> Iterator[bytes]:
    """The same as one JSON object, with the call and its sums."""
    counts = data.counts
    head = {
        "call": data.call.code,
        "title": data.definition.title.in_(data.language),
        "agency": data.call.agency.code,
        "year": data.call.year,
        "frame_sek": counts.frame_sek,
        "applications": counts.applications,
        "requested_sek": counts.requested_sek,
        "granted_in_full": counts.full,
        "granted_in_part": counts.part,
        "rejected": counts.rejected,
        "dismissed": counts.dismissed,
        "withdrawn": counts.withdrawn,
        "undecided": counts.undecided,
        "granted_sek": counts.granted_sek,
    }
    opening = json.dumps(head, ensure_ascii=False, indent=1)
    yield (opening.removesuffix("\n}") + ',\n "grants": [').encode()
    first = True
    for rows in data.rows():
        lines = []
        for row in rows:
            lines.append("\n  " if first else ",\n  ")
            lines.append(json.dumps(_values(row, data), ensure_ascii=False))
            first = False
        yield "".join(lines).encode()
    yield b"\n ]\n}\n"


def _values(grant: Grant, data: RoundData) -> dict[str, Any]:
    return {
        "number": grant.number or None,
        "organisation": grant.name or None,
        "org_no": grant.org_no or None,
        "kind": grant.kind or None,
        "county_code": grant.county or None,
        "county": grant.county_name or None,
        "partners": list(grant.partners),
        "requested_sek": grant.requested_sek,
        "granted_sek": grant.granted_sek,
        "decided_on": None if grant.decided_on is None else grant.decided_on.isoformat(),
        "areas": data.areas(grant),
        "left_out": grant.secret,
        "revoked": grant.revoked,
    }


def _line(grant: Grant, data: RoundData) -> list[str | int]:
    return [_cell(value) for value in _values(grant, data).values()]


def _cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        return safe_text("; ".join(value))
    return safe_text(str(value))


def _part(lines: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()
