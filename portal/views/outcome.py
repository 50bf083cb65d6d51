"""The report's content as components: figures, outcome tables with links, differences."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core import formats
from core.content import Cell, Column, Figure, Row, Table, Text
from reporting.content import (
    KeyFigure,
    OutcomeTable,
    ReportContent,
    StreamContent,
    TableRow,
    Unit,
)
from reporting.documents.charts import chart_svg
from reporting.selectors.cells import CellDifference

from .labels import language, money

type CellUrl = Callable[[int, str, str], str]
"""The address of the reports behind a table's row and column; empty where there is none."""
type CompareUrl = Callable[[str, int], str]
"""The address of a stream's table with other years beside it; empty where there is none."""

HEADLINES = ("applications", "granted", "granted_sek", "spent_sek", "reports")
"""The key figures that tell a year in short."""


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """An outcome table as laid out: rows in groups, each cell with its link."""

    number: int
    stream: str
    title: str
    n: int | None
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    notes: tuple[str, ...]
    differences: Table | None
    chart: SafeString | None
    comment: tuple[str, ...] = ()
    compare_url: str = ""


@dataclass(frozen=True, slots=True)
class StreamView:
    """A stream's part of the report as laid out."""

    code: str
    title: str
    legal_basis: str
    introduction: tuple[str, ...]
    figures: list[Figure]
    tables: list[OutcomeView]
    rejections: Table | None
    rejections_recorded: bool
    grantees: Table
    comment: tuple[str, ...] = ()

    @property
    def last_table(self) -> int:
        """The number of the stream's last table."""
        return self.tables[-1].number if self.tables else 0


@dataclass(frozen=True, slots=True)
class Place:
    """A cell by its words: table, row, column and what stands in it."""

    table: str
    heading: str
    value: str
    is_percent: bool

    def lead(self, reports: int) -> str:
        """What the list of reports is."""
        counted = ngettext(
            "%(number)s report is counted.", "%(number)s reports are counted.", reports
        ) % {"number": formats.number(reports)}
        if self.is_percent:
            return _("The figure is %(value)s.") % {"value": self.value} + " " + counted
        return counted


def _no_comparing(_stream: str, _table: int) -> str:
    return ""


def stream_of(
    stream: StreamContent, cell_url: CellUrl, compare_url: CompareUrl = _no_comparing
) -> StreamView:
    """A stream of the report."""
    return StreamView(
        code=stream.code,
        title=stream.title,
        legal_basis=stream.legal_basis,
        introduction=stream.introduction,
        figures=[figure_of(each) for each in stream.key_figures],
        tables=[_table(each, cell_url, compare_url) for each in stream.tables],
        rejections=_rejections(stream),
        rejections_recorded=stream.rejections_recorded,
        grantees=_grantees(stream),
        comment=stream.comment,
    )


def figure_of(figure: KeyFigure) -> Figure:
    """A key figure with its unit."""
    notes = [] if figure.percent is None else [formats.percent(figure.percent)]
    if figure.note:
        notes.append(figure.note)
    return Figure(figure.label, _measured(figure), ". ".join(notes))


def headline_figures(stream: StreamContent) -> list[Figure]:
    """The few key figures that tell a year in short."""
    by_code = {figure.code: figure for figure in stream.key_figures}
    return [figure_of(by_code[code]) for code in HEADLINES if code in by_code]


def _measured(figure: KeyFigure) -> str:
    if figure.value is None:
        return ""
    match figure.unit:
        case Unit.SEK:
            return formats.amount(figure.value)
        case Unit.PERCENT:
            return formats.percent(figure.value)
        case _:
            return formats.number(figure.value)


def cell_text(table: OutcomeTable, row: TableRow, value: int) -> str:
    """A cell's value; a dash where nobody answered."""
    if table.cell_text_is_dash(row):
        return formats.DASH
    return formats.percent(value) if table.kind.is_percent else formats.number(value)


def table_view(table: OutcomeTable) -> OutcomeView:
    """A table by itself, with no reports behind its cells."""
    return _table(table, lambda *_cell: "", _no_comparing)


def _table(table: OutcomeTable, cell_url: CellUrl, compare_url: CompareUrl) -> OutcomeView:
    own_n = any(row.n is not None for row in table.rows)
    columns = [
        Column(table.row_heading),
        *(Column(label, numeric=True) for label in table.column_labels),
    ]
    if own_n:
        columns.append(Column("n", numeric=True))
    groups = tuple(
        (group or "", tuple(_row(table, row, cell_url, own_n=own_n) for row in rows))
        for group, rows in groupby(table.rows, key=lambda row: row.group)
    )
    return OutcomeView(
        number=table.number,
        stream=table.stream,
        title=table.title,
        n=table.n,
        columns=tuple(columns),
        groups=groups,
        notes=table.notes,
        differences=_differences(table),
        # The drawing is made of the table alone; its texts are escaped where it is made.
        chart=mark_safe(chart_svg(table, language())) if table.chart else None,  # noqa: S308
        comment=table.comment,
        compare_url=compare_url(table.stream, table.number),
    )


def _row(table: OutcomeTable, row: TableRow, cell_url: CellUrl, *, own_n: bool) -> Row:
    cells = [
        _linked(
            cell_text(table, row, value), row.label, label, cell_url(table.number, row.code, code)
        )
        for code, label, value in zip(
            table.column_codes, table.column_labels, row.values, strict=True
        )
    ]
    if own_n:
        n = formats.DASH if row.n is None else formats.number(row.n)
        cells.append(_linked(n, row.label, "n", cell_url(table.number, row.code, "n")))
    return Row(Cell(row.label), tuple(cells))


def _linked(text: str, row: str, column: str, url: str) -> Cell:
    if not url:
        return Cell(text)
    label = _("%(value)s: the reports behind %(row)s, %(column)s") % {
        "value": text,
        "row": row,
        "column": column,
    }
    return Cell(text, url=url, label=label)


def _differences(table: OutcomeTable) -> Table | None:
    if not table.differences:
        return None
    return Table(
        id=f"differences-{table.number}",
        caption=_("Where the printed report says something else"),
        columns=(
            Column(table.row_heading),
            Column(_("Printed")),
            Column(_("Computed")),
            Column(_("Reason")),
        ),
        rows=tuple(
            Row(
                Cell(each.row_label),
                (
                    Cell(_values(table, each.published)),
                    Cell(_values(table, each.computed)),
                    Cell(each.reason),
                ),
            )
            for each in table.differences
        ),
        stack=True,
    )


def _values(table: OutcomeTable, values: tuple[int | None, ...]) -> str:
    write = formats.percent if table.kind.is_percent else formats.number
    return " · ".join(formats.DASH if value is None else write(value) for value in values)


def _rejections(stream: StreamContent) -> Table | None:
    if not stream.rejections:
        return None
    return Table(
        id=f"{stream.code}-rejections-table",
        caption=_("Rejected applications by performance requirement"),
        columns=(Column(_("Requirement")), Column(_("Rejected applications"), numeric=True)),
        rows=tuple(
            Row(
                Cell(each.label),
                (Cell(_("Not recorded") if each.count is None else formats.number(each.count)),),
            )
            for each in stream.rejections
        ),
        caption_hidden=True,
    )


def _grantees(stream: StreamContent) -> Table:
    return Table(
        id=f"{stream.code}-grantees",
        caption=_("Grantees and amounts: %(stream)s") % {"stream": stream.title},
        columns=(
            Column(_("Grantee")),
            Column(_("County")),
            Column(pgettext("amount", "Granted"), numeric=True),
        ),
        rows=tuple(
            Row(Cell(each.name), (Cell(each.county_letter), Cell(money(each.granted_sek))))
            for each in stream.grantees
        ),
        foot=Row(Cell(_("Total")), (Cell(), Cell(money(stream.granted_total_sek)))),
        caption_hidden=True,
    )


def place_of(content: ReportContent, number: int, row: str, column: str) -> Place | None:
    """The cell of the report by its words; None for one that is not there."""
    for stream in content.streams:
        for table in stream.tables:
            if table.number == number:
                return _place(table, row, column)
    return None


def _place(table: OutcomeTable, row_code: str, column_code: str) -> Place | None:
    row = next((each for each in table.rows if each.code == row_code), None)
    title = _("Table %(number)d. %(title)s") % {"number": table.number, "title": table.title}
    if row is None:
        return None
    if column_code == "n":
        n = row.n if row.n is not None else table.n
        return Place(title, f"{row.label}: n", formats.number(n or 0), is_percent=False)
    if column_code not in table.column_codes:
        return None
    index = table.column_codes.index(column_code)
    heading = f"{row.label}: {table.column_labels[index]}"
    return Place(title, heading, cell_text(table, row, row.values[index]), table.kind.is_percent)


def changes_table(
    before: int, differences: tuple[CellDifference, ...], content: ReportContent
) -> Table | None:
    """What the content says otherwise than the edition with that number, cell by cell; None where
    nothing differs."""
    if not differences:
        return None
    tables = {table.number: table for stream in content.streams for table in stream.tables}
    figures = {
        (stream.code, figure.code): (stream.title, figure.label)
        for stream in content.streams
        for figure in stream.key_figures
    }

    def words(table: int | None, row: str, column: str) -> tuple[Text, Text, Text]:
        if table is None:
            stream, label = figures.get((row, column), (row, column))
            return _("Key figures"), stream, label
        found = tables.get(table)
        name = _("Table %(number)d") % {"number": table}
        if found is None:
            return name, row, column
        labels = {each.code: each.label for each in found.rows}
        numbered = dict(enumerate(found.column_labels, 1))
        index = int(column) if column.isascii() and column.isdecimal() else 0
        heading = numbered.get(index, column)
        return name, labels.get(row, row), heading

    def value(table: int | None, row: str, column: str, number: int | None) -> str:
        if number is None:
            return formats.DASH
        if table is None and column.endswith("_sek"):
            return formats.amount(number)
        found = tables.get(table) if table is not None and column != "n" else None
        percents = found is not None and found.kind.is_percent
        return formats.percent(number) if percents else formats.number(number)

    rows = []
    for each in differences:
        where, row, column = words(each.table, each.row, each.column)
        place = (each.table, each.row, each.column)
        rows.append(
            Row(
                Cell(where),
                (
                    Cell(row),
                    Cell(column),
                    Cell(value(*place, each.before)),
                    Cell(value(*place, each.after)),
                ),
            )
        )
    return Table(
        id="changes-table",
        caption=_("Figures that differ from edition %(number)s") % {"number": before},
        columns=(
            Column(_("Where")),
            Column(_("Row")),
            Column(_("Column")),
            Column(_("Before"), numeric=True),
            Column(_("Now"), numeric=True),
        ),
        rows=tuple(rows),
        caption_hidden=True,
    )
