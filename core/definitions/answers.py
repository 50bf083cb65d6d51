"""Answers to a questionnaire, and what can be said of them.

*Not asked* (the question is not put for that area, or its condition does not hold), *not
answered* (asked, and nothing there) and an answer *no* are three different things: see
`AnswerState`. Problems are codes with parameters; they become text at the edge.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from core.definitions.questionnaire import (
    WHOLE,
    Condition,
    Placed,
    Question,
    QuestionKind,
    Questionnaire,
)

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]")
_WHOLE_NUMBER = re.compile(r"[-−]?[0-9]{1,15}")


class AnswerState(StrEnum):
    """Where the answer to a question stands."""

    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    ANSWERED = "answered"


class ProblemCode(StrEnum):
    """What can be wrong with answers. Those in INCOMPLETE mean that something is missing or
    need not have been said; the others that what is said cannot be so."""

    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_QUESTION = "unknown_question"
    UNKNOWN_OPTION = "unknown_option"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_VALUE = "not_a_value"
    SEVERAL_IN_ONE_CHOICE = "several_in_one_choice"
    EXCLUSIVE_WITH_OTHERS = "exclusive_with_others"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_DATE = "not_a_date"
    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    TOO_LONG = "too_long"
    NOT_ASKED = "not_asked"
    REQUIRED = "required"
    STATUS_REQUIRED = "status_required"


INCOMPLETE = frozenset({ProblemCode.NOT_ASKED, ProblemCode.REQUIRED, ProblemCode.STATUS_REQUIRED})


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `question` is "" where it is about the area itself. `params` hold codes
    and numbers for the text: value, option, expected, limit."""

    code: ProblemCode
    question: str
    area: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def structural(self) -> bool:
        """Whether the answer cannot be so at all, however complete the form is."""
        return self.code not in INCOMPLETE


class UnfitValueError(ValueError):
    """A value that its question does not take."""

    def __init__(self, code: ProblemCode, **params: object) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been answered: the areas that the grant has money for, in order, each with its
    status (None: not told yet); option codes chosen; values as canonical text.

    An empty set of options, or an empty text, is the same as no answer.
    """

    areas: Mapping[str, str | None] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def from_rows(
        cls,
        *,
        areas: Iterable[tuple[str, str | None]] = (),
        choices: Iterable[tuple[str, str, str]] = (),
        values: Iterable[tuple[str, str, str]] = (),
    ) -> "Answers":
        """From rows as stored: (area, status), (area, question, option), (area, question, text);
        area is "" for the whole form."""
        chosen: dict[tuple[str, str], set[str]] = {}
        for area, question, option in choices:
            chosen.setdefault((area, question), set()).add(option)
        return cls(
            areas=MappingProxyType(dict(areas)),
            choices=MappingProxyType({key: frozenset(options) for key, options in chosen.items()}),
            values=MappingProxyType(
                {(area, question): text for area, question, text in values if text}
            ),
        )

    def options(self, area: str, question: str) -> frozenset[str]:
        """The option codes chosen; empty when there is no answer."""
        return self.choices.get((area, question), frozenset())

    def value(self, area: str, question: str) -> str | None:
        """The value as canonical text; None when there is no answer."""
        return self.values.get((area, question)) or None

    def has(self, area: str, question: str) -> bool:
        """Whether there is any answer to the question."""
        return bool(self.options(area, question)) or self.value(area, question) is not None

    def choice_rows(self, questionnaire: Questionnaire) -> list[tuple[str, str, str]]:
        """The choices as rows to store, in the order of the form; unknown ones come last."""
        return [
            (area, key, option)
            for (area, key) in sorted(self.choices, key=_form_order(questionnaire, self))
            for option in ordered_options(
                questionnaire.question(area, key), self.options(area, key)
            )
        ]

    def value_rows(self, questionnaire: Questionnaire) -> list[tuple[str, str, str]]:
        """The values as rows to store, in the order of the form; unknown ones come last."""
        return [
            (area, key, self.values[area, key])
            for (area, key) in sorted(self.values, key=_form_order(questionnaire, self))
            if self.values[area, key]
        ]


class Limits(Protocol):
    """What a value is held to: a question of a questionnaire, or another field like one."""

    @property
    def kind(self) -> QuestionKind: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def minimum(self) -> int | None: ...
    @property
    def maximum(self) -> int | None: ...


def canonical_value(question: Limits, text: str) -> str:
    """The value as it is stored: text trimmed, whole numbers and SEK as digits, dates as
    2013-12-31. Spaces in numbers and a closing kr in amounts may be typed.

    Raises UnfitValueError for what the question does not take.
    """
    text = text.strip()
    match question.kind:
        case QuestionKind.TEXT:
            canonical = text.replace("\r\n", "\n")
            if question.max_length is not None and len(canonical) > question.max_length:
                raise UnfitValueError(
                    ProblemCode.TOO_LONG, limit=question.max_length, length=len(canonical)
                )
            return canonical
        case QuestionKind.NUMBER | QuestionKind.MONEY:
            return str(_whole_number(question, text))
        case QuestionKind.DATE:
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise UnfitValueError(ProblemCode.NOT_A_DATE, value=text) from None
        case _:
            raise UnfitValueError(ProblemCode.NOT_A_VALUE, value=text)


def _whole_number(question: Limits, text: str) -> int:
    money = question.kind is QuestionKind.MONEY
    digits = _SPACES.sub("", text.removesuffix("kr") if money else text)
    if not _WHOLE_NUMBER.fullmatch(digits):
        code = ProblemCode.NOT_AN_AMOUNT if money else ProblemCode.NOT_A_NUMBER
        raise UnfitValueError(code, value=text)
    number = int(digits.replace("−", "-"))
    if question.minimum is not None and number < question.minimum:
        raise UnfitValueError(ProblemCode.BELOW_MINIMUM, value=number, limit=question.minimum)
    if question.maximum is not None and number > question.maximum:
        raise UnfitValueError(ProblemCode.ABOVE_MAXIMUM, value=number, limit=question.maximum)
    return number


def visible_questions(questionnaire: Questionnaire, answers: Answers) -> tuple[Placed, ...]:
    """The questions that these answers lead to, in the order of the form: first section by
    section, and in a section that repeats area by area."""
    return tuple(
        placed
        for placed in _placed(questionnaire, answers.areas)
        if _holds(questionnaire, answers, placed.area, placed.question)
    )


def answer_state(
    questionnaire: Questionnaire, answers: Answers, area: str, key: str
) -> AnswerState:
    """Not asked, not answered or answered; an answer to what is not asked counts as not asked."""
    question = questionnaire.question(area, key)
    known_area = area == WHOLE or area in answers.areas
    if question is None or not known_area or not _holds(questionnaire, answers, area, question):
        return AnswerState.NOT_ASKED
    return AnswerState.ANSWERED if answers.has(area, key) else AnswerState.NOT_ANSWERED


def validate_answers(questionnaire: Questionnaire, answers: Answers) -> tuple[Problem, ...]:
    """Every problem, in the order of the form, those of unknown questions last."""
    problems = list(_area_problems(questionnaire, answers))
    known: set[tuple[str, str]] = set()
    for placed in _placed(questionnaire, answers.areas):
        known.add((placed.area, placed.question.key))
        problems += _question_problems(questionnaire, answers, placed)
    given = {key for key, options in answers.choices.items() if options}
    given |= {key for key, text in answers.values.items() if text}
    for area, key in sorted(given - known):
        if area == WHOLE or area in answers.areas:
            problems.append(Problem(ProblemCode.UNKNOWN_QUESTION, key, area, {"value": key}))
        else:
            problems.append(Problem(ProblemCode.UNKNOWN_AREA, key, area, {"value": area}))
    return tuple(problems)


def _placed(questionnaire: Questionnaire, areas: Iterable[str]) -> Iterator[Placed]:
    for section in questionnaire.sections:
        for area in [WHOLE] if section.repeat is None else areas:
            if section.covers(area):
                for question in section.questions:
                    yield Placed(section, area, question)


def _holds(questionnaire: Questionnaire, answers: Answers, area: str, question: Question) -> bool:
    return all(_met(questionnaire, answers, area, each) for each in question.when)


def _met(questionnaire: Questionnaire, answers: Answers, area: str, condition: Condition) -> bool:
    if condition.status and answers.areas.get(area) not in condition.status:
        return False
    if condition.question is None:
        return True
    for at in (area, WHOLE) if area else (WHOLE,):
        question = questionnaire.question(at, condition.question)
        if question is not None:
            chosen = answers.options(at, condition.question)
            # An answer left behind in a question that is no longer asked decides nothing.
            return bool(chosen.intersection(condition.options)) and _holds(
                questionnaire, answers, at, question
            )
    return False


def _area_problems(questionnaire: Questionnaire, answers: Answers) -> Iterator[Problem]:
    if not questionnaire.area_statuses:
        return
    expected = tuple(status.code for status in questionnaire.area_statuses)
    for area, status in answers.areas.items():
        if status is None:
            yield Problem(ProblemCode.STATUS_REQUIRED, "", area, {"expected": expected})
        elif status not in expected:
            yield Problem(
                ProblemCode.UNKNOWN_STATUS, "", area, {"value": status, "expected": expected}
            )


def _question_problems(
    questionnaire: Questionnaire, answers: Answers, placed: Placed
) -> Iterator[Problem]:
    _, area, question = placed
    chosen = answers.options(area, question.key)
    value = answers.value(area, question.key)
    if not chosen and value is None and not question.required:
        return
    asked = _holds(questionnaire, answers, area, question)
    if not asked and (chosen or value is not None):
        yield Problem(ProblemCode.NOT_ASKED, question.key, area)
    if question.kind.is_choice:
        if value is not None:
            yield Problem(ProblemCode.NOT_A_VALUE, question.key, area, {"value": value})
        yield from choice_problems(question, area, chosen)
    else:
        for option in sorted(chosen):
            yield Problem(ProblemCode.NOT_A_CHOICE, question.key, area, {"value": option})
        if value is not None:
            try:
                canonical_value(question, value)
            except UnfitValueError as wrong:
                yield Problem(wrong.code, question.key, area, wrong.params)
    if asked and question.required and not chosen and value is None:
        yield Problem(ProblemCode.REQUIRED, question.key, area)


def choice_problems(question: Question, area: str, chosen: frozenset[str]) -> Iterator[Problem]:
    """What is wrong with these options as an answer to a choice question."""
    for code in sorted(chosen):
        if question.option(code) is None:
            yield Problem(
                ProblemCode.UNKNOWN_OPTION,
                question.key,
                area,
                {"value": code, "expected": question.option_codes},
            )
    if len(chosen) > 1:
        if question.kind is QuestionKind.ONE_CHOICE:
            codes = ordered_options(question, chosen)
            yield Problem(ProblemCode.SEVERAL_IN_ONE_CHOICE, question.key, area, {"value": codes})
        for option in question.options:
            if option.exclusive and option.code in chosen:
                yield Problem(
                    ProblemCode.EXCLUSIVE_WITH_OTHERS,
                    question.key,
                    area,
                    {"option": option.code, "value": ordered_options(question, chosen)},
                )


def ordered_options(question: Question | None, chosen: frozenset[str]) -> tuple[str, ...]:
    """The options in the order they are shown; unknown codes last."""
    known = question.option_codes if question is not None else ()
    return tuple(code for code in known if code in chosen) + tuple(sorted(chosen - set(known)))


def _form_order(
    questionnaire: Questionnaire, answers: Answers
) -> Callable[[tuple[str, str]], tuple[int, tuple[str, str]]]:
    places = {
        (placed.area, placed.question.key): index
        for index, placed in enumerate(_placed(questionnaire, answers.areas))
    }
    return lambda key: (places.get(key, len(places)), key)
