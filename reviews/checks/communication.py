"""Pure rules over what is communicated (25 § förvaltningslagen)."""

from collections.abc import Collection, Iterable
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
    """What was sent at one time to `organisations`, of which those `answered` have. `due` is a
    Swedish date, inclusive."""

    keys: frozenset[str]
    due: date
    organisations: frozenset[int]
    answered: frozenset[int] = frozenset()


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


_LEAST_FIRST = (Heard.NOT_SENT, Heard.WAITING, Heard.TIME_PASSED, Heard.ANSWERED)


def heard_over(
    material: Material,
    *,
    sent: Iterable[Sent],
    participants: Collection[int],
    not_needed: frozenset[str],
    today: date,
) -> Heard:
    """How far they have been heard over the material today (a Swedish date): the organisation that
    it is about, or else all `participants`; of several the one that has been heard least."""
    found = [each for each in sent if material.key in each.keys]
    about = participants if material.organisation is None else (material.organisation,)
    each_of_them = {_heard(organisation, found, today) for organisation in about}
    least = next((each for each in _LEAST_FIRST if each in each_of_them), Heard.NOT_SENT)
    return Heard.NOT_NEEDED if not least.done and material.key in not_needed else least


def _heard(organisation: int, sent: Iterable[Sent], today: date) -> Heard:
    to_it = [each for each in sent if organisation in each.organisations]
    if any(organisation in each.answered for each in to_it):
        return Heard.ANSWERED
    if any(today > each.due for each in to_it):
        return Heard.TIME_PASSED
    return Heard.WAITING if to_it else Heard.NOT_SENT
