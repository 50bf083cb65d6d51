"""Pure rules over what is communicated (25 § förvaltningslagen)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Something that speaks against the applicant and did not come from it.

    `key` names the record as it now reads: where it is changed, it is new material. `kind` is a
    `reviews.enums.SourceKind`; `organisation` is whom it is about, None for them all.
    """

    key: str
    kind: str
    title: str
    text: str
    organisation: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent at one time: `answered` when all that it went to have answered. `due` is a
    Swedish date, inclusive."""

    keys: frozenset[str]
    due: date
    answered: bool


class Heard(StrEnum):
    """How far the applicant has been heard over one material."""

    NOT_SENT = "not_sent"
    WAITING = "waiting"
    ANSWERED = "answered"
    TIME_PASSED = "time_passed"
    NOT_NEEDED = "not_needed"

    @property
    def done(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        return self not in (Heard.NOT_SENT, Heard.WAITING)


def heard_over(
    material: Material, *, sent: Iterable[Sent], not_needed: frozenset[str], today: date
) -> Heard:
    """How far the applicant has been heard over the material today (a Swedish date)."""
    found = [each for each in sent if material.key in each.keys]
    if any(each.answered for each in found):
        return Heard.ANSWERED
    if any(today > each.due for each in found):
        return Heard.TIME_PASSED
    if material.key in not_needed:
        return Heard.NOT_NEEDED
    return Heard.WAITING if found else Heard.NOT_SENT
