"""Names of an application's fields, as they stand in values, journals and completion requests.

`areas.<code>`: the area is applied for. `answer.<area or ->.<question>`: the questionnaire.
`part.<organisation>.<question>`: what an organisation answers for itself.
`requirement.<organisation>.<code>.<field>`: a performance requirement, of REQUIREMENT_FIELDS.
`row.<number>.<field>`: a row's field, of ROW_FIELDS by its kind. Organisations are ids.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from core.definitions import WHOLE
from grants.enums import RowKind

_WHOLE = "-"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
REQUIREMENT_FIELDS = ("state", "how", "link")
ROW_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        RowKind.ACTIVITY: ("title", "description", "time"),
        RowKind.LINE: ("activity", "organisation", "category", "text", "amount_sek", "other_sek"),
        RowKind.FUNDING: ("source", "state", "amount_sek", "purpose"),
    }
)
BUDGET, FUNDING, ATTACHMENTS, AREAS = "budget", "funding", "attachments", "areas"


class UnlockableField(StrEnum):
    """What an applicant can be asked to complete; the value is kept in journals."""

    REQUESTED = "requested_sek"
    PARTNERS = "partners"


def area_path(code: str) -> str:
    """Whether the area is applied for."""
    return f"areas.{code}"


def answer_path(area: str, question: str) -> str:
    """A question of the application questionnaire; `area` is WHOLE for one asked once."""
    return f"answer.{area or _WHOLE}.{question}"


def part_path(organisation: int, question: str) -> str:
    """A question that an organisation answers for itself."""
    return f"part.{organisation}.{question}"


def requirement_path(organisation: int, code: str, name: str) -> str:
    """A field of a performance requirement as an organisation answers it."""
    return f"requirement.{organisation}.{code}.{name}"


def own_part(organisation: int) -> frozenset[str]:
    """What stands above all that an organisation writes for itself."""
    return frozenset({f"part.{organisation}", f"requirement.{organisation}"})


def row_path(number: int, name: str) -> str:
    """A field of a row."""
    return f"row.{number}.{name}"


def area_of(step: str) -> str:
    """The area code that a step of an answer's path stands for."""
    return WHOLE if step == _WHOLE else step


def number_of(step: str) -> int | None:
    """The number that a step of a path is, in the one way it is written; None for other steps.

    One number has one spelling: a field under another (`part.007.contact`) is none.
    """
    return int(step) if _NUMBER.fullmatch(step) else None


def organisation_of(path: str) -> int | None:
    """The organisation whose own part the field is in; None for the other fields."""
    steps = path.split(".")
    if steps[0] in {"part", "requirement"} and len(steps) > 1:
        return number_of(steps[1])
    return None


def row_of(path: str) -> int | None:
    """The number of the row that the field is in; None for the other fields."""
    steps = path.split(".")
    return number_of(steps[1]) if steps[0] == "row" and len(steps) > 1 else None


def is_open(path: str, named: Iterable[str], *, kind: str = "") -> bool:
    """Whether a field may be written when only what is named is open for completion.

    A name opens the field itself, or all below it (`answer.mapping`); `budget` opens budget lines
    and `funding` other funding, so the row's `kind` is to be told.
    """
    for name in named:
        if path == name or path.startswith(f"{name}."):
            return True
        if (name, kind) in {(BUDGET, RowKind.LINE), (FUNDING, RowKind.FUNDING)}:
            return True
    return False
