"""Call definitions as files: reading, writing, and those that come with the system."""

import string
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.files import read_document, write_document
from grants.definitions.call import CallDefinition

FOLDER = Path(__file__).parent / "files"

KEPT_FROM_BASE = frozenset(("code", "version", "follows", "stream", "year"))
"""What makes a definition the one it is; a document laid over it cannot change it."""


def load_call_definition(source: Path | str, *, name: str = "") -> CallDefinition:
    """A definition from a file (`Path`) or YAML text (`str`, called `name` in faults).

    Raises core.definitions.DefinitionError, which names file, line, place and what is expected.
    """
    return read_document(CallDefinition, source, name=name)


def lay_over(base: CallDefinition, source: Path | str, *, name: str = "") -> CallDefinition:
    """`base` with a document laid over it: each field there replaces the whole field of `base`.

    `{year}`, `{previous_year}` and `{next_year}` in its texts and codes are filled from the year
    of `base`. Raises core.definitions.DefinitionError; places and lines are the document's.
    """
    years = {
        "year": str(base.year),
        "previous_year": str(base.year - 1),
        "next_year": str(base.year + 1),
    }

    def prepare(values: dict[str, Any]) -> dict[str, Any]:
        found: list[tuple[Place, PydanticCustomError]] = [
            ((field,), PydanticCustomError("extra_forbidden", "is not known here"))
            for field in values
            if field in KEPT_FROM_BASE
        ]
        filled = {field: _filled(value, (field,), years, found) for field, value in values.items()}
        faults_at("CallDefinition", found)
        return {**base.document(), **filled}

    return read_document(CallDefinition, source, name=name, prepare=prepare)


def _filled(
    value: Any,
    place: Place,
    years: Mapping[str, str],
    found: list[tuple[Place, PydanticCustomError]],
) -> Any:
    """The value with years for placeholders in every text; what is wrong is added to `found`."""
    if isinstance(value, dict):
        return {key: _filled(each, (*place, key), years, found) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, (*place, i), years, found) for i, each in enumerate(value)]
    if not isinstance(value, str):
        return value
    wrong = list(_wrong_placeholders(value, years))
    found += [(place, each) for each in wrong]
    return value if wrong else value.format(**years)


def _wrong_placeholders(text: str, years: Mapping[str, str]) -> Iterator[PydanticCustomError]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        yield fault("wrong_braces")
        return
    for _, name, format_spec, conversion in parts:
        if name is not None and (name not in years or format_spec or conversion):
            yield fault("unknown_placeholder", value=name, expected=", ".join(years))


def dump_call_definition(definition: CallDefinition) -> str:
    """The definition as YAML; loading it gives an equal one."""
    return write_document(definition)


@cache
def built_in_definitions() -> tuple[CallDefinition, ...]:
    """The definitions that come with the system, by code."""
    definitions = [load_call_definition(path) for path in FOLDER.glob("*.yaml")]
    return tuple(sorted(definitions, key=lambda each: each.code))


def built_in_definition(code: str) -> CallDefinition:
    """One of those. Raises KeyError when there is none with that code."""
    return {each.code: each for each in built_in_definitions()}[code]
