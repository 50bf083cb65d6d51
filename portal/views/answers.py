"""A report's answers with the questionnaire's own words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import formats
from core.content import Tag
from core.definitions import Answers, AnswerState, QuestionKind, SummaryLine
from core.definitions import summary as answers_summary
from grants.definitions import CallDefinition
from portal.content import area_tag
from reporting.enums import AreaStatus
from reporting.models import ReportVersion

from .labels import language


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question, and what was answered; `missing` says why there is no answer."""

    question: str
    values: tuple[str, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A section of the form; `tag` is the area's status."""

    title: str
    tag: Tag | None
    lines: tuple[AnswerLine, ...]


def sections_of(version: ReportVersion, definition: CallDefinition) -> list[AnswerSection]:
    """The version's answers by section and area, in the order of the form.

    An area without any question of its own is there with its status.
    """
    areas = {area.area: area.status for area in version.areas.all()}
    titles = definition.area_titles(language())
    order = [code for code in titles if code in areas]
    order += [code for code in areas if code not in titles]
    rows = list(version.answers.all())
    given = Answers.from_rows(
        areas=[(code, areas[code]) for code in order],
        choices=[(row.area, row.question, row.option) for row in rows if row.option],
        values=[(row.area, row.question, row.value) for row in rows if row.value],
    )
    found = answers_summary(
        definition.report_questionnaire,
        given,
        language(),
        area_titles=titles,
        with_not_asked=True,
    )
    sections = [
        AnswerSection(each.title, None, tuple(_line(line) for line in each.lines))
        for each in found
        if not each.area
    ]
    for code in order:
        lines = [line for each in found if each.area == code for line in each.lines]
        sections.append(
            AnswerSection(
                titles.get(code, code),
                area_tag(AreaStatus(areas[code])),
                tuple(_line(line) for line in lines),
            )
        )
    return sections


def _line(line: SummaryLine) -> AnswerLine:
    if line.state is AnswerState.ANSWERED:
        return AnswerLine(line.question, tuple(_value(line.kind, v) for v in line.values), "")
    missing = _("Not asked") if line.state is AnswerState.NOT_ASKED else _("Not answered")
    return AnswerLine(line.question, (), missing)


def _value(kind: QuestionKind, value: str) -> str:
    if kind is QuestionKind.MONEY:
        return formats.amount(int(value))
    if kind is QuestionKind.NUMBER:
        return formats.number(int(value))
    return value
