"""Outcome tables: what can never be counted, and what has no place in them."""

from collections.abc import Iterator

from grants.definitions.call import CallDefinition
from grants.definitions.tables import TableDefinition

from .misfit import Misfit, advice, blocking
from .reach import can_be_asked


def of_tables(definition: CallDefinition) -> Iterator[Misfit]:
    """Tables that nothing comes into, or that leave something out."""
    reports = definition.reports
    if definition.tables and not reports.interim and not reports.final:
        yield blocking("tables_without_reports", "tables")
    titles = {each.area.code: each.area.title for each in definition.placed_areas}
    for t, table in enumerate(definition.tables):
        if table.question is None:
            continue
        form, key = definition.report_questionnaire, table.question
        rows = table.row_codes if table.kind.rows_are_areas else (table.area or "",)
        asked = {area: found for area in rows if (found := form.question(area, key)) is not None}
        closed = [area for area, each in asked.items() if not can_be_asked(form, area, each)]
        if not asked:
            continue
        text = next(iter(asked.values())).text
        if closed:
            yield blocking(
                "table_never_asked",
                "tables",
                t,
                "question",
                question=text,
                areas=tuple(titles[area] for area in closed),
            )
        if table.kind.rows_are_areas:
            yield from _rows_left_out(definition, t, table)
        yield from _options_left_out(definition, t, table)


def _rows_left_out(definition: CallDefinition, t: int, table: TableDefinition) -> Iterator[Misfit]:
    """The areas that are asked the same question and have no row."""
    form, key = definition.report_questionnaire, table.question or ""
    first = form.question(table.row_codes[0], key)
    left_out = [
        each.area.title
        for each in definition.placed_areas
        if each.area.code not in table.row_codes
        and (found := form.question(each.area.code, key)) is not None
        and first is not None
        and found.option_codes == first.option_codes
    ]
    if left_out and first is not None:
        yield advice(
            "table_lacks_row", "tables", t, "rows", question=first.text, areas=tuple(left_out)
        )


def _options_left_out(
    definition: CallDefinition, t: int, table: TableDefinition
) -> Iterator[Misfit]:
    areas = table.kind.rows_are_areas
    shown = table.column_codes if areas else table.row_codes
    rows = table.row_codes if areas else (table.area or "",)
    form, key = definition.report_questionnaire, table.question or ""
    left_out = {
        option.code: option.label
        for area in rows
        if (question := form.question(area, key)) is not None
        for option in question.options
        if option.code not in shown and not option.exclusive
    }
    if left_out:
        code = "table_lacks_column" if areas else "table_lacks_option"
        field = "columns" if areas else "rows"
        options = tuple(left_out.values())
        yield advice(code, "tables", t, field, table=str(table.number), options=options)
