"""The report as an Excel workbook: an index, key figures, a sheet a table, the appendices."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.formats import DASH, NBSP
from reporting.content import KeyFigure, OutcomeTable, ReportContent, StreamContent, Unit
from reporting.documents.words import (
    changed,
    differences_title,
    edition_facts,
    not_recorded,
    table_meta,
    table_source,
    table_title,
)

_PERCENT = f'0"{NBSP}%"'
_SEK = f'#,##0"{NBSP}kr"'
_COUNT = "#,##0"
_HEADING_ROW = 3


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number with its format, or a text; never both. None and None is an empty cell."""

    number: int | None = None
    pattern: str = _COUNT
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: a heading, a line under it, one table, and what stands below it."""

    name: str
    title: str
    lead: str
    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[_Cell]]
    total: Sequence[_Cell] = ()
    notes: Sequence[str] = ()
    differences: OutcomeTable | None = None


def render_xlsx(content: ReportContent) -> bytes:
    """The workbook, in the content's language. The same content gives the same bytes.

    Percentages are whole numbers shown as `47 %` (not fractions), amounts whole SEK. Text is
    written as text, so that none of it can be taken for a formula.
    """
    out = io.BytesIO()
    with override(content.language):
        book = Workbook(
            out,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties(
            {
                "title": f"{content.title}. {content.subtitle}",
                "author": content.agency,
                "company": content.agency,
                "status": pgettext("report", "Preliminary")
                if content.preliminary
                else pgettext("report", "Final"),
                "created": datetime.combine(content.edition_date, time(), UTC),
            }
        )
        book.set_custom_property("Language", content.language)
        book.set_custom_property("Dataset SHA-256", content.dataset_sha256)
        _Book(book, content).write()
        book.close()
    return out.getvalue()


class _Book:
    def __init__(self, book: Workbook, content: ReportContent) -> None:
        self.book, self.content = book, content
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.names: set[str] = set()
        self.tables = 0

    def format(self, **properties: object) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
            self.formats[key] = self.book.add_format({**base, **properties})
        return self.formats[key]

    def write(self) -> None:
        index_name = self._name(pgettext("report", "Contents"))
        index = self.book.add_worksheet(index_name)
        sheets = list(self._sheets())
        for sheet in sheets:
            self._write_sheet(sheet, index_name)
        self._write_index(index, sheets)
        index.activate()

    def _sheets(self) -> list[_Sheet]:
        content = self.content
        sheets = [self._key_figures(stream) for stream in content.streams]
        sheets += [self._table(table) for stream in content.streams for table in stream.tables]
        sheets += [self._rejections(stream) for stream in content.streams if stream.rejections]
        sheets.append(self._abbreviations())
        sheets += [
            self._grantees(stream, letter)
            for stream, letter in zip(content.streams, "abcdefgh", strict=False)
        ]
        return sheets

    def _name(self, text: str) -> str:
        """A sheet name Excel accepts: no []:*?/\\, at most 31 characters, unlike the others."""
        clean = re.sub(r"[\[\]:*?/\\']", " ", text).strip()
        name = clean[:31].rstrip()
        number = 2
        while name.casefold() in self.names:
            name = f"{clean[:27].rstrip()} {number}"
            number += 1
        self.names.add(name.casefold())
        return name

    # --- the sheets ---------------------------------------------------------------------------

    def _key_figures(self, stream: StreamContent) -> _Sheet:
        rows = [
            (
                _Cell(text=figure.label),
                _figure(figure),
                _Cell(figure.percent, _PERCENT),
                _Cell(text=figure.note),
            )
            for figure in stream.key_figures
        ]
        title = _("Key figures: %(stream)s") % {"stream": stream.title}
        columns = (
            (_("Key figure"), 52.0),
            (_("Number or amount"), 22.0),
            (pgettext("report", "Share"), 12.0),
            (pgettext("report", "Note"), 40.0),
        )
        name = self._name(_("Key figures %(stream)s") % {"stream": stream.title})
        basis = " ".join((_("Legal basis:"), stream.legal_basis))
        return _Sheet(name, title, basis, columns, rows, notes=stream.comment)

    def _table(self, table: OutcomeTable) -> _Sheet:
        grouped = any(row.group for row in table.rows)
        own_n = any(row.n is not None for row in table.rows)
        pattern = _PERCENT if table.kind.is_percent else _COUNT
        columns = [(_("Development field"), 44.0)] if grouped else []
        columns.append((table.row_heading, 46.0))
        if own_n:
            columns.append(("n", 8.0))
        columns += [(label, 18.0) for label in table.column_labels]
        rows = []
        for row in table.rows:
            cells = [_Cell(text=row.group or "")] if grouped else []
            cells.append(_Cell(text=row.label))
            if own_n:
                cells.append(_Cell(row.n))
            dash = table.cell_text_is_dash(row)
            cells += [_Cell(text=DASH) if dash else _Cell(v, pattern) for v in row.values]
            rows.append(cells)
        name = self._name(_("Table %(number)d") % {"number": table.number})
        return _Sheet(
            name,
            table_title(table),
            table_meta(table),
            columns,
            rows,
            notes=(*table.notes, table_source(self.content), *table.comment),
            differences=table if table.differences else None,
        )

    def _rejections(self, stream: StreamContent) -> _Sheet:
        rows = [
            (
                _Cell(text=line.label),
                _Cell(line.count)
                if stream.rejections_recorded and line.count is not None
                else _Cell(text=not_recorded()),
            )
            for line in stream.rejections
        ]
        title = _("Rejections by performance requirement: %(stream)s") % {"stream": stream.title}
        columns = ((_("Performance requirement"), 70.0), (_("Rejected applications"), 30.0))
        name = self._name(_("Rejections %(stream)s") % {"stream": stream.title})
        return _Sheet(name, title, "", columns, rows)

    def _abbreviations(self) -> _Sheet:
        rows = [(_Cell(text=short), _Cell(text=text)) for short, text in self.content.abbreviations]
        columns = ((_("Abbreviation"), 20.0), (_("Meaning"), 60.0))
        title = _("Appendix 1. Abbreviations")
        return _Sheet(self._name(_("Appendix 1")), title, "", columns, rows)

    def _grantees(self, stream: StreamContent, letter: str) -> _Sheet:
        rows = [
            (_Cell(text=g.county_letter), _Cell(text=g.name), _Cell(g.granted_sek, _SEK))
            for g in stream.grantees
        ]
        total = (
            _Cell(),
            _Cell(text=pgettext("report", "Total")),
            _Cell(stream.granted_total_sek, _SEK),
        )
        columns = ((_("County"), 9.0), (_("Grantee"), 58.0), (_("Granted amount"), 20.0))
        title = _("Appendix 2. Grantees and granted amounts") + f": {stream.title}"
        lead = _("By county, in the order of the county codes. The letters are the counties'.")
        name = self._name(_("Appendix 2") + f"{letter} {stream.title}")
        return _Sheet(name, title, lead, columns, rows, total=total)

    # --- writing ------------------------------------------------------------------------------

    def _write_sheet(self, spec: _Sheet, index_name: str) -> None:
        sheet = self.book.add_worksheet(spec.name)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, spec.title, self.format(bold=True, font_size=14, valign="vcenter"))
        sheet.set_row(0, 24)
        sheet.write_string(1, 0, spec.lead, self.format(font_color="#4D5E69"))
        sheet.write_url(
            2,
            0,
            f"internal:'{index_name}'!A1",
            self.format(font_color="#0B4A60", underline=1),
            _("To the contents"),
        )
        for column, (_heading, width) in enumerate(spec.columns):
            sheet.set_column(column, column, width)
        row = self._write_table(sheet, spec)
        for note in spec.notes:
            self._paragraph(sheet, row, note, spec.columns, font_color="#4D5E69")
            row += 1
        if spec.differences is not None:
            self._differences(sheet, row + 1, spec.differences, spec.columns)
        sheet.freeze_panes(_HEADING_ROW + 1, 0)
        sheet.repeat_rows(_HEADING_ROW)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{spec.name.replace('&', '&&')}&R&P (&N)")

    def _write_table(self, sheet: Worksheet, spec: _Sheet) -> int:
        """Writes the table with its headings, as an Excel table so that its headings are known
        to screen readers; the row below it."""
        first, last = _HEADING_ROW, _HEADING_ROW + max(len(spec.rows), 1)
        self.tables += 1
        look = {
            "bold": True,
            "text_wrap": True,
            "valign": "bottom",
            "bg_color": "#EFF4F6",
            "font_color": "#0B4A60",
            "top": 2,
            "bottom": 1,
            "top_color": "#0B4A60",
            "bottom_color": "#0B4A60",
        }
        first_head, head = self.format(**look), self.format(**look, indent=1)
        right = self.format(**look, align="right")
        numeric = {
            index for row in spec.rows for index, cell in enumerate(row) if cell.number is not None
        }
        sheet.add_table(
            first,
            0,
            last,
            len(spec.columns) - 1,
            {
                "name": f"Data_{self.tables:02d}",
                "style": None,
                "autofilter": len(spec.rows) > 20,
                "columns": [
                    {
                        "header": heading,
                        "header_format": right
                        if index in numeric
                        else (head if index else first_head),
                    }
                    for index, heading in enumerate(_unlike(h for h, _width in spec.columns))
                ],
                "description": spec.title,
            },
        )
        sheet.set_row(first, 48 if any(len(h) > w for h, w in spec.columns) else 20)
        for offset, cells in enumerate(spec.rows, start=1):
            self._write_row(sheet, first + offset, cells, numeric)
        row = last + 1
        if spec.total:
            self._write_row(sheet, row, spec.total, numeric, bold=True, top=1)
            row += 1
        return row + 1

    def _write_row(
        self,
        sheet: Worksheet,
        row: int,
        cells: Sequence[_Cell],
        numeric: set[int],
        **properties: object,
    ) -> None:
        line = {"bottom": 4, "bottom_color": "#B9C6CE", **properties}
        for column, cell in enumerate(cells):
            if cell.number is not None:
                style = self.format(num_format=cell.pattern, align="right", **line)
                sheet.write_number(row, column, cell.number, style)
            elif cell.text:
                align = "right" if column in numeric or cell.text == DASH else "left"
                indent = {"indent": 1} if column and align == "left" else {}
                style = self.format(text_wrap=True, align=align, **indent, **line)
                sheet.write_string(row, column, cell.text, style)
            else:
                sheet.write_blank(row, column, None, self.format(**line))

    def _paragraph(
        self,
        sheet: Worksheet,
        row: int,
        text: str,
        columns: Sequence[tuple[str, float]],
        **properties: object,
    ) -> None:
        """Text across the table's columns, in as many lines as it needs (estimated)."""
        style = self.format(text_wrap=True, **properties)
        if len(columns) > 1:
            sheet.merge_range(row, 0, row, len(columns) - 1, "", style)
        sheet.write_string(row, 0, text, style)
        width = sum(each for _heading, each in columns)
        sheet.set_row(row, 15.0 * (1 + int(len(text) / width)))

    def _differences(
        self,
        sheet: Worksheet,
        row: int,
        table: OutcomeTable,
        columns: Sequence[tuple[str, float]],
    ) -> None:
        """Where the printed report says something else, and why; a line for each row."""
        sheet.write_string(row, 0, differences_title(table), self.format(bold=True, font_size=12))
        texts = [
            "{row}. {published}: {old}. {computed}: {new}. {reason}".format(
                row=line.row_label,
                published=pgettext("report", "Published"),
                old=changed(table, line, line.published).replace("\n", ", "),
                computed=pgettext("report", "Computed"),
                new=changed(table, line, line.computed).replace("\n", ", "),
                reason=line.reason,
            )
            for line in table.differences
        ]
        for offset, text in enumerate(texts, start=1):
            self._paragraph(sheet, row + offset, text, columns)

    def _write_index(self, index: Worksheet, sheets: Sequence[_Sheet]) -> None:
        content = self.content
        index.hide_gridlines(2)
        index.set_column(0, 0, 34)
        index.set_column(1, 1, 100)
        index.set_paper(9)
        index.fit_to_pages(1, 0)
        index.set_landscape()
        index.set_row(0, 27)
        index.set_row(1, 21)
        index.write_string(0, 0, content.title, self.format(bold=True, font_size=18))
        index.write_string(1, 0, content.subtitle, self.format(font_size=14))
        index.write_string(2, 0, content.agency, self.format(font_color="#4D5E69"))
        row = 4
        facts = [*edition_facts(content), (_("Frozen data set (SHA-256)"), content.dataset_sha256)]
        for label, value in facts:
            index.write_string(row, 0, label, self.format())
            index.write_string(row, 1, value, self.format(bold=True))
            row += 1
        row += 1
        head = self.format(bold=True, bg_color="#EFF4F6", font_color="#0B4A60", bottom=1)
        index.write_string(row, 0, pgettext("report", "Sheet"), head)
        index.write_string(row, 1, pgettext("report", "Holds"), head)
        link = self.format(font_color="#0B4A60", underline=1)
        for sheet in sheets:
            row += 1
            index.write_url(row, 0, f"internal:'{sheet.name}'!A1", link, sheet.name)
            index.write_string(row, 1, sheet.title, self.format())


def _unlike(headings: Iterable[str]) -> list[str]:
    """Headings that differ, as Excel demands of a table: a number after the later of two alike."""
    found: list[str] = []
    for heading in headings:
        text, number = heading, 2
        while text.casefold() in {other.casefold() for other in found}:
            text, number = f"{heading} ({number})", number + 1
        found.append(text)
    return found


def _figure(figure: KeyFigure) -> _Cell:
    if figure.value is None:
        return _Cell(text=not_recorded())
    pattern = {Unit.SEK: _SEK, Unit.PERCENT: _PERCENT, Unit.COUNT: _COUNT}[figure.unit]
    return _Cell(figure.value, pattern)
