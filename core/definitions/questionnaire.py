"""The questionnaire: one document that form, summary, PDF, export and tables are made from.

A question is known by its area and key: sections that repeat for areas may give the same key
other options in other areas. The key "" of an area means the whole form.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.text import Code, Document, Key, LocalText, WholeNumber

WHOLE = ""
"""The area code of a question that is asked once, for the whole form."""


class QuestionKind(StrEnum):
    """What an answer is: text, a whole number, whole SEK, a date, one option or several."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    ONE_CHOICE = "one_choice"
    SEVERAL_CHOICES = "several_choices"

    @property
    def is_choice(self) -> bool:
        """Whether answers are option codes rather than a value."""
        return self in (QuestionKind.ONE_CHOICE, QuestionKind.SEVERAL_CHOICES)


class Option(Document):
    """An option of a choice. An exclusive one cannot be chosen together with others."""

    code: Key
    label: LocalText
    exclusive: bool = False


class OptionList(Document):
    """Options that several questions share, by name."""

    key: Key
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class Condition(Document):
    """Holds when the question has any of the options, and the area any of the statuses."""

    question: Key | None = None
    options: tuple[Key, ...] = ()
    status: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.question is None and not self.status:
            raise fault("empty_condition")
        if (self.question is None) != (not self.options):
            raise fault("condition_without_options", question=self.question or "")
        return self


class RenamedOption(Document):
    """An option that has another code than the year before: what it `was`, and is `now`."""

    was: Key
    now: Key


class Replaced(Document):
    """The question of the year before that a question stands for: its key there, and the options
    that have other codes here. Written as the bare key when no option has another code."""

    question: Key
    options: tuple[RenamedOption, ...] = ()

    @property
    def codes(self) -> Mapping[str, str]:
        """What each renamed option is now, by what it was."""
        return {each.was: each.now for each in self.options}

    @model_validator(mode="before")
    @classmethod
    def _bare_key(cls, data: Any) -> Any:
        return {"question": data} if isinstance(data, str) else data

    @model_serializer(mode="wrap")
    def _as_bare_key(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self) if self.options else self.question

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        faults_at(
            "Replaced",
            [
                (("options", index, "was"), fault("duplicate", value=code))
                for index, code in repeated([each.was for each in self.options])
            ],
        )
        return self


class Question(Document):
    """One question. `minimum` and `maximum` are for numbers and money, `max_length` (in
    characters) for text.

    A question keeps its key from year to year. `replaces` is the one of the year before that it
    stands for under another key, or with other codes of options; None: the one with its own key.
    """

    key: Key
    kind: QuestionKind
    text: LocalText
    help: LocalText | None = None
    required: bool = False
    option_list: Key | None = None
    options: tuple[Option, ...] = ()
    when: tuple[Condition, ...] = ()
    minimum: WholeNumber | None = None
    maximum: WholeNumber | None = None
    max_length: Annotated[int, Field(strict=True, ge=1)] | None = None
    replaces: Replaced | None = None

    def option(self, code: str) -> Option | None:
        """The option with that code, if the question has it."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, Option]:
        return {option.code: option for option in self.options}

    @cached_property
    def option_codes(self) -> tuple[str, ...]:
        """Codes in the order the options are shown."""
        return tuple(option.code for option in self.options)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        if not self.kind.is_choice and (self.options or self.option_list):
            found.append((("options",), fault("options_on_value", question=self.key)))
        if self.kind.is_choice and self.option_list is None and len(self.options) < 2:
            found.append((("options",), fault("no_options", question=self.key)))
        for index, code in repeated([option.code for option in self.options]):
            found.append((("options", index, "code"), fault("duplicate", value=code)))
        if self.kind is QuestionKind.ONE_CHOICE:
            for index, option in enumerate(self.options):
                if option.exclusive:
                    found.append(
                        (
                            ("options", index, "exclusive"),
                            fault("exclusive_in_one_choice", option=option.code),
                        )
                    )
        limits: list[tuple[str, int | None, tuple[QuestionKind, ...]]] = [
            ("minimum", self.minimum, (QuestionKind.NUMBER, QuestionKind.MONEY)),
            ("maximum", self.maximum, (QuestionKind.NUMBER, QuestionKind.MONEY)),
            ("max_length", self.max_length, (QuestionKind.TEXT,)),
        ]
        for name, value, kinds in limits:
            if value is not None and self.kind not in kinds:
                found.append(
                    (
                        (name,),
                        fault(
                            "limit_on_wrong_kind",
                            limit=name,
                            kind=self.kind,
                            expected=", ".join(kinds),
                        ),
                    )
                )
        if self.replaces is not None:
            found += self._faulty_renaming(self.replaces)
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            found.append(
                (
                    ("minimum",),
                    fault("limits_crossed", minimum=self.minimum, maximum=self.maximum),
                )
            )
        faults_at("Question", found)
        return self

    def _faulty_renaming(self, replaced: Replaced) -> Iterator[tuple[Place, PydanticCustomError]]:
        if replaced.options and not self.kind.is_choice:
            yield ("replaces", "options"), fault("options_on_value", question=self.key)
            return
        if self.option_list is not None and not self.options:
            return
        for index, each in enumerate(replaced.options):
            if self.option(each.now) is None:
                yield (
                    ("replaces", "options", index, "now"),
                    fault("unknown_option", value=each.now, expected=_list(self.option_codes)),
                )

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Shared options stay shared. A question that replaces none is written as before there
        were such, so that the checksums of stored definitions stay what they were."""
        data: dict[str, Any] = handler(self)
        if self.option_list is not None:
            data.pop("options", None)
        if self.replaces is None:
            data.pop("replaces", None)
        return data


class Section(Document):
    """A page of the form. With `repeat: area` it comes once for each area that the grant has
    money for, or for those of them that `areas` lists."""

    key: Key
    title: LocalText
    help: LocalText | None = None
    repeat: Literal["area"] | None = None
    areas: tuple[Key, ...] = ()
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    def covers(self, area: str) -> bool:
        """Whether the section is shown for `area` (WHOLE: once for the form)."""
        if self.repeat is None:
            return area == WHOLE
        return area != WHOLE and (not self.areas or area in self.areas)

    @model_validator(mode="after")
    def _areas_only_when_repeated(self) -> Self:
        found = [
            (("areas", index), fault("duplicate", value=area))
            for index, area in repeated(self.areas)
        ]
        if self.areas and self.repeat is None:
            found.append((("areas",), fault("areas_without_repeat")))  # type: ignore[arg-type]
        faults_at("Section", found)
        return self


class Placed(NamedTuple):
    """A question where it stands; `area` is WHOLE for one that is asked once."""

    section: Section
    area: str
    question: Question


class Questionnaire(Document):
    """A versioned set of questions, immutable once published."""

    key: Code
    version: Annotated[int, Field(strict=True, ge=1)]
    title: LocalText
    area_statuses: tuple[Option, ...] = ()
    option_lists: tuple[OptionList, ...] = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    def questions_for(self, area: str) -> Iterator[Placed]:
        """The questions that `area` is asked, before conditions, in order."""
        for section in self.sections:
            if section.covers(area):
                for question in section.questions:
                    yield Placed(section, area, question)

    def question(self, area: str, key: str) -> Question | None:
        """The question with that key in that area; None when it is not asked there."""
        if area not in self._index:
            self._index[area] = {each.question.key: each for each in self.questions_for(area)}
        placed = self._index[area].get(key)
        return placed.question if placed else None

    def has_question(self, key: str) -> bool:
        """Whether any area, or the whole form, asks a question with that key."""
        return any(q.key == key for section in self.sections for q in section.questions)

    def status(self, code: str) -> Option | None:
        """The area status with that code."""
        return next((status for status in self.area_statuses if status.code == code), None)

    @property
    def named_areas(self) -> frozenset[str]:
        """Every area that some section names."""
        return frozenset(area for section in self.sections for area in section.areas)

    @cached_property
    def _index(self) -> dict[str, dict[str, Placed]]:
        return {}

    @model_validator(mode="before")
    @classmethod
    def _share_options(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        lists: dict[Any, Any] = {}
        for each in _items(data.get("option_lists")):
            if isinstance(each, Mapping):
                lists[each.get("key")] = each.get("options")
            elif isinstance(each, OptionList):
                lists[each.key] = each.options
        found: list[tuple[Place, PydanticCustomError]] = []
        sections = [
            _with_options(section, ("sections", index), lists, found)
            for index, section in enumerate(_items(data.get("sections")))
        ]
        faults_at("Questionnaire", found)
        return {**data, "sections": sections} if sections else data

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        keyed: list[tuple[str, Sequence[str]]] = [
            ("sections", [section.key for section in self.sections]),
            ("option_lists", [each.key for each in self.option_lists]),
        ]
        for name, keys in keyed:
            found += [((name, i, "key"), fault("duplicate", value=k)) for i, k in repeated(keys)]
        statuses = [status.code for status in self.area_statuses]
        found += [
            (("area_statuses", i, "code"), fault("duplicate", value=code))
            for i, code in repeated(statuses)
        ]
        found += self._repeated_questions()
        found += self._faulty_conditions()
        faults_at("Questionnaire", found)
        return self

    def _repeated_questions(self) -> Iterator[tuple[Place, PydanticCustomError]]:
        seen: dict[str, list[tuple[Section, Question]]] = {}
        for s, section in enumerate(self.sections):
            for q, question in enumerate(section.questions):
                place: Place = ("sections", s, "questions", q, "key")
                if question.kind.is_choice and not question.options:
                    yield place[:-1], fault("no_options", question=question.key)
                for other, before in seen.get(question.key, []):
                    if _meet(section, other):
                        yield place, fault("duplicate", value=question.key)
                        break
                    if before.kind is not question.kind:
                        yield (
                            place,
                            fault(
                                "kind_differs",
                                question=question.key,
                                kind=question.kind,
                                other=before.kind,
                            ),
                        )
                        break
                seen.setdefault(question.key, []).append((section, question))

    def _faulty_conditions(self) -> Iterator[tuple[Place, PydanticCustomError]]:
        statuses = [status.code for status in self.area_statuses]
        before: list[tuple[Section, Question]] = []
        for s, section in enumerate(self.sections):
            for q, question in enumerate(section.questions):
                for c, condition in enumerate(question.when):
                    place: Place = ("sections", s, "questions", q, "when", c)
                    if condition.status and section.repeat is None:
                        yield (*place, "status"), fault("condition_on_status_outside_area")
                    for i, status in enumerate(condition.status):
                        if status not in statuses:
                            yield (
                                (*place, "status", i),
                                fault("unknown_status", value=status, expected=_list(statuses)),
                            )
                    if condition.question is not None:
                        for wrong in self._faulty_reference(section, condition, before):
                            yield (*place, "question"), wrong
                before.append((section, question))

    def _faulty_reference(
        self, section: Section, condition: Condition, before: Sequence[tuple[Section, Question]]
    ) -> Iterator[PydanticCustomError]:
        key = condition.question or ""
        for area in self._areas_of(section):
            earlier = [
                other for at, other in before if other.key == key and _reaches(at, section, area)
            ]
            if not earlier:
                later = any(_reaches(at, section, area) for at in self.sections if _asks(at, key))
                if later:
                    yield fault("condition_on_later", question=key)
                else:
                    yield fault(
                        "condition_on_unknown",
                        question=key,
                        where=section.key if area in (WHOLE, "*") else area,
                    )
                return
            target = earlier[-1]
            if not target.kind.is_choice:
                yield fault("condition_on_value", question=key)
                return
            for option in condition.options:
                if target.option(option) is None:
                    yield fault(
                        "condition_on_unknown_option",
                        question=key,
                        option=option,
                        expected=_list(target.option_codes),
                    )
                    return

    def _areas_of(self, section: Section) -> Sequence[str]:
        """The areas to try a section's conditions in; "*" stands for those nobody names."""
        if section.repeat is None:
            return [WHOLE]
        return section.areas or ["*", *sorted(self.named_areas)]


def repeated(values: Sequence[str]) -> list[tuple[int, str]]:
    """Index and value of each that was there before."""
    return [(i, value) for i, value in enumerate(values) if value in values[:i]]


def _meet(one: Section, other: Section) -> bool:
    """Whether some area (or the whole form) gets both sections."""
    if one.repeat is None or other.repeat is None:
        return one.repeat == other.repeat
    return not one.areas or not other.areas or bool(set(one.areas) & set(other.areas))


def _reaches(at: Section, section: Section, area: str) -> bool:
    """Whether a question of section `at` can decide what `section` shows for `area`."""
    if at.repeat is None:
        return True
    return section.repeat is not None and at.covers(area)


def _asks(section: Section, key: str) -> bool:
    return any(question.key == key for question in section.questions)


def _list(values: Sequence[str]) -> str:
    return ", ".join(values) or "–"


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _with_options(
    section: Any,
    place: Place,
    lists: Mapping[Any, Any],
    found: list[tuple[Place, PydanticCustomError]],
) -> Any:
    """The section with shared options put into its questions; anything odd is left as it is."""
    if not isinstance(section, Mapping) or not _items(section.get("questions")):
        return section
    questions: list[Any] = []
    for index, question in enumerate(_items(section.get("questions"))):
        name = question.get("option_list") if isinstance(question, Mapping) else None
        if name is not None:
            here: Place = (*place, "questions", index)
            if question.get("options"):
                found.append(((*here, "options"), fault("options_twice")))
            if name not in lists:
                expected = _list(sorted(str(key) for key in lists))
                found.append(
                    (
                        (*here, "option_list"),
                        fault("unknown_option_list", value=name, expected=expected),
                    )
                )
            else:
                question = {**question, "options": lists[name]}
        questions.append(question)
    return {**section, "questions": questions}
