"""What one call definition says otherwise than another, field by field, in words.

Items of a list are the same by their code or key, a question also by what it replaces. What makes
a definition the one it is (`code`, `version`, `follows`) is not a change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language, pgettext
from pydantic import BaseModel

from core import formats
from core.definitions.faults import Place
from core.definitions.questionnaire import Question
from core.definitions.text import LocalText
from grants.definitions.call import CallDefinition
from grants.definitions.places import field_words, name_of, place_words, value_words

IDENTITY = frozenset(("code", "version", "follows"))
_KEYS = ("number", "code", "key", "was", "email")


class ChangeKind(StrEnum):
    """What has happened to it. `moved`: the items of a list stand in another order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `place` is in the newer definition, of what was removed in the older one;
    `old` and `new` are the values, None where there is none."""

    kind: ChangeKind
    place: Place
    document: CallDefinition = dataclass_field(repr=False, hash=False, compare=False)
    old: Any = dataclass_field(default=None, hash=False)
    new: Any = dataclass_field(default=None, hash=False)

    @property
    def words(self) -> str:
        """The place in words, in the active language."""
        return place_words(self.document, self.place, get_language() or "sv")

    @property
    def before(self) -> str:
        """What it said, in the active language; "" where there was nothing."""
        return self._texts()[0]

    @property
    def after(self) -> str:
        """What it says now; "" where there is nothing."""
        return self._texts()[1]

    def _texts(self) -> tuple[str, str]:
        language = get_language() or "sv"
        here = language.split("-")[0]
        both = isinstance(self.old, LocalText) and isinstance(self.new, LocalText)
        if both and self.old.in_(here) == self.new.in_(here):
            # Only the other language says something else.
            here = "sv" if here == "en" else "en"
        return self._shown(self.old, here), self._shown(self.new, here)

    def _shown(self, value: Any, language: str) -> str:
        field = next((str(each) for each in reversed(self.place) if isinstance(each, str)), "")
        if type(value) is int:
            if field == "year":
                return str(value)
            if field.endswith("_sek"):
                return formats.amount(value)
            if field.endswith("percent"):
                return formats.percent(value)
        return _shown(value, language)


def changes(old: CallDefinition, new: CallDefinition) -> list[Change]:
    """Everything that `new` says otherwise than `old`, in the order of the document; none for
    definitions that say the same."""
    return [
        change
        for name in CallDefinition.model_fields
        if name not in IDENTITY
        for change in _differ(
            _Pair(old, new), getattr(old, name), getattr(new, name), (name,), (name,)
        )
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    old: CallDefinition
    new: CallDefinition

    def added(self, place: Place, value: Any) -> Change:
        return Change(ChangeKind.ADDED, place, self.new, new=value)

    def removed(self, place: Place, value: Any) -> Change:
        return Change(ChangeKind.REMOVED, place, self.old, old=value)

    def changed(self, place: Place, old: Any, new: Any) -> Change:
        return Change(ChangeKind.CHANGED, place, self.new, old, new)


def _differ(pair: _Pair, old: Any, new: Any, was: Place, now: Place) -> Iterator[Change]:
    """What differs between two values; `was` and `now` are their places."""
    if old == new:
        return
    if _is_nothing(old):
        yield pair.added(now, new)
    elif _is_nothing(new):
        yield pair.removed(was, old)
    elif _are_items(old) and _are_items(new):
        yield from _items_differ(pair, old, new, was, now)
    elif _is_list(old) and _is_list(new):
        yield from _texts_differ(pair, old, new, was, now)
    elif isinstance(old, BaseModel) and type(old) is type(new) and not isinstance(old, LocalText):
        shared = (
            isinstance(old, Question)
            and isinstance(new, Question)
            and bool(old.option_list and new.option_list)
        )
        for name in type(old).model_fields:
            # Options of a shared list are told of where the list stands.
            if not (shared and name == "options"):
                yield from _differ(
                    pair, getattr(old, name), getattr(new, name), (*was, name), (*now, name)
                )
    else:
        yield pair.changed(now, old, new)


def _is_nothing(value: Any) -> bool:
    return value is None or value == () or value == ""


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and (
        any(isinstance(each, LocalText) for each in value)
        or all(isinstance(each, BaseModel) for each in value)
    )


def _are_items(values: Any) -> bool:
    """Whether each item of a list can be told from the others by what it is called in files."""
    if not isinstance(values, tuple) or not values:
        return False
    keys = [_key(each) for each in values]
    return None not in keys and len(set(keys)) == len(keys)


def _key(item: Any) -> str | None:
    if not isinstance(item, BaseModel) or isinstance(item, LocalText):
        return None
    for name in _KEYS:
        if name in type(item).model_fields:
            return str(getattr(item, name))
    if {"question", "points"} <= set(type(item).model_fields):
        return f"{getattr(item, 'question', '')}.{getattr(item, 'option', '')}"
    if set(type(item).model_fields) == {"question", "text"}:
        return str(getattr(item, "question", ""))
    return None


def _items_differ(
    pair: _Pair, old: Sequence[Any], new: Sequence[Any], was: Place, now: Place
) -> Iterator[Change]:
    before = {_key(each): index for index, each in enumerate(old)}
    same = dict(_same(old, new, before))
    for index, item in enumerate(new):
        at = same.get(index)
        if at is None:
            yield pair.added((*now, index), item)
        else:
            yield from _differ(pair, old[at], item, (*was, at), (*now, index))
    for index, item in enumerate(old):
        if index not in same.values():
            yield pair.removed((*was, index), item)
    order = [same[index] for index in sorted(same)]
    if order != sorted(order):
        kept_old = tuple(old[index] for index in sorted(order))
        kept_new = tuple(new[index] for index in sorted(same))
        yield Change(ChangeKind.MOVED, now, pair.new, kept_old, kept_new)


def _same(
    old: Sequence[Any], new: Sequence[Any], before: Mapping[str | None, int]
) -> Iterator[tuple[int, int]]:
    """The items that are the same one: index in `new`, index in `old`."""
    taken: set[int] = set()
    for index, item in enumerate(new):
        replaced = getattr(item, "replaces", None) if isinstance(item, Question) else None
        at = before.get(replaced.question) if replaced is not None else None
        if at is not None and at not in taken:
            taken.add(at)
            yield index, at
    for index, item in enumerate(new):
        replaced = getattr(item, "replaces", None) if isinstance(item, Question) else None
        at = before.get(_key(item))
        goes_on = replaced is not None and replaced.question in before
        if at is not None and at not in taken and not goes_on:
            taken.add(at)
            yield index, at


def _texts_differ(
    pair: _Pair, old: Sequence[Any], new: Sequence[Any], was: Place, now: Place
) -> Iterator[Change]:
    """A list without keys: what stands in the same place between what did not change."""
    matcher = SequenceMatcher(a=[_plain(each) for each in old], b=[_plain(each) for each in new])
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        for step in range(both):
            yield from _differ(
                pair, old[i1 + step], new[j1 + step], (*was, i1 + step), (*now, j1 + step)
            )
        for index in range(j1 + both, j2):
            yield pair.added((*now, index), new[index])
        for index in range(i1 + both, i2):
            yield pair.removed((*was, index), old[index])


def _plain(value: BaseModel) -> str:
    return value.model_dump_json()


def _shown(value: Any, language: str) -> str:
    """A value as it is read; of a part of the document what it is called."""
    match value:
        case None:
            return ""
        case LocalText():
            return value.in_(language)
        case bool():
            return pgettext("value", "Yes") if value else pgettext("value", "No")
        case int():
            return formats.number(value)
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(
                name_of(each, index, language)
                if isinstance(each, BaseModel)
                else _shown(each, language)
                for index, each in enumerate(value)
            )
        case BaseModel():
            return _fields_shown(value, language)
        case str():
            return value_words(value)
    return str(value)


def _fields_shown(value: BaseModel, language: str) -> str:
    """A part of the document: its name, or where it has none its fields."""
    name = name_of(value, -1, language)
    if name != "0":
        return name
    said = [
        field_words(type(value), field)
        if isinstance(each, BaseModel | tuple)
        else f"{field_words(type(value), field)}: {_shown(each, language)}"
        for field, each in value
        if not _is_nothing(each)
    ]
    return "; ".join(said)
