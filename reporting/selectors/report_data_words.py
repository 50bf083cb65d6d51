"""Answers and words of the reports as cells of data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from core.definitions import (
    Answers,
    AnswerState,
    LocalText,
    Question,
    QuestionKind,
    Questionnaire,
    answer_state,
)
from grants.content.parts import Part, suggestion_for, without, words_to_leave_out
from reporting.content.report_data import Place, scrubbed

type Both = tuple[str, str]


@lru_cache(maxsize=64)
def scrubbed_once(text: str) -> str:
    """As `scrubbed`: a report's code stands in each of its hundred rows."""
    return scrubbed(text)


def labelled(code: str, label: LocalText) -> tuple[str, str, str]:
    """A code with its label in Swedish and English."""
    return (code, label.in_("sv"), label.in_("en"))


def is_exported(question: Question) -> bool:
    """Whether its answers are told to everyone: free words may hold anything about anyone."""
    return question.kind is not QuestionKind.TEXT


def public_words(label: str, text: str) -> str:
    """What somebody wrote, without contacts, addresses and accounts; nothing of it where it is
    about security measures, or is an answer to a question about contacts."""
    part = Part("", "", label, text)
    if suggestion_for(part) is not None:
        return ""
    (kept,) = without([part], words_to_leave_out([part]))
    return kept.text


def day_in(value: str) -> date | None:
    """The day that was written; None where it is none."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Placed:
    """A question in an area: the cells that tell of both, and the labels of its options, in
    their order."""

    question: Question
    area: tuple[str, str, str]
    words: tuple[str, str, str]
    options: Mapping[str, Both]

    @classmethod
    def of(cls, question: Question, area: tuple[str, str, str]) -> "Placed":
        """One in the area with these cells."""
        words = (question.key, question.text.in_("sv"), question.text.in_("en"))
        options = {
            each.code: (each.label.in_("sv"), each.label.in_("en")) for each in question.options
        }
        return cls(question, area, words, options)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question at its place; `org_no` and `name` of whoever answers for itself alone."""

    form: Questionnaire
    answers: Answers
    area: str
    placed: Placed
    org_no: str | None = None
    name: str | None = None

    @property
    def question(self) -> Question:
        """The question."""
        return self.placed.question

    @property
    def state(self) -> Place:
        """What stands there."""
        state = answer_state(self.form, self.answers, self.area, self.question.key)
        if state is AnswerState.NOT_ASKED:
            return Place.NOT_ASKED
        return Place.ANSWERED if state is AnswerState.ANSWERED else Place.NOT_ANSWERED
