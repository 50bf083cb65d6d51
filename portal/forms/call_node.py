"""A page of a call's definition as fields: shown from the raw document, and read from what is
posted. The models say what there is; what cannot be is kept, and shown with its fault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from pydantic import BaseModel

from core import formats
from core.content import Tag, Text, Tone
from core.definitions.faults import Place, fault_text
from core.definitions.questionnaire import Question
from core.definitions.text import LocalText
from grants.definitions import CallDates, CallDefinition, CostRule, Requirement, TableDefinition
from grants.definitions.places import field_words
from grants.definitions.shape import (
    FieldShape,
    Kind,
    fields_of,
    opened,
)
from grants.selectors.call_drafts import DraftFault
from portal.forms.call_controls import Card, Choice, Control, Item, NodeField, Summary
from portal.forms.call_fields import CARDS, NOT_SHOWN, PAGES, SHORT, help_of, value_labels
from portal.forms.call_references import references

SHOWN = "_"
"""The name under which a page says which fields it shows: others are left as they are."""
LONGEST_ITEM = 90


def language() -> str:
    """The reader's language, `sv` or `en`."""
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def names_shown(model: type[BaseModel], names: Iterable[str] = ()) -> tuple[str, ...]:
    """The fields of a page: those named, else all, without what is filled in by itself."""
    wanted = tuple(names) or tuple(fields_of(model))
    return tuple(name for name in wanted if (model.__name__, name) not in NOT_SHOWN)


def is_inline(shape: FieldShape) -> bool:
    """Whether the field is written on the page itself, and not on a page of its own."""
    return shape.model is None or shape.model not in (CARDS | PAGES)


def _fits(shape: FieldShape, document: Mapping[str, Any]) -> bool:
    """Whether the field is of use in this document; one that holds something always is."""
    if document.get(shape.name) not in (None, "", [], {}):
        return True
    kind = document.get("kind")
    match shape.owner.__name__, shape.name:
        case "Question", "options" | "option_list":
            return kind in ("one_choice", "several_choices")
        case "Question", "minimum" | "maximum":
            return kind in ("number", "money")
        case "Question", "max_length":
            return kind == "text"
        case "CostRule", "max_amount_sek" | "max_percent":
            return kind == "limited"
        case "TableDefinition", "question":
            return kind not in (None, "area_status_counts")
        case "TableDefinition", "area":
            return kind == "multi_choice_counts"
        case "TableDefinition", "group_by":
            return kind != "multi_choice_counts"
        case "Section", "areas":
            return document.get("repeat") is not None
    return True


@dataclass(frozen=True)
class Node:
    """A document at a place of a draft, to be shown. `faults` are those of the whole draft;
    `fresh` hides that something is missing: it has just been added."""

    draft: int
    document: Mapping[str, Any]
    place: Place
    model: type[BaseModel]
    raw: Any
    names: tuple[str, ...]
    faults: Sequence[DraftFault] = ()
    fresh: bool = False
    locked: frozenset[str] = frozenset()
    theirs: Mapping[str, Any] = field(default_factory=dict)

    def fields(self) -> tuple[NodeField, ...]:
        """The fields of the page, in order."""
        return self._fields(self.model, opened(self.model, self.raw), self.place, "", self.names)

    def summary(self, fields: Iterable[NodeField]) -> tuple[Summary, ...]:
        """What is wrong on the page, in order, each with the field that it leads to."""
        return (
            *(Summary("", "", text) for text in self._errors(self.place, exact=True)),
            *_summary(fields),
        )

    def _fields(
        self,
        model: type[BaseModel],
        said: Mapping[str, Any],
        place: Place,
        prefix: str,
        names: Iterable[str],
    ) -> tuple[NodeField, ...]:
        shapes = fields_of(model)
        return tuple(
            self._field(shapes[name], said, (*place, name), f"{prefix}{name}")
            for name in names
            if _fits(shapes[name], said)
        )

    def _field(
        self, shape: FieldShape, said: Mapping[str, Any], place: Place, name: str
    ) -> NodeField:
        value = said.get(shape.name)
        common: dict[str, Any] = {
            "name": name,
            "id": f"f-{name.replace('.', '-')}",
            "label": field_words(shape.owner, shape.name),
            "help": help_of(shape.owner, shape.name),
            "optional": not shape.needed and shape.kind is not Kind.FLAG,
        }
        if name in self.theirs:
            common["theirs"] = shown(shape, self.theirs[name]) or "–"
        if name in self.locked:
            return NodeField(**common, control="fixed", value=shown(shape, value))
        match shape.kind:
            case Kind.WORDS:
                return self._words(shape, value, place, common)
            case Kind.DOCUMENT:
                return self._document(shape, value, place, name, common)
            case Kind.DOCUMENTS:
                return self._documents(shape, value, place, name, common)
        common["errors"] = self._errors(place)
        known = references(self.document, place, said, shape)
        match shape.kind:
            case Kind.FLAG:
                there = shape.default if value is None else value
                return NodeField(**common, control="check", there=there is True)
            case Kind.CHOICE:
                return self._choice(shape, value, common)
            case Kind.CHOICES:
                labels = value_labels(shape.owner, shape.name)
                pairs = [(str(each), labels.get(each, str(each))) for each in shape.choices]
                return NodeField(**common, control="checks", choices=_choices(pairs, value))
            case Kind.CODES if known is not None:
                return NodeField(**common, control="checks", choices=_choices(known, value))
            case Kind.CODE if known is not None:
                pairs = [("", _("None")), *known]
                return NodeField(**common, control="select", choices=_choices(pairs, [value or ""]))
            case Kind.CODES | Kind.LINES:
                text = "\n".join(str(each) for each in value or [])
                return NodeField(**common, control="long", value=text)
            case Kind.NUMBERS:
                numbers = shape.default if value is None else value
                text = ", ".join(str(each) for each in numbers or [])
                return NodeField(**common, control="text", value=text)
            case Kind.NUMBER:
                number = shape.default if value is None else value
                text = str(number) if shape.name == "year" else _number(number)
                return NodeField(**common, control="number", value="" if number is None else text)
            case Kind.DATE:
                return NodeField(**common, control="date", value=str(value or ""))
        return NodeField(**common, control="text", value=str(value or ""))

    def _choice(self, shape: FieldShape, value: Any, common: dict[str, Any]) -> NodeField:
        labels = value_labels(shape.owner, shape.name)
        pairs = [(str(each), labels.get(each, str(each))) for each in shape.choices]
        present = shape.default if value is None else value
        if len(shape.choices) == 1:
            only = shape.choices[0]
            common["label"] = labels.get(only, common["label"])
            return NodeField(**common, control="check", there=present == only, value=str(only))
        chosen = [] if present is None else [str(present)]
        if common["optional"] and shape.default is None:
            pairs = [("", _("None")), *pairs]
            chosen = chosen or [""]
        return NodeField(**common, control="radios", choices=_choices(pairs, chosen))

    def _words(
        self, shape: FieldShape, value: Any, place: Place, common: dict[str, Any]
    ) -> NodeField:
        words = self._two(value, place, common["name"], common["id"])
        return NodeField(**common, control="words", words=words, long=shape.name not in SHORT)

    def _two(self, value: Any, place: Place, name: str, id_: str) -> tuple[Control, ...]:
        said = value if isinstance(value, Mapping) else {}
        whole = self._errors(place, exact=True)
        found = []
        for code, label, missing in (
            ("sv", _("In Swedish"), _("Write the text in Swedish.")),
            ("en", _("In English"), _("Write the text in English.")),
        ):
            errors = self._errors((*place, code), missing=missing)
            if whole and code == "sv":
                errors = (
                    *(missing if each == _("Fill in this field.") else each for each in whole),
                    *errors,
                )
            found.append(
                Control(
                    id=f"{id_}-{code}",
                    name=f"{name}.{code}",
                    label=label,
                    value=str(said.get(code) or ""),
                    errors=errors,
                    lang=code,
                )
            )
        return tuple(found)

    def _document(
        self, shape: FieldShape, value: Any, place: Place, name: str, common: dict[str, Any]
    ) -> NodeField:
        model = shape.model
        if model is None:
            raise TypeError(shape)
        if not is_inline(shape):
            faults = self._count(place)
            return NodeField(
                **common,
                control="page",
                url=_url(self.draft, place),
                there=value not in (None, {}),
                errors=self._errors(place, exact=True) if value in (None, {}) else (),
                faults=faults,
            )
        said = opened(model, value)
        if value is None and isinstance(shape.default, Mapping):
            said = dict(shape.default)
        inside = self._fields(model, said, place, f"{name}.", names_shown(model))
        optional_and_empty = not shape.required and value in (None, {})
        errors = () if optional_and_empty else self._errors(place, exact=True)
        return NodeField(**{**common, "errors": errors}, control="group", fields=inside)

    def _documents(
        self, shape: FieldShape, value: Any, place: Place, name: str, common: dict[str, Any]
    ) -> NodeField:
        model = shape.model
        if model is None:
            raise TypeError(shape)
        rows = value if isinstance(value, list) else []
        common["errors"] = self._errors(place, exact=True)
        common["add"] = _("Add: %(what)s") % {"what": common["label"]}
        if model in CARDS:
            cards = tuple(
                self._card(model, each, index, (*place, index), len(rows))
                for index, each in enumerate(rows)
            )
            return NodeField(**common, control="cards", cards=cards)
        items = tuple(
            self._item(shape, model, each, index, (*place, index), f"{name}.{index}", len(rows))
            for index, each in enumerate(rows)
        )
        return NodeField(**common, control="items", items=items)

    def _item(
        self,
        shape: FieldShape,
        model: type[BaseModel],
        raw: Any,
        index: int,
        place: Place,
        name: str,
        count: int,
    ) -> Item:
        if model is LocalText:
            id_ = f"f-{name.replace('.', '-')}-text"
            words = NodeField(
                name=name,
                id=id_,
                control="words",
                label=_("Text %(number)d") % {"number": index + 1},
                words=self._two(raw, place, name, id_),
                long=True,
            )
            fields: tuple[NodeField, ...] = (words,)
            errors: tuple[str, ...] = ()
        else:
            fields = self._fields(model, opened(model, raw), place, f"{name}.", names_shown(model))
            errors = self._errors(place, exact=True)
        heading = item_name(model, raw, index)
        return Item(heading, index, fields, errors, index == 0, index == count - 1)

    def _card(self, model: type[BaseModel], raw: Any, index: int, place: Place, count: int) -> Card:
        faults = self._count(place)
        tag = None
        if faults:
            label = ngettext("%(count)d to correct", "%(count)d to correct", faults)
            tag = Tag(label % {"count": faults}, Tone.DANGER)
        said = opened(model, raw)
        note = ""
        kind = said.get("kind") or said.get("use")
        labels = value_labels(model, "kind" if "kind" in said else "use")
        if kind in labels:
            note = str(labels[kind])
        return Card(
            item_name(model, raw, index),
            note,
            index,
            _url(self.draft, place),
            tag,
            index == 0,
            index == count - 1,
        )

    def _count(self, place: Place) -> int:
        return sum(each.place[: len(place)] == place for each in self.faults)

    def _errors(self, place: Place, *, exact: bool = False, missing: str = "") -> tuple[str, ...]:
        found = []
        for each in self.faults:
            if each.place != place and (exact or each.place[: len(place)] != place):
                continue
            if each.code in ("missing", "too_short") and self.fresh:
                continue
            if missing and each.code in ("missing", "string_too_short", "string_type"):
                found.append(missing)
            else:
                found.append(fault_words(each))
        return tuple(dict.fromkeys(found))


def _summary(fields: Iterable[NodeField]) -> Iterable[Summary]:
    for each in fields:
        for text in each.errors:
            yield Summary(each.id, each.label, text)
        for control in each.words:
            for text in control.errors:
                yield Summary(control.id, each.label, text)
        yield from _summary(each.fields)
        for item in each.items:
            for text in item.errors:
                yield Summary(f"{each.id}-{item.index}", item.heading, text)
            yield from _summary(item.fields)
        for card in each.cards:
            if card.tag is not None:
                yield Summary(f"{each.id}-{card.index}", card.title, str(card.tag.label))
        if each.control == "page" and each.faults and not each.errors:
            label = ngettext("%(count)d to correct", "%(count)d to correct", each.faults)
            yield Summary(each.id, each.label, label % {"count": each.faults})


def _choices(pairs: Iterable[tuple[str, Text]], value: Any) -> tuple[Choice, ...]:
    chosen = [str(each) for each in value] if isinstance(value, list | tuple) else []
    known = list(pairs)
    codes = {code for code, _label in known}
    found = [Choice(code, label, code in chosen) for code, label in known]
    return (
        *found,
        *(
            Choice(code, _("%(code)s (is not there any more)") % {"code": code}, True, True)
            for code in chosen
            if code not in codes
        ),
    )


def _number(value: Any) -> str:
    if value is None:
        return ""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return formats.number(value) if whole else str(value)


def _url(draft: int, place: Place) -> str:
    return reverse("call-draft-node", args=[draft, "/".join(str(step) for step in place)])


def fault_words(fault: DraftFault) -> str:
    """What is wrong, with the fields and values that it names as the page calls them."""
    if fault.code == "missing":
        return _("Fill in this field.")
    params = {name: _words_of(str(value)) for name, value in fault.params.items()}
    text = fault_text(fault.code, params)
    return text[:1].upper() + text[1:]


def _words_of(value: str) -> str:
    """Codes of fields and choices in words; what is not known is left as it is."""
    return ", ".join(_known_words().get(each, each) for each in value.split(", "))


def _known_words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for model in (CallDates, CostRule, Question, TableDefinition):
        for name in fields_of(model):
            found[name] = f"”{field_words(model, name)}”"
    choices: tuple[tuple[type[BaseModel], str], ...] = (
        (Question, "kind"),
        (CostRule, "kind"),
        (TableDefinition, "kind"),
        (CallDefinition, "who_may_apply"),
        (CallDefinition, "stream"),
        (Requirement, "satisfied_by"),
    )
    for owner, name in choices:
        found |= {str(code): f"”{label}”" for code, label in value_labels(owner, name).items()}
    return found


def item_name(model: type[BaseModel], raw: Any, index: int) -> str:
    """What an item of a raw list is called: its title, text or label, else its code, else its
    number."""
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, Mapping):
        return str(index + 1)
    if model is LocalText:
        return str(index + 1)
    for name in ("title", "text", "label", "name", "rule"):
        text = raw.get(name)
        if isinstance(text, Mapping) and (words := text.get(language()) or text.get("sv")):
            whole = str(words)
            if isinstance(raw.get("number"), int):
                whole = f"{raw['number']}. {whole}"
            return whole if len(whole) <= LONGEST_ITEM else f"{whole[: LONGEST_ITEM - 1]}…"
    for name in ("code", "key", "question", "number", "percent", "was"):
        if raw.get(name) not in (None, ""):
            return str(raw[name])
    return _("New, number %(number)d") % {"number": index + 1}


def shown(shape: FieldShape, value: Any) -> str:
    """A raw value as plain text, to read beside another."""
    if value in (None, "", [], {}):
        return ""
    labels = value_labels(shape.owner, shape.name)
    match shape.kind:
        case Kind.WORDS:
            return _shown_words(value)
        case Kind.FLAG:
            return _("Yes") if value is True else _("No")
        case Kind.NUMBER:
            return str(value) if shape.name == "year" else _number(value)
        case Kind.DOCUMENT | Kind.DOCUMENTS:
            return "\n".join(_lines(shape.model, value))
    if isinstance(value, list):
        return ", ".join(str(labels.get(each, each)) for each in value)
    return str(labels.get(value, value))


def _shown_words(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return "\n".join(
        f"{code}: {value[code]}" for code in ("sv", "en") if value.get(code) not in (None, "")
    )


def _lines(model: type[BaseModel] | None, value: Any) -> Iterable[str]:
    if model is None:
        return
    if isinstance(value, list):
        for index, each in enumerate(value):
            if model is LocalText:
                yield _shown_words(each)
            else:
                yield f"{index + 1}. {item_name(model, each, index)}"
                yield from (f"   {line}" for line in _lines(model, each))
        return
    for name, shape in fields_of(model).items():
        inside = opened(model, value).get(name)
        if (text := shown(shape, inside)) != "":
            yield f"{field_words(model, name)}: {text}"
