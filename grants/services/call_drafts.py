"""Calls as they are being made: begun, written in by several, thrown away.

The document of a draft may be wrong while it is written; only publishing asks that it be right.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.checks import canonical_json, sha256_text
from core.definitions import DefinitionError, DefinitionFault
from core.definitions.faults import Place
from core.definitions.files import read_values
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.definitions import CallDefinition
from grants.definitions.loader import KEPT_FROM_BASE
from grants.definitions.shape import pruned, refuse_unshaped, value_at, with_value
from grants.definitions.years import moved, skeleton
from grants.enums import CallDraftOrigin, CallDraftState, Stream
from grants.models import Call, CallDefinitionRecord, CallDraft

from .moving import require

LONGEST_FILE = 2_000_000
"""Bytes that an uploaded definition may have."""
_KINDS: Mapping[str, list[str]] = {
    Stream.MUNICIPALITIES: ["municipality"],
    Stream.ASSOCIATIONS: ["association"],
}


class DraftRefused(Exception):
    """The draft cannot be so. `code`: `ended` when it was published or thrown away, `changed`
    when somebody has changed what was written since it was shown, `code_taken`, `bad_year`,
    `other_agency`, `too_large`, `change_open` when the call is being changed already, `laid_over`
    of a file laid over a call that says no code or year of its own, `unknown_base` of one laid over
    a call that is not there."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def subject_of(draft: CallDraft) -> str:
    """The journal of a call while it is being made."""
    return f"draft:{draft.pk}"


def _record(draft: CallDraft, name: str, actor: User, **payload: object) -> None:
    journal.append(
        kind=JournalKind.CALL,
        subject=subject_of(draft),
        name=name,
        payload={
            "agency": draft.agency.code,
            "code": draft.code,
            "version": draft.version,
            "sha256": sha256_text(canonical_json(draft.document)),
            **payload,
        },
        actor=journal.Actor.person(actor),
    )


def _begin(
    *,
    agency: Agency,
    actor: User,
    document: Mapping[str, Any],
    origin: CallDraftOrigin,
    source: CallDefinitionRecord | None = None,
    call: Call | None = None,
) -> CallDraft:
    require("grants.make_calls", actor, agency)
    now = timezone.now()
    said = dict(pruned(CallDefinition, document))
    draft = CallDraft(
        agency=agency,
        document=said,
        year=timezone.localdate().year,
        stream=Stream.MUNICIPALITIES,
        origin=origin,
        source=source,
        call=call,
        created_at=now,
        created_by=actor,
        changed_at=now,
        changed_by=actor,
    )
    _mirror(draft)
    draft.save(force_insert=True)
    _record(
        draft,
        "call_draft.begun",
        actor,
        origin=str(origin),
        source=None if source is None else source.sha256,
        call=None if call is None else call.code,
    )
    return draft


def _mirror(draft: CallDraft) -> None:
    """Keep beside the document what drafts are listed by, where the document has it."""
    said = draft.document
    code, year, stream = said.get("code"), said.get("year"), said.get("stream")
    draft.code = str(code or draft.code or "")[:100]
    if isinstance(year, int) and not isinstance(year, bool) and 1900 <= year <= 2999:
        draft.year = year
    if stream in Stream.values:
        draft.stream = stream


def agency_of_document(agency: Agency) -> dict[str, Any]:
    """What a definition says of the agency whose call it is."""
    return {
        "code": agency.code,
        "name": {"sv": agency.name_sv, "en": agency.name_en},
        "short": agency.short,
    }


@transaction.atomic
def copy_call(*, call: Call, actor: User, code: str, year: int) -> CallDraft:
    """Begin a call as a copy of an earlier one of the same agency, with its days and the years
    in its texts moved to `year`. Raises PermissionDenied, DraftRefused (`bad_year`)."""
    if not 1900 <= year <= 2999:
        raise DraftRefused("bad_year")
    return _begin(
        agency=call.agency,
        actor=actor,
        document=_copy_of(call, code.strip(), year),
        origin=CallDraftOrigin.COPY,
        source=call.definition_record,
    )


def _copy_of(call: Call, code: str, year: int) -> dict[str, Any]:
    """What a call says, moved to another year."""
    record = call.definition_record
    document = moved(pruned(CallDefinition, record.document), year - call.definition.year)
    if call.opens_on and call.closes_on:
        # Those of a copied definition are not its own.
        document["dates"] = {**document["dates"], **_days_to_apply(call, year)}
    document["frame_sek"] = call.frame_sek
    document |= {"code": code, "follows": record.code}
    document.pop("version", None)
    return document


def _days_to_apply(call: Call, year: int) -> dict[str, str]:
    days = {"opens": str(call.opens_on), "closes": str(call.closes_on)}
    found = moved({"year": call.year, "dates": days}, year - call.year)["dates"]
    return {name: str(day) for name, day in found.items()}


@transaction.atomic
def begin_call(*, agency: Agency, actor: User, code: str, year: int, stream: Stream) -> CallDraft:
    """Begin a call anew. Raises PermissionDenied, DraftRefused (`bad_year`)."""
    if not 1900 <= year <= 2999:
        raise DraftRefused("bad_year")
    document = skeleton(
        code=code.strip(),
        year=year,
        stream=str(stream),
        agency=agency_of_document(agency),
        kinds=_KINDS[stream],
    )
    return _begin(agency=agency, actor=actor, document=document, origin=CallDraftOrigin.NEW)


def read_definition(content: bytes, name: str) -> dict[str, Any]:
    """The document of an uploaded YAML file, as it stands: it may have faults that are corrected
    on the pages, but no field that they do not know.

    Raises DraftRefused (`too_large`), core.definitions.DefinitionError.
    """
    if len(content) > LONGEST_FILE:
        raise DraftRefused("too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionError(name, (DefinitionFault("not_utf8", (), None),)) from None
    found: dict[str, Any] = _storable(
        read_values(text, name=name, check=lambda values: refuse_unshaped(CallDefinition, values))
    )
    return found


def _storable(value: Any) -> Any:
    """Without the null character, which no text has and a database refuses."""
    if isinstance(value, dict):
        return {name: _storable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return value.replace("\0", "") if isinstance(value, str) else value


@transaction.atomic
def begin_from_file(*, agency: Agency, actor: User, document: Mapping[str, Any]) -> CallDraft:
    """Begin a call from the document of a file (`read_definition`).

    A document that says what it `follows` but no `stream`, which every whole one does, is laid
    over a copy of the call with that definition: each field in it replaces the copy's whole field.
    Raises PermissionDenied, DraftRefused: `other_agency` where the file is of another agency,
    `laid_over` where such a document does not say `code` and `year`, `unknown_base` where the
    agency has no call with the definition that it follows.
    """
    require("grants.make_calls", actor, agency)
    said = value_at(document, ("agency", "code"))
    if said is not None and said != agency.code:
        raise DraftRefused("other_agency")
    if document.get("follows") and document.get("stream") is None:
        return _begin_laid_over(agency=agency, actor=actor, document=document)
    own = {**document, "agency": {**agency_of_document(agency), **(document.get("agency") or {})}}
    return _begin(
        agency=agency,
        actor=actor,
        document=document if said is not None else own,
        origin=CallDraftOrigin.FILE,
    )


def _begin_laid_over(*, agency: Agency, actor: User, document: Mapping[str, Any]) -> CallDraft:
    follows, code, year = (document.get(name) for name in ("follows", "code", "year"))
    if not code or type(year) is not int or not 1900 <= year <= 2999:
        raise DraftRefused("laid_over")
    calls = Call.objects.filter(agency=agency, definition_record__code=follows)
    base = calls.select_related("definition_record").order_by("-year", "-pk").first()
    if base is None:
        raise DraftRefused("unknown_base")
    copy = _copy_of(base, str(code).strip(), year)
    over = {name: value for name, value in document.items() if name not in KEPT_FROM_BASE}
    if "agency" in over:
        over["agency"] = {**copy["agency"], **(over["agency"] or {})}
    return _begin(
        agency=agency,
        actor=actor,
        document=copy | over,
        origin=CallDraftOrigin.COPY,
        source=base.definition_record,
    )


@transaction.atomic
def change_call(*, call: Call, actor: User) -> CallDraft:
    """Begin a new version of a published call. Raises PermissionDenied, DraftRefused
    (`change_open`) while somebody else's change is open."""
    require("grants.make_calls", actor, call.agency)
    call = Call.objects.select_for_update(of=("self",)).select_related("agency").get(pk=call.pk)
    if CallDraft.objects.filter(call=call, state=CallDraftState.DRAFT).exists():
        raise DraftRefused("change_open")
    record = call.definition_record
    document = dict(pruned(CallDefinition, record.document))
    # What the call was opened with is what holds, also where the definition said otherwise.
    document["frame_sek"] = call.frame_sek
    days = {"opens": call.opens_on, "closes": call.closes_on}
    said = {name: day.isoformat() for name, day in days.items() if day is not None}
    document["dates"] = {
        **document["dates"],
        **said,
        "measured_at": call.measured_on.isoformat(),
        "spend_by": call.spend_by.isoformat(),
        "report_cutoff": call.report_cutoff.isoformat(),
    }
    return _begin(
        agency=call.agency,
        actor=actor,
        document=document,
        origin=CallDraftOrigin.CHANGE,
        source=record,
        call=call,
    )


def locked_draft(draft: CallDraft) -> CallDraft:
    """The draft as it now is, locked until the transaction ends.

    Nothing that a save changes is joined: PostgreSQL holds what is joined against the row as it
    is when the lock is had, and finds none where another has become the one who changed it.
    """
    return (
        CallDraft.objects.select_for_update(of=("self",)).select_related("agency").get(pk=draft.pk)
    )


def open_draft(draft: CallDraft, actor: User | None) -> CallDraft:
    """The draft, locked, for one who writes in it. Raises PermissionDenied, DraftRefused."""
    found = locked_draft(draft)
    require("grants.make_calls", actor, found)
    if not found.is_open:
        raise DraftRefused("ended")
    return found


_FIXED = ("follows", "agency.code")
_FIXED_OF_A_CHANGE = ("code", "year", "stream", "version")


@transaction.atomic
def save_value(
    *,
    draft: CallDraft,
    actor: User,
    place: Place,
    write: Callable[[Any], Any],
    unchanged: Callable[[Any], bool] = lambda _there: True,
    part: str = "",
) -> CallDraft:
    """Write at a place of the document, right or wrong, as a new version of the draft.

    `write` makes the new value of the one that is there, under the draft's lock; `unchanged` is
    asked first whether that is still what was shown. `part` has been looked through by this.
    What makes the call the one it is stays.
    Raises PermissionDenied, DraftRefused (`ended`, `changed`).
    """
    found = open_draft(draft, actor)
    there = value_at(found.document, place)
    if (there is None and place and isinstance(place[-1], int)) or not unchanged(there):
        raise DraftRefused("changed")
    try:
        document = with_value(found.document, place, write(there))
    except LookupError:
        raise DraftRefused("changed") from None
    document = pruned(CallDefinition, _as_fixed(found, document))
    seen = sorted({*found.seen, part} - {""})
    if document == found.document and seen == found.seen:
        return found
    if document != found.document:
        found.document = document
        found.changed_at, found.changed_by = timezone.now(), actor
    found.seen = seen
    found.version += 1
    _mirror(found)
    found.save()
    _record(found, "call_draft.saved", actor, place=[str(step) for step in place], part=part)
    return found


def _as_fixed(draft: CallDraft, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what no page changes as it was."""
    fixed = [*_FIXED, *(_FIXED_OF_A_CHANGE if draft.changes_call else ())]
    kept = dict(document)
    for name in fixed:
        place = tuple(name.split("."))
        before = value_at(draft.document, place)
        if value_at(kept, place) != before:
            kept = with_value(kept, place, before)
    return kept


def look_through(*, draft: CallDraft, actor: User, part: str) -> CallDraft:
    """Note that somebody has looked through a part, and that it is right as it stands. Raises
    as `save_value`."""
    return save_value(draft=draft, actor=actor, place=(), write=lambda there: there, part=part)


@transaction.atomic
def discard_draft(*, draft: CallDraft, actor: User) -> CallDraft:
    """Throw the draft away. Raises PermissionDenied, DraftRefused."""
    found = open_draft(draft, actor)
    found.state = CallDraftState.DISCARDED
    found.ended_at, found.ended_by = timezone.now(), actor
    found.version += 1
    found.save()
    _record(found, "call_draft.discarded", actor)
    return found
