"""One drawing of an outcome table, for the PDF and, as SVG, for the page.

Nothing is told by colour alone: bars carry their numbers where there is room, segments differ in
lightness and texture, and each chart stands beside its table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import simpleSplit

from core.documents import theme
from core.documents.typefaces import REGULAR, SEMIBOLD, displayable, text_width
from core.formats import DASH, number, percent
from reporting.content import OutcomeTable, TableKind, TableRow

LABEL_WIDTH = 150.0  # at most
LABEL_SIZE = 8.5
LABEL_LEADING = 10.0
BAR = 10.5
ROW = 15.0


@dataclass(frozen=True, slots=True)
class _Fill:
    """A fill that can be told from its neighbours without colour."""

    background: Color
    text: Color
    texture: str = ""


# From dark to light, so that the order shows in grey too.
_SCALE = (
    _Fill(HexColor(0x0B4A60), theme.WHITE),
    _Fill(HexColor(0x2F7C98), theme.WHITE),
    _Fill(HexColor(0xA5CBD8), theme.INK, "rising"),
    _Fill(HexColor(0xE3EEF2), theme.INK),
    _Fill(HexColor(0xF3DCD3), theme.INK, "falling"),
)
_BAR_FILL = _SCALE[1]


def chart_drawing(table: OutcomeTable, language: str, width: float = theme.TEXT_WIDTH) -> Drawing:
    """The chart of a table, `width` points wide, in `language`."""
    with override(language):
        return _PAINTERS[_shape(table)](table, width)


def chart_alt(table: OutcomeTable, language: str) -> str:
    """What the chart shows, in a sentence or two; the numbers are in the table beside it."""
    with override(language):
        return f"{_SHAPES[_shape(table)](table)} {_highlights(table)}".strip()


def chart_svg(table: OutcomeTable, language: str = "sv") -> str:
    """The same drawing as an SVG element to put in a page: no style, no script, stable ids."""
    drawing = chart_drawing(table, language)
    name = f"chart-{table.stream}-{table.number}"
    title, alt = escape(chart_title(table, language)), escape(chart_alt(table, language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang={quoteattr(language)} '
        f'aria-labelledby="{name}-title {name}-desc" width="100%" '
        f'viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" '
        'preserveAspectRatio="xMinYMin meet" '
        f'font-family="Source Sans 3, Source Sans Pro, Inter, Arial, sans-serif">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{alt}</desc>'
        f"{''.join(_svg(shape, drawing.height) for shape in drawing.contents)}</svg>"
    )


def chart_title(table: OutcomeTable, language: str) -> str:
    """The chart's name, which ties it to its table."""
    with override(language):
        return _("Chart for table %(number)d. %(title)s") % {
            "number": table.number,
            "title": table.title,
        }


def _shape(table: OutcomeTable) -> TableKind:
    """The kind of chart: that of the table, or columns of bars with too many parts to tell."""
    if table.kind is TableKind.SINGLE_CHOICE_PERCENT and len(table.column_labels) > len(_SCALE):
        return TableKind.MULTI_CHOICE_PERCENT
    if table.kind is TableKind.AREA_STATUS_COUNTS and len(table.column_labels) > len(_SCALE) + 1:
        return TableKind.MULTI_CHOICE_PERCENT
    return table.kind


# --- the drawings -----------------------------------------------------------------------------


def _stacked_percent(table: OutcomeTable, width: float) -> Drawing:
    """Each row's answers as parts of 100 %."""
    legend_height, legend = _legend(table.column_labels, _SCALE, width)
    canvas = _Rows(table, width, legend_height)
    canvas.drawing.add(legend(canvas.drawing.height))
    for row, y in canvas.rows():
        if table.cell_text_is_dash(row):
            canvas.text(canvas.left + 4, y + 2.4, _nothing(row))
            continue
        _segments(canvas, row.values, 100, y, lambda value: percent(value))
    return canvas.drawing


def _status(table: OutcomeTable, width: float) -> Drawing:
    """What became of the work: the first column is the whole, the others its parts."""
    labels, fills = list(table.column_labels[1:]), list(_SCALE[: len(table.column_labels) - 1])
    if any(row.values[0] > sum(row.values[1:]) for row in table.rows):
        labels.append(_("Other or not stated"))
        fills.append(_NOT_REPORTED)
    legend_height, legend = _legend(labels, fills, width)
    canvas = _Rows(table, width, legend_height, right=30)
    canvas.drawing.add(legend(canvas.drawing.height))
    longest = max((max(row.values[0], sum(row.values[1:])) for row in table.rows), default=0)
    for row, y in canvas.rows():
        if row.is_unasked:
            canvas.text(canvas.left + 4, y + 2.4, _nothing(row))
            continue
        total = row.values[0]
        end = _segments(canvas, row.values[1:], longest, y, number, rest=total)
        canvas.text(end + 5, y + 2.4, number(total), SEMIBOLD)
    return canvas.drawing


def _bars(table: OutcomeTable, width: float) -> Drawing:
    """One bar a row."""
    canvas = _Rows(table, width, 0, right=30)
    longest = max((value for row in table.rows for value in row.values), default=0)
    for row, y in canvas.rows():
        value = row.values[0]
        dash = table.cell_text_is_dash(row) or 0 in row.unasked
        text = _nothing(row) if dash else number(value)
        length = canvas.room * value / longest if longest else 0
        if length:
            canvas.bar(canvas.left, y, length, _BAR_FILL)
        canvas.text(canvas.left + length + 5, y + 2.4, text)
    return canvas.drawing


def _panels(table: OutcomeTable, width: float) -> Drawing:
    """Several answers a row: a column of bars for each option, on one scale."""
    columns = len(table.column_labels)
    gap = 14.0
    left = _label_width(table)
    panel = (width - left - gap * (columns - 1)) / columns
    heads = [simpleSplit(label, SEMIBOLD, LABEL_SIZE, panel) for label in table.column_labels]
    head_height = LABEL_LEADING * max(len(lines) for lines in heads) + 6
    canvas = _Rows(table, width, head_height)
    longest = max((value for row in table.rows for value in row.values), default=0)
    write = percent if table.kind.is_percent else number
    for index, lines in enumerate(heads):
        x = left + index * (panel + gap)
        for line, text in enumerate(lines):
            y = canvas.drawing.height - LABEL_SIZE - line * LABEL_LEADING
            canvas.text(x, y, text, SEMIBOLD)
    for row, y in canvas.rows():
        for index, value in enumerate(row.values):
            x = left + index * (panel + gap)
            length = (panel - 26) * value / longest if longest else 0
            dash = table.cell_text_is_dash(row) or index in row.unasked
            if length and not dash:
                canvas.bar(x, y, length, _BAR_FILL)
            canvas.drawing.add(
                Line(x, y - 2, x, y + BAR + 2, strokeColor=theme.RULE, strokeWidth=0.6)
            )
            text = write(value) if not dash else _nothing(row) if index == 0 else DASH
            canvas.text(x + length + 3, y + 2.5, text, size=8)
    return canvas.drawing


def _nothing(row: TableRow) -> str:
    """What stands where there is no bar: a row that was not asked says so."""
    return _("not asked") if row.is_unasked else DASH


_PAINTERS: dict[TableKind, Callable[[OutcomeTable, float], Drawing]] = {
    TableKind.SINGLE_CHOICE_PERCENT: _stacked_percent,
    TableKind.AREA_STATUS_COUNTS: _status,
    TableKind.MULTI_CHOICE_COUNTS: _bars,
    TableKind.MULTI_CHOICE_PERCENT: _panels,
}
_NOT_REPORTED = _Fill(theme.WHITE, theme.INK, "outline")


def _label_width(table: OutcomeTable) -> float:
    """Room for the longest row label, but no more than LABEL_WIDTH: longer ones take two lines."""
    widths = [text_width(row.label, REGULAR, LABEL_SIZE) for row in table.rows]
    return min(LABEL_WIDTH, max(widths, default=0.0) + 9)


class _Rows:
    """The label column and the places of the bars."""

    def __init__(self, table: OutcomeTable, width: float, head: float, right: float = 0.0) -> None:
        self.table = table
        self.left = _label_width(table)
        self.room = width - self.left - right
        self.labels = [
            simpleSplit(row.label, REGULAR, LABEL_SIZE, self.left - 8) for row in table.rows
        ]
        heights = [max(ROW, len(lines) * LABEL_LEADING + 3) for lines in self.labels]
        self.heights = heights
        self.drawing = Drawing(width, sum(heights) + head + 2)
        self.top = self.drawing.height - head

    def rows(self) -> list[tuple[TableRow, float]]:
        """Draws the labels; each row with the foot of its bar."""
        places = []
        top = self.top
        for row, lines, height in zip(self.table.rows, self.labels, self.heights, strict=True):
            middle = top - height / 2
            y = middle + (len(lines) * LABEL_LEADING) / 2 - 7.7
            for line in lines:
                self.drawing.add(
                    String(
                        self.left - 7,
                        y,
                        displayable(line),
                        fontName=REGULAR,
                        fontSize=LABEL_SIZE,
                        fillColor=theme.INK,
                        textAnchor="end",
                    )
                )
                y -= LABEL_LEADING
            places.append((row, middle - BAR / 2))
            top -= height
        return places

    def text(
        self, x: float, y: float, text: str, font: str = REGULAR, size: float = LABEL_SIZE
    ) -> None:
        self.drawing.add(
            String(x, y, displayable(text), fontName=font, fontSize=size, fillColor=theme.INK)
        )

    def bar(self, x: float, y: float, length: float, fill: _Fill) -> None:
        self.drawing.add(_swatch(x, y, length, BAR, fill))


def _segments(
    canvas: _Rows,
    values: Sequence[int],
    whole: int,
    y: float,
    label: Callable[[int], str],
    rest: int | None = None,
) -> float:
    """Draws the parts of a bar from the left; `rest` is what they should reach. Its end."""
    x = canvas.left
    parts = list(zip(values, _SCALE, strict=False))
    missing = (rest or 0) - sum(values)
    if missing > 0:
        parts.append((missing, _NOT_REPORTED))
    for value, fill in parts:
        if not value or not whole:
            continue
        length = canvas.room * value / whole
        canvas.bar(x, y, max(length - 1, 0.5), fill)
        text = label(value)
        text_length = text_width(text, REGULAR, 8)
        if length >= text_length + 4:
            middle = x + length / 2
            if fill.texture in ("rising", "falling"):
                canvas.drawing.add(
                    Rect(
                        middle - text_length / 2 - 2,
                        y + 1,
                        text_length + 3,
                        BAR - 2,
                        fillColor=fill.background,
                        strokeColor=None,
                    )
                )
            canvas.drawing.add(
                String(
                    middle - 0.5,
                    y + 2.6,
                    text,
                    fontName=REGULAR,
                    fontSize=8,
                    fillColor=fill.text,
                    textAnchor="middle",
                )
            )
        x += length
    return x


def _legend(
    labels: Sequence[str], fills: Sequence[_Fill], width: float
) -> tuple[float, Callable[[float], Group]]:
    """The legend in the order of the segments: its height, and what draws it below `top`."""
    places: list[tuple[float, int, str, _Fill]] = []
    x, line = 0.0, 0
    for label, fill in zip(labels, fills, strict=False):
        length = 15 + text_width(label, REGULAR, LABEL_SIZE) + 16
        if x and x + length - 16 > width:
            x, line = 0.0, line + 1
        places.append((x, line, label, fill))
        x += length

    def draw(top: float) -> Group:
        group = Group()
        for left, row, label, fill in places:
            y = top - 10 - row * 14
            group.add(_swatch(left, y, 10, 9, fill))
            group.add(
                String(
                    left + 15,
                    y + 1.5,
                    displayable(label),
                    fontName=REGULAR,
                    fontSize=LABEL_SIZE,
                    fillColor=theme.INK,
                )
            )
        return group

    return 14.0 * (line + 1) + 6, draw


def _swatch(x: float, y: float, width: float, height: float, fill: _Fill) -> Group:
    """A rectangle with its texture, clipped by arithmetic since SVG and PDF share it."""
    dashed = fill.texture == "outline"
    # Pale fills need an edge to stand out from the paper (WCAG 2.2, 1.4.11).
    edge = dashed or fill.text is theme.INK
    inset = 0.3 if edge else 0.0
    group = Group(
        Rect(
            x + inset,
            y + inset,
            max(width - 2 * inset, 0.1),
            height - 2 * inset,
            fillColor=fill.background,
            strokeColor=theme.MUTED if edge else None,
            strokeWidth=0.6 if edge else 0,
            strokeDashArray=[2, 1.5] if dashed else None,
        )
    )
    if fill.texture in ("rising", "falling"):
        step = 4.0
        start = -height
        while start < width:
            x0, x1 = max(start, 0.0), min(start + height, width)
            y0, y1 = x0 - start, x1 - start
            if fill.texture == "falling":
                y0, y1 = height - y0, height - y1
            if x1 > x0:
                group.add(
                    Line(
                        x + x0,
                        y + y0,
                        x + x1,
                        y + y1,
                        strokeColor=HexColor(0x6F93A1)
                        if fill.texture == "rising"
                        else HexColor(0xB98672),
                        strokeWidth=0.6,
                    )
                )
            start += step
    return group


# --- the alternative texts --------------------------------------------------------------------


def _shape_stacked(table: OutcomeTable) -> str:
    return _("Bar chart: for each row, the answers as parts of 100 percent.")


def _shape_status(table: OutcomeTable) -> str:
    return _("Bar chart: for each row, a bar as long as %(whole)s, divided into %(parts)s.") % {
        "whole": _lower(table.column_labels[0]),
        "parts": ", ".join(_lower(label) for label in table.column_labels[1:]),
    }


def _shape_bars(table: OutcomeTable) -> str:
    return _("Bar chart: one bar for each row.")


def _shape_panels(table: OutcomeTable) -> str:
    return _("Bar chart: for each row, one bar for each of the options %(options)s.") % {
        "options": ", ".join(table.column_labels)
    }


_SHAPES: dict[TableKind, Callable[[OutcomeTable], str]] = {
    TableKind.SINGLE_CHOICE_PERCENT: _shape_stacked,
    TableKind.AREA_STATUS_COUNTS: _shape_status,
    TableKind.MULTI_CHOICE_COUNTS: _shape_bars,
    TableKind.MULTI_CHOICE_PERCENT: _shape_panels,
}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _highlights(table: OutcomeTable) -> str:
    """The highest and lowest value of each column that has one."""
    shown = [row for row in table.rows if not table.cell_text_is_dash(row) and not row.is_unasked]
    if not shown:
        return _("No answers were received.")
    write = percent if table.kind.is_percent else number
    sentences = []
    for index, label in enumerate(table.column_labels):
        asked = [row for row in shown if index not in row.unasked]
        values = [row.values[index] for row in asked]
        if not values:
            continue
        high, low = max(values), min(values)
        if high == low:
            continue
        sentences.append(
            _("%(column)s: most %(high_row)s (%(high)s), least %(low_row)s (%(low)s).")
            % {
                "column": label,
                "high_row": asked[values.index(high)].label,
                "high": write(high),
                "low_row": asked[values.index(low)].label,
                "low": write(low),
            }
        )
    return " ".join(sentences)


# --- SVG --------------------------------------------------------------------------------------


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _paint(name: str, color: Color | None) -> str:
    return f' {name}="{"none" if color is None else "#" + color.hexval()[2:]}"'


def _svg(shape: Group | Rect | Line | String, height: float) -> str:
    """A shape with presentation attributes only: the page's security policy forbids styles."""
    if isinstance(shape, Group):
        return "".join(_svg(part, height) for part in shape.contents)
    if isinstance(shape, Rect):
        stroke = ""
        if shape.strokeColor is not None:
            stroke = _paint("stroke", shape.strokeColor) + f' stroke-width="{shape.strokeWidth}"'
            if shape.strokeDashArray:
                dashes = " ".join(_n(dash) for dash in shape.strokeDashArray)
                stroke += f' stroke-dasharray="{dashes}"'
        return (
            f'<rect x="{_n(shape.x)}" y="{_n(height - shape.y - shape.height)}" '
            f'width="{_n(shape.width)}" height="{_n(shape.height)}"'
            f"{_paint('fill', shape.fillColor)}{stroke}/>"
        )
    if isinstance(shape, Line):
        return (
            f'<line x1="{_n(shape.x1)}" y1="{_n(height - shape.y1)}" '
            f'x2="{_n(shape.x2)}" y2="{_n(height - shape.y2)}"'
            f'{_paint("stroke", shape.strokeColor)} stroke-width="{_n(shape.strokeWidth)}"/>'
        )
    anchor = "" if shape.textAnchor == "start" else f' text-anchor="{shape.textAnchor}"'
    weight = ' font-weight="600"' if shape.fontName == SEMIBOLD else ""
    # With its length given, the text fits in whatever typeface the page has.
    length = text_width(shape.text, shape.fontName, shape.fontSize)
    return (
        f'<text x="{_n(shape.x)}" y="{_n(height - shape.y)}" font-size="{_n(shape.fontSize)}"'
        f' textLength="{_n(length)}" lengthAdjust="spacingAndGlyphs"'
        f"{anchor}{weight}{_paint('fill', shape.fillColor)}>{escape(shape.text)}</text>"
    )
