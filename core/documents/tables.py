"""Tables with header cells, that break between rows and repeat their headings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reportlab.platypus import Table

from core.documents import theme
from core.documents.flowables import Text
from core.documents.structure import Node
from core.documents.typefaces import REGULAR

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, width in points, and whether its cells head their rows."""

    heading: str
    width: float
    align: Align = "left"
    heads_row: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a text a column. A group row has one text, which heads the rows after it.

    `member` is set on rows under a group heading: indented, and tied to it for screen readers.
    """

    cells: Sequence[str]
    kind: Literal["data", "group", "total"] = "data"
    member: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What a table says. `summary` is read to those who do not see it."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    summary: str
    dense: bool = field(default=False, kw_only=True)


class _Decoration:
    """Called as a table is drawn: backgrounds and rules are artifacts, cells mark themselves."""

    def __call__(self, table: Table, step: str, *args: object) -> None:
        if step in ("startBG", "startLines"):
            self.mark = table.canv.artifact()
            self.mark.__enter__()
        elif step in ("endBG", "endLines"):
            self.mark.__exit__(None, None, None)


def data_table(spec: TableSpec) -> Table:
    """A flowable table: `Table`, `THead` and `TBody` with header cells that carry a scope.

    Where rows stand in groups, every cell also names its headers, since a group heading
    applies only to its own rows.
    """
    table = Node("Table", summary=spec.summary)
    head_row = Node("TR", Node("THead", table))
    columns = spec.columns
    column_nodes = [Node("TH", head_row, scope="Column") for _ in columns]
    heads = [
        Text(
            column.heading,
            theme.CELL_HEAD_RIGHT if column.align == "right" else theme.CELL_HEAD,
            node=node,
            repeats=True,
        )
        for column, node in zip(columns, column_nodes, strict=True)
    ]
    cells: list[list[Text | str]] = [list(heads)]
    body = Node("TBody", table)
    grouped = any(row.kind == "group" for row in spec.rows)
    group: Node | None = None
    for row in spec.rows:
        tr = Node("TR", body)
        if row.kind == "group":
            group = Node("TH", tr, scope="Column", column_span=len(columns))
            heading = Text(row.cells[0], theme.CELL_GROUP, node=group)
            cells.append([heading, *[""] * (len(columns) - 1)])
            continue
        above = (group,) if group is not None and row.member else ()
        cells.append(_data_row(row, columns, tr, column_nodes if grouped else [], above))
    return _layout(spec, cells)


def _data_row(
    row: Row,
    columns: Sequence[Column],
    tr: Node,
    column_nodes: Sequence[Node],
    above: tuple[Node, ...],
) -> list[Text | str]:
    heading: Node | None = None
    nodes: list[Node] = []
    for column in columns:
        if column.heads_row:
            heading = Node("TH", tr, scope="Row", headers=above)
            nodes.append(heading)
        else:
            nodes.append(Node("TD", tr))
    if column_nodes:
        for column, node, own in zip(columns, nodes, column_nodes, strict=True):
            row_heading = (heading,) if heading is not None and not column.heads_row else ()
            node.headers = (*above, own, *row_heading)
    strong = row.kind == "total"
    cells: list[Text | str] = []
    for column, node, text in zip(columns, nodes, row.cells, strict=True):
        if column.align == "right":
            style = theme.CELL_STRONG_RIGHT if strong else theme.CELL_RIGHT
        else:
            style = theme.CELL_STRONG if strong else theme.CELL
        cells.append(Text(text, style, node=node))
    return cells


def _layout(spec: TableSpec, cells: list[list[Text | str]]) -> Table:
    pad = 1.4 if spec.dense else 2.0
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), REGULAR, 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad + 0.8),
        ("TOPPADDING", (0, 0), (-1, 0), 4),
        ("BOTTOMPADDING", (0, 0), (-1, 0), 5),
        ("BACKGROUND", (0, 0), (-1, 0), theme.TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 1.1, theme.PRIMARY),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, theme.PRIMARY),
        *([("LINEBELOW", (0, 1), (-1, -2), 0.35, theme.HAIRLINE)] if len(spec.rows) > 1 else []),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, theme.PRIMARY),
        ("LINEBELOW", (0, "splitlast"), (-1, "splitlast"), 0.35, theme.RULE),
    ]
    after_group = False
    for index, row in enumerate(spec.rows, start=1):
        if row.kind == "group":
            style += [
                ("SPAN", (0, index), (-1, index)),
                ("TOPPADDING", (0, index), (-1, index), 6),
                ("LINEBELOW", (0, index), (-1, index), 0.35, theme.RULE),
                ("NOSPLIT", (0, index), (-1, min(index + 1, len(spec.rows)))),
            ]
            after_group = True
        elif row.member:
            style.append(("LEFTPADDING", (0, index), (0, index), 15))
        elif after_group:
            style.append(("LINEABOVE", (0, index), (-1, index), 0.6, theme.RULE))
            after_group = False
        if row.kind == "total":
            style += [
                ("LINEABOVE", (0, index), (-1, index), 0.8, theme.PRIMARY),
                ("NOSPLIT", (0, max(1, index - 1)), (-1, index)),
            ]
    return Table(
        cells,
        colWidths=[column.width for column in spec.columns],
        repeatRows=1,
        style=style,
        renderCB=_Decoration(),
        hAlign="LEFT",
    )
