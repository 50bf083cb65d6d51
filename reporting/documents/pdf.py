"""The national report as a tagged PDF."""

from dataclasses import replace
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext
from reportlab.graphics.shapes import Drawing
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer

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
    Tiles,
    build_pdf,
    data_table,
    keep,
    theme,
)
from core.documents.typefaces import text_width
from core.formats import DASH, NBSP, amount, iso_date, number, percent
from reporting.content import (
    KeyFigure,
    OutcomeTable,
    ReportContent,
    StreamContent,
    TableRow,
    Unit,
)
from reporting.documents.charts import chart_alt, chart_drawing, chart_title
from reporting.documents.cover import cover
from reporting.documents.words import (
    changed,
    differences_title,
    not_recorded,
    table_meta,
    table_source,
    table_title,
)

_TILES = ("granted_sek", "granted", "reports")
_MAIN_FIGURES = ("frame_sek", "applications", "requested_sek", "granted", "granted_sek", "reports")


def render_pdf(content: ReportContent) -> bytes:
    """The report as PDF/UA-1, in the content's language. The same content, the same bytes."""
    with override(content.language):
        return build_pdf(
            story=lambda layout: _story(content, layout),
            metadata=Metadata(
                title=f"{content.title}. {content.subtitle}",
                author=content.agency,
                subject=_("National report %(year)d, edition %(edition)d")
                % {"year": content.year, "edition": content.edition_number},
                language=content.language,
                created=content.edition_date,
            ),
            running=RunningHead(
                left=content.agency,
                right=content.subtitle,
                foot=_("Edition %(edition)d, %(date)s")
                % {"edition": content.edition_number, "date": iso_date(content.edition_date)},
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
                mark=pgettext("report", "Preliminary") if content.preliminary else "",
            ),
            cover=cover(content),
        )


def _story(content: ReportContent, layout: Layout) -> list[Flowable]:
    story: list[Flowable] = [
        Heading(pgettext("report", "Contents"), 1, listed=False),
        *layout.contents(),
        PageBreak(),
        *_summary(content),
    ]
    for stream in content.streams:
        story += [PageBreak(), *_stream(content, stream)]
    if content.abbreviations:
        story += [PageBreak(), *_abbreviations(content)]
    return [*story, PageBreak(), *_grantees(content)]


def _summary(content: ReportContent) -> list[Flowable]:
    story: list[Flowable] = [Heading(pgettext("report", "Summary"), 1)]
    for index, paragraph in enumerate(content.summary):
        story.append(Text(paragraph, theme.LEAD if index == 0 else theme.BODY))
    story += _at_a_glance(content)
    story += [Heading(_("How the report was made"), 2)]
    story += [Text(paragraph) for paragraph in content.method]
    named = [(_("Frozen data set (SHA-256)") + ": ", True), (content.dataset_sha256, False)]
    return [*story, Text(None, parts=named)]


def _at_a_glance(content: ReportContent) -> list[Flowable]:
    """The main key figures of the streams side by side, with their sum."""
    by_stream = [{figure.code: figure for figure in s.key_figures} for s in content.streams]
    rows = []
    for code in _MAIN_FIGURES:
        figures = [figures[code] for figures in by_stream if code in figures]
        values = [figure.value for figure in figures if figure.value is not None]
        if len(values) == len(by_stream) > 0:
            total = _figure_value(replace(figures[0], value=sum(values)))
            rows.append(Row((figures[0].label, *map(_figure_value, figures), total)))
    if not rows:
        return []
    width = min(110.0, 330.0 / (len(content.streams) + 1))
    columns = [
        Column(
            _("Key figure"), theme.TEXT_WIDTH - width * (len(content.streams) + 1), heads_row=True
        ),
        *(Column(stream.title, width, "right") for stream in content.streams),
        Column(pgettext("report", "Total"), width, "right"),
    ]
    title = _("The programme year at a glance")
    return [Heading(title, 2), data_table(TableSpec(columns, rows, title))]


# --- a stream ---------------------------------------------------------------------------------


def _stream(content: ReportContent, stream: StreamContent) -> list[Flowable]:
    story: list[Flowable] = [Heading(stream.title, 1)]
    tiles = _tiles(stream)
    if tiles:
        story.append(Tiles(tiles))
    story += [Text(paragraph) for paragraph in stream.introduction]
    basis = [(_("Legal basis:") + " ", True), (stream.legal_basis, False)]
    story += [
        Text(None, parts=basis),
        Heading(_("Key figures"), 2),
        _key_figures(stream),
        *_key_figure_notes(stream),
        *(Text(paragraph) for paragraph in stream.comment),
        *_rejections(stream),
    ]
    for index, table in enumerate(stream.tables):
        story += _outcome(content, table, first=index == 0)
    return story


def _tiles(stream: StreamContent) -> list[tuple[str, str]]:
    figures = {figure.code: figure for figure in stream.key_figures}
    tiles = []
    for code in _TILES:
        figure = figures.get(code)
        if figure is not None and figure.value is not None:
            label = figure.label
            if figure.percent is not None:
                label = f"{label} ({percent(figure.percent)})"
            tiles.append((label, _figure_value(figure)))
    return tiles


def _figure_value(figure: KeyFigure) -> str:
    if figure.value is None:
        return not_recorded()
    write = {Unit.SEK: amount, Unit.PERCENT: percent, Unit.COUNT: number}[figure.unit]
    return write(figure.value)


def _key_figures(stream: StreamContent) -> Flowable:
    columns = (
        Column(_("Key figure"), theme.TEXT_WIDTH - 190, heads_row=True),
        Column(_("Number or amount"), 120, "right"),
        Column(pgettext("report", "Share"), 70, "right"),
    )
    rows = [
        Row(
            (
                figure.label,
                _figure_value(figure),
                percent(figure.percent) if figure.percent is not None else "",
            )
        )
        for figure in stream.key_figures
    ]
    summary = _("Key figures: %(stream)s") % {"stream": stream.title}
    return data_table(TableSpec(columns, rows, summary))


def _key_figure_notes(stream: StreamContent) -> list[Flowable]:
    return [
        Text(None, theme.NOTE, parts=[(f"{figure.label}: ", True), (figure.note, False)])
        for figure in stream.key_figures
        if figure.note
    ]


def _rejections(stream: StreamContent) -> list[Flowable]:
    if not stream.rejections:
        return []
    columns = (
        Column(_("Performance requirement"), theme.TEXT_WIDTH - 150, heads_row=True),
        Column(_("Rejected applications"), 150, "right"),
    )
    rows = [
        Row((line.label, _count(line.count if stream.rejections_recorded else None)))
        for line in stream.rejections
    ]
    summary = _("Rejections by performance requirement: %(stream)s") % {"stream": stream.title}
    return [
        KeepTogether(
            [
                Heading(_("Rejections by performance requirement"), 2),
                data_table(TableSpec(columns, rows, summary)),
            ]
        )
    ]


def _count(count: int | None) -> str:
    return not_recorded() if count is None else number(count)


# --- an outcome table -------------------------------------------------------------------------


def _outcome(content: ReportContent, table: OutcomeTable, *, first: bool) -> list[Flowable]:
    title = table_title(table)
    parts: list[Flowable] = [
        Heading(title, 3),
        Text(table_meta(table), theme.META),
        _outcome_table(table, title),
    ]
    parts += [Text(note, theme.NOTE) for note in table.notes]
    parts.append(Text(table_source(content), theme.NOTE))
    if first:
        parts.insert(0, Heading(_("Outcome in tables"), 2))
    parts += [Text(paragraph, theme.COMMENT) for paragraph in table.comment]
    groups = [parts]
    if table.differences:
        groups.append(_differences(table))
    if table.chart:
        drawing = chart_drawing(table, content.language)
        # One taller than a page, of some forty rows, would tell less than the table does.
        if drawing.height < theme.TEXT_HEIGHT - 60:
            groups.append(_chart(content, table, drawing))
    return keep(*groups)


def _outcome_table(table: OutcomeTable, title: str) -> Flowable:
    own_n = any(row.n is not None for row in table.rows)
    labels = table.column_labels
    room = 270.0 if len(labels) <= 6 else 330.0
    even = 70.0 if len(labels) <= 1 else min(86.0, room / (len(labels) + 0.6 * own_n))
    widths = [max(even, _longest_word(label)) for label in labels]
    n_width = 36.0 if own_n else 0.0
    heading_width = max(theme.TEXT_WIDTH - n_width - sum(widths), 100.0)
    if heading_width + n_width + sum(widths) > theme.TEXT_WIDTH:
        widths = [(theme.TEXT_WIDTH - heading_width - n_width) / len(labels)] * len(labels)
    columns = [Column(table.row_heading, heading_width, heads_row=True)]
    if own_n:
        columns.append(Column("n", n_width, "right"))
    columns += [Column(label, width, "right") for label, width in zip(labels, widths, strict=True)]
    rows: list[Row] = []
    for group, members in groupby(table.rows, key=lambda row: row.group):
        if group is not None:
            rows.append(Row((group,), "group"))
        rows += [Row(_cells(table, row, own_n), member=group is not None) for row in members]
    return data_table(TableSpec(columns, rows, title))


def _longest_word(heading: str) -> float:
    """The width a heading needs so that no word of it is broken, with the cell's padding."""
    style = theme.CELL_HEAD
    return 11 + max(
        (text_width(word, style.fontName, style.fontSize) for word in heading.split()), default=0.0
    )


def _cells(table: OutcomeTable, row: TableRow, own_n: bool) -> tuple[str, ...]:
    n = [number(row.n) if row.n is not None else ""] if own_n else []
    if table.cell_text_is_dash(row):
        return (row.label, *n, *[DASH] * len(row.values))
    return (row.label, *n, *(_cell(table, value) for value in row.values))


def _cell(table: OutcomeTable, value: int) -> str:
    return percent(value) if table.kind.is_percent else number(value)


def _chart(content: ReportContent, table: OutcomeTable, drawing: Drawing) -> list[Flowable]:
    alt = chart_alt(table, content.language)
    title = chart_title(table, content.language)
    return [
        Text(title, theme.CAPTION),
        Figure(drawing, alt),
        Spacer(1, 10),
    ]


def _differences(table: OutcomeTable) -> list[Flowable]:
    columns = (
        Column(pgettext("report", "Row"), 100, heads_row=True),
        Column(pgettext("report", "Published"), 105),
        Column(pgettext("report", "Computed"), 105),
        Column(pgettext("report", "Reason"), theme.TEXT_WIDTH - 310),
    )
    rows = [
        Row(
            (
                line.row_label,
                changed(table, line, line.published),
                changed(table, line, line.computed),
                line.reason,
            )
        )
        for line in table.differences
    ]
    title = differences_title(table)
    return [
        Text(title, theme.CAPTION),
        data_table(TableSpec(columns, rows, title)),
    ]


# --- the appendices ---------------------------------------------------------------------------


def _abbreviations(content: ReportContent) -> list[Flowable]:
    columns = (
        Column(_("Abbreviation"), 110, heads_row=True),
        Column(_("Meaning"), theme.TEXT_WIDTH - 110),
    )
    title = _("Appendix 1. Abbreviations")
    rows = [Row(pair) for pair in content.abbreviations]
    return [Heading(title, 1), data_table(TableSpec(columns, rows, title))]


def _grantees(content: ReportContent) -> list[Flowable]:
    columns = (
        Column(_("County"), 48),
        Column(_("Grantee"), theme.TEXT_WIDTH - 168, heads_row=True),
        Column(_("Granted amount"), 120, "right"),
    )
    story: list[Flowable] = [
        Heading(_("Appendix 2. Grantees and granted amounts"), 1),
        Text(_("By county, in the order of the county codes. The letters are the counties'.")),
    ]
    for index, stream in enumerate(content.streams):
        rows = [
            Row((line.county_letter, line.name, amount(line.granted_sek)))
            for line in stream.grantees
        ]
        rows.append(
            Row(("", pgettext("report", "Total"), amount(stream.granted_total_sek)), "total")
        )
        if index:
            story.append(PageBreak())
        summary = _("Grantees: %(stream)s") % {"stream": stream.title}
        count = ngettext("%(n)s grantee", "%(n)s grantees", len(stream.grantees)) % {
            "n": number(len(stream.grantees))
        }
        story += [
            CondPageBreak(150),
            Heading(stream.title, 2),
            Text(count.replace(" ", NBSP), theme.META),
            data_table(TableSpec(columns, rows, summary, dense=True)),
        ]
    return story
