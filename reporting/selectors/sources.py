"""What a freeze reads from the database, as SQL that SQLite and PostgreSQL both understand.

`%(agency)s` and `%(year)s` are parameters, and `%(before)s` the first moment that is too late.
"""

# SQL is put together from fixed text only; values are parameters.
# ruff: noqa: S608

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.utils.timezone import get_default_timezone

from grants.models import Application


class Kind(StrEnum):
    """How a column is read. CODE and TEXT are text, which is empty where it is null; CODE holds
    nothing that CSV would have to quote."""

    INTEGER = "BIGINT"
    CODE = "code"
    TEXT = "text"
    DATE = "DATE"
    TIME = "TIMESTAMP"
    BOOLEAN = "BOOLEAN"

    @property
    def duckdb(self) -> str:
        """The type in DuckDB."""
        return "VARCHAR" if self.is_text else self.value

    @property
    def is_text(self) -> bool:
        """Whether the column is text."""
        return self in (Kind.CODE, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Source:
    """One reading: `columns` are name, kind and expression; `tables` is FROM and all after it.

    With `of_versions`, `tables` is a table `t`, and those of its rows are read that belong to a
    version that counts: its `version_id` is read as the first column, and all others are CODE
    and never null. They are many, with few different values.
    """

    name: str
    columns: tuple[tuple[str, Kind, str], ...]
    tables: str
    of_versions: bool = False


def received_before(cutoff: date) -> datetime:
    """The first moment that is too late: midnight, Swedish time, after the cut-off day.

    The calendar ends on 9999-12-31, which has no day after it.
    """
    last = min(cutoff, date.max - timedelta(days=1))
    return datetime.combine(last + timedelta(days=1), time.min, tzinfo=get_default_timezone())


# Of each report in time the latest version received by the cut-off.
VERSIONS = """
    SELECT v.id FROM reporting_reportversion v JOIN reporting_report r ON r.id = v.report_id
    WHERE r.agency_id = %(agency)s AND r.year = %(year)s AND r.first_received_at < %(before)s
    AND v.received_at < %(before)s AND NOT EXISTS (
        SELECT 1 FROM reporting_reportversion n WHERE n.report_id = v.report_id
        AND n.received_at < %(before)s AND (n.received_at > v.received_at
            OR (n.received_at = v.received_at AND n.number > v.number)))"""
# A case with an amount was granted, whatever has become of it since; a closed one without ended as
# its last decision says, and was withdrawn where there is none.
_OUTCOME = """CASE
    WHEN a.granted_sek IS NOT NULL THEN 'granted'
    WHEN a.status IN ('rejected', 'dismissed', 'withdrawn') THEN a.status
    WHEN a.status = 'closed' THEN coalesce(
        (SELECT d.outcome FROM grants_decision d WHERE d.application_id = a.id
         AND NOT EXISTS (SELECT 1 FROM grants_decision n WHERE n.supersedes_id = d.id)
         ORDER BY d.id DESC LIMIT 1), 'withdrawn')
    ELSE 'pending' END"""


# A case has a row for the year when what was spent in it has been booked. A reversal takes back
# what it reverses.
_SIGNED = "CASE WHEN o.id IS NULL THEN e.amount_sek ELSE -e.amount_sek END"
_KIND = "coalesce(o.kind, e.kind)"
_MONEY = f"""FROM (
    SELECT e.application_id, max(a.call_id) AS call_id,
        sum(CASE WHEN {_KIND} IN ('granted', 'carried_in') THEN {_SIGNED} ELSE 0 END) AS available,
        sum(CASE WHEN {_KIND} = 'spent' THEN {_SIGNED} ELSE 0 END) AS spent,
        sum(CASE WHEN {_KIND} = 'claimed' THEN {_SIGNED} ELSE 0 END) AS to_repay,
        sum(CASE WHEN {_KIND} <> 'spent' THEN 0 WHEN o.id IS NULL THEN 1 ELSE -1 END) AS measured
    FROM grants_ledgerentry e
    JOIN grants_application a ON a.id = e.application_id
    LEFT JOIN grants_ledgerentry o ON o.id = e.reverses_id
    WHERE e.year = %(year)s
    GROUP BY e.application_id
) m WHERE measured > 0"""


def _findings_table() -> str:
    """The table of findings, reached through the case: this room does not know that one."""
    related: Any = Application._meta.get_field("findings").related_model
    return str(related._meta.db_table)


def sources() -> tuple[Source, ...]:
    """What is read first: the year's reports, what they answer for, and the year's money."""
    return (
        Source(
            "reports",
            (
                ("report_id", Kind.INTEGER, "r.id"),
                ("report", Kind.TEXT, "r.code"),
                ("stream", Kind.CODE, "r.stream"),
                ("organisation_id", Kind.INTEGER, "r.organisation_id"),
                ("kind", Kind.CODE, "r.kind"),
                ("first_received_at", Kind.TIME, "r.first_received_at"),
                (
                    "in_time",
                    Kind.BOOLEAN,
                    "CASE WHEN r.first_received_at < %(before)s THEN 1 ELSE 0 END",
                ),
            ),
            "FROM reporting_report r WHERE r.agency_id = %(agency)s AND r.year = %(year)s "
            "AND r.first_received_at IS NOT NULL",
        ),
        Source(
            "versions",
            (
                ("report_id", Kind.INTEGER, "v.report_id"),
                ("version_id", Kind.INTEGER, "v.id"),
                ("version", Kind.INTEGER, "v.number"),
                ("received_at", Kind.TIME, "v.received_at"),
            ),
            f"FROM reporting_reportversion v WHERE v.id IN ({VERSIONS})",
        ),
        Source(
            "answers",
            (
                ("version_id", Kind.INTEGER, "t.version_id"),
                ("area", Kind.CODE, "t.area"),
                ("question", Kind.CODE, "t.question"),
                ("option", Kind.CODE, "t.option"),
            ),
            "FROM reporting_reportanswer t",
            of_versions=True,
        ),
        Source(
            "areas",
            (
                ("version_id", Kind.INTEGER, "t.version_id"),
                ("area", Kind.CODE, "t.area"),
                ("status", Kind.CODE, "t.status"),
            ),
            "FROM reporting_reportarea t",
            of_versions=True,
        ),
        Source(
            "grants",
            (
                ("report_id", Kind.INTEGER, "f.report_id"),
                ("position", Kind.INTEGER, "f.position"),
                ("case_id", Kind.INTEGER, "f.application_id"),
                ("call_id", Kind.INTEGER, "a.call_id"),
            ),
            "FROM reporting_report r JOIN reporting_reportreference f ON f.report_id = r.id "
            "JOIN grants_application a ON a.id = f.application_id "
            "WHERE r.agency_id = %(agency)s AND r.year = %(year)s "
            "AND r.first_received_at IS NOT NULL",
        ),
        Source(
            "money",
            (
                ("case_id", Kind.INTEGER, "application_id"),
                ("call_id", Kind.INTEGER, "call_id"),
                ("available_sek", Kind.INTEGER, "available"),
                ("spent_sek", Kind.INTEGER, "spent"),
                ("to_repay_sek", Kind.INTEGER, "to_repay"),
            ),
            _MONEY,
        ),
        Source(
            "organisations",
            (
                ("organisation_id", Kind.INTEGER, "o.id"),
                ("key", Kind.TEXT, "e.key"),
                ("org_no", Kind.CODE, "o.org_no"),
                ("unit", Kind.TEXT, "o.unit"),
                ("name", Kind.TEXT, "e.name"),
                ("kind", Kind.CODE, "e.kind"),
                ("county_code", Kind.CODE, "e.county_id"),
                ("municipality_code", Kind.CODE, "e.municipality_id"),
            ),
            "FROM applicants_organisationentry e "
            "JOIN applicants_organisation o ON o.id = e.organisation_id "
            "WHERE e.agency_id = %(agency)s AND e.year = %(year)s",
        ),
    )


def sources_of_calls(call_ids: Sequence[int]) -> tuple[Source, ...]:
    """The cases of these calls, and what hangs on them."""
    calls = ", ".join(str(int(pk)) for pk in call_ids)
    return (
        Source(
            "cases",
            (
                ("case_id", Kind.INTEGER, "a.id"),
                ("call_id", Kind.INTEGER, "a.call_id"),
                (
                    "number",
                    Kind.TEXT,
                    "CASE a.register_number WHEN '' THEN a.reference ELSE a.register_number END",
                ),
                ("lead_id", Kind.INTEGER, "a.lead_id"),
                ("received_at", Kind.TIME, "a.received_at"),
                ("requested_sek", Kind.INTEGER, "a.requested_sek"),
                ("outcome", Kind.CODE, _OUTCOME),
                ("granted_sek", Kind.INTEGER, "a.granted_sek"),
                ("decided_on", Kind.DATE, "a.decided_on"),
            ),
            f"FROM grants_application a WHERE a.call_id IN ({calls}) "
            "AND a.status NOT IN ('draft', 'discarded')",
        ),
        Source(
            "parts",
            (
                ("case_id", Kind.INTEGER, "p.application_id"),
                ("organisation_id", Kind.INTEGER, "p.organisation_id"),
                ("role", Kind.CODE, "p.role"),
            ),
            "FROM grants_application a JOIN grants_participation p ON p.application_id = a.id "
            f"WHERE a.call_id IN ({calls})",
        ),
        Source(
            "findings",
            (
                ("case_id", Kind.INTEGER, "g.application_id"),
                ("requirement", Kind.CODE, "q.code"),
                ("organisation_id", Kind.INTEGER, "g.organisation_id"),
                ("finding", Kind.CODE, "g.finding"),
            ),
            f"FROM grants_requirement q JOIN {_findings_table()} g ON g.requirement_id = q.id "
            f"WHERE q.call_id IN ({calls})",
        ),
    )


# Beside `answers`, and without their value, which is empty but for these: on SQLite the index that
# keeps answers unique holds all the rest, and is read alone.
VALUES = Source(
    "values",
    (
        ("version_id", Kind.INTEGER, "t.version_id"),
        ("area", Kind.CODE, "t.area"),
        ("question", Kind.CODE, "t.question"),
        ("value", Kind.TEXT, "t.value"),
    ),
    f"FROM reporting_reportanswer t WHERE t.option = '' AND t.version_id IN ({VERSIONS})",
)
"""The answers that are no option: texts, numbers, amounts and dates."""

UNREGISTERED = Source(
    "unregistered",
    (
        ("organisation_id", Kind.INTEGER, "o.id"),
        ("key", Kind.CODE, "''"),
        ("org_no", Kind.CODE, "o.org_no"),
        ("unit", Kind.TEXT, "o.unit"),
        ("name", Kind.TEXT, "o.name"),
        ("kind", Kind.CODE, "o.kind"),
        ("county_code", Kind.CODE, "o.county_id"),
        ("municipality_code", Kind.CODE, "o.municipality_id"),
    ),
    "FROM applicants_organisation o",
)
"""Organisations as they are now: for those that the year's register does not have."""
