"""Reading answers.csv and values.csv."""

from core.definitions import (
    WHOLE,
    ProblemCode,
    UnfitValueError,
    canonical_value,
)
from portal.checks.year import ValueRow

from .cells import Cells
from .reading import Form, Reading
from .reports import UNUSABLE, unknown_area

_ANSWER_COLUMNS = ("report", "area", "question", "option")
_VALUE_FAULTS = {
    ProblemCode.NOT_A_NUMBER: "value_number",
    ProblemCode.NOT_AN_AMOUNT: "not_whole_kronor",
    ProblemCode.NOT_A_DATE: "not_a_date",
    ProblemCode.BELOW_MINIMUM: "value_minimum",
    ProblemCode.ABOVE_MAXIMUM: "value_maximum",
    ProblemCode.TOO_LONG: "too_long",
    ProblemCode.NOT_A_VALUE: "not_a_value",
}


def read_answers(reading: Reading) -> None:
    """The options chosen: a row is kept as 64 bits, and looked at once more in order."""
    year, label = reading.year, reading.source.label("answers")
    book, index_of, bits = year.book, reading.report_index, reading.area_bits
    # For each code of the book the bit of its area; the whole report needs none.
    needed = [1 << bits[area] if area else 0 for area, _, _ in book.options]
    masks = reading.area_masks
    allowed = [reading.forms[report.form].allowed for report in year.reports]
    ids, add = book.option_ids, year.answers.add
    for number, cells in reading.rows("answers"):
        report, area, question, option = cells
        index = index_of.get(report)
        code = ids.get((area, question, option))
        if (
            index is not None
            and index >= 0
            and code is not None
            and code in allowed[index]
            and masks[index] & needed[code] == needed[code]
        ):
            add(index, code, number)
        else:
            _explain(reading, Cells(label, number, _ANSWER_COLUMNS, cells, reading.faults))
    year.answers.sort()
    _look_at_choices(reading)


def _explain(reading: Reading, cells: Cells) -> None:
    """A row that is not as expected: say why, or take it where only space was in the way."""
    place = _place(reading, cells)
    if place is None:
        return
    index, form = place
    area, key, option = cells.raw("area"), cells.raw("question"), cells.raw("option")
    question = form.questionnaire.question(area, key)
    if question is None:
        return
    if not question.kind.is_choice:
        cells.fault("question", "not_a_choice", question=key)
    elif question.option(option) is None:
        expected = ", ".join(question.option_codes)
        if not option:
            cells.fault("option", "missing")
        elif _other_stream_has(reading, form, key, option):
            cells.fault("option", "option_of_other_stream", stream=form.stream, expected=expected)
        else:
            cells.fault("option", "unknown_option", question=key, expected=expected)
    if cells.clean:
        reading.year.answers.add(index, reading.year.book.option(area, key, option), cells.row)


def _place(reading: Reading, cells: Cells) -> tuple[int, Form] | None:
    """The report and its form, with faults for a report, area or question that is not there."""
    index = reading.report_index.get(cells.raw("report"))
    if index is None:
        if not (cells.raw("report") and "reports" in reading.unread):
            cells.fault("report", "unknown_report" if cells.raw("report") else "missing")
        return None
    if index == UNUSABLE:
        return None
    form = reading.forms[reading.year.reports[index].form]
    area, key = cells.raw("area"), cells.raw("question")
    if area != WHOLE and area not in form.definition.area_codes:
        unknown_area(reading, cells, form)
        return None
    has_row = area == WHOLE or reading.area_masks[index] >> reading.area_bits.get(area, 0) & 1
    if not has_row and "areas" not in reading.unread:
        cells.fault("area", "no_area_row", table=reading.source.label("areas"))
    if form.questionnaire.question(area, key) is None:
        expected = ", ".join(
            placed.question.key for placed in form.questionnaire.questions_for(area)
        )
        cells.fault("question", "unknown_question" if key else "missing", expected=expected)
    return index, form


def _other_stream_has(reading: Reading, form: Form, key: str, option: str) -> bool:
    for definition in reading.known.definitions.values():
        if definition.stream == form.stream:
            continue
        for area in (WHOLE, *definition.area_codes):
            question = definition.report_questionnaire.question(area, key)
            if question is not None and question.option(option) is not None:
                return True
    return False


def _look_at_choices(reading: Reading) -> None:
    """Rows said twice, several options of a one-choice question, exclusive ones with others."""
    groups = reading.year.book.groups
    last_report = last_group = -1
    run: list[tuple[int, int]] = []
    for report, code, row in reading.year.answers:
        group = groups[code]
        if report != last_report or group != last_group:
            if len(run) > 1:
                _run_faults(reading, last_report, last_group, run)
            last_report, last_group, run = report, group, []
        run.append((code, row))
    if len(run) > 1:
        _run_faults(reading, last_report, last_group, run)


def _run_faults(reading: Reading, report: int, group: int, run: list[tuple[int, int]]) -> None:
    """Faults among the answers to one question, on every row but the first one of them."""
    form = reading.forms[reading.year.reports[report].form]
    options, label = reading.year.book.options, reading.source.label("answers")
    by_row = sorted((row, code) for code, row in run)
    seen: dict[int, int] = {}
    chosen: list[tuple[int, int]] = []
    for row, code in by_row:
        if code in seen:
            reading.faults.add(
                label, row, "option", options[code][2], "duplicate", first=seen[code]
            )
        else:
            seen[code] = row
            chosen.append((row, code))
    first_row, first_code = chosen[0]
    exclusive = next((code for _, code in chosen if code in form.exclusive), None)
    for row, code in chosen[1:]:
        name = options[code][2]
        if group in form.one_choice:
            reading.faults.add(
                label,
                row,
                "option",
                name,
                "several_in_one_choice",
                first=first_row,
                other=options[first_code][2],
            )
        elif exclusive is not None:
            reading.faults.add(
                label,
                row,
                "option",
                name,
                "exclusive_with_others",
                option=options[exclusive][2],
                first=first_row,
                other=options[first_code][2],
            )


def read_values(reading: Reading) -> None:
    """Answers that are texts, numbers, amounts or dates, as canonical text."""
    for cells in reading.cells("values"):
        place = _place(reading, cells)
        if place is None:
            continue
        index, form = place
        area, key, text = cells.raw("area"), cells.raw("question"), cells.raw("value")
        question = form.questionnaire.question(area, key)
        if question is None:
            continue
        first = reading.first_of("values", (index, area, key), cells.row)
        if first is not None:
            cells.fault("question", "duplicate", first=first)
        if not text:
            cells.fault("value", "missing")
        elif question.kind.is_choice:
            cells.fault("question", "not_a_value", question=key)
        else:
            try:
                value = canonical_value(question, text)
            except UnfitValueError as problem:
                limit = problem.params.get("limit")
                cells.fault("value", _VALUE_FAULTS[problem.code], limit=limit, question=key)
                continue
            if cells.clean:
                reading.year.values.setdefault(index, []).append(
                    ValueRow(cells.row, area, key, value)
                )
    reading.forget("values")
