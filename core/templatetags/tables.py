"""Tables, cells, states, summaries and answers in HTML.

Written here and not as templates: a template for each cell of a long list takes most of the time
that the page takes. Every text is escaped.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.content import Cell, Check, Column, Row, SummaryRow, Table, Tag, Text, Tone

register = template.Library()
_MANY = 9
"""With more columns a table is set tighter, so that it fits a common screen."""


class AnswerLine(Protocol):
    """A question and its answers; `missing` says why there are none."""

    @property
    def question(self) -> str: ...

    @property
    def values(self) -> Sequence[str]: ...

    @property
    def missing(self) -> str: ...


@register.simple_tag(name="status_tag")
def status_html(tag: Tag) -> SafeString:
    """A state in words, with its colour."""
    outline = ' data-variant="outline"' if tag.tone == Tone.NEUTRAL else ""
    return _safe(
        f'<span class="ds-tag" data-color="{escaped(tag.tone)}"{outline}>'
        f"{escaped(tag.label)}</span>"
    )


@register.simple_tag(name="cell")
def cell_html(cell: Cell) -> SafeString:
    """What stands in a cell: a state, a text or a link, and a note under it."""
    text = escaped(cell.text)
    if cell.url:
        label = f' aria-label="{escaped(cell.label)}"' if cell.label else ""
        text = _safe(
            f'<a class="{"cell-link" if cell.label else "ds-link"}" data-color="accent" '
            f'href="{escaped(cell.url)}"{label}>{text}</a>'
        )
    tag = status_html(cell.tag) if cell.tag else ""
    note = f'<span class="cell-note">{escaped(cell.note)}</span>' if cell.note else ""
    inside = _safe(f"<span>{tag}{text}{note}</span>")
    return check_html(cell.check, inside) if cell.check else inside


def check_html(check: Check, beside: SafeString) -> SafeString:
    """A box to tick, named for those who hear it, and what stands beside it."""
    name, value = escaped(check.name), escaped(check.value)
    checked = " checked" if check.checked else ""
    return _safe(
        f'<span class="cell-check"><input class="ds-input" type="checkbox" id="{name}-{value}" '
        f'name="{name}" value="{value}"{checked}><label class="visually-hidden" '
        f'for="{name}-{value}">{escaped(check.label)}</label>{beside}</span>'
    )


@register.simple_tag(name="table")
def table_html(table: Table) -> SafeString:
    """The table with its caption, in a region that scrolls sideways by itself.

    Blocks on a narrow screen lose a table's meaning, so there the roles are written out.
    """
    role = _roles(table)
    caption = ' class="visually-hidden"' if table.caption_hidden else ""
    kind = " table--stack" if table.stack else ""
    if len(table.columns) > _MANY:
        kind += " table--many"
    caption_id = f"{table.id}-caption"
    lines = [
        f'<div class="table-scroll" role="region" tabindex="0" aria-labelledby="{caption_id}">',
        f'<table class="ds-table{kind}" id="{table.id}"{role["table"]}>',
        f'<caption id="{caption_id}"{caption}>{escaped(table.caption)}</caption>',
        f"<thead{role['rowgroup']}><tr{role['row']}>",
        *(_heading(column, role["columnheader"]) for column in table.columns),
        "</tr></thead>",
        f"<tbody{role['rowgroup']}>",
        *_rows(table, table.rows, role, nowrap=table.columns[0].nowrap),
        "</tbody>",
    ]
    if table.foot:
        lines += [
            f"<tfoot{role['rowgroup']}>",
            *_rows(table, (table.foot,), role, nowrap=False),
            "</tfoot>",
        ]
    return _safe("\n".join([*lines, "</table>", "</div>"]))


@register.simple_tag(name="summary_list")
def summary_html(rows: Iterable[SummaryRow] | None) -> SafeString:
    """Terms and values, each with its state, link, note and what can be done."""
    return _safe(f'<dl class="summary-list">{"".join(map(_summary_row, rows or ()))}</dl>')


def _summary_row(row: SummaryRow) -> str:
    tag = f"{status_html(row.tag)} " if row.tag else ""
    value: str = escaped(row.value)
    if row.url:
        value = f'<a class="ds-link" data-color="accent" href="{escaped(row.url)}">{value}</a>'
    note = f'<span class="summary-list__note"> {escaped(row.note)}</span>' if row.note else ""
    action = ""
    if row.action_url:
        action = (
            f'<dd><a class="ds-link" data-color="accent" href="{escaped(row.action_url)}">'
            f'{escaped(row.action)}<span class="visually-hidden"> {escaped(row.term)}</span>'
            "</a></dd>"
        )
    return f"<div><dt>{escaped(row.term)}</dt>\n<dd>{tag}{value}{note}</dd>{action}</div>\n"


@register.simple_tag(name="answer_lines")
def answers_html(lines: Iterable[AnswerLine] | None) -> SafeString:
    """Questions and answers; several answers to one question are a list."""
    inside = "".join(
        f"<div><dt>{escaped(line.question)}</dt><dd>{_answer(line)}</dd></div>"
        for line in lines or ()
    )
    return _safe(f'<dl class="summary-list summary-list--answers">\n{inside}\n</dl>\n')


def _answer(line: AnswerLine) -> str:
    if line.missing:
        return f'<span class="quiet">{escaped(line.missing)}</span>'
    if len(line.values) == 1:
        return linebreaksbr(line.values[0])
    values = "".join(f"<li>{escaped(value)}</li>" for value in line.values)
    return f'<ul class="ds-list">{values}</ul>'


def _roles(table: Table) -> dict[str, str]:
    names = ("table", "rowgroup", "row", "columnheader", "rowheader", "cell")
    return {name: f' role="{name}"' if table.stack else "" for name in names}


def _heading(column: Column, role: str) -> str:
    kinds = f"{'num' if column.numeric else ''}{' sortable' if column.sort_url else ''}"
    label = str(escaped(column.label))
    if column.sort_url:
        arrow = ""
        if column.sorted_by:
            sign = "↑" if column.sorted_by == "ascending" else "↓"
            arrow = f'<span class="sort-link__arrow" aria-hidden="true">{sign}</span>'
        label = f'<a class="sort-link" href="{escaped(column.sort_url)}">{label}{arrow}</a>'
    order = f' aria-sort="{column.sorted_by}"' if column.sorted_by else ""
    return f'<th scope="col"{role} class="{kinds}"{order}>{label}</th>'


def _rows(
    table: Table, rows: Iterable[Row], role: dict[str, str], *, nowrap: bool
) -> Iterable[str]:
    heading = f'<th scope="row"{role["rowheader"]}{' class="nowrap"' if nowrap else ""}>'
    cells = [_cell_start(column, role["cell"], stack=table.stack) for column in table.columns[1:]]
    for row in rows:
        inside = "\n".join(
            f"{start}{cell_html(cell)}</td>" for start, cell in zip(cells, row.cells, strict=True)
        )
        yield f"<tr{role['row']}>\n{heading}{cell_html(row.heading)}</th>\n{inside}\n</tr>"


def _cell_start(column: Column, role: str, *, stack: bool) -> str:
    label = f' data-label="{escaped(column.label)}"' if stack else ""
    kind = ""
    if column.numeric:
        kind = ' class="num"'
    elif column.nowrap:
        kind = ' class="nowrap"'
    return f"<td{role}{label}{kind}>"


def escaped(text: Text) -> SafeString:
    """The text in the reader's language, for an element or a quoted attribute."""
    return conditional_escape(str(text))


def _safe(html: str) -> SafeString:
    """HTML whose every text has been escaped by the functions of this module."""
    return mark_safe(html)  # noqa: S308
