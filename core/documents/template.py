"""Pages, contents and page numbers: from a story to a finished tagged PDF."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate

from core.documents import theme
from core.documents.canvas import TaggedCanvas
from core.documents.finish import Metadata, finish
from core.documents.flowables import ContentsLine
from core.documents.structure import Node
from core.documents.typefaces import REGULAR, SEMIBOLD

_MAX_PASSES = 6


class LayoutError(RuntimeError):
    """The page numbers of the contents did not settle."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading, and the page it stands on (counted from 1)."""

    level: int
    title: str
    key: str
    page: int
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """What is already known of the pages when a story is made: nothing in the first pass."""

    entries: tuple[Entry, ...] = ()
    pages: int = 0

    def contents(self, levels: int = 3) -> list[Flowable]:
        """The lines of the table of contents, down to heading level `levels`."""
        node = Node("TOC")
        return [
            ContentsLine(entry, node)
            for entry in self.entries
            if entry.listed and entry.level <= levels
        ]


@dataclass(frozen=True, slots=True)
class RunningHead:
    """What stands above and below every page but the cover, in the reader's language.

    `from_page` is the first page that has the line above; the mark stands on every page.
    """

    left: str
    right: str
    foot: str
    page_of: Callable[[int, int], str]
    mark: str = ""
    from_page: int = 1


def build_pdf(
    *,
    story: Callable[[Layout], Sequence[Flowable]],
    metadata: Metadata,
    running: RunningHead,
    cover: Callable[[TaggedCanvas], None] | None = None,
) -> bytes:
    """A tagged PDF, the same bytes for the same story.

    `story` is called anew for each pass, with what the pass before found, until the page
    numbers stand still. `cover` draws the first page. Raises LayoutError.
    """
    layout = Layout()
    for _ in range(_MAX_PASSES):
        document = _Document(layout, running, metadata, cover)
        flowables = list(story(layout))
        if cover is not None:
            flowables = [_Cover(cover), NextPageTemplate("body"), *flowables]
        document.build(flowables, canvasmaker=document.make_canvas)
        found = Layout(tuple(document.entries), document.page)
        if found == layout:
            return finish(document.buffer.getvalue(), document.canvas.structure, metadata)
        layout = found
    raise LayoutError(metadata.title)


class _Cover(Flowable):
    """Fills the cover's frame; the drawing is done by its callback."""

    def __init__(self, paint: Callable[[TaggedCanvas], None]) -> None:
        super().__init__()
        self.paint = paint

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        return avail_width, avail_height

    def draw(self) -> None:
        self.paint(self.canv)


class _Document(BaseDocTemplate):
    def __init__(
        self,
        layout: Layout,
        running: RunningHead,
        metadata: Metadata,
        cover: Callable[[TaggedCanvas], None] | None,
    ) -> None:
        self.buffer = io.BytesIO()
        super().__init__(self.buffer, title=metadata.title, author=metadata.author, invariant=1)
        self.layout, self.running = layout, running
        self.entries: list[Entry] = []
        frame = Frame(
            theme.MARGIN_SIDE,
            theme.MARGIN_BOTTOM,
            theme.TEXT_WIDTH,
            theme.TEXT_HEIGHT,
            *(0, 0, 0, 0),
            id="text",
        )
        body = PageTemplate("body", [frame], onPage=_Document._heads, pagesize=theme.A4)
        if cover is None:
            self.addPageTemplates([body])
        else:
            whole = Frame(0, 0, theme.PAGE_WIDTH, theme.PAGE_HEIGHT, *(0, 0, 0, 0), id="whole")
            self.addPageTemplates([PageTemplate("cover", [whole], pagesize=theme.A4), body])

    def make_canvas(self, *args: Any, **kwargs: Any) -> TaggedCanvas:
        self.canvas = TaggedCanvas(*args, **kwargs)
        self.canvas.document = self
        return self.canvas

    def enter(self, level: int, title: str, listed: bool) -> str:
        """A heading is being drawn: its bookmark key. Levels may not be skipped (PDF/UA 7.4.2)."""
        above = self.entries[-1].level if self.entries else 0
        if level > above + 1:
            raise ValueError(f"a heading of level {level} after one of level {above}: {title}")
        key = f"heading-{len(self.entries) + 1}"
        self.entries.append(Entry(level, title, key, self.page, listed))
        return key

    @staticmethod
    def _heads(canvas: TaggedCanvas, document: "_Document") -> None:
        running = document.running
        left, right = theme.MARGIN_SIDE, theme.PAGE_WIDTH - theme.MARGIN_SIDE
        above = document.page >= running.from_page
        with canvas.artifact("Pagination", "Header"):
            y = theme.PAGE_HEIGHT - 17 * theme.mm
            if above:
                canvas.setFillColor(theme.MUTED)
                canvas.setFont(REGULAR, 8.5)
                canvas.drawString(left, y, running.left)
            end = right
            if running.mark:
                canvas.setFont(SEMIBOLD, 8.5)
                width = canvas.stringWidth(running.mark) + 12
                canvas.setFillColor(theme.ACCENT)
                canvas.rect(right - width, y - 4, width, 14, stroke=0, fill=1)
                canvas.setFillColor(theme.WHITE)
                canvas.drawCentredString(right - width / 2, y, running.mark)
                end = right - width - 8
            if above:
                canvas.setFillColor(theme.MUTED)
                canvas.setFont(REGULAR, 8.5)
                canvas.drawRightString(end, y, running.right)
                canvas.setStrokeColor(theme.RULE)
                canvas.setLineWidth(0.5)
                canvas.line(left, y - 7, right, y - 7)
        with canvas.artifact("Pagination", "Footer"):
            y = 14 * theme.mm
            canvas.setFillColor(theme.MUTED)
            canvas.setFont(REGULAR, 8.5)
            canvas.drawString(left, y, running.foot)
            page = running.page_of(document.page, max(document.page, document.layout.pages))
            canvas.drawRightString(right, y, page)
