"""Publishing a call that was made on pages: opened, or given a new version.

What came in before a new version keeps the one that it came in under (`Application.record`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from pydantic import ValidationError

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from grants.definitions import CallDefinition
from grants.enums import CallDraftState, Status
from grants.models import (
    ActivityArea,
    Application,
    Call,
    CallDefinitionRecord,
    CallDraft,
    DevelopmentField,
    Requirement,
)
from grants.selectors.call_drafts import definition_of, hindrances
from grants.selectors.calls import frame_left

from .call_drafts import DraftRefused, locked_draft, subject_of
from .calls import DefinitionChanged, open_call, record_definition
from .moving import locked_call, require


class NotReady(Exception):
    """The draft cannot be published: `hindrances` say why."""

    def __init__(self, hindrances: Sequence[str]) -> None:
        self.hindrances = tuple(hindrances)
        super().__init__(", ".join(self.hindrances))


@dataclass(frozen=True, slots=True)
class Published:
    """The call, the version that it has now, and the one that it had; None for a new call."""

    call: Call
    record: CallDefinitionRecord
    before: CallDefinitionRecord | None


@transaction.atomic
def publish_draft(*, draft: CallDraft, actor: User, version: int) -> Published:
    """Freeze the draft as a definition, and open the call or give it that version.

    `version` is what the person has seen. Raises PermissionDenied, DraftRefused (`ended`,
    `changed`, `code_taken`), NotReady.
    """
    found = locked_draft(draft)
    if not found.is_open:
        raise DraftRefused("ended")
    require("grants.publish_call", actor, found)
    if found.version != version:
        raise DraftRefused("changed")
    call = None if found.call_id is None else locked_call(found.call_id)
    try:
        definition = definition_of(found)
    except ValidationError:
        raise NotReady(("invalid",)) from None
    if wrong := hindrances(found, definition):
        raise NotReady(wrong)
    if call is None and _is_of_another_agency(definition):
        raise DraftRefused("code_taken")
    record = _recorded(definition)
    before = None if call is None else call.definition_record
    if call is None:
        if Call.objects.filter(agency=found.agency, code=definition.code).exists():
            raise DraftRefused("code_taken")
        call = open_call(
            record=record,
            agency=found.agency,
            code=definition.code,
            actor=journal.Actor.person(actor),
            opens_on=definition.dates.opens,
            closes_on=definition.dates.closes,
        )
    else:
        _give_version(call, record, actor)
    found.state = CallDraftState.PUBLISHED
    found.ended_at, found.ended_by = timezone.now(), actor
    found.call, found.record = call, record
    found.version += 1
    found.save()
    journal.append(
        kind=JournalKind.CALL,
        subject=subject_of(found),
        name="call_draft.published",
        payload={
            "agency": found.agency.code,
            "call": call.code,
            "definition": record.code,
            "definition_sha256": record.sha256,
            "version": found.version,
        },
        actor=journal.Actor.person(actor),
    )
    return Published(call, record, before)


def _is_of_another_agency(definition: CallDefinition) -> bool:
    """Whether the code is that of a definition of another agency: versions of one code, which
    years are brought in and copied by, are one agency's."""
    theirs = CallDefinitionRecord.objects.filter(code=definition.code)
    return theirs.exclude(document__agency__code=definition.agency.code).exists()


def _recorded(definition: CallDefinition) -> CallDefinitionRecord:
    """The definition frozen as the next version of its code.

    Two calls with one code may be published at once: whoever comes second waits, finds the
    number taken, and takes the next. Raises DraftRefused (`code_taken`) should that go on.
    """
    for _attempt in range(_ATTEMPTS):
        numbered = definition.model_copy(update={"version": _next_version(definition.code)})
        try:
            with transaction.atomic():
                record: CallDefinitionRecord = record_definition(definition=numbered)
        except (IntegrityError, DefinitionChanged):
            continue
        return record
    raise DraftRefused("code_taken")


_ATTEMPTS = 5


def _next_version(code: str) -> int:
    newest = CallDefinitionRecord.objects.filter(code=code).aggregate(last=Max("version"))["last"]
    return (newest or 0) + 1


def _give_version(call: Call, record: CallDefinitionRecord, actor: User) -> None:
    """Let the call follow the record from now on; what has come in keeps the one before.

    Areas and requirements that the new version does not have stay, after the others: what was
    found and granted under the one before stands on them.
    """
    before, definition = call.definition_record, record.definition
    granted = call.frame_sek - frame_left(call)
    if definition.frame_sek < granted:
        raise NotReady(("frame_below_granted",))
    came_in = Application.objects.filter(call=call, definition_record=None).exclude(
        status__in=[str(Status.DRAFT), str(Status.DISCARDED)]
    )
    kept = came_in.update(definition_record=before)
    call.definition_record = record
    call.frame_sek = definition.frame_sek
    call.opens_on, call.closes_on = definition.dates.opens, definition.dates.closes
    call.measured_on = definition.dates.measured_at
    call.spend_by = definition.dates.spend_by
    call.report_cutoff = definition.dates.report_cutoff
    call.asks_interim = definition.reports.interim
    call.asks_opinion = definition.asks_opinion
    call.save()
    _place_areas(call, definition)
    _place_requirements(call, definition)
    journal.append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="call.changed",
        payload={
            "agency": call.agency.code,
            "code": call.code,
            "definition": record.code,
            "definition_sha256": record.sha256,
            "before_sha256": before.sha256,
            "version": record.version,
            "frame_sek": call.frame_sek,
            "kept_the_one_before": kept,
        },
        actor=journal.Actor.person(actor),
    )


_AWAY = 10_000
"""Positions are unique: the rows are moved out of the way before they get their new ones."""


def _place_areas(call: Call, definition: CallDefinition) -> None:
    call.development_fields.update(position=F("position") + _AWAY)
    call.areas.update(position=F("position") + _AWAY)
    fields = {each.code: each for each in call.development_fields.all()}
    for position, each in enumerate(definition.development_fields, start=1):
        row = fields.setdefault(each.code, DevelopmentField(call=call, code=each.code))
        row.position = position
        row.save()
    areas = {each.code: each for each in call.areas.all()}
    for position, placed in enumerate(definition.placed_areas, start=1):
        area = areas.setdefault(placed.area.code, ActivityArea(call=call, code=placed.area.code))
        area.field = None if placed.field is None else fields[placed.field.code]
        area.position = position
        area.save()
    _close_up(
        call.development_fields.filter(position__gt=_AWAY), len(definition.development_fields)
    )
    _close_up(call.areas.filter(position__gt=_AWAY), len(definition.placed_areas))


def _place_requirements(call: Call, definition: CallDefinition) -> None:
    call.requirements.update(position=F("position") + _AWAY)
    rows = {each.code: each for each in call.requirements.all()}
    for position, each in enumerate(definition.requirements, start=1):
        row = rows.setdefault(each.code, Requirement(call=call, code=each.code))
        row.position = position
        row.satisfied_by = [str(finding) for finding in each.satisfied_by]
        row.applies_to = str(each.applies_to)
        row.save()
    _close_up(call.requirements.filter(position__gt=_AWAY), len(definition.requirements))


def _close_up(rows: Iterable[ActivityArea | DevelopmentField | Requirement], after: int) -> None:
    for position, row in enumerate(rows, start=after + 1):
        row.position = position
        row.save(update_fields=["position"])
