"""Pure rules over assessment forms."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.definitions import WHOLE, Answers, visible_questions
from grants.definitions.assessment import AssessmentForm


@dataclass(frozen=True, slots=True)
class Scored:
    """The points of a form: their sum, of how many, and how many scored questions have none yet.
    A question that is not asked with these answers is not among those that have none."""

    points: int
    most: int
    left: int


def scored(form: AssessmentForm, answers: Answers) -> Scored | None:
    """The points of the answers; None where the call scores nothing."""
    if not form.scores:
        return None
    asked = {placed.question.key for placed in visible_questions(form.questionnaire, answers)}
    keys = {each.question for each in form.scores}
    points = left = 0
    for key in keys & asked:
        chosen = answers.options(WHOLE, key)
        if not chosen:
            left += 1
        points += sum(form.points(key, option) or 0 for option in chosen)
    return Scored(points, form.max_points, left)


def unanswered(form: AssessmentForm, answers: Answers) -> tuple[str, ...]:
    """The required questions that have no answer, in order."""
    return tuple(
        placed.question.key
        for placed in visible_questions(form.questionnaire, answers)
        if placed.question.required and not answers.has(WHOLE, placed.question.key)
    )


def forms_missing(form: AssessmentForm | None, *, done: Iterable[bool]) -> int:
    """How many forms are not done: those begun and not done, and those not begun at all."""
    if form is None:
        return 0
    states = list(done)
    return max(states.count(False), form.officers - states.count(True))
