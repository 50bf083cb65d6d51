"""Definition documents as JSON has them, right or wrong, for tests of what holds for any."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from core.definitions.faults import Place
from grants.definitions.shape import Kind, fields_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
CODES = st.sampled_from(["a", "b", "c", "d", ""])


def raw_documents(model: Any, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Documents of the model's shape."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in fields_of(model).items():
        if field.model is not None:
            if not depth:
                continue
            inside = raw_documents(field.model, depth - 1)
            many = st.lists(inside, max_size=2)
            fields[name] = many if field.kind is Kind.DOCUMENTS else inside
        elif field.kind in (Kind.CHOICES, Kind.CODES, Kind.LINES):
            fields[name] = st.lists(TEXTS, max_size=2)
        elif field.kind is Kind.NUMBERS:
            fields[name] = st.lists(st.integers() | TEXTS, max_size=2)
        elif field.kind is Kind.FLAG:
            fields[name] = st.booleans()
        elif field.kind is Kind.NUMBER:
            fields[name] = st.integers(-(10**12), 10**12) | TEXTS
        elif field.kind is Kind.DATE:
            fields[name] = st.dates().map(str) | TEXTS
        elif field.kind is Kind.CODE:
            fields[name] = CODES | TEXTS
        else:
            fields[name] = TEXTS | st.sampled_from(["no", "1.5", "2013-01-01", "null", "1_000"])
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def edited(draw: st.DrawFn, document: dict[str, Any], most: int = 6) -> dict[str, Any]:
    """The document after some things that people do to one: texts and codes changed or taken away,
    items moved, doubled, added without a word, taken away."""
    found = deepcopy(document)
    for _number in range(draw(st.integers(1, most))):
        nodes = list(_containers(found))
        node = nodes[draw(st.integers(0, len(nodes) - 1))]
        if isinstance(node, list):
            _edit_list(draw, node)
        elif node:
            name = draw(st.sampled_from(sorted(node)))
            if not isinstance(node[name], list | dict):
                node[name] = draw(st.none() | CODES | TEXTS)
            elif draw(st.booleans()):
                del node[name]
    return found


def _edit_list(draw: st.DrawFn, rows: list[Any]) -> None:
    at = draw(st.integers(0, len(rows)))
    match draw(st.sampled_from(["move", "double", "add", "remove"])):
        case "move" if rows:
            rows.insert(at, rows.pop(draw(st.integers(0, len(rows) - 1))))
        case "double" if rows:
            rows.insert(at, deepcopy(rows[draw(st.integers(0, len(rows) - 1))]))
        case "add" if not rows or isinstance(rows[0], dict):
            rows.insert(at, {})
        case "remove" if at < len(rows):
            del rows[at]


def _containers(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for each in node.values() if isinstance(node, dict) else node:
            yield from _containers(each)


def at(document: Any, place: Place) -> Any:
    """What stands at a place, with documents made on the way to it."""
    for step in place:
        if isinstance(step, str) and document.get(step) is None:
            document[step] = {}
        document = document[step]
    return document
