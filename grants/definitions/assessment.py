"""How a call's applications are judged and decided, and what the decisions say.

Part of a call's definition. Amounts are whole SEK.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.questionnaire import WHOLE, Question, QuestionKind, Questionnaire, repeated
from core.definitions.text import Document, Key, LocalText

type Faults = Iterator[tuple[Place, PydanticCustomError]]

Days = Annotated[int, Field(strict=True, ge=1, le=366)]
Points = Annotated[int, Field(strict=True, ge=0, le=1000)]


class Guidance(Document):
    """What the case officer should think of at a question (handläggarstöd)."""

    question: Key
    text: LocalText


class Score(Document):
    """The points that an option of a question gives."""

    question: Key
    option: Key
    points: Points


class CostReason(Document):
    """Why a budget line is approved in part or not at all. `text` stands in the decision; `rule`
    is the call's cost rule that it rests on, where it rests on one."""

    code: Key
    title: LocalText
    text: LocalText
    rule: Key | None = None


class TextUse(StrEnum):
    """Where a text of the library belongs."""

    GRANT = "grant"
    PART = "part"
    REJECT = "reject"
    DISMISS = "dismiss"
    CONDITION = "condition"


class LibraryText(Document):
    """A text to begin from, which the officer edits. `use` says in what."""

    code: Key
    use: TextUse
    title: LocalText
    text: LocalText


class DecisionKind(StrEnum):
    """The kinds of decisions that can be appealed, or not."""

    GRANTED = "granted"
    PART = "part"
    REJECTED = "rejected"
    DISMISSED = "dismissed"
    REVOKED = "revoked"


class Appeal(Document):
    """How these kinds of decisions are appealed; a kind that none names cannot be appealed.

    `court` is where the appeal goes after the agency; `rule` is the provision.
    """

    decisions: Annotated[tuple[DecisionKind, ...], Field(min_length=1)]
    rule: LocalText
    court: LocalText
    text: LocalText


class Letter(Document):
    """What the agency's decision letters say beside the case. `address` are the lines of the
    letterhead; `repayment` is the reservation in every grant; `conditions` stand in every
    grant; `not_appealable` says so where a decision cannot be appealed."""

    address: tuple[str, ...] = ()
    contact: str = ""
    repayment: LocalText
    conditions: tuple[LocalText, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    not_appealable: LocalText

    def appeal_of(self, kind: str) -> Appeal | None:
        """How a decision of that kind is appealed; None where it cannot be."""
        return next((each for each in self.appeals if kind in each.decisions), None)


class OpinionForm(Document):
    """What a county board is asked beside its recommendation and reasons; `days` is how long it
    has to answer."""

    questionnaire: Questionnaire | None = None
    days: Days = 21


class AssessmentForm(Document):
    """How the applications of a call are judged.

    `officers`: how many assess each case, independently of one another. `waiver` is the provision
    that lets a requirement be waived; None where the legal basis has none. `answer_days` is how
    long an applicant has to answer what is communicated; `target_days` how long a case should
    take from receipt to decision.
    """

    questionnaire: Questionnaire
    officers: Literal[1, 2] = 1
    guidance: tuple[Guidance, ...] = ()
    scores: tuple[Score, ...] = ()
    cost_reasons: tuple[CostReason, ...] = ()
    texts: tuple[LibraryText, ...] = ()
    waiver: LocalText | None = None
    opinion: OpinionForm = OpinionForm()
    answer_days: Days = 14
    target_days: Days = 120
    letter: Letter | None = None

    def questions(self) -> tuple[Question, ...]:
        """The questions in order. None is asked for each area."""
        return tuple(each for section in self.questionnaire.sections for each in section.questions)

    def guidance_for(self, question: str) -> LocalText | None:
        """The guidance at a question."""
        return next((each.text for each in self.guidance if each.question == question), None)

    def points(self, question: str, option: str) -> int | None:
        """The points of an option; None where the question is not scored."""
        scored = [each for each in self.scores if each.question == question]
        if not scored:
            return None
        return next((each.points for each in scored if each.option == option), 0)

    @property
    def max_points(self) -> int:
        """The most points that a case can get; 0 where nothing is scored."""
        best: dict[str, int] = {}
        for each in self.scores:
            best[each.question] = max(best.get(each.question, 0), each.points)
        return sum(best.values())

    def cost_reason(self, code: str) -> CostReason | None:
        """The reason with that code."""
        return next((each for each in self.cost_reasons if each.code == code), None)

    def texts_for(self, *uses: TextUse) -> tuple[LibraryText, ...]:
        """The texts of the library for any of these uses."""
        return tuple(each for each in self.texts if each.use in uses)

    def faults_in(self, *, rules: tuple[str, ...]) -> Faults:
        """What does not fit a call with those cost rules."""
        for r, reason in enumerate(self.cost_reasons):
            if reason.rule is not None and reason.rule not in rules:
                expected = ", ".join(rules) or "–"
                wrong = fault("unknown_cost_rule", value=reason.rule, expected=expected)
                yield ("cost_reasons", r, "rule"), wrong

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults_at("AssessmentForm", [*self._repeated(), *self._about_unknown()])
        return self

    def _repeated(self) -> Faults:
        for name, codes in [
            ("guidance", [each.question for each in self.guidance]),
            ("scores", [f"{each.question}.{each.option}" for each in self.scores]),
            ("cost_reasons", [each.code for each in self.cost_reasons]),
            ("texts", [each.code for each in self.texts]),
        ]:
            for index, value in repeated(codes):
                yield (name, index), fault("duplicate", value=value)

    def _about_unknown(self) -> Faults:
        form = self.questionnaire
        if form.area_statuses:
            yield ("questionnaire", "area_statuses"), fault("statuses_in_application")
        for s, section in enumerate(form.sections):
            if section.repeat is not None:
                yield ("questionnaire", "sections", s, "repeat"), fault("part_repeats")
        asked = {each.key: each for each in self.questions()}
        expected = ", ".join(asked)
        for g, guidance in enumerate(self.guidance):
            if guidance.question not in asked:
                wrong = fault("unknown_question", value=guidance.question, expected=expected)
                yield ("guidance", g, "question"), wrong
        for s, score in enumerate(self.scores):
            question = form.question(WHOLE, score.question)
            if question is None or question.kind is not QuestionKind.ONE_CHOICE:
                wrong = fault("unknown_question", value=score.question, expected=expected)
                yield ("scores", s, "question"), wrong
            elif question.option(score.option) is None:
                known = ", ".join(question.option_codes)
                wrong = fault("unknown_option", value=score.option, expected=known)
                yield ("scores", s, "option"), wrong
