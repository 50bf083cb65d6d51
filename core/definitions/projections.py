"""What a reader sees of a questionnaire: the answers as a summary, the form to read through.

Values are canonical (digits, ISO dates); the edge writes them out with `core.formats`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.definitions.answers import Answers, AnswerState, answer_state, ordered_options
from core.definitions.questionnaire import (
    WHOLE,
    Condition,
    Placed,
    Question,
    QuestionKind,
    Questionnaire,
    Section,
)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A question and its answer: labels of the options chosen, or one canonical value."""

    key: str
    kind: QuestionKind
    question: str
    state: AnswerState
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummarySection:
    """A section as answered; `area` is "" for one that does not repeat."""

    key: str
    title: str
    area: str
    area_title: str
    status: str
    lines: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question to read: its options' labels, and what it depends on."""

    key: str
    kind: QuestionKind
    text: str
    help: str
    required: bool
    options: tuple[str, ...]
    conditions: tuple["ConditionText", ...]


@dataclass(frozen=True, slots=True)
class ConditionText:
    """Asked when the question has any of the options, and the area any of the statuses."""

    question: str
    options: tuple[str, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section to read; `areas` are the titles of those it comes for, empty when once."""

    key: str
    title: str
    help: str
    areas: tuple[str, ...]
    questions: tuple[QuestionText, ...]


def summary(
    questionnaire: Questionnaire,
    answers: Answers,
    language: str,
    *,
    area_titles: Mapping[str, str] | None = None,
    with_not_asked: bool = False,
) -> tuple[SummarySection, ...]:
    """The answers by section and area, in the order of the form.

    Questions that were not asked are left out unless `with_not_asked`; sections where nothing
    is left are left out.
    """
    titles = area_titles or {}
    found: list[SummarySection] = []
    for section in questionnaire.sections:
        for area in [WHOLE] if section.repeat is None else answers.areas:
            if not section.covers(area):
                continue
            lines = tuple(
                line
                for question in section.questions
                for line in [
                    _line(questionnaire, answers, language, Placed(section, area, question))
                ]
                if with_not_asked or line.state is not AnswerState.NOT_ASKED
            )
            if lines:
                status = questionnaire.status(answers.areas.get(area) or "") if area else None
                found.append(
                    SummarySection(
                        key=section.key,
                        title=section.title.in_(language),
                        area=area,
                        area_title=titles.get(area, area),
                        status=status.label.in_(language) if status else "",
                        lines=lines,
                    )
                )
    return tuple(found)


def _line(
    questionnaire: Questionnaire, answers: Answers, language: str, placed: Placed
) -> SummaryLine:
    _, area, question = placed
    state = answer_state(questionnaire, answers, area, question.key)
    values: tuple[str, ...] = ()
    if state is AnswerState.ANSWERED:
        value = answers.value(area, question.key)
        chosen = ordered_options(question, answers.options(area, question.key))
        values = (value,) if value is not None else _labels(question, chosen, language)
    return SummaryLine(
        key=question.key,
        kind=question.kind,
        question=question.text.in_(language),
        state=state,
        values=values,
    )


def describe(
    questionnaire: Questionnaire, language: str, *, area_titles: Mapping[str, str]
) -> tuple[SectionText, ...]:
    """The whole form to read, without answers; `area_titles` are the call's areas in order."""
    return tuple(
        SectionText(
            key=section.key,
            title=section.title.in_(language),
            help=section.help.in_(language) if section.help else "",
            areas=tuple(title for area, title in area_titles.items() if section.covers(area)),
            questions=tuple(
                QuestionText(
                    key=question.key,
                    kind=question.kind,
                    text=question.text.in_(language),
                    help=question.help.in_(language) if question.help else "",
                    required=question.required,
                    options=_labels(question, question.option_codes, language),
                    conditions=tuple(
                        _condition(questionnaire, section, each, language, area_titles)
                        for each in question.when
                    ),
                )
                for question in section.questions
            ),
        )
        for section in questionnaire.sections
    )


def _condition(
    questionnaire: Questionnaire,
    section: Section,
    condition: Condition,
    language: str,
    area_titles: Mapping[str, str],
) -> ConditionText:
    target: Question | None = None
    if condition.question is not None:
        areas = [area for area in area_titles if section.covers(area)]
        for area in [*areas, WHOLE]:
            target = target or questionnaire.question(area, condition.question)
    statuses = [questionnaire.status(code) for code in condition.status]
    return ConditionText(
        question=target.text.in_(language) if target else "",
        options=_labels(target, condition.options, language) if target else (),
        statuses=tuple(status.label.in_(language) for status in statuses if status),
    )


def _labels(question: Question, codes: tuple[str, ...], language: str) -> tuple[str, ...]:
    options = [(code, question.option(code)) for code in codes]
    return tuple(option.label.in_(language) if option else code for code, option in options)
