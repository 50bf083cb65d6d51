"""What a field of an application takes: made from the call's definition, drawn by the form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.content import Text
from core.definitions import (
    ProblemCode,
    Question,
    QuestionKind,
    UnfitValueError,
    canonical_value,
)
from grants.definitions import CallDefinition
from grants.enums import FundingState, Practice, RowKind

from .paths import ROW_FIELDS, UnlockableField, area_of, number_of

SHORT, LONG, LINK = 300, 4_000, 500
"""Lengths, in characters, of what rows and requirements take; the call sets those of its
questions."""
LARGEST_SEK = 999_999_999_999


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One option of a choice."""

    code: str
    label: Text
    exclusive: bool = False
    help: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A field: what it is called, what it takes. `rows` is how many lines of text it shows.

    Amounts are whole SEK. Limits are those of `core.definitions.Question`.
    """

    path: str
    kind: QuestionKind
    label: Text
    help: Text = ""
    required: bool = False
    options: tuple[FieldOption, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    rows: int = 1

    def canonical(self, text: str) -> str:
        """The value as it is stored; several options with commas between, in the form's order.

        Raises UnfitValueError for what the field does not take.
        """
        if not text.strip():
            return ""
        if not self.kind.is_choice:
            return canonical_value(self, text)
        chosen = {each.strip() for each in text.split(",")} - {""}
        codes = [option.code for option in self.options]
        for code in sorted(chosen - set(codes)):
            raise UnfitValueError(ProblemCode.UNKNOWN_OPTION, value=code)
        if self.kind is QuestionKind.ONE_CHOICE and len(chosen) > 1:
            raise UnfitValueError(ProblemCode.SEVERAL_IN_ONE_CHOICE)
        for option in self.options:
            if option.exclusive and option.code in chosen and len(chosen) > 1:
                raise UnfitValueError(ProblemCode.EXCLUSIVE_WITH_OTHERS, option=option.code)
        return ",".join(code for code in codes if code in chosen)


def spec_of_question(question: Question, path: str, language: str) -> FieldSpec:
    """The field of a questionnaire's question."""
    long = question.kind is QuestionKind.TEXT and (question.max_length or LONG) > SHORT
    return FieldSpec(
        path=path,
        kind=question.kind,
        label=question.text.in_(language),
        help=question.help.in_(language) if question.help else "",
        required=question.required,
        options=tuple(
            FieldOption(each.code, each.label.in_(language), each.exclusive)
            for each in question.options
        ),
        minimum=question.minimum,
        maximum=LARGEST_SEK
        if question.maximum is None and question.kind is QuestionKind.MONEY
        else question.maximum,
        max_length=question.max_length,
        rows=6 if long else 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the options of a budget line's fields are made of: activities by number, in order,
    and taking-part organisations by id, the lead first; rows by number."""

    activities: Mapping[int, str]
    organisations: Mapping[int, str]
    rows: Mapping[int, RowKind]


def field_spec(
    definition: CallDefinition, path: str, around: Surroundings, language: str
) -> FieldSpec | None:
    """The field with that path; None where the call's form has no such field."""
    form = definition.application
    if form is None:
        return None
    match path.split("."):
        case ["areas", code] if (area := definition.area(code)) is not None:
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=area.title.in_(language),
                help=area.description.in_(language) if area.description else "",
                options=(FieldOption("yes", _("Yes")),),
            )
        case ["answer", step, key]:
            question = form.questionnaire.question(area_of(step), key)
            known = step == "-" or definition.area(step) is not None
            return spec_of_question(question, path, language) if question and known else None
        case ["part", at, key] if form.part is not None and _takes_part(at, around):
            question = form.part.question("", key)
            return spec_of_question(question, path, language) if question else None
        case ["requirement", at, code, name] if definition.requirement(
            code
        ) is not None and _takes_part(at, around):
            return _requirement_field(definition, path, code, name, language)
        case ["row", number, name] if (kind := around.rows.get(number_of(number) or 0)) is not None:
            if name in ROW_FIELDS[kind]:
                return _row_field(definition, path, kind, name, around, language)
    return None


def can_be_named(definition: CallDefinition, name: str, around: Surroundings) -> bool:
    """Whether a completion request can name it: a field, or what stands above some."""
    form = definition.application
    if name in UnlockableField:
        return True
    if form is None:
        return False
    match name.split("."):
        case ["budget"] | ["funding"] | ["areas"] | ["attachments"]:
            return True
        case ["attachments", code]:
            return code == "other" or form.attachment(code) is not None
        case ["answer", step]:
            return step == "-" or definition.area(step) is not None
        case ["part", at]:
            return _takes_part(at, around)
        case ["requirement", at]:
            return _takes_part(at, around)
        case ["requirement", at, code]:
            return _takes_part(at, around) and definition.requirement(code) is not None
        case ["row", number]:
            return number_of(number) in around.rows
    return field_spec(definition, name, around, "sv") is not None


def _takes_part(step: str, around: Surroundings) -> bool:
    return number_of(step) in around.organisations


def _requirement_field(
    definition: CallDefinition, path: str, code: str, name: str, language: str
) -> FieldSpec | None:
    form, requirement = definition.application, definition.requirement(code)
    if form is None or requirement is None:
        return None
    match name:
        case "state":
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Is the requirement met?"),
                help=requirement.text.in_(language),
                required=True,
                options=tuple(FieldOption(each.value, each.label) for each in Practice),
            )
        case "how":
            return FieldSpec(
                path=path,
                kind=QuestionKind.TEXT,
                label=_("How is it met, or what has been begun?"),
                max_length=form.requirements.how_max_length,
                rows=5,
            )
        case "link":
            return FieldSpec(
                path=path,
                kind=QuestionKind.TEXT,
                label=_("Link to evidence"),
                help=_("An address that begins with https://"),
                max_length=LINK,
            )
    return None


def _row_field(
    definition: CallDefinition,
    path: str,
    kind: RowKind,
    name: str,
    around: Surroundings,
    language: str,
) -> FieldSpec:
    match kind, name:
        case RowKind.LINE, "activity":
            options = _numbered(around.activities)
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Activity"),
                options=tuple(options),
            )
        case RowKind.LINE, "organisation":
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Organisation"),
                options=tuple(_numbered(around.organisations)),
            )
        case RowKind.LINE, "category":
            categories = definition.application.budget.categories if definition.application else ()
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Kind of cost"),
                options=tuple(
                    FieldOption(
                        each.code,
                        each.title.in_(language),
                        help=each.help.in_(language) if each.help else "",
                    )
                    for each in categories
                ),
            )
        case RowKind.FUNDING, "state":
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Where it stands"),
                options=tuple(FieldOption(each.value, each.label) for each in FundingState),
            )
        case _, "amount_sek" | "other_sek":
            label = _MONEY_LABELS[kind, name]
            return FieldSpec(
                path=path,
                kind=QuestionKind.MONEY,
                label=label,
                minimum=0,
                maximum=LARGEST_SEK,
            )
        case _:
            label, length, rows = _TEXTS[kind, name]
            return FieldSpec(
                path=path, kind=QuestionKind.TEXT, label=label, max_length=length, rows=rows
            )


def _numbered(names: Mapping[int, str]) -> Iterator[FieldOption]:
    return (FieldOption(str(number), name) for number, name in names.items())


_MONEY_LABELS: Mapping[tuple[str, str], Text] = {
    (RowKind.LINE, "amount_sek"): _("Amount applied for (SEK)"),
    (RowKind.LINE, "other_sek"): _("Paid by others (SEK)"),
    (RowKind.FUNDING, "amount_sek"): pgettext_lazy("funding", "Amount (SEK)"),
}
_TEXTS: Mapping[tuple[str, str], tuple[Text, int, int]] = {
    (RowKind.ACTIVITY, "title"): (_("What is to be done"), SHORT, 1),
    (RowKind.ACTIVITY, "description"): (_("How it is to be done, and by whom"), LONG, 4),
    (RowKind.ACTIVITY, "time"): (_("When"), SHORT, 1),
    (RowKind.LINE, "text"): (_("What the money is for"), LONG, 2),
    (RowKind.FUNDING, "source"): (_("Who pays"), SHORT, 1),
    (RowKind.FUNDING, "purpose"): (_("What for"), LONG, 2),
}


def specs_of_row(
    definition: CallDefinition, number: int, kind: RowKind, around: Surroundings, language: str
) -> Iterable[FieldSpec]:
    """All fields of a row, in order."""
    return [
        _row_field(definition, f"row.{number}.{name}", kind, name, around, language)
        for name in ROW_FIELDS[kind]
    ]
