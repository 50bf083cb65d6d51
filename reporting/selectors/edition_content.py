"""What an edition says, in one language, from its frozen data set and its stored cells alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
from django.utils import translation
from django.utils.translation import gettext as _

from core.checks import half_up_percent
from core.formats import swedish_sort_key
from grants.definitions import CallDefinition, TableDefinition
from reporting.content import (
    Grantee,
    KeyFigure,
    OutcomeTable,
    PublishedDifference,
    RejectionLine,
    ReportContent,
    StreamContent,
    TableRow,
    Unit,
)
from reporting.content.texts import with_texts
from reporting.definitions import PublishedReport, published_report
from reporting.models import Edition
from reporting.selectors import datasets, figures, report_texts
from reporting.selectors.figures import FRAME
from reporting.selectors.texts import bodies_of_edition

# A figure that is a share of another, and of which.
_SHARE_OF: Mapping[str, str] = {
    "joint_applications": "applications",
    "granted": "applications",
    "rejected": "applications",
    "withdrawn": "applications",
    "joint_reports": "reports",
    "attended_regional_training": "reports",
}
_ORDER = (
    FRAME,
    "applications",
    "joint_applications",
    "requested_sek",
    "granted",
    "rejected",
    "withdrawn",
    "granted_sek",
    "spent_sek",
    "remaining_sek",
    "carried_over_sek",
    "carried_over_spent_sek",
    "to_repay_sek",
    "reports",
    "joint_reports",
    "late_reports",
    "attended_regional_training",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: an edition's stored figures, or those just computed for a preview. `number`
    is 0 and `day` is today for a preview; `cells` are by the table's number."""

    agency: str
    year: int
    cutoff: date
    number: int
    day: date
    preliminary: bool
    sha256: str
    key_figures: Mapping[str, Mapping[str, int]]
    rejections: Mapping[str, Any]
    cells: Mapping[int, Mapping[str, Any]]


def told_of(outcome: figures.Outcome, *, agency: str, sha256: str, day: date) -> Told:
    """What has just been computed, entered as no edition."""
    return Told(
        agency=agency,
        year=outcome.year,
        cutoff=outcome.cutoff,
        number=0,
        day=day,
        preliminary=outcome.preliminary,
        sha256=sha256,
        key_figures=outcome.key_figures,
        rejections={stream: found.as_json() for stream, found in outcome.rejections.items()},
        cells={table.number: table.as_json() for table in outcome.tables},
    )


def edition_content(edition: Edition, language: str) -> ReportContent:
    """All that the edition says, in Swedish (`sv`) or English (`en`).

    Raises datasets.DatasetDamaged when the frozen data set is not there.
    """
    told = Told(
        agency=edition.agency.code,
        year=edition.year,
        cutoff=edition.cutoff,
        number=edition.number,
        day=edition.edition_date,
        preliminary=edition.preliminary,
        sha256=edition.dataset.sha256,
        key_figures=edition.key_figures,
        rejections=edition.rejections,
        cells={table.number: table.cells for table in edition.tables.all()},
    )
    with datasets.open_dataset(datasets.folder_of(edition.dataset)) as duck:
        content = content_of(duck, told, language)
    return with_texts(content, bodies_of_edition(edition, language))


def content_of(duck: duckdb.DuckDBPyConnection, told: Told, language: str) -> ReportContent:
    """The report from an opened data set and its figures, without any texts that were written."""
    with translation.override(language):
        definitions = figures.definitions_of(duck)
        agency, short = _agency(duck, language)
        streams = tuple(
            _stream(told, stream, duck, definitions, language)
            for stream in figures.STREAMS
            if stream in told.key_figures
        )
        return ReportContent(
            language=language,
            agency=agency,
            title=_("Development grants %(year)s") % {"year": told.year},
            subtitle=_("National follow-up report"),
            year=told.year,
            cutoff=told.cutoff,
            edition_number=told.number,
            edition_date=told.day,
            preliminary=told.preliminary,
            dataset_sha256=told.sha256,
            summary=report_texts.summary(told.year, told.key_figures),
            method=report_texts.method(
                year=told.year, cutoff=told.cutoff, key_figures=told.key_figures
            ),
            streams=streams,
            abbreviations=report_texts.abbreviations(agency, short),
        )


def _agency(duck: duckdb.DuckDBPyConnection, language: str) -> tuple[str, str]:
    row = duck.execute(
        "SELECT agency_name_sv, agency_name_en, agency_short FROM edition"
    ).fetchone()
    if row is None:
        raise datasets.DatasetDamaged("edition")
    return (row[1] if language == "en" else row[0]), row[2]


def _stream(
    told: Told,
    stream: str,
    duck: duckdb.DuckDBPyConnection,
    definitions: Mapping[str, CallDefinition],
    language: str,
) -> StreamContent:
    own = [each for each in definitions.values() if each.stream == stream]
    stored: Mapping[str, int] = told.key_figures[stream]
    published = published_report(told.agency, told.year)
    measured_on, spend_by = _days(duck, stream, told.year)
    labels = report_texts.key_figure_labels(told.year, measured_on, spend_by)
    bases = [each.legal_basis.in_(language) for each in own if each.legal_basis]
    grantees = _grantees(duck, stream, told.year)
    rejections = told.rejections.get(stream, {"recorded": False, "rows": []})
    requirements = {each.code: each.title.in_(language) for d in own for each in d.requirements}
    return StreamContent(
        code=stream,
        title=report_texts.stream_title(stream),
        legal_basis="; ".join(dict.fromkeys(bases)) or _("Not recorded in the data"),
        introduction=(
            *dict.fromkeys(each.purpose.in_(language) for each in own),
            *report_texts.stream_introduction(stored, measured_on, spend_by),
        ),
        frame_sek=stored[FRAME],
        key_figures=tuple(
            _key_figure(code, stored, labels, published, stream, language) for code in _ORDER
        ),
        tables=tuple(
            _table(number, definition, table, told.cells[number], published, language)
            for number, (definition, table) in figures.table_definitions(definitions).items()
            if table.stream == stream
        ),
        rejections=tuple(
            RejectionLine(row["code"], requirements.get(row["code"], row["code"]), row["count"])
            for row in rejections["rows"]
        ),
        rejections_recorded=rejections["recorded"],
        grantees=grantees,
        granted_total_sek=sum(grantee.granted_sek for grantee in grantees),
    )


def _days(duck: duckdb.DuckDBPyConnection, stream: str, year: int) -> tuple[date, date]:
    row = duck.execute(
        "SELECT max(measured_on), max(spend_by) FROM calls WHERE stream = ? AND year = ?",
        [stream, year],
    ).fetchone()
    if row is None or row[0] is None:
        raise datasets.DatasetDamaged("calls")
    return row[0], row[1]


def _key_figure(
    code: str,
    stored: Mapping[str, int],
    labels: Mapping[str, str],
    published: PublishedReport | None,
    stream: str,
    language: str,
) -> KeyFigure:
    value = stored[code]
    whole = _SHARE_OF.get(code)
    note = _("Not counted in the tables.") if code == "late_reports" and value else ""
    printed = published.key_figure(stream, code) if published else None
    if printed is not None and printed.value != value:
        note = printed.reason.in_(language)
    return KeyFigure(
        code=code,
        label=labels[code],
        unit=Unit.SEK if code.endswith("_sek") else Unit.COUNT,
        value=value,
        percent=half_up_percent(value, stored[whole]) if whole and stored[whole] else None,
        note=note,
    )


def _table(
    number: int,
    definition: CallDefinition,
    table: TableDefinition,
    cells: Mapping[str, Any],
    published: PublishedReport | None,
    language: str,
) -> OutcomeTable:
    texts = {row.code: row for row in definition.table_rows(table, language)}
    columns = definition.table_columns(table, language)
    rows = tuple(
        TableRow(
            row["code"],
            texts[row["code"]].label,
            texts[row["code"]].group,
            row.get("n"),
            tuple(row["values"]),
        )
        for row in cells["rows"]
    )
    return OutcomeTable(
        number=number,
        stream=str(table.stream),
        kind=table.kind,
        title=table.title_in(language, definition.year),
        row_heading=table.row_heading.in_(language),
        column_codes=tuple(column.code for column in columns),
        column_labels=tuple(column.label for column in columns),
        n=cells.get("n"),
        rows=rows,
        notes=table.notes_in(language, definition.year),
        differences=_differences(table, rows, published, language),
        chart=table.chart,
    )


def _differences(
    table: TableDefinition,
    rows: tuple[TableRow, ...],
    published: PublishedReport | None,
    language: str,
) -> tuple[PublishedDifference, ...]:
    found: list[PublishedDifference] = []
    for row in rows:
        printed = published.row(table.number, row.code) if published else None
        if printed is None or printed.columns != table.column_codes:
            continue
        if printed.values != row.values:
            found.append(
                PublishedDifference(
                    row.code, row.label, printed.values, row.values, printed.reason.in_(language)
                )
            )
    return tuple(found)


def _grantees(duck: duckdb.DuckDBPyConnection, stream: str, year: int) -> tuple[Grantee, ...]:
    """In the order published: by county code, then alphabetically in Swedish.

    Units of one legal entity stand together, in the order of the year's register: the printed
    list has a city's central offices before its districts.
    """
    rows = duck.execute(
        "SELECT o.county_letter, o.name, a.granted_sek, o.county_position, o.unit, o.org_no, "
        "o.organisation, a.call, a.number "
        "FROM applications a JOIN calls c USING (call) "
        "JOIN organisations o ON o.organisation = a.lead "
        "WHERE c.stream = ? AND c.year = ? AND a.outcome = 'granted'",
        [stream, year],
    ).fetchall()
    rows.sort(key=lambda row: (row[3], _alphabetical(row[1], row[4]), *row[5:]))
    return tuple(Grantee(letter, name, granted) for letter, name, granted, *_rest in rows)


def _alphabetical(name: str, unit: str) -> str:
    """Where a name stands in the printed list: without its unit, and a comma after a space, so
    that `Terrafem Stockholm` comes before `Terrafem, Riksorganisationen`."""
    entity = name.removesuffix(unit).rstrip(" ,") if unit else name
    return "!".join(swedish_sort_key(part).partition("\t")[0] for part in entity.split(","))
