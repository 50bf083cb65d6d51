"""The title page of the report."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle

from core.documents import TaggedCanvas, Text, theme
from core.documents.typefaces import REGULAR, SEMIBOLD
from reporting.content import ReportContent
from reporting.documents.words import edition_facts

_BAND = theme.PAGE_HEIGHT * 0.34
_LINES = HexColor(0x2F7C98)


def _style(
    size: float, leading: float, font: str = REGULAR, color: object = theme.INK
) -> ParagraphStyle:
    return ParagraphStyle(
        "cover",
        None,
        fontName=font,
        fontSize=size,
        leading=leading,
        textColor=color,
        splitLongWords=0,
    )


def cover(content: ReportContent) -> Callable[[TaggedCanvas], None]:
    """Paints the title page: a field of colour with the title, the facts of the edition below."""
    facts = edition_facts(content)
    preliminary = pgettext("report", "Preliminary") if content.preliminary else ""
    explanation = _("The figures may change until the final edition is decided.")

    def paint(canvas: TaggedCanvas) -> None:
        left = theme.MARGIN_SIDE
        width = theme.TEXT_WIDTH
        with canvas.artifact():
            _background(canvas)
        _place(
            canvas,
            Text(content.agency, _style(15, 19, SEMIBOLD, theme.WHITE)),
            left,
            theme.PAGE_HEIGHT - 30 * theme.mm,
            width,
        )
        y = theme.PAGE_HEIGHT - 92 * theme.mm
        title = Text(content.title, _style(33, 39, SEMIBOLD, theme.WHITE))
        y = _place(canvas, title, left, y, width - 10)
        y = _place(
            canvas,
            Text(content.subtitle, _style(17, 23, REGULAR, theme.WHITE)),
            left,
            y - 12,
            width,
        )
        if preliminary:
            _badge(canvas, preliminary, explanation, left, y - 20)
        y = _BAND - 24 * theme.mm
        for label, value in facts:
            line = Text(None, _style(10.5, 17), parts=[(f"{label}: ", False), (value, True)])
            y = _place(canvas, line, left, y, width)

    return paint


def _place(canvas: TaggedCanvas, text: Text, x: float, top: float, width: float) -> float:
    """Draws a text below `top`; where it ends."""
    height = text.wrap(width, theme.PAGE_HEIGHT)[1]
    text.drawOn(canvas, x, top - height)
    return float(top - height)


def _background(canvas: TaggedCanvas) -> None:
    canvas.setFillColor(theme.PRIMARY)
    canvas.rect(0, _BAND, theme.PAGE_WIDTH, theme.PAGE_HEIGHT - _BAND, stroke=0, fill=1)
    canvas.setFillColor(theme.ACCENT)
    canvas.rect(0, _BAND - 5, theme.PAGE_WIDTH, 5, stroke=0, fill=1)
    canvas.setStrokeColor(_LINES)
    canvas.setLineWidth(0.9)
    canvas.line(
        theme.MARGIN_SIDE,
        theme.PAGE_HEIGHT - 40 * theme.mm,
        theme.PAGE_WIDTH - theme.MARGIN_SIDE,
        theme.PAGE_HEIGHT - 40 * theme.mm,
    )


def _badge(canvas: TaggedCanvas, mark: str, explanation: str, x: float, top: float) -> None:
    label = Text(mark, _style(12, 16, SEMIBOLD, theme.WHITE))
    label_width = canvas.stringWidth(mark, SEMIBOLD, 12)
    with canvas.artifact():
        canvas.setFillColor(theme.ACCENT)
        canvas.rect(x, top - 24, label_width + 20, 24, stroke=0, fill=1)
    _place(canvas, label, x + 10, top - 3, label_width + 4)
    _place(
        canvas,
        Text(explanation, _style(10.5, 15, REGULAR, theme.WHITE)),
        x + label_width + 32,
        top - 4,
        theme.TEXT_WIDTH - label_width - 32,
    )
