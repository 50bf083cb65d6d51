"""Charts: accessible, safe under the page's security policy, and true to their table."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String

from core.documents import theme
from core.documents.typefaces import text_width
from core.formats import number, percent
from reporting.content import OutcomeTable, TableKind, TableRow
from reporting.documents.charts import chart_alt, chart_drawing, chart_svg, chart_title
from tests.reporting.content_factory import build_content

SVG = "{http://www.w3.org/2000/svg}"
TABLES = [table for stream in build_content().streams for table in stream.tables]
BY_NUMBER = {table.number: table for table in TABLES}


def shapes(part: Drawing | Group) -> list[Rect | Line | String]:
    found: list[Rect | Line | String] = []
    for shape in part.contents:
        found += shapes(shape) if isinstance(shape, Group) else [shape]
    return found


def texts(table: OutcomeTable) -> list[str]:
    return [s.text for s in shapes(chart_drawing(table, "sv")) if isinstance(s, String)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.number))
def test_svg_is_a_named_image_without_style_or_script(table: OutcomeTable) -> None:
    root = ElementTree.fromstring(chart_svg(table))  # noqa: S314  (our own)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("lang") == "sv"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert root.get("aria-labelledby") == " ".join(str(each) for each in ids)
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text == chart_title(table, "sv")
    assert description.text == chart_alt(table, "sv")
    allowed = {f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "line", "text")}
    for element in root.iter():
        assert element.tag in allowed
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}


def test_ids_differ_between_the_charts_of_a_page() -> None:
    ids = [
        element.get("id")
        for table in TABLES
        for element in ElementTree.fromstring(chart_svg(table)).iter()  # noqa: S314
        if element.get("id")
    ]
    assert len(ids) == len(set(ids)) == 2 * len(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.number))
def test_everything_stands_inside_the_drawing(table: OutcomeTable) -> None:
    drawing = chart_drawing(table, "sv")
    assert drawing.width == pytest.approx(theme.TEXT_WIDTH)
    for shape in shapes(drawing):
        if isinstance(shape, Rect):
            box = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        elif isinstance(shape, Line):
            xs, ys = sorted((shape.x1, shape.x2)), sorted((shape.y1, shape.y2))
            box = (xs[0], ys[0], xs[1], ys[1])
        else:
            width = text_width(shape.text, shape.fontName, shape.fontSize)
            left = {"start": 0.0, "middle": width / 2, "end": width}[shape.textAnchor]
            x = shape.x - left
            box = (x, shape.y - 2, x + width, shape.y + shape.fontSize * 0.75)
        assert box[0] >= -0.5
        assert box[1] >= -0.5
        assert box[2] <= drawing.width + 0.5
        assert box[3] <= drawing.height + 0.5


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.number))
def test_every_row_has_its_label(table: OutcomeTable) -> None:
    said = " ".join(texts(table))
    for row in table.rows:
        assert row.label in said


def test_stacked_bars_are_as_long_as_their_shares() -> None:
    table = BY_NUMBER[6]
    drawing = chart_drawing(table, "sv")
    bars: dict[int, list[Rect]] = {}
    for shape in shapes(drawing):
        if isinstance(shape, Rect) and shape.height > 9.5:
            bars.setdefault(round(shape.y + shape.height / 2), []).append(shape)
    left = min(bar.x for row in bars.values() for bar in row)
    room = drawing.width - left
    assert len(bars) == len(table.rows)
    for row, middle in zip(table.rows, sorted(bars, reverse=True), strict=True):
        shares = [value for value in row.values if value]
        segments = sorted(bars[middle], key=lambda bar: float(bar.x))
        start = left
        for share, segment in zip(shares, segments, strict=True):
            assert segment.x == pytest.approx(start, abs=0.5)
            start += room * share / 100
        assert start == pytest.approx(drawing.width)
    assert percent(46) in texts(table)


def test_status_bars_carry_their_whole_and_what_is_not_stated() -> None:
    table = BY_NUMBER[8]
    said = texts(table)
    for row in table.rows:
        assert number(row.values[0]) in said
    assert "Annat eller ej angivet" in said
    assert "Annat eller ej angivet" not in texts(BY_NUMBER[1])


def test_panels_carry_every_value() -> None:
    table = BY_NUMBER[7]
    said = texts(table)
    assert len(said) >= len(table.column_labels) + len(table.rows) * 5
    for row in table.rows:
        for value in row.values:
            assert percent(value) in said


def test_segments_differ_without_colour() -> None:
    """Neighbouring fills differ by texture or clearly in lightness."""
    table = BY_NUMBER[6]
    legend = [s for s in shapes(chart_drawing(table, "sv")) if isinstance(s, Rect)][:5]
    grey = [
        0.3 * r.fillColor.red + 0.59 * r.fillColor.green + 0.11 * r.fillColor.blue for r in legend
    ]
    lines = [s for s in shapes(chart_drawing(table, "sv")) if isinstance(s, Line)]
    assert all(abs(a - b) > 0.1 for a, b in pairwise(grey[:4]))
    slopes = {(line.y2 - line.y1) * (line.x2 - line.x1) > 0 for line in lines}
    assert slopes == {True, False}
    assert all(r.strokeColor is not None for r in legend[2:])


def test_alternative_text_tells_the_extremes_in_the_readers_language() -> None:
    alt = chart_alt(BY_NUMBER[6], "sv")
    assert alt.startswith("Stapeldiagram: ")
    assert "Helt: högst Handlingsplan (40\N{NO-BREAK SPACE}%), lägst" in alt
    assert chart_alt(BY_NUMBER[6], "en").startswith("Bar chart: ")


def test_nobody_answered_is_a_dash_and_no_bar() -> None:
    table = BY_NUMBER[7]
    silent = replace(
        table, rows=tuple(replace(row, n=0, values=(0,) * len(row.values)) for row in table.rows)
    )
    assert texts(silent).count("–") == len(table.rows) * len(table.column_labels)
    assert [s for s in shapes(chart_drawing(silent, "sv")) if isinstance(s, Rect)] == []
    assert chart_alt(silent, "sv").endswith("Inga svar har kommit in.")


def test_more_options_than_textures_become_columns_of_bars() -> None:
    options = tuple(f"Val {n}" for n in range(7))
    table = OutcomeTable(
        number=99,
        stream="municipalities",
        kind=TableKind.SINGLE_CHOICE_PERCENT,
        title="Sju svar",
        row_heading="Område",
        column_codes=options,
        column_labels=options,
        n=None,
        rows=(TableRow("a", "Kartläggning", None, 100, (40, 10, 10, 10, 10, 10, 10)),),
    )
    assert set(options) <= set(texts(table))
    assert texts(table).count(percent(10)) == 6
    assert all(option in chart_alt(table, "sv") for option in options)


def test_svg_is_the_same_each_time_and_escapes_text() -> None:
    table = replace(BY_NUMBER[2], title='Ett & <b>"två"</b>')
    assert chart_svg(table) == chart_svg(table)
    root = ElementTree.fromstring(chart_svg(table))  # noqa: S314
    assert root[0].text == 'Diagram till tabell 2. Ett & <b>"två"</b>'
