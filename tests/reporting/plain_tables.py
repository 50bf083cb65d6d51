"""Key figures and tables worked out slowly, in plain Python, row by row from the files.

Shares no code with the system but the definitions of the tables.
"""

import csv
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grants.definitions import TableDefinition, built_in_definition

SWEDEN = ZoneInfo("Europe/Stockholm")
DEFINITIONS = ("kommuner-2013", "foreningar-2013")


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_outcome(folder: Path, *, year: int, cutoff: date) -> dict[str, Any]:
    """What `outcome_tables` should print for the year in `folder`."""
    streams: dict[str, dict[str, Any]] = {}
    tables: dict[str, Any] = {}
    calls = {row["call"]: row for row in rows_of(folder, "calls")}
    for code in DEFINITIONS:
        definition = built_in_definition(code)
        own = {
            call
            for call, row in calls.items()
            if row["definition"] == code and int(row["year"]) == year
        }
        if not own:
            continue
        last = {
            call
            for call, row in calls.items()
            if row["definition"] == code and int(row["year"]) == year - 1
        }
        stream = definition.stream
        in_time, late = reports_of(folder, stream=stream, year=year, cutoff=cutoff)
        streams[stream] = key_figures(folder, year, own, last, in_time, late)
        for table in definition.tables:
            tables[str(table.number)] = table_cells(folder, table, set(in_time))
    order = [stream for stream in ("municipalities", "associations") if stream in streams]
    return {
        "year": year,
        "cutoff": cutoff.isoformat(),
        "key_figures": {stream: streams[stream] for stream in order},
        "tables": tables,
    }


def reports_of(
    folder: Path, *, stream: str, year: int, cutoff: date
) -> tuple[dict[str, list[str]], list[str]]:
    """References by report in time; and the late ones."""
    in_time: dict[str, list[str]] = {}
    late: list[str] = []
    for row in rows_of(folder, "reports"):
        if row["stream"] != stream or int(row["year"]) != year:
            continue
        day = datetime.fromisoformat(row["received_at"]).astimezone(SWEDEN).date()
        if day <= cutoff:
            in_time[row["report"]] = row["references"].split(";")
        else:
            late.append(row["report"])
    return in_time, late


def key_figures(
    folder: Path,
    year: int,
    own: set[str],
    last: set[str],
    in_time: dict[str, list[str]],
    late: list[str],
) -> dict[str, int]:
    joint = {row["reference"] for row in rows_of(folder, "partners")}
    call_of = {row["reference"]: row["call"] for row in rows_of(folder, "applications")}
    applications = [row for row in rows_of(folder, "applications") if row["call"] in own]
    granted = [row for row in applications if row["outcome"] == "granted"]
    funds = [row for row in rows_of(folder, "funds") if int(row["year"]) == year]
    this_money = [row for row in funds if call_of[row["reference"]] in own]
    last_money = [row for row in funds if call_of[row["reference"]] in last]
    attended = [
        row
        for row in rows_of(folder, "answers")
        if row["report"] in in_time
        and row["question"] == "attended_regional_training"
        and row["option"] == "yes"
    ]
    return {
        "applications": len(applications),
        "joint_applications": len([row for row in applications if row["reference"] in joint]),
        "requested_sek": sum(int(row["requested_sek"]) for row in applications),
        "granted": len(granted),
        "rejected": len([row for row in applications if row["outcome"] == "rejected"]),
        "withdrawn": len([row for row in applications if row["outcome"] == "withdrawn"]),
        "granted_sek": sum(int(row["granted_sek"]) for row in granted),
        "carried_over_sek": sum(int(row["available_sek"]) for row in last_money),
        "carried_over_spent_sek": sum(int(row["spent_sek"]) for row in last_money),
        "to_repay_sek": sum(int(row["to_repay_sek"]) for row in last_money),
        "spent_sek": sum(int(row["spent_sek"]) for row in this_money),
        "remaining_sek": sum(
            int(row["available_sek"]) - int(row["spent_sek"]) for row in this_money
        ),
        "reports": len(in_time),
        "joint_reports": len([r for r in in_time.values() if any(ref in joint for ref in r)]),
        "late_reports": len(late),
        "attended_regional_training": len(attended),
    }


def table_cells(folder: Path, table: TableDefinition, in_time: set[str]) -> dict[str, Any]:
    kind = table.kind.value
    if kind == "area_status_counts":
        rows: list[dict[str, Any]] = []
        for area in table.row_codes:
            statuses = [
                row["status"]
                for row in rows_of(folder, "areas")
                if row["report"] in in_time and row["area"] == area
            ]
            values = [
                len(statuses) if column == "had_funding" else statuses.count(column)
                for column in table.column_codes
            ]
            rows.append({"code": area, "values": values})
        return {"n": len(in_time), "rows": rows}
    answers = [
        row
        for row in rows_of(folder, "answers")
        if row["report"] in in_time and row["question"] == table.question
    ]
    if kind == "multi_choice_counts":
        chosen = [row for row in answers if row["area"] == table.area]
        return {
            "n": len({row["report"] for row in chosen}),
            "rows": [
                {"code": option, "values": [len([r for r in chosen if r["option"] == option])]}
                for option in table.row_codes
            ],
        }
    rows = []
    for area in table.row_codes:
        chosen = [row for row in answers if row["area"] == area]
        n = len({row["report"] for row in chosen})
        counts = [len([r for r in chosen if r["option"] == o]) for o in table.column_codes]
        one = kind == "single_choice_percent"
        values = adding_up(counts) if one else [half_up(count, n) for count in counts]
        rows.append({"code": area, "n": n, "values": values})
    return {"rows": rows}


def adding_up(counts: list[int]) -> list[int]:
    """One point at a time to the share that has lost most by being rounded down."""
    n = sum(counts)
    if n == 0:
        return [0 for _ in counts]
    exact = [Fraction(100 * count, n) for count in counts]
    shares = [int(share) for share in exact]
    given: set[int] = set()
    while sum(shares) < 100:
        best = None
        for i in range(len(counts)):
            if i in given:
                continue
            lost = exact[i] - int(exact[i])
            if best is None or (lost, counts[i]) > (exact[best] - int(exact[best]), counts[best]):
                best = i
        assert best is not None
        given.add(best)
        shares[best] += 1
    return shares


def half_up(count: int, n: int) -> int:
    if n == 0:
        return 0
    share = Decimal(100 * count) / Decimal(n)
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
