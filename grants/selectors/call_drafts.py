"""Reading calls that are being made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from applicants.enums import Role
from applicants.selectors import agencies_of
from core.definitions import DefinitionError, check_document
from core.definitions.faults import Place, fault_text
from grants.definitions import CallDefinition
from grants.definitions.fit import Misfit, misfits
from grants.models import CallDraft

MAKERS = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.ADMINISTRATOR)
"""Who at an agency sees the calls that it is making."""

_PLACEHOLDER = re.compile(r"\{(year|previous_year|next_year)\}")
_KEPT = frozenset(("tables",))
"""The parts whose texts keep their placeholders: they are filled when a table is shown."""


def drafts_visible_to(user: Any) -> QuerySet[CallDraft]:
    """The calls being made at the agencies where the person makes calls, the latest first."""
    return (
        CallDraft.objects.filter(agency__in=agencies_of(user, MAKERS))
        .select_related("agency", "call", "source", "created_by", "changed_by", "ended_by")
        .defer("source__document")
        .order_by("-changed_at", "-pk")
    )


def definition_of(draft: CallDraft) -> CallDefinition:
    """What the draft says as a definition, with the years for `{year}`, `{previous_year}` and
    `{next_year}` in texts and codes, as in a document laid over a copy.

    Raises pydantic.ValidationError while anything in it is missing or wrong.
    """
    return CallDefinition.model_validate(filled(draft.document))


def filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the years put in."""
    year = document.get("year")
    if isinstance(year, bool) or not isinstance(year, int):
        return dict(document)
    years = {"year": str(year), "previous_year": str(year - 1), "next_year": str(year + 1)}
    return {
        name: value if name in _KEPT else _filled(value, years) for name, value in document.items()
    }


def _filled(value: Any, years: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, years) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, years) for each in value]
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: years[found[1]], value)
    return value


@dataclass(frozen=True, slots=True)
class DraftFault:
    """What is wrong at a place of a draft's document. `place` is as the raw document has it."""

    place: Place
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def text(self) -> str:
        """What is wrong and what is expected, in the active language."""
        return fault_text(self.code, self.params)


def faults_of(document: Mapping[str, Any]) -> tuple[DraftFault, ...]:
    """All that keeps the document from being a definition; nothing when it is one.

    A fault between parts is found when each of them is right by itself.
    """
    try:
        check_document(CallDefinition, filled(document), name="")
    except DefinitionError as error:
        return tuple(DraftFault(each.place, each.code, each.params) for each in error.faults)
    return ()


def hindrances(draft: CallDraft, definition: CallDefinition) -> tuple[str, ...]:
    """Why a draft that is a definition can still not be published; codes.

    `no_form`: nobody could apply. `no_days`: it does not say when one applies. `misfit`: parts
    of it do not fit together. `other_call`: a change must be of the call that it was begun from.
    """
    found = []
    # A change of an old call, which nobody applied in here, leaves it so.
    source = None if draft.source is None else draft.source.definition
    old = draft.changes_call and source is not None and source.application is None
    if definition.application is None and not old:
        found.append("no_form")
    if (definition.dates.opens is None or definition.dates.closes is None) and not old:
        found.append("no_days")
    if draft.changes_call and draft.call is not None:
        call = draft.call
        if (definition.year, definition.stream) != (call.year, call.stream) or (
            definition.code != call.definition_record.code
            or call.definition_record_id != draft.source_id
        ):
            found.append("other_call")
    if any(each.blocks for each in misfits_of(draft, definition)):
        found.append("misfit")
    return tuple(found)


def misfits_of(draft: CallDraft, definition: CallDefinition) -> list[Misfit]:
    """What does not fit together in it, held against the definition that it was begun from."""
    earlier = None if draft.source is None else draft.source.definition
    return misfits(definition, earlier)
