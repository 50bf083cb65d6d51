"""Beautiful, accessible PDF documents: tagged, with embedded type, the same bytes every time.

    build_pdf(story=..., metadata=Metadata(...), running=RunningHead(...)) -> bytes

The story is a list of `Heading`, `Text`, `bullets`, `data_table`, `Figure`, `Tiles` and
ReportLab's own breaks. Everything else drawn goes inside `canvas.content(node)` or
`canvas.artifact()`.
"""

from core.documents.canvas import TaggedCanvas
from core.documents.finish import Metadata
from core.documents.flowables import Bullets, Figure, Heading, Rule, Text, Tiles, bullets, keep
from core.documents.structure import Node
from core.documents.tables import Column, Row, TableSpec, data_table
from core.documents.template import Entry, Layout, LayoutError, RunningHead, build_pdf

__all__ = [
    "Bullets",
    "Column",
    "Entry",
    "Figure",
    "Heading",
    "Layout",
    "LayoutError",
    "Metadata",
    "Node",
    "Row",
    "Rule",
    "RunningHead",
    "TableSpec",
    "TaggedCanvas",
    "Text",
    "Tiles",
    "build_pdf",
    "bullets",
    "data_table",
    "keep",
]
