"""What a definition document can hold, field by field, told from the models themselves.

For whoever edits documents that need not be valid yet: raw values are JSON, and what has its
default value is left out.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, faults_at
from core.definitions.questionnaire import Replaced
from core.definitions.text import LocalText
from grants.definitions.tables import Entry

BARE: Mapping[type[BaseModel], str] = {Entry: "code", Replaced: "question"}
"""Documents that are written as one bare value when nothing else is said, and its field."""


class Kind(StrEnum):
    """What the value of a field is."""

    TEXT = "text"
    CODE = "code"
    WORDS = "words"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    CODES = "codes"
    NUMBERS = "numbers"
    LINES = "lines"
    DOCUMENT = "document"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A field of a model. `default` is as JSON has it; `model` is that of what it holds, with
    `LocalText` for texts in two languages; `choices` are codes. `needed`: it may not be empty."""

    owner: type[BaseModel]
    name: str
    kind: Kind
    required: bool
    needed: bool
    default: Any = None
    choices: tuple[Any, ...] = ()
    model: type[BaseModel] | None = None
    lowest: int | None = None
    highest: int | None = None


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, FieldShape]:
    """The fields of a model by name, in order."""
    return {name: _shape(model, name, info) for name, info in model.model_fields.items()}


def _shape(model: type[BaseModel], name: str, info: FieldInfo) -> FieldShape:
    annotation, metadata, optional = _bare_type(info.annotation, list(info.metadata))
    kind, choices, inner = _kind(annotation, metadata)
    default = None if info.is_required() else _as_json(info.get_default(call_default_factory=True))
    shortest = next((each.min_length for each in metadata if isinstance(each, MinLen)), 0)
    return FieldShape(
        owner=model,
        name=name,
        kind=kind,
        required=info.is_required(),
        needed=info.is_required() and not optional and (kind not in _LISTS or shortest > 0),
        default=default,
        choices=choices,
        model=inner,
        lowest=next(
            (
                int(str(each.ge)) if isinstance(each, Ge) else int(str(each.gt)) + 1
                for each in metadata
                if isinstance(each, Ge | Gt)
            ),
            None,
        ),
        highest=next((int(str(each.le)) for each in metadata if isinstance(each, Le)), None),
    )


_LISTS = frozenset((Kind.CHOICES, Kind.CODES, Kind.NUMBERS, Kind.LINES, Kind.DOCUMENTS))


def _bare_type(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any], bool]:
    """The type inside aliases, annotations and `| None`, what was annotated, and whether None is
    one of its values."""
    optional = False
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            inner, *more = get_args(annotation)
            metadata = [*metadata, *_opened(more)]
            annotation = inner
        elif get_origin(annotation) in (Union, types.UnionType):
            left = [each for each in get_args(annotation) if each is not type(None)]
            optional = optional or len(left) < len(get_args(annotation))
            annotation = left[0]
        else:
            return annotation, metadata, optional


def _opened(metadata: list[Any]) -> Iterator[Any]:
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from each.metadata
        else:
            yield each


def _kind(
    annotation: Any, metadata: list[Any]
) -> tuple[Kind, tuple[Any, ...], type[BaseModel] | None]:
    if get_origin(annotation) is tuple:
        item, its_own, _optional = _bare_type(get_args(annotation)[0], [])
        kind, choices, model = _kind(item, its_own)
        return _LIST_OF[kind], choices, model
    if get_origin(annotation) is Literal:
        return Kind.CHOICE, get_args(annotation), None
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Kind.CHOICE, tuple(each.value for each in annotation), None
    if annotation is LocalText:
        return Kind.WORDS, (), LocalText
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Kind.DOCUMENT, (), annotation
    if annotation is str:
        checked = any(isinstance(each, AfterValidator) for each in metadata)
        return (Kind.CODE if checked else Kind.TEXT), (), None
    return _PLAIN[annotation], (), None


_PLAIN: Mapping[Any, Kind] = {bool: Kind.FLAG, int: Kind.NUMBER, date: Kind.DATE}
_LIST_OF = {
    Kind.CHOICE: Kind.CHOICES,
    Kind.CODE: Kind.CODES,
    Kind.NUMBER: Kind.NUMBERS,
    Kind.TEXT: Kind.LINES,
    Kind.WORDS: Kind.DOCUMENTS,
    Kind.DOCUMENT: Kind.DOCUMENTS,
}


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def opened(model: type[BaseModel], value: Any) -> dict[str, Any]:
    """A document's fields, also of one that is written as one bare value; nothing gives none."""
    if isinstance(value, str) and model in BARE:
        return {BARE[model]: value}
    return dict(value) if isinstance(value, Mapping) else {}


def pruned(model: type[BaseModel], value: Any) -> Any:
    """The document without what is empty or has its default value, its fields in order.

    Values that cannot be are kept as they are. Nothing is left of an empty one but `{}`.
    """
    said = opened(model, value)
    kept: dict[str, Any] = {}
    for name, field in fields_of(model).items():
        if name not in said:
            continue
        inner = _pruned_value(field, said[name])
        if inner is None or inner == field.default or (inner in ("", {}) and not _is_said(field)):
            continue
        kept[name] = inner
    unknown = {name: each for name, each in said.items() if name not in fields_of(model)}
    kept |= unknown
    if model in BARE and set(kept) == {BARE[model]}:
        return kept[BARE[model]]
    return kept


def _is_said(field: FieldShape) -> bool:
    """Whether an empty value says something: that there is none of what is there by default."""
    return field.kind in _LISTS and bool(field.default)


def _pruned_value(field: FieldShape, value: Any) -> Any:
    if field.model is None:
        return value
    if field.kind is Kind.DOCUMENTS:
        if not isinstance(value, list):
            return value
        return [pruned(field.model, each) for each in value]
    return pruned(field.model, value) if isinstance(value, Mapping | str) else value


def refuse_unshaped(model: type[BaseModel], value: Any) -> None:
    """Raise pydantic.ValidationError for what the pages could not show: fields that are not
    known, and a list or document where there should be another thing."""
    faults_at(model.__name__, _misshapen(model, value, ()))


def _misshapen(
    model: type[BaseModel], value: Any, place: Place
) -> Iterator[tuple[Place, PydanticCustomError]]:
    if isinstance(value, str) and model in BARE:
        return
    if not isinstance(value, Mapping):
        yield place, PydanticCustomError("model_type", "expected fields and values")
        return
    known = fields_of(model)
    for name, inner in value.items():
        at = (*place, name)
        field = known.get(name)
        if field is None:
            yield at, PydanticCustomError("extra_forbidden", "is not known here")
        elif inner is None:
            continue
        elif field.kind in _LISTS:
            if not isinstance(inner, list):
                yield at, PydanticCustomError("tuple_type", "expected a list")
                continue
            for index, each in enumerate(inner):
                if field.model is not None:
                    yield from _misshapen(field.model, each, (*at, index))
                elif isinstance(each, list | Mapping) or each is None:
                    yield (*at, index), PydanticCustomError("string_type", "expected a text")
        elif field.model is not None:
            yield from _misshapen(field.model, inner, at)
        elif isinstance(inner, list | Mapping):
            yield at, PydanticCustomError("string_type", "expected a text")


def value_at(document: Any, place: Place) -> Any:
    """What stands at a place of a raw document; None where nothing does."""
    for step in place:
        if isinstance(step, int):
            if not isinstance(document, list) or not 0 <= step < len(document):
                return None
            document = document[step]
        else:
            document = document.get(step) if isinstance(document, Mapping) else None
    return document


def with_value(document: Any, place: Place, value: Any) -> Any:
    """A copy of a raw document with a value at a place, and documents made on the way to it.

    Raises LookupError for an item of a list that is not there.
    """
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        items = list(document) if isinstance(document, list) else []
        items[step] = with_value(items[step], rest, value)
        return items
    fields = dict(document) if isinstance(document, Mapping) else {}
    fields[step] = with_value(fields.get(step), rest, value)
    return fields


def model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model of the document at a place. Raises LookupError where there can be none."""
    inside: type[BaseModel] = model
    steps = list(place)
    while steps:
        name = steps.pop(0)
        field = fields_of(inside).get(name) if isinstance(name, str) else None
        if field is None or field.model is None:
            raise LookupError(name)
        if field.kind is Kind.DOCUMENTS and not (steps and isinstance(steps.pop(0), int)):
            raise LookupError(name)
        inside = field.model
    return inside
