"""A ReportLab canvas that writes marked content: each thing drawn is structure or artifact."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from core.documents import typefaces
from core.documents.structure import AnnotationRef, MarkedContent, Node

ArtifactType = Literal["Layout", "Page", "Pagination"]
Rect = tuple[float, float, float, float]


class _SpacedText(PDFTextObject):
    """Ends each line of a paragraph with its space, so that words on two lines do not run
    together when read aloud or copied (ISO 32000-1, 14.8.2.5)."""

    def _textOut(self, text: str, TStar: int = 0) -> None:  # noqa: N802, N803  (ReportLab's)
        super()._textOut(f"{text} " if TStar else text, TStar)


class TaggedCanvas(Canvas):
    """Draw inside `content(node)` or `artifact()`; neither may stand inside the other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structure = Node("Document")
        self._next_mcid = 0
        self._marking = False

    def _make_preamble(self) -> None:
        # ReportLab would select Helvetica on every page, which is never embedded (PDF/UA 7.21.4).
        self._preamble = "1 0 0 1 0 0 cm"

    def _startPage(self) -> None:  # noqa: N802  (ReportLab's name)
        super()._startPage()
        self._next_mcid = 0

    def beginText(  # noqa: N802  (ReportLab's name)
        self, x: float = 0, y: float = 0, direction: str | None = None
    ) -> PDFTextObject:
        return _SpacedText(self, x, y, direction=direction)

    def setFont(  # noqa: N802  (ReportLab's name)
        self, name: str, size: float, leading: float | None = None
    ) -> None:
        # Drawings begin by selecting Helvetica, which would then be in the file without its type.
        super().setFont(name if name in typefaces.ALL else typefaces.REGULAR, size, leading)

    @contextmanager
    def content(self, node: Node) -> Iterator[None]:
        """What is drawn inside belongs to `node`."""
        node.place(self.structure)
        mcid, self._next_mcid = self._next_mcid, self._next_mcid + 1
        node.kids.append(MarkedContent(self._pageNumber - 1, mcid))
        with self._marked(f"/{node.tag} <</MCID {mcid}>> BDC"):
            yield

    @contextmanager
    def artifact(
        self, kind: ArtifactType = "Layout", subtype: Literal["Header", "Footer"] | None = None
    ) -> Iterator[None]:
        """What is drawn inside is decoration, not read aloud."""
        part = f" /Subtype /{subtype}" if subtype else ""
        with self._marked(f"/Artifact <</Type /{kind}{part}>> BDC"):
            yield

    @contextmanager
    def _marked(self, operator: str) -> Iterator[None]:
        if self._marking:
            raise RuntimeError("marked content inside marked content")
        self._marking = True
        self.addLiteral(operator)
        try:
            yield
        finally:
            self.addLiteral("EMC")
            self._marking = False

    def link(self, node: Node, rect: Rect, destination: str, description: str) -> None:
        """A link on `rect` (the current coordinates) to a bookmark, held by `node`."""
        node.place(self.structure)
        index = len(self._annotationrefs)
        self.linkRect("", destination, rect, relative=1)
        node.kids.append(AnnotationRef(self._pageNumber - 1, index, description))

    def page_box(self, width: float, height: float) -> Rect:
        """A box at the current origin, in the page's coordinates."""
        x0, y0 = self.absolutePosition(0, 0)
        x1, y1 = self.absolutePosition(width, height)
        return (x0, y0, x1, y1)
