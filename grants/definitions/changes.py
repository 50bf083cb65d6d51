"""What one definition document says otherwise than another, field by field, in words.

Documents are raw and may be drafts that are not right yet. Items of a list are the same by what
they are known by in files, a question also by what it replaces; where nothing tells them apart,
those that stand in the same place between what did not change are. What makes a definition the one
it is (`code`, `version`, `follows`) is not a change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language
from pydantic import BaseModel

from core.checks import canonical_json
from core.definitions.faults import Place
from core.definitions.questionnaire import Question, Replaced
from core.definitions.text import LANGUAGES, LocalText
from grants.definitions.assessment import Guidance, Score
from grants.definitions.call import CallDefinition
from grants.definitions.places import (
    contents,
    field_words,
    is_nothing,
    item_shown,
    place_words,
    shown,
    words_in,
)
from grants.definitions.shape import BARE, FieldShape, Kind, fields_of, opened, pruned

IDENTITY = frozenset(("code", "version", "follows"))
_KNOWN_BY: Mapping[type[BaseModel], tuple[str, ...]] = {
    Score: ("question", "option"),
    Guidance: ("question",),
}
_KEYS = ("number", "code", "key", "was", "email")


class ChangeKind(StrEnum):
    """What has happened to it. `moved`: the items of a list stand in another order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `place` is in the newer document, of what was removed in the older one; `field`
    is the field there, or the list that it is an item of. `old` and `new` are the raw values, None
    where there is none; of items that were moved the list of them, as they stood and stand."""

    kind: ChangeKind
    place: Place
    field: FieldShape
    document: Mapping[str, Any] = dataclass_field(repr=False, hash=False, compare=False)
    old: Any = dataclass_field(default=None, hash=False)
    new: Any = dataclass_field(default=None, hash=False)

    @property
    def words(self) -> str:
        """The place in words, in the active language."""
        return place_words(self.document, self.place, _language())

    @property
    def before(self) -> str:
        """What it said, in the active language; "" where there was nothing. Of a text in two
        languages those that differ."""
        return self._shown(self.old)

    @property
    def after(self) -> str:
        """What it says now; "" where there is nothing."""
        return self._shown(self.new)

    @property
    def contents(self) -> tuple[str, ...]:
        """All that is in a document or a list that was added or removed, line by line, and of a
        text the other language; nothing where `before` and `after` say it all."""
        if self.field.model is None or self.kind not in (ChangeKind.ADDED, ChangeKind.REMOVED):
            return ()
        value = self.new if self.kind is ChangeKind.ADDED else self.old
        if self.field.model is LocalText and isinstance(value, Mapping):
            said = words_in(value, _language())
            return tuple(
                f"{field_words(LocalText, each)}: {value[each]}"
                for each in LANGUAGES
                if value.get(each) not in (None, "", said)
            )
        return tuple(contents(self.field, value, _language()))

    def _shown(self, value: Any) -> str:
        language = _language()
        if self.field.model is LocalText and isinstance(value, Mapping):
            return self._words(value, language)
        if isinstance(self.place[-1], int):
            return "" if value is None else item_shown(self.field, value, language)
        return shown(self.field, value, language)

    def _words(self, value: Mapping[str, Any], language: str) -> str:
        if not isinstance(self.old, Mapping) or not isinstance(self.new, Mapping):
            return item_shown(self.field, value, language)
        differ = [each for each in LANGUAGES if self.old.get(each) != self.new.get(each)]
        if len(differ) == 1:
            return str(value.get(differ[0]) or "")
        return "\n".join(
            f"{field_words(LocalText, each)}: {value[each]}" for each in differ if value.get(each)
        )


def _language() -> str:
    return get_language() or "sv"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Everything that the document `new` says otherwise than `old`, in the order of the document;
    none for documents that say the same. What is left out has its default value."""
    before, after = pruned(CallDefinition, old), pruned(CallDefinition, new)
    found = _Comparison(before, after).of_documents(CallDefinition, before, after, (), ())
    return [each for each in found if each.place[0] not in IDENTITY]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Walks two documents side by side; `was` and `now` are the places in each."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]

    def of_documents(
        self, model: type[BaseModel], old: Any, new: Any, was: Place, now: Place
    ) -> Iterator[Change]:
        earlier, later = opened(model, old), opened(model, new)
        for name, field in fields_of(model).items():
            one, other = (_said(field, each.get(name)) for each in (earlier, later))
            yield from self._of_values(field, one, other, (*was, name), (*now, name))

    def _of_values(
        self, field: FieldShape, old: Any, new: Any, was: Place, now: Place
    ) -> Iterator[Change]:
        single = field.kind is Kind.DOCUMENT and field.model is not None
        if old == new:
            return
        if single and _is_document(field, old) and _is_document(field, new):
            yield from self._of_items(field, old, new, was, now)
        elif is_nothing(old) and is_nothing(new):
            return
        elif is_nothing(old):
            yield Change(ChangeKind.ADDED, now, field, self.new, new=new)
        elif is_nothing(new):
            yield Change(ChangeKind.REMOVED, was, field, self.old, old=old)
        elif field.kind is Kind.DOCUMENTS and isinstance(old, list) and isinstance(new, list):
            yield from self._of_lists(field, old, new, was, now)
        else:
            yield Change(ChangeKind.CHANGED, now, field, self.new, old, new)

    def _of_items(
        self, field: FieldShape, old: Any, new: Any, was: Place, now: Place
    ) -> Iterator[Change]:
        if old == new:
            return
        inside = field.model
        if inside is None or not (_is_document(field, old) and _is_document(field, new)):
            yield Change(ChangeKind.CHANGED, now, field, self.new, old, new)
        else:
            yield from self.of_documents(inside, old, new, was, now)

    def _of_lists(
        self, field: FieldShape, old: list[Any], new: list[Any], was: Place, now: Place
    ) -> Iterator[Change]:
        same = _same(field.model, old, new)
        for index, item in enumerate(new):
            at = same.get(index)
            if at is None:
                yield Change(ChangeKind.ADDED, (*now, index), field, self.new, new=item)
            else:
                yield from self._of_items(field, old[at], item, (*was, at), (*now, index))
        for index, item in enumerate(old):
            if index not in same.values():
                yield Change(ChangeKind.REMOVED, (*was, index), field, self.old, old=item)
        order = [same[index] for index in sorted(same)]
        if order != sorted(order):
            stood = [old[index] for index in sorted(order)]
            stand = [new[index] for index in sorted(same)]
            yield Change(ChangeKind.MOVED, now, field, self.new, stood, stand)


def _said(field: FieldShape, value: Any) -> Any:
    return field.default if value is None else value


def _is_document(field: FieldShape, value: Any) -> bool:
    """Whether it can be walked into: texts in two languages are read as one."""
    if field.model is LocalText:
        return False
    return isinstance(value, Mapping) or (isinstance(value, str) and field.model in BARE)


def _same(model: type[BaseModel] | None, old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """The items that are the same one: index in `new`, index in `old`."""
    earlier, later = _keys(model, old), _keys(model, new)
    before = {key: index for index, key in enumerate(earlier) if key is not None}
    found: dict[int, int] = {}
    replaced = [_replaced(model, each) for each in new]
    for index, key in enumerate(replaced):
        if key in before and before[key] not in found.values():
            found[index] = before[key]
    for index, key in enumerate(later):
        if index in found or key is None or replaced[index] in before:
            continue
        if key in before and before[key] not in found.values():
            found[index] = before[key]
    left = [index for index, key in enumerate(earlier) if key is None]
    right = [index for index, key in enumerate(later) if key is None and index not in found]
    for one, other in _side_by_side([old[each] for each in left], [new[each] for each in right]):
        found[right[other]] = left[one]
    return found


def _keys(model: type[BaseModel] | None, rows: Sequence[Any]) -> list[str | None]:
    """What each item is known by; None for one that does not say, or says as one before it."""
    found = [_key(model, each) for each in rows]
    return [key if found.index(key) == index else None for index, key in enumerate(found)]


def _key(model: type[BaseModel] | None, raw: Any) -> str | None:
    if model is None or model is LocalText:
        return None
    names = _KNOWN_BY.get(model)
    if names is None:
        names = next(((each,) for each in _KEYS if each in fields_of(model)), ())
    said = opened(model, raw)
    if not names or any(is_nothing(said.get(each)) for each in names):
        return None
    return ".".join(str(said[each]) for each in names)


def _replaced(model: type[BaseModel] | None, raw: Any) -> str | None:
    """The key of the question that a question says it stands for."""
    if model is not Question or not isinstance(raw, Mapping):
        return None
    key = opened(Replaced, raw.get("replaces")).get("question")
    return None if is_nothing(key) else str(key)


def _side_by_side(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Items that nothing tells apart, by index: equal ones, and those in the same place between
    them."""
    before, after = ([canonical_json(each) for each in rows] for rows in (old, new))
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield from zip(range(i1, i2), range(j1, j2), strict=False)
