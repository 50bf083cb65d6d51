"""Definition documents as YAML that a person reads and edits.

Read as YAML 1.2 means it: only true and false are truth values, so that `en: No` is the word.
A field given twice is a fault. Faults name file, line, place and what is expected.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from core.definitions.faults import Place, fault_text, place_text

_WIDTH = 96
DEEPEST, MOST_NODES = 60, 200_000
"""How deep a document may be nested, and how many values it may have with its aliases filled in:
the largest definitions have 12 and some 10 000. Beyond it, reading takes a process down."""


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One fault: code and parameters, its place in the document and its line (from 1)."""

    code: str
    place: Place
    line: int | None
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def text(self) -> str:
        """What is wrong and what is expected, in the active language."""
        return fault_text(self.code, self.params)

    @property
    def place_text(self) -> str:
        """The place as `tables[3].area`; lists are counted from one."""
        return place_text(self.place)


class DefinitionError(ValueError):
    """A definition that cannot be read. `str()` has a line for each fault: file, line of the
    file, place in the document, what is expected; in the active language."""

    def __init__(self, source: str, faults: tuple[DefinitionFault, ...]) -> None:
        super().__init__(source, faults)
        self.source = source
        self.faults = faults

    def __str__(self) -> str:
        lines = []
        for each in self.faults:
            start = f"{self.source}:{each.line}" if each.line is not None else self.source
            place = f"{each.place_text}: " if each.place else ""
            lines.append(f"{start}: {place}{each.text()}")
        return "\n".join(lines)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with 1.2's idea of truth values and whole numbers, and no repeated fields."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise _RepeatedFieldError(key, key_node.start_mark.line + 1)
            if isinstance(key, str):
                seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


class _RepeatedFieldError(Exception):
    def __init__(self, name: str, line: int) -> None:
        super().__init__(name)
        self.name = name
        self.line = line


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:timestamp", re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), list("0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)


class _Dumper(yaml.SafeDumper):
    """Block style; short mappings of plain values (texts, options) on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_mapping(dumper: _Dumper, data: dict[str, Any]) -> yaml.MappingNode:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data.items())
    node.flow_style = _short(data)
    return node


def _represent_list(dumper: _Dumper, data: list[Any]) -> yaml.SequenceNode:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", data)
    node.flow_style = all(isinstance(each, str | int) for each in data) and len(str(data)) < _WIDTH
    return node


def _short(data: Mapping[str, Any]) -> bool:
    plain = all(
        not isinstance(value, list)
        and (not isinstance(value, dict) or all(isinstance(v, str) for v in value.values()))
        for value in data.values()
    )
    return plain and len(data) <= 3 and len(str(dict(data))) < _WIDTH


def _represent_text(dumper: _Dumper, data: str) -> yaml.ScalarNode:
    if any(char != "\n" and not char.isprintable() for char in data):
        # Plain and single-quoted text would turn NEL and its like into spaces.
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style='"')
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", data, style="|" if "\n" in data else None
    )


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(dict, _represent_mapping)
_Dumper.add_representer(list, _represent_list)


def read_document[T: BaseModel](
    model: type[T],
    source: Path | str,
    *,
    name: str = "",
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> T:
    """A document from a file (`Path`) or from YAML text (`str`, called `name` in faults).

    `prepare` makes the document's values of the file's; its faults (`faults_at`) have the same
    places. Raises DefinitionError with every fault found; OSError when the file cannot be opened.
    """
    label = name or (str(source) if isinstance(source, Path) else "YAML")
    data, tree = _values(source, label)
    if prepare is not None:
        try:
            data = prepare(data)
        except ValidationError as error:
            raise _error(label, error, tree) from None
    return check_document(model, data, name=label, tree=tree)


def read_values(
    source: Path | str,
    *,
    name: str = "",
    check: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """The fields and values of a file or of YAML text, whatever they are, as JSON has them: days
    are texts as 2013-12-31. `check` may refuse them (`faults_at`).

    Raises DefinitionError for what is not such a document, and for what `check` refuses.
    """
    label = name or (str(source) if isinstance(source, Path) else "YAML")
    data, tree = _values(source, label)
    values: dict[str, Any] = _as_json(data)
    if check is not None:
        try:
            check(values)
        except ValidationError as error:
            raise _error(label, error, tree) from None
    return values


def write_values(values: Mapping[str, Any]) -> str:
    """Fields and values as YAML; `read_values` gives equal ones back."""
    return yaml.dump(
        dict(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, indent=2
    )


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _values(source: Path | str, label: str) -> tuple[dict[Any, Any], yaml.Node | None]:
    """Raises DefinitionError for what is not a document of fields and values."""
    text = _text(source, label)
    try:
        _refuse_unbounded(text, label)
        data, tree = _parsed(text)
    except DefinitionError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        bad = DefinitionFault("not_yaml", (), line, {"problem": error.problem or ""})
        raise DefinitionError(label, (bad,)) from None
    except (yaml.YAMLError, ValueError) as error:
        bad = DefinitionFault("not_yaml", (), None, {"problem": str(error)})
        raise DefinitionError(label, (bad,)) from None
    except _RepeatedFieldError as error:
        bad = DefinitionFault("repeated_field", (), error.line, {"value": error.name})
        raise DefinitionError(label, (bad,)) from None
    if not isinstance(data, dict):
        raise DefinitionError(label, (DefinitionFault("no_document", (), 1),))
    return data, tree


_PLAIN_TAGS = frozenset((None, "!", "tag:yaml.org,2002:str"))


def _refuse_unbounded(text: str, label: str) -> None:
    """Raise DefinitionError for what is nested too deep, has aliases that make it too large, or
    tags of what JSON does not have. It is told from the events, which are read one by one."""
    sizes: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_Loader):
        fault, params = "", dict[str, str]()
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            if anchor is not None:
                sizes[anchor] = total - before
        elif isinstance(event, yaml.AliasEvent):
            # One that is not known is inside itself, or nowhere.
            fault = "" if event.anchor in sizes else "alias"
            total += sizes.get(event.anchor or "", 0)
        elif isinstance(event, yaml.NodeEvent):
            if (tag := getattr(event, "tag", None)) not in _PLAIN_TAGS:
                fault, params = "not_yaml", {"problem": str(tag)}
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append((event.anchor, total))
                sizes.pop(event.anchor or "", None)
            elif event.anchor is not None:
                sizes[event.anchor] = 1
            total += 1
        if len(opened) > DEEPEST or total > MOST_NODES:
            fault = "too_large_document"
        if fault:
            line = None if event.start_mark is None else event.start_mark.line + 1
            raise DefinitionError(label, (DefinitionFault(fault, (), line, params),))


def _parsed(text: str) -> tuple[Any, yaml.Node | None]:
    """Values and, for the lines of faults, the nodes that they stand in."""
    loader = _Loader(text)
    try:
        tree = loader.get_single_node()
        return (loader.construct_document(tree) if tree is not None else None), tree
    finally:
        loader.dispose()


def check_document[T: BaseModel](
    model: type[T], data: Any, *, name: str, tree: yaml.Node | None = None
) -> T:
    """A document from plain values, called `name` in faults; `tree` gives their lines.

    Raises DefinitionError with every fault found.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _error(name, error, tree) from None


def write_document(document: BaseModel) -> str:
    """The document as YAML; `read_document` gives an equal one back. What has its default
    value is left out. Comments of a file that was read are not kept."""
    return write_values(document.model_dump(mode="json", exclude_defaults=True))


def _text(source: Path | str, label: str) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionError(label, (DefinitionFault("not_utf8", (), None),)) from None


def _error(name: str, error: ValidationError, tree: yaml.Node | None) -> DefinitionError:
    found = [_fault(each, tree) for each in error.errors(include_url=False)]
    return DefinitionError(name, tuple(_without_echoes(found)))


def _fault(error: Any, tree: yaml.Node | None) -> DefinitionFault:
    place = tuple(error["loc"])
    params = dict(error.get("ctx") or {})
    if "expected" in params:
        params["expected"] = str(params["expected"]).replace(" or ", ", ").replace("'", "")
    return DefinitionFault(str(error["type"]), place, _line(tree, place), params)


def _without_echoes(faults: list[DefinitionFault]) -> list[DefinitionFault]:
    """Without the lists that are called too short because of faults inside them."""
    places = [each.place for each in faults]
    return [
        each
        for each in faults
        if each.code != "too_short"
        or not any(p != each.place and p[: len(each.place)] == each.place for p in places)
    ]


def _line(node: yaml.Node | None, place: Place) -> int | None:
    """The line of the innermost part of the place that is in the file."""
    line = node.start_mark.line + 1 if node is not None else None
    for step in place:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    node, line = value, key.start_mark.line + 1
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
