"""A table with its years side by side, as a tagged PDF with the page's own drawings."""

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.platypus import Flowable, Spacer

from core.documents import (
    Column,
    Figure,
    Heading,
    Layout,
    Metadata,
    Row,
    RunningHead,
    TableSpec,
    Text,
    build_pdf,
    data_table,
    keep,
    theme,
)
from core.formats import DASH, iso_date, number, percent
from reporting.content.years import YearCell, YearsTable, charts_of
from reporting.documents.charts import chart_alt, chart_drawing


def value_text(table: YearsTable, cell: YearCell, value: int | None) -> str:
    """A cell's value: `not asked`, a dash where nobody answered, or the figure."""
    if value is None:
        return _("not asked")
    if cell.n == 0:
        return DASH
    return percent(value) if table.kind.is_percent else number(value)


def notes_of(table: YearsTable) -> tuple[str, ...]:
    """What has to be known to compare the years, in the language in force."""
    notes = []
    if len(table.years) > 1:
        notes.append(
            _("Headings are those of the report of %(year)s. Each row counts its own year.")
            % {"year": table.year}
        )
    for year in table.unasked_years:
        notes.append(_("%(year)s: nothing of this table was asked.") % {"year": year})
    for each in table.years:
        if each.number is None and each.year not in table.unasked_years:
            notes.append(
                _("%(year)s: the report had no such table. The figures are from the answers.")
                % {"year": each.year}
            )
        elif each.number is not None and each.number != table.number:
            notes.append(
                _("%(year)s: table %(number)d of that report.")
                % {"year": each.year, "number": each.number}
            )
        if each.preliminary:
            notes.append(_("%(year)s: preliminary figures.") % {"year": each.year})
    if any(value is None for row in table.rows for cell in row.years for value in cell.values):
        notes.append(
            _("Not asked: the question or the option was not there that year, or was another one.")
        )
    if any(cell.asked and not cell.n for row in table.rows for cell in row.years):
        notes.append(_("– : nobody answered."))
    return tuple(notes)


def render_years(table: YearsTable) -> bytes:
    """PDF/UA-1 in the table's language. The same table, the same bytes."""
    with override(table.language):
        title = _("Table %(number)d. %(title)s") % {"number": table.number, "title": table.title}
        return build_pdf(
            story=lambda layout: _story(table, title, layout),
            metadata=Metadata(
                title=f"{_('Years side by side')}. {title}",
                author=table.agency,
                subject=table.stream_title,
                language=table.language,
                created=max(each.cutoff for each in table.years),
            ),
            running=RunningHead(
                left=table.agency,
                right=_("Years side by side"),
                foot=table.stream_title,
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
            ),
        )


def _story(table: YearsTable, title: str, _layout: Layout) -> list[Flowable]:
    story: list[Flowable] = [
        Heading(title, 1),
        Text(
            _("%(stream)s. n is the number of reports that are counted, row by row.")
            % {"stream": table.stream_title},
            theme.META,
        ),
        _table(table, title),
    ]
    story += [Text(note, theme.NOTE) for note in notes_of(table)]
    story += [
        Text(
            _("%(year)s: edition %(number)d, reports received up to and including %(cutoff)s.")
            % {"year": each.year, "number": each.edition, "cutoff": iso_date(each.cutoff)},
            theme.NOTE,
        )
        for each in table.years
    ]
    for chart in charts_of(table):
        drawing = chart_drawing(chart, table.language)
        figure = Figure(drawing, chart_alt(chart, table.language))
        story += keep([Spacer(1, 12), Text(_("Chart"), theme.CAPTION), figure])
    return story


def _table(table: YearsTable, title: str) -> Flowable:
    labels = table.column_labels
    width = min(78.0, 300.0 / max(len(labels), 1))
    columns = [
        Column(table.row_heading, theme.TEXT_WIDTH - 40 - width * len(labels), heads_row=True),
        *(Column(label, width, "right") for label in labels),
        Column("n", 40, "right"),
    ]
    rows: list[Row] = []
    for row in table.rows:
        rows.append(Row((row.label,), "group"))
        for compared, cell in zip(table.years, row.years, strict=True):
            values = (value_text(table, cell, value) for value in cell.values)
            n = number(cell.n) if cell.asked else DASH
            rows.append(Row((str(compared.year), *values, n), member=True))
    return data_table(TableSpec(columns, rows, title))
