"""Texts that were not translated, or say a placeholder as it stands."""

import string
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from core.definitions.faults import Place
from core.definitions.text import LocalText
from grants.definitions.call import CallDefinition
from grants.definitions.tables import PLACEHOLDERS

from .misfit import Misfit, advice, blocking

FEWEST_WORDS = 3
"""A text of fewer words may well be the same in both languages: a name, a method."""


def of_texts(definition: CallDefinition) -> Iterator[Misfit]:
    """Every text of the definition, in the order of the document."""
    for place, text in texts_of(definition):
        # The titles, headings and notes of tables are filled with the year when they are shown.
        if place[0] == "tables":
            if _placeholders(text.sv) != _placeholders(text.en):
                yield advice("placeholders_differ", *place)
        else:
            for name in sorted(_placeholders(text.sv) | _placeholders(text.en)):
                if name in PLACEHOLDERS:
                    yield blocking("placeholder_left", *place, placeholder=f"{{{name}}}")
        if text.sv == text.en and len(text.sv.split()) >= FEWEST_WORDS:
            yield advice("text_alike", *place)


def texts_of(node: Any, place: Place = ()) -> Iterator[tuple[Place, LocalText]]:
    """The texts with their places. Options of a shared list are told of where the list stands."""
    if isinstance(node, LocalText):
        yield place, node
    elif isinstance(node, BaseModel):
        shared = getattr(node, "option_list", None) is not None
        for name in type(node).model_fields:
            if not (shared and name == "options"):
                yield from texts_of(getattr(node, name), (*place, name))
    elif isinstance(node, tuple):
        for index, each in enumerate(node):
            yield from texts_of(each, (*place, index))


def _placeholders(text: str) -> frozenset[str]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return frozenset()
    return frozenset(name for _, name, _, _ in parts if name)
