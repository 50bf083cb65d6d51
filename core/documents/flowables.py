"""Building blocks that carry their place in the structure: text, headings, lists, figures.

Text is plain text, never markup: what stands in a register may hold `<` and `&`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from core.documents import theme
from core.documents.structure import Node
from core.documents.typefaces import displayable

if TYPE_CHECKING:
    from core.documents.template import Entry


class Text(Paragraph):
    """A paragraph of plain text, or, with `parts`, of (text, bold) pieces.

    Parts on both sides of a page break stay one element. A node that heads a table column is
    content where it first stands, and an artifact where it is repeated on later pages.
    """

    def __init__(
        self,
        text: str | None,
        style: ParagraphStyle = theme.BODY,
        *,
        node: Node | None = None,
        parts: Sequence[tuple[str, bool]] = (),
        repeats: bool = False,
        **kwargs: Any,
    ) -> None:
        says = "".join(each for each, _bold in parts) if parts else text
        if parts:
            text = "".join(f"<b>{_markup(t)}</b>" if bold else _markup(t) for t, bold in parts)
        elif text is not None:
            text = _markup(text)
        super().__init__(text, style, **kwargs)
        self.node = node or Node("P")
        self.repeats = repeats
        self.empty = says is not None and not displayable(says).strip()

    def split(self, avail_width: float, avail_height: float) -> list[Flowable]:
        pieces: list[Flowable] = super().split(avail_width, avail_height)
        for piece in pieces:
            piece.node = self.node
        return pieces

    def draw(self) -> None:
        canvas = self.canv
        if self.repeats and self.node.has_content():
            with canvas.artifact("Pagination"):
                super().draw()
        elif self.empty:
            self.node.place(canvas.structure)
        else:
            with canvas.content(self.node):
                super().draw()


def _markup(text: str) -> str:
    return escape(displayable(text)).replace("\n", "<br/>")


class Heading(Text):
    """A heading of level 1–3: an H element, a bookmark, and, if `listed`, in the contents."""

    def __init__(
        self, text: str, level: int, *, listed: bool = True, parent: Node | None = None
    ) -> None:
        super().__init__(text, theme.HEADINGS[level], node=Node(f"H{level}", parent))
        self.title = text
        self.level = level
        self.listed = listed

    def draw(self) -> None:
        key = self.canv.document.enter(self.level, self.title, self.listed)
        self.canv.bookmarkHorizontal(key, 0, self.height + 12)
        self.canv.addOutlineEntry(self.title, key, self.level - 1, closed=self.level > 1)
        super().draw()


class Bullets(Flowable):
    """One item of a list; make them with `bullets`."""

    def __init__(self, item: Text, listing: Node) -> None:
        super().__init__()
        self.item = item
        self.entry = Node("LI", listing)
        self.label = Node("Lbl", self.entry)
        item.node = Node("LBody", self.entry)
        self.spaceAfter = 3

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        self.width, self.height = avail_width, self.item.wrap(avail_width - 14, avail_height)[1]
        return self.width, self.height

    def draw(self) -> None:
        style = self.item.style
        with self.canv.content(self.label):
            self.canv.setFillColor(theme.PRIMARY)
            self.canv.setFont(style.fontName, style.fontSize)
            self.canv.drawString(2, self.height - style.fontSize, "\N{BULLET}")
        self.item.drawOn(self.canv, 14, 0)


def bullets(
    items: Sequence[Sequence[tuple[str, bool]]], style: ParagraphStyle = theme.BODY
) -> list[Flowable]:
    """A list; each item is pieces of (text, bold)."""
    listing = Node("L")
    return [Bullets(Text(None, style, parts=item), listing) for item in items]


def keep(*groups: Sequence[Flowable]) -> list[Flowable]:
    """All groups on one page where they fit one, else each group on its own page or part of it.

    A group taller than a page flows on, from the top of a page.
    """
    flat = [flowable for group in groups for flowable in group]
    height = 0.0
    for flowable in flat:
        height += flowable.wrap(theme.TEXT_WIDTH, theme.TEXT_HEIGHT)[1]
        height += max(flowable.getSpaceBefore(), 0) + flowable.getSpaceAfter()
    if height <= theme.TEXT_HEIGHT:
        return [KeepTogether(flat)]
    return [KeepTogether(list(group)) for group in groups]


class Figure(Flowable):
    """A drawing with its alternative text."""

    def __init__(self, drawing: Drawing, alt: str) -> None:
        super().__init__()
        self.drawing = drawing
        self.node = Node("Figure", alt=alt)
        self.width, self.height = drawing.width, drawing.height

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.node.bbox = self.canv.page_box(self.width, self.height)
        with self.canv.content(self.node):
            renderPDF.draw(self.drawing, self.canv, 0, 0)


class Rule(Flowable):
    """A horizontal line across the column: decoration."""

    def __init__(self, before: float = 4, after: float = 8) -> None:
        super().__init__()
        self.spaceBefore, self.spaceAfter = before, after

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        self.width, self.height = avail_width, 0.5
        return self.width, self.height

    def draw(self) -> None:
        with self.canv.artifact():
            self.canv.setStrokeColor(theme.RULE)
            self.canv.setLineWidth(0.5)
            self.canv.line(0, 0, self.width, 0)


class Tiles(Flowable):
    """A row of figures, each a large value with its label: read as 'label: value'."""

    def __init__(self, tiles: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        listing = Node("L")
        self.tiles = []
        for label, value in tiles:
            body = Node("LBody", Node("LI", listing))
            self.tiles.append(
                (
                    Text(label, theme.TILE_LABEL, node=Node("P", body)),
                    Text(value, theme.TILE_VALUE, node=Node("P", body)),
                )
            )
        self.spaceBefore, self.spaceAfter = 6, 14

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        self.gap = 10
        self.tile_width = (avail_width - self.gap * (len(self.tiles) - 1)) / len(self.tiles)
        self.inner = self.tile_width - 18
        heights = [
            (label.wrap(self.inner, avail_height)[1], value.wrap(self.inner, avail_height)[1])
            for label, value in self.tiles
        ]
        self.value_height = max(value for _, value in heights)
        self.height = 20 + self.value_height + max(label for label, _ in heights)
        self.width = avail_width
        return avail_width, self.height

    def draw(self) -> None:
        canvas = self.canv
        for index, (label, value) in enumerate(self.tiles):
            x = index * (self.tile_width + self.gap)
            with canvas.artifact():
                canvas.setFillColor(theme.TINT)
                canvas.rect(x, 0, self.tile_width, self.height, stroke=0, fill=1)
                canvas.setFillColor(theme.PRIMARY)
                canvas.rect(x, self.height - 2, self.tile_width, 2, stroke=0, fill=1)
            top = self.height - 9
            label.drawOn(canvas, x + 9, top - self.value_height - 1 - label.height)
            value.drawOn(canvas, x + 9, top - value.height)


class ContentsLine(Flowable):
    """One line of the contents: a link over the title, the leader and the page number."""

    def __init__(self, entry: "Entry", contents: Node) -> None:
        super().__init__()
        self.entry = entry
        self.style = theme.CONTENTS[entry.level]
        self.node = Node("Link", Node("Reference", Node("TOCI", contents)))
        self.spaceBefore = self.style.spaceBefore

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        style = self.style
        room = avail_width - style.leftIndent - 34
        self.lines = simpleSplit(
            displayable(self.entry.title), style.fontName, style.fontSize, room
        )
        self.width, self.height = avail_width, style.leading * len(self.lines)
        return self.width, self.height

    def draw(self) -> None:
        canvas, style = self.canv, self.style
        number = str(self.entry.page)
        y = self.height - style.fontSize
        last = y - style.leading * (len(self.lines) - 1)
        with canvas.content(self.node):
            canvas.setFillColor(style.textColor)
            canvas.setFont(style.fontName, style.fontSize)
            for index, line in enumerate(self.lines):
                canvas.drawString(style.leftIndent, y - index * style.leading, f"{line} ")
            canvas.drawRightString(self.width, last, number)
        start = style.leftIndent + canvas.stringWidth(self.lines[-1]) + 5
        end = self.width - canvas.stringWidth(number) - 5
        if end - start > 6:
            with canvas.artifact():
                canvas.setStrokeColor(theme.RULE)
                canvas.setLineWidth(0.7)
                canvas.setLineCap(1)
                canvas.setDash([0, 4])
                canvas.line(end, last + 1, start, last + 1)
                canvas.setDash()
                canvas.setLineCap(0)
        canvas.link(
            self.node,
            (style.leftIndent, last - 3, self.width, self.height),
            self.entry.key,
            f"{self.entry.title}, {number}",
        )
