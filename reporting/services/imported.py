"""Reports brought in from an old register, by the same transition table as everyone's.

Written in bulk: the number of queries rests on the number of batches. The caller holds the
transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Model

from core.models import Agency
from core.services.journal import NewEvent, append_many
from grants.services.imported import DATE_NOT_RECORDED, ROWS, case_event
from reporting.checks import ReportFacts
from reporting.enums import ReportKind
from reporting.models import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion

BATCH = 500
REQUIRED_ANSWERS = "required_answers"
"""Stands among `not_recorded`: an old form's required questions are not known."""


@dataclass(frozen=True, slots=True)
class ImportedAnswers:
    """A received report, whole: areas with status, options chosen, and values as canonical
    text. `application_ids` are the grants it answers for; `received_at` is UTC,
    `received_offset` minutes from it, None for Swedish time."""

    code: str
    stream: str
    year: int
    organisation_id: int
    application_ids: tuple[int, ...]
    received_at: datetime
    received_offset: int | None
    interim: bool
    areas: Sequence[tuple[str, str]]
    options: Sequence[tuple[str, str, str]]
    values: Sequence[tuple[str, str, str]]


def bring_in_reports(*, agency: Agency, reports: Iterable[ImportedAnswers]) -> Iterator[int]:
    """Bring in reports as received and accepted; yields how many at a time.

    The journal of each grant gets both events, dated at the receipt: when a report was accepted
    is not recorded. Raises ReportRefused.
    """
    for batch in batched(reports, BATCH, strict=False):
        rows = [_accepted(agency, each) for each in batch]
        Report.objects.bulk_create(rows, batch_size=ROWS)
        references = [
            ReportReference(report=row, application_id=application_id, position=position)
            for row, each in zip(rows, batch, strict=True)
            for position, application_id in enumerate(each.application_ids)
        ]
        ReportReference.objects.bulk_create(references, batch_size=ROWS)
        versions = [
            ReportVersion(report=row, number=1, received_at=each.received_at)
            for row, each in zip(rows, batch, strict=True)
        ]
        ReportVersion.objects.bulk_create(versions, batch_size=ROWS)
        pairs = list(zip(versions, batch, strict=True))
        _insert(
            ReportArea,
            ("version", "area", "status"),
            ((version.pk, area, status) for version, each in pairs for area, status in each.areas),
        )
        _insert(
            ReportAnswer,
            ("version", "area", "question", "option", "value"),
            (answer for version, each in pairs for answer in _answers(version.pk, each)),
        )
        append_many(event for each in batch for event in _events(each))
        yield len(batch)


def _accepted(agency: Agency, each: ImportedAnswers) -> Report:
    """The report, moved in memory through the states that lead to accepted."""
    report = Report(
        agency=agency,
        code=each.code,
        stream=each.stream,
        year=each.year,
        organisation_id=each.organisation_id,
        kind=ReportKind.INTERIM if each.interim else ReportKind.FINAL,
        first_received_at=each.received_at,
        received_offset=each.received_offset,
        imported=True,
    )
    facts = ReportFacts(blocking_findings=0)
    report.start(facts=facts)
    report.send_in(facts=facts)
    report.accept(facts=facts)
    return report


def _answers(version_id: int, each: ImportedAnswers) -> Iterator[tuple[Any, ...]]:
    for area, question, option in each.options:
        yield version_id, area, question, option, ""
    for area, question, value in each.values:
        yield version_id, area, question, "", value


def _insert(model: type[Model], fields: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows past the ORM, which would take most of the time for a year's answers.

    `fields` stand in the model's own order. Only for tables whose values need no conversion,
    and whose ids nobody needs.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(
        quote(str(field.column))
        for field in model._meta.local_concrete_fields
        if field.name in fields
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
            cursor.executemany(insert, list(rows))


def _events(each: ImportedAnswers) -> Iterator[NewEvent]:
    said = {"report": each.code, "stream": each.stream, "year": each.year}
    for application_id in each.application_ids:
        yield case_event(
            application_id,
            "report.received",
            {**said, "not_recorded": [REQUIRED_ANSWERS]},
            each.received_at,
        )
        yield case_event(
            application_id,
            "report.accepted",
            {**said, "not_recorded": [DATE_NOT_RECORDED]},
            each.received_at,
        )
