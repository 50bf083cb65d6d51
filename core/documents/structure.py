"""The logical structure of a tagged PDF (ISO 32000-1, 14.7), while the pages are drawn.

A `Node` is declared where its content is declared and takes its place under its parent when
something of it is first drawn, so the reading order is the order of drawing.
"""

from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["Column", "Row", "Both"]


@dataclass(frozen=True, slots=True)
class MarkedContent:
    """A marked-content sequence on a page (pages count from 0)."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class AnnotationRef:
    """A link: the page's annotation `index`, and what it says to a screen reader."""

    page: int
    index: int
    description: str


@dataclass(eq=False, slots=True)
class Node:
    """One structure element. `headers` are the header cells of a table cell."""

    tag: str
    parent: "Node | None" = None
    alt: str | None = None
    scope: Scope | None = None
    column_span: int = 1
    headers: tuple["Node", ...] = ()
    summary: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    kids: list["Node | MarkedContent | AnnotationRef"] = field(default_factory=list)
    _placed: bool = False

    def place(self, root: "Node") -> None:
        """Take the next place under the parent, or under `root` without one. Once only."""
        if self._placed or self is root:
            return
        self._placed = True
        parent = self.parent or root
        parent.place(root)
        parent.kids.append(self)

    @property
    def first_page(self) -> int | None:
        """The page of the first content, its own or a child's."""
        for kid in self.kids:
            page = kid.first_page if isinstance(kid, Node) else kid.page
            if page is not None:
                return page
        return None

    @property
    def labelled(self) -> bool:
        """Whether this is a list whose items have labels (bullets)."""
        items = [kid for kid in self.kids if isinstance(kid, Node)]
        return any(isinstance(k, Node) and k.tag == "Lbl" for item in items for k in item.kids)

    def has_content(self) -> bool:
        """Whether anything of this node itself has been drawn."""
        return any(isinstance(kid, MarkedContent) for kid in self.kids)
