"""What differs between two versions of a definition document, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from core.definitions.faults import Place
from core.definitions.text import LocalText
from grants.definitions.shape import FieldShape, Kind, fields_of, opened

_NAMES = ("code", "key", "number", "question")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says another thing. `place` is where it stands in the later document, or, of
    what was taken away, where it stood in the earlier. None is nothing."""

    place: Place
    field: FieldShape
    before: Any
    after: Any
    whole: bool = False
    """Whether it is an item of a list, there in one of the two only."""


def differences(
    model: type[BaseModel], before: Any, after: Any, place: Place = ()
) -> Iterator[Difference]:
    """Every field that differs, in order. Items of lists are known by their codes, else by their
    place; a list whose items only stand in another order differs as a whole."""
    earlier, later = opened(model, before), opened(model, after)
    for name, field in fields_of(model).items():
        one, other = earlier.get(name), later.get(name)
        if one == other:
            continue
        here = (*place, name)
        if field.model is None or field.model is LocalText:
            yield Difference(here, field, one, other)
        elif field.kind is Kind.DOCUMENT:
            if one is None or other is None:
                yield Difference(here, field, one, other)
            else:
                yield from differences(field.model, one, other, here)
        else:
            yield from _of_lists(field, _rows(one), _rows(other), here)


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_lists(
    field: FieldShape, before: list[Any], after: list[Any], place: Place
) -> Iterator[Difference]:
    earlier, later = _named(before), _named(after)
    if field.model is None or field.model is LocalText or earlier is None or later is None:
        yield Difference(place, field, before, after)
        return
    for name, (index, raw) in later.items():
        if name in earlier:
            if raw != earlier[name][1]:
                yield from differences(field.model, earlier[name][1], raw, (*place, index))
        else:
            yield Difference((*place, index), field, None, raw, whole=True)
    for name, (index, raw) in earlier.items():
        if name not in later:
            yield Difference((*place, index), field, raw, None, whole=True)
    if [each for each in earlier if each in later] != [each for each in later if each in earlier]:
        yield Difference(place, field, list(earlier), list(later))


def _named(rows: list[Any]) -> dict[str, tuple[int, Any]] | None:
    """The items by what each is known by; None where they have no names or share them."""
    found: dict[str, tuple[int, Any]] = {}
    for index, each in enumerate(rows):
        said = each if isinstance(each, Mapping) else {"code": each}
        name = next((str(said[known]) for known in _NAMES if said.get(known)), "")
        if "option" in said:
            name = f"{name}.{said['option']}"
        if not name or name in found:
            return None
        found[name] = (index, each)
    return found
