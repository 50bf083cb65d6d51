"""The typeface of every document: Source Sans 3, embedded, with tabular figures."""

import unicodedata
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
REGULAR = "SourceSans3-Regular"
ITALIC = "SourceSans3-It"
SEMIBOLD = "SourceSans3-Semibold"
ALL = (REGULAR, ITALIC, SEMIBOLD)


def register() -> None:
    """Make the typefaces known to ReportLab. Cheap to call again.

    There is no semibold italic: it is not used, and `<b><i>` gives semibold.
    """
    known = pdfmetrics.getRegisteredFontNames()
    for name in ALL:
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=ITALIC, boldItalic=SEMIBOLD
    )


def text_width(text: str, font: str, size: float) -> float:
    """The width of `text` in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def displayable(text: str) -> str:
    """`text` with what the typeface lacks as □: a missing glyph may not be used (PDF/UA 7.21.8).

    Latin, Greek and Cyrillic are there; control characters go, save line breaks.
    """
    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join(
        char if char == "\n" or ord(char) in glyphs else "\N{WHITE SQUARE}"
        for char in text
        if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )


register()
