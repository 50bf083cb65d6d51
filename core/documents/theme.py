"""Colours, measures and paragraph styles shared by every document. Measures are in points."""

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from core.documents.typefaces import ITALIC, REGULAR, SEMIBOLD

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN_SIDE = 25 * mm
MARGIN_TOP = 27 * mm
MARGIN_BOTTOM = 24 * mm
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN_SIDE
TEXT_HEIGHT = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM

# Each text colour has at least 4.5:1 against white and against TINT (WCAG 2.2, 1.4.3).
INK = HexColor(0x1B2A34)
MUTED = HexColor(0x4D5E69)
PRIMARY = HexColor(0x0B4A60)
ACCENT = HexColor(0xA8452C)
RULE = HexColor(0xB9C6CE)
HAIRLINE = HexColor(0xDDE5EA)
TINT = HexColor(0xEFF4F6)
WHITE: Color = HexColor(0xFFFFFF)


def _style(
    name: str, size: float, leading: float, font: str = REGULAR, **more: object
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        **{
            "fontName": font,
            "fontSize": size,
            "leading": leading,
            "textColor": INK,
            "alignment": TA_LEFT,
            "allowWidows": 0,
            "allowOrphans": 0,
            "splitLongWords": 1,
            "bulletFontName": REGULAR,
            **more,
        },
    )


BODY = _style("body", 10.5, 15, spaceAfter=8)
LEAD = _style("lead", 12.5, 18, spaceAfter=10, textColor=PRIMARY)
NOTE = _style("note", 8.5, 11.5, spaceBefore=3, textColor=MUTED)
META = _style("meta", 9, 12, spaceAfter=5, textColor=MUTED)
COMMENT = _style("comment", 10.5, 15, spaceBefore=8)
CAPTION = _style("caption", 9, 12, SEMIBOLD, spaceBefore=10, spaceAfter=4, textColor=PRIMARY)
LETTERHEAD = _style("letterhead", 15, 19, SEMIBOLD, spaceAfter=3, textColor=PRIMARY)
LETTER_SMALL = _style("letter-small", 8.75, 12, textColor=MUTED)
LETTER_KIND = _style("letter-kind", 11.5, 15, SEMIBOLD, spaceAfter=5, textColor=PRIMARY)
LETTER_LABEL = _style("letter-label", 8, 10.5, textColor=MUTED)
LETTER_TO = _style("letter-to", 10.5, 14.5, spaceAfter=2)
LETTER_DRAFT = _style("letter-draft", 10.5, 15, SEMIBOLD, spaceAfter=16, textColor=ACCENT)
LETTER_AFTER = _style("letter-after", 10.5, 15, spaceBefore=8, spaceAfter=4)
HEADINGS = {
    1: _style("h1", 24, 29, SEMIBOLD, spaceAfter=16, textColor=PRIMARY, keepWithNext=1),
    2: _style(
        "h2", 15.5, 20, SEMIBOLD, spaceBefore=20, spaceAfter=7, textColor=PRIMARY, keepWithNext=1
    ),
    3: _style("h3", 11.5, 15, SEMIBOLD, spaceBefore=14, spaceAfter=3, keepWithNext=1),
}
CELL = _style("cell", 9.25, 11.6)
CELL_RIGHT = _style("cell-right", 9.25, 11.6, alignment=TA_RIGHT)
CELL_STRONG = _style("cell-strong", 9.25, 11.6, SEMIBOLD)
CELL_STRONG_RIGHT = _style("cell-strong-right", 9.25, 11.6, SEMIBOLD, alignment=TA_RIGHT)
CELL_HEAD = _style("cell-head", 8.5, 10.5, SEMIBOLD, textColor=PRIMARY)
CELL_HEAD_RIGHT = _style(
    "cell-head-right", 8.5, 10.5, SEMIBOLD, textColor=PRIMARY, alignment=TA_RIGHT
)
CELL_GROUP = _style("cell-group", 8.75, 11.5, SEMIBOLD, textColor=PRIMARY)
CELL_NOTE = _style("cell-note", 8, 10.5, ITALIC, textColor=MUTED)
TILE_VALUE = _style("tile-value", 17, 21, SEMIBOLD, textColor=PRIMARY)
TILE_LABEL = _style("tile-label", 8.75, 11.5, textColor=MUTED)
CONTENTS = {
    1: _style("contents-1", 10.5, 14, SEMIBOLD, spaceBefore=9),
    2: _style("contents-2", 10, 14, leftIndent=12),
    3: _style("contents-3", 9, 12.5, leftIndent=24, textColor=MUTED),
}
