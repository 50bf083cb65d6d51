"""A page of a call's definition read from what is posted: right or wrong, nothing is lost."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from pydantic import BaseModel

from core import formats
from core.checks import canonical_json, sha256_text
from core.definitions.text import LocalText
from grants.definitions.shape import (
    FieldShape,
    Kind,
    fields_of,
    model_at,
    opened,
    value_at,
    with_value,
)
from portal.forms.call_fields import CARDS
from portal.forms.call_node import SHOWN, is_inline


def read(
    model: type[BaseModel], current: Any, posted: QueryDict, prefix: str = ""
) -> dict[str, Any]:
    """The document with what was posted, right or wrong; what the page did not show is kept."""
    said = opened(model, current)
    on_page = frozenset(posted.getlist(SHOWN))
    for name, shape in fields_of(model).items():
        if f"{prefix}{name}" in on_page:
            said[name] = _read(shape, said.get(name), posted, f"{prefix}{name}")
    return said


def _read(shape: FieldShape, current: Any, posted: QueryDict, name: str) -> Any:
    match shape.kind:
        case Kind.WORDS:
            return _read_words(posted, name)
        case Kind.FLAG:
            return name in posted.getlist("flag")
        case Kind.CHOICE:
            return _choice_of(shape, _text(posted, name))
        case Kind.CHOICES:
            given = posted.getlist(name)
            return [each for each in shape.choices if each in given] + [
                each for each in given if each not in shape.choices
            ]
        case Kind.CODES:
            return [
                code for each in posted.getlist(name) for code in re.split(r"[\s,;]+", each) if code
            ]
        case Kind.NUMBERS:
            given = [each for each in re.split(r"[\s,;]+", _text(posted, name)) if each]
            return [_whole(each) for each in given]
        case Kind.LINES:
            return [line.strip() for line in _text(posted, name).split("\n") if line.strip()]
        case Kind.NUMBER:
            text = _text(posted, name)
            return _whole(text) if text else None
        case Kind.DOCUMENT if shape.model is not None and is_inline(shape):
            return read(shape.model, current, posted, f"{name}.")
        case Kind.DOCUMENTS if shape.model is not None and shape.model not in CARDS:
            return _read_items(shape.model, current, posted, name)
        case Kind.DOCUMENT | Kind.DOCUMENTS:
            return current
    return _text(posted, name) or None


def _read_items(model: type[BaseModel], current: Any, posted: QueryDict, name: str) -> list[Any]:
    before = current if isinstance(current, list) else []
    count = _whole(_text(posted, f"{name}.n") or "0")
    found: list[Any] = []
    for index in range(min(count, 500) if isinstance(count, int) else 0):
        inside = before[index] if index < len(before) else {}
        if model is LocalText:
            found.append(_read_words(posted, f"{name}.{index}"))
        else:
            found.append(read(model, inside, posted, f"{name}.{index}."))
    return found


def _read_words(posted: QueryDict, name: str) -> dict[str, str]:
    words = {code: _text(posted, f"{name}.{code}") for code in ("sv", "en")}
    return {code: text for code, text in words.items() if text}


def _text(posted: QueryDict, name: str) -> str:
    text = str(posted.get(name) or "").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _choice_of(shape: FieldShape, text: str) -> Any:
    found = next((each for each in shape.choices if str(each) == text), None)
    return found if found is not None else (text or None)


def _whole(text: str) -> int | str:
    """A whole number however it is spaced; what is none is kept as it was written."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text).replace(formats.MINUS, "-")
    digits = re.sub(r"(kr|%)$", "", digits)
    return int(digits) if re.fullmatch(r"-?\d{1,15}", digits) else text


def without_blanks(model: type[BaseModel], document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without the items that nothing was written in."""
    found = dict(document)
    for name, shape in fields_of(model).items():
        value = found.get(name)
        if shape.model is None or not is_inline(shape):
            continue
        if shape.kind is Kind.DOCUMENTS and isinstance(value, list) and shape.model not in CARDS:
            kept = [
                each
                if shape.model is LocalText
                else without_blanks(shape.model, opened(shape.model, each))
                for each in value
            ]
            found[name] = [each for each in kept if not _is_blank(each)]
        elif shape.kind is Kind.DOCUMENT and isinstance(value, Mapping):
            found[name] = without_blanks(shape.model, value)
    return found


def _is_blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_blank(each) for each in value.values())
    return value in (None, "", [], False)


def with_codes(
    model: type[BaseModel], document: Mapping[str, Any], taken: Iterable[str] = ()
) -> dict[str, Any]:
    """The document with codes and keys made of titles where there are none."""
    found = dict(document)
    for name in ("code", "key"):
        shape = fields_of(model).get(name)
        if shape is not None and shape.kind is Kind.CODE and found.get(name) in (None, ""):
            made = _code_of(found, set(taken))
            if made:
                found[name] = made
    for name, shape in fields_of(model).items():
        value = found.get(name)
        if shape.model is None or shape.model is LocalText or not is_inline(shape):
            continue
        if shape.kind is Kind.DOCUMENTS and isinstance(value, list) and shape.model not in CARDS:
            used = {str(code) for each in value if (code := _code_in(each))}
            rows = []
            for each in value:
                row = with_codes(shape.model, opened(shape.model, each), used)
                used |= {str(code)} if (code := _code_in(row)) else set()
                rows.append(row)
            found[name] = rows
    return found


def _code_in(raw: Any) -> Any:
    return raw.get("code") or raw.get("key") if isinstance(raw, Mapping) else None


def _code_of(said: Mapping[str, Any], taken: set[str]) -> str:
    text = next(
        (
            str(said[name]["sv"])
            for name in ("title", "label", "text", "name")
            if isinstance(said.get(name), Mapping) and said[name].get("sv")
        ),
        "",
    )
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    letters = plain.encode("ascii", "ignore").decode("ascii")
    code = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:40].strip("_")
    if not code:
        return ""
    if not code[0].isalpha():
        code = f"k_{code}"
    number, made = 2, code
    while made in taken:
        made, number = f"{code}_{number}", number + 1
    return made


# Changing the lists


def changed_list(
    model: type[BaseModel], document: dict[str, Any], act: str
) -> tuple[dict[str, Any], int | None]:
    """The document with an item added, moved or removed, and where it now is; None when it is
    gone. `act` is as `add:options`, `up:options.2`, `down:options.2` or `remove:options.2`.

    Raises LookupError for a list or an item that is not there.
    """
    verb, _colon, path = act.partition(":")
    steps: list[int | str] = [int(each) if each.isdecimal() else each for each in path.split(".")]
    name = steps[-1] if verb == "add" else steps[-2:-1][0] if len(steps) > 1 else ""
    owner = model_at(model, tuple(steps[:-1] if verb == "add" else steps[:-2]))
    shape = fields_of(owner).get(name) if isinstance(name, str) else None
    if shape is None or shape.kind is not Kind.DOCUMENTS:
        raise LookupError(act)
    if verb == "add":
        rows = list(value_at(document, tuple(steps)) or [])
        rows.append({})
        return _placed(document, steps, rows), len(rows) - 1
    index = steps.pop()
    rows = list(value_at(document, tuple(steps)) or [])
    if not isinstance(index, int) or index >= len(rows):
        raise LookupError(act)
    if verb == "remove":
        del rows[index]
        return _placed(document, steps, rows), None
    other = index + {"up": -1, "down": 1}[verb]
    if not 0 <= other < len(rows):
        return document, index
    rows[index], rows[other] = rows[other], rows[index]
    return _placed(document, steps, rows), other


def _placed(
    document: dict[str, Any], steps: Sequence[int | str], rows: list[Any]
) -> dict[str, Any]:
    found: dict[str, Any] = with_value(document, tuple(steps), rows)
    return found


def digest_of(model: type[BaseModel], raw: Any, names: Iterable[str]) -> str:
    """What a page shows and writes over, as a short checksum: of lists with pages of their own
    only which items there are."""
    said = opened(model, raw)
    kept: dict[str, Any] = {}
    for name in names:
        shape, value = fields_of(model)[name], said.get(name)
        if shape.model is not None and not is_inline(shape):
            if isinstance(value, list):
                kept[name] = [str(_code_in(each) or "") for each in value]
            else:
                kept[name] = value is not None
        else:
            kept[name] = value
    return sha256_text(canonical_json(kept))[:24]


def differing(
    model: type[BaseModel], mine: Mapping[str, Any], there: Any, names: Iterable[str]
) -> dict[str, Any]:
    """What stands there now of the fields where something else was posted, by name."""
    theirs = opened(model, there)
    return {
        name: theirs.get(name)
        for name in names
        if is_inline(fields_of(model)[name])
        and (mine.get(name) or None) != (theirs.get(name) or None)
    }
