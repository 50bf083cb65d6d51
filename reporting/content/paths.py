"""Names of a report's fields, as they stand in values, journals and returned reports.

`area.<code>`: how far the work had come. `answer.<area or ->.<question>`: the questionnaire.
`spent.<application>.<line>` and `why.<application>.<line>`: the economic report, line by line.
`booked.<application>`: what was used of a grant by the books. `part.<organisation>.<question>`
and `own.<organisation>`: what an organisation of a joint grant answers for itself, and what it
has used by its books. `certificate`: the auditor's certificate. Applications, organisations and
lines are numbers.
"""

from collections.abc import Iterable

from grants.content.paths import answer_path, area_of, number_of, part_path

CERTIFICATE = "certificate"

__all__ = [
    "CERTIFICATE",
    "answer_path",
    "area_of",
    "booked_path",
    "is_open",
    "line_of",
    "organisation_of",
    "own_path",
    "part_path",
    "spent_path",
    "status_path",
    "why_path",
]


def status_path(area: str) -> str:
    """How far the work in the area had come."""
    return f"area.{area}"


def spent_path(application: int, line: int) -> str:
    """What was used of a budget line."""
    return f"spent.{application}.{line}"


def why_path(application: int, line: int) -> str:
    """Why a budget line came out otherwise than approved."""
    return f"why.{application}.{line}"


def booked_path(application: int) -> str:
    """What was used of a grant, by the books."""
    return f"booked.{application}"


def own_path(organisation: int) -> str:
    """What an organisation has used of its lines, by its books."""
    return f"own.{organisation}"


def organisation_of(path: str) -> int | None:
    """The organisation whose own part the field is in; None for the other fields."""
    steps = path.split(".")
    return number_of(steps[1]) if steps[0] in {"part", "own"} and len(steps) > 1 else None


def line_of(path: str) -> tuple[int, int] | None:
    """The application and the line that a field of the economic report is about."""
    match path.split("."):
        case ["spent" | "why", application, line]:
            of = number_of(application)
            number = 0 if line == "0" else number_of(line)
            return None if of is None or number is None else (of, number)
    return None


def is_open(path: str, named: Iterable[str]) -> bool:
    """Whether a field may be written when only what is named has been asked about.

    A name opens the field itself and all below it. A question about what was used of a line
    opens its explanation and the sums that it is in, and the other way round.
    """
    steps = path.split(".")
    for name in named:
        if path == name or path.startswith(f"{name}."):
            return True
        asked = name.split(".")
        if asked[0] in {"spent", "why"}:
            if steps[0] in {"spent", "why"} and steps[1:] == asked[1:]:
                return True
            if steps[0] == "booked" and steps[1:2] == asked[1:2]:
                return True
        if asked[0] == "area" and steps[0] == "answer" and steps[1:2] == asked[1:2]:
            return True
    return False
