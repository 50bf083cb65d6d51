"""The parts of a call that is being made: what is said in them, and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from pydantic import ValidationError

from applicants.models import User
from applicants.selectors import agencies_of
from core.definitions.faults import Place
from grants.definitions import CallDefinition
from grants.definitions.fit import Misfit
from grants.models import Call, CallDraft
from grants.selectors.call_drafts import (
    MAKERS,
    DraftFault,
    definition_of,
    faults_of,
    hindrances,
    misfits_of,
)


class PartState(StrEnum):
    """How it stands with a part."""

    WRONG = "wrong"
    MISFIT = "misfit"
    EMPTY = "empty"
    UNSEEN = "unseen"
    ADVICE = "advice"
    DONE = "done"


@dataclass(frozen=True)
class Examined:
    """A draft as it stands: its faults, or, when it is a definition, what does not fit in it."""

    draft: CallDraft
    faults: tuple[DraftFault, ...]
    definition: CallDefinition | None
    misfits: tuple[Misfit, ...]
    hindrances: tuple[str, ...]

    @property
    def may_be_published(self) -> bool:
        """Whether nothing in it stands against that."""
        return self.definition is not None and not self.hindrances


def examined(draft: CallDraft) -> Examined:
    """What is wrong in the draft, and what does not fit."""
    faults = faults_of(draft.document)
    if faults:
        return Examined(draft, faults, None, (), ())
    try:
        definition = definition_of(draft)
    except ValidationError:
        return Examined(draft, faults, None, (), ())
    return Examined(
        draft,
        (),
        definition,
        tuple(misfits_of(draft, definition)),
        hindrances(draft, definition),
    )


def part_of[T](place: Place, parts: Sequence[tuple[T, Place, tuple[str, ...]]]) -> T:
    """The part that a place belongs to: the innermost one whose fields hold it, else the first
    inside of it. `parts` are with their place and fields (none: all)."""
    held = [
        (len(at), part)
        for part, at, names in parts
        if place[: len(at)] == at
        and (not names or (len(place) > len(at) and place[len(at)] in names))
    ]
    if held:
        return max(held, key=lambda each: each[0])[1]
    inside = [part for part, at, _names in parts if at[: len(place)] == place]
    return inside[0] if inside else parts[0][0]


def said_in(document: Mapping[str, Any], place: Place, names: tuple[str, ...]) -> bool:
    """Whether anything is said in a part."""
    inside: Any = document
    for step in place:
        inside = inside.get(step) if isinstance(inside, Mapping) else None
    if not isinstance(inside, Mapping):
        return False
    wanted = names or tuple(inside)
    return any(inside.get(name) not in (None, "", [], {}) for name in wanted)


def calls_made_by(user: User) -> QuerySet[Call]:
    """The calls of the agencies where the person makes calls, the newest year first."""
    return (
        Call.objects.filter(agency__in=agencies_of(user, MAKERS))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )
