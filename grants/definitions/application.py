"""What a call asks of its applicants, and what they should know before they begin.

Part of a call's definition. Amounts are whole SEK.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.questionnaire import Question, Questionnaire, repeated
from core.definitions.text import Document, Key, LocalText, NonEmpty
from grants.definitions.kinds import OrganisationKind

type Faults = Iterator[tuple[Place, PydanticCustomError]]

Amount = Annotated[int, Field(strict=True, gt=0)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
Length = Annotated[int, Field(strict=True, ge=1)]


class CostCategory(Document):
    """What kind of cost a budget line is."""

    code: Key
    title: LocalText
    help: LocalText | None = None


class CostRuleKind(StrEnum):
    """Whether the money may never be used for a cost, or only within limits."""

    NOT_PAYABLE = "not_payable"
    LIMITED = "limited"


class CostRule(Document):
    """What the money may not be used for, or only within limits; the reason is shown at the line.

    `categories` and `areas` say which budget lines it is about; where both are given, a line has
    to be in both. The limits are for the sum of those lines: an amount, a percentage of the whole
    sum sought. A limited rule with neither is words alone, for the applicant and the officer to
    weigh.
    """

    code: Key
    kind: CostRuleKind
    title: LocalText
    reason: LocalText
    categories: tuple[Key, ...] = ()
    areas: tuple[Key, ...] = ()
    max_amount_sek: Amount | None = None
    max_percent: Percent | None = None

    def applies_to(self, category: str, area: str) -> bool:
        """Whether a budget line of that category in that area is one that the rule is about."""
        return (not self.categories or category in self.categories) and (
            not self.areas or area in self.areas
        )

    def ceiling_sek(self, total_sek: int) -> int | None:
        """The most that the lines it is about may come to when `total_sek` is sought in all.

        0 for what is not payable; None for a rule of words alone. A part of a krona is dropped.
        """
        if self.kind is CostRuleKind.NOT_PAYABLE:
            return 0
        ceilings = [] if self.max_amount_sek is None else [self.max_amount_sek]
        if self.max_percent is not None:
            ceilings.append(total_sek * self.max_percent // 100)
        return min(ceilings, default=None)

    @model_validator(mode="after")
    def _says_what_it_is_about(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        if not self.categories and not self.areas:
            found.append((("categories",), fault("rule_about_nothing")))
        for name, codes in [("categories", self.categories), ("areas", self.areas)]:
            found += _duplicates((name,), codes, ())
        if self.kind is CostRuleKind.NOT_PAYABLE:
            for name in ("max_amount_sek", "max_percent"):
                if getattr(self, name) is not None:
                    found.append(((name,), fault("limit_on_not_payable", limit=name)))
        faults_at("CostRule", found)
        return self


class Budget(Document):
    """How an applicant writes the budget: categories to choose from, and the rules on costs."""

    help: LocalText | None = None
    categories: Annotated[tuple[CostCategory, ...], Field(min_length=1)]
    rules: tuple[CostRule, ...] = ()

    def category(self, code: str) -> CostCategory | None:
        """The category with that code."""
        return next((each for each in self.categories if each.code == code), None)

    def rule(self, code: str) -> CostRule | None:
        """The rule with that code."""
        return next((each for each in self.rules if each.code == code), None)

    def rules_for(self, category: str, area: str) -> tuple[CostRule, ...]:
        """The rules that a budget line of that category in that area is under."""
        return tuple(rule for rule in self.rules if rule.applies_to(category, area))

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found = [
            *_duplicates(("categories",), [each.code for each in self.categories], ("code",)),
            *_duplicates(("rules",), [each.code for each in self.rules], ("code",)),
        ]
        known = [each.code for each in self.categories]
        for r, rule in enumerate(self.rules):
            found += [
                (
                    ("rules", r, "categories", c),
                    fault("unknown_category", value=code, expected=", ".join(known)),
                )
                for c, code in enumerate(rule.categories)
                if code not in known
            ]
        faults_at("Budget", found)
        return self


class AttachmentKind(Document):
    """A document to attach. `kinds`: whom it is asked of; empty is every kind that may apply."""

    code: Key
    title: LocalText
    help: LocalText | None = None
    required: bool = False
    kinds: tuple[OrganisationKind, ...] = ()

    def is_asked_of(self, kind: str) -> bool:
        """Whether an organisation of that kind is asked for it."""
        return not self.kinds or kind in self.kinds


class RequirementForm(Document):
    """How an applicant answers the performance requirements: in words, with evidence or without.

    `how_max_length` is in characters.
    """

    help: LocalText | None = None
    how_max_length: Length = 4000
    evidence: bool = True


class Verdict(StrEnum):
    """What an answer means for whether one may apply."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"

    @classmethod
    def of_all(cls, verdicts: Iterable["Verdict"]) -> "Verdict":
        """One no is a no; else one that depends leaves it open."""
        given = set(verdicts)
        return next((each for each in (cls.NO, cls.DEPENDS) if each in given), cls.YES)


class EligibilityAnswer(Document):
    """An answer with what it means: why, and what to do about it."""

    code: Key
    label: LocalText
    verdict: Verdict
    reason: LocalText | None = None
    advice: LocalText | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.verdict is not Verdict.YES and self.reason is None:
            missing = fault("reason_missing", value=self.code, verdict=self.verdict)
            faults_at("EligibilityAnswer", [(("reason",), missing)])
        return self


class EligibilityQuestion(Document):
    """One question of the check whether one may apply. Nothing of it is part of an application."""

    key: Key
    text: LocalText
    help: LocalText | None = None
    answers: Annotated[tuple[EligibilityAnswer, ...], Field(min_length=2)]

    def answer(self, code: str) -> EligibilityAnswer | None:
        """The answer with that code."""
        return next((each for each in self.answers if each.code == code), None)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        codes = [each.code for each in self.answers]
        faults_at("EligibilityQuestion", _duplicates(("answers",), codes, ("code",)))
        return self


class Contact(Document):
    """Whom to ask about the call; `hours` says when the telephone is answered."""

    name: LocalText
    email: NonEmpty
    phone: str = ""
    hours: LocalText | None = None

    @model_validator(mode="after")
    def _can_be_written_to(self) -> Self:
        before, at, after = self.email.partition("@")
        if not (before and at and "." in after) or any(char.isspace() for char in self.email):
            faults_at("Contact", [(("email",), fault("not_an_email", value=self.email))])
        return self


class ApplicationForm(Document):
    """What a call asks of its applicants, and what they should know before they begin.

    `questionnaire` is about the application as a whole: sections that repeat come once for each
    area that money is sought for. `part` is what each organisation answers for itself, and
    `own_work` the question in it that ties the part to the organisation's own work. `max_areas`:
    how many areas one application may be for; None is all of them.
    """

    questionnaire: Questionnaire
    part: Questionnaire | None = None
    own_work: Key | None = None
    activity_help: LocalText | None = None
    max_areas: Length | None = None
    budget: Budget
    requirements: RequirementForm = RequirementForm()
    attachments: tuple[AttachmentKind, ...] = ()
    funding_help: LocalText | None = None
    declaration: Annotated[tuple[LocalText, ...], Field(min_length=1)]
    eligibility: tuple[EligibilityQuestion, ...] = ()
    payable: tuple[LocalText, ...] = ()
    not_payable: tuple[LocalText, ...] = ()
    judging: tuple[LocalText, ...] = ()
    who_note: LocalText | None = None
    contacts: tuple[Contact, ...] = ()

    def attachment(self, code: str) -> AttachmentKind | None:
        """The kind of attachment with that code."""
        return next((each for each in self.attachments if each.code == code), None)

    def attachments_for(self, kind: str) -> tuple[AttachmentKind, ...]:
        """What an organisation of that kind is asked to attach."""
        return tuple(each for each in self.attachments if each.is_asked_of(kind))

    def part_questions(self) -> tuple[Question, ...]:
        """What each organisation answers for itself, in order."""
        sections = self.part.sections if self.part else ()
        return tuple(question for section in sections for question in section.questions)

    def eligible(self, chosen: Mapping[str, str]) -> Verdict | None:
        """The verdict on the answers chosen (codes by question); None until all are answered."""
        answers = [each.answer(chosen.get(each.key, "")) for each in self.eligibility]
        given = [each.verdict for each in answers if each is not None]
        return Verdict.of_all(given) if len(given) == len(answers) else None

    def faults_in(self, *, areas: tuple[str, ...], kinds: tuple[str, ...]) -> Faults:
        """What does not fit a call with those areas, to which those kinds may apply."""
        for s, section in enumerate(self.questionnaire.sections):
            place: Place = ("questionnaire", "sections", s, "areas")
            yield from _unknown(place, section.areas, areas, "unknown_area")
        for r, rule in enumerate(self.budget.rules):
            yield from _unknown(("budget", "rules", r, "areas"), rule.areas, areas, "unknown_area")
        for a, attachment in enumerate(self.attachments):
            at: Place = ("attachments", a, "kinds")
            yield from _unknown(at, attachment.kinds, kinds, "kind_may_not_apply")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found = [
            *_duplicates(("attachments",), [each.code for each in self.attachments], ("code",)),
            *_duplicates(("eligibility",), [each.key for each in self.eligibility], ("key",)),
            *self._faulty_questionnaires(),
        ]
        for a, attachment in enumerate(self.attachments):
            found += _duplicates(("attachments", a, "kinds"), attachment.kinds, ())
        faults_at("ApplicationForm", found)
        return self

    def _faulty_questionnaires(self) -> Faults:
        forms = [("questionnaire", self.questionnaire), ("part", self.part)]
        for name, form in forms:
            if form is not None and form.area_statuses:
                yield (name, "area_statuses"), fault("statuses_in_application")
        for s, section in enumerate(self.part.sections if self.part else ()):
            if section.repeat is not None:
                yield ("part", "sections", s, "repeat"), fault("part_repeats")
        if self.own_work is not None:
            asked = [question.key for question in self.part_questions()]
            if self.own_work not in asked:
                expected = ", ".join(asked) or "–"
                wrong = fault("unknown_question", value=self.own_work, expected=expected)
                yield ("own_work",), wrong


def _duplicates(
    place: Place, values: Iterable[str], below: Place
) -> list[tuple[Place, PydanticCustomError]]:
    return [
        ((*place, index, *below), fault("duplicate", value=value))
        for index, value in repeated(list(values))
    ]


def _unknown(place: Place, values: Iterable[str], known: Sequence[str], code: str) -> Faults:
    for index, value in enumerate(values):
        if value not in known:
            yield (*place, index), fault(code, value=value, expected=", ".join(known))
