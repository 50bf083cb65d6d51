"""Call definitions as files: reading, writing, and those that come with the system."""

from functools import cache
from pathlib import Path

from core.definitions.files import read_document, write_document
from grants.definitions.call import CallDefinition

FOLDER = Path(__file__).parent / "files"


def load_call_definition(source: Path | str, *, name: str = "") -> CallDefinition:
    """A definition from a file (`Path`) or YAML text (`str`, called `name` in faults).

    Raises core.definitions.DefinitionError, which names file, line, place and what is expected.
    """
    return read_document(CallDefinition, source, name=name)


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
