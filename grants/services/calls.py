"""Definitions into the database, and calls made from them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from core.checks import canonical_json, sha256_text
from core.enums import JournalKind
from core.models import Agency
from core.services.journal import Actor, append
from grants.definitions import CallDefinition, built_in_definitions
from grants.models import ActivityArea, Call, CallDefinitionRecord, DevelopmentField, Requirement


class DefinitionChanged(ValueError):
    """A version of a definition that is already there with other content; it needs a new number."""

    def __init__(self, code: str, version: int) -> None:
        self.code = code
        self.version = version
        super().__init__(f"{code} v{version} is already there with other content")


def record_definition(
    *, definition: CallDefinition, record_model: Any = CallDefinitionRecord
) -> Any:
    """The immutable record of the definition, made unless it is there. Migrations give theirs.

    Raises DefinitionChanged when the version is there with other content.
    """
    document = definition.document()
    sha256 = sha256_text(canonical_json(document))
    records = record_model.objects
    try:
        return records.get(code=definition.code, sha256=sha256)
    except ObjectDoesNotExist:
        if records.filter(code=definition.code, version=definition.version).exists():
            raise DefinitionChanged(definition.code, definition.version) from None
        return records.create(
            code=definition.code, version=definition.version, document=document, sha256=sha256
        )


@transaction.atomic
def load_definitions(
    *,
    definitions: Iterable[CallDefinition] | None = None,
    record_model: Any = CallDefinitionRecord,
) -> int:
    """Bring in the definitions that come with the system, or those given; idempotent.

    Returns how many were new. Raises DefinitionChanged.
    """
    before = record_model.objects.count()
    for definition in built_in_definitions() if definitions is None else definitions:
        record_definition(definition=definition, record_model=record_model)
    new: int = record_model.objects.count() - before
    return new


@transaction.atomic
def record_copy(
    *,
    source: CallDefinitionRecord,
    code: str,
    year: int,
    frame_sek: int,
    report_cutoff: date,
) -> CallDefinitionRecord:
    """The record of a copy of `source` for another year, made unless there is an equal one.

    Where `code` is taken by other content the copy becomes its next version; a copy never
    becomes a version of what it was copied from. Amounts are whole SEK.
    """
    copy = source.definition.copy_for(
        code=code if code != source.code else f"{code}-{year}",
        year=year,
        frame_sek=frame_sek,
        report_cutoff=report_cutoff,
    )
    versions = CallDefinitionRecord.objects.filter(code=copy.code).order_by("-version")
    for record in versions:
        numbered = copy.model_copy(update={"version": record.version})
        if sha256_text(canonical_json(numbered.document())) == record.sha256:
            return record
    newest = versions.first()
    if newest is not None:
        copy = copy.model_copy(update={"version": newest.version + 1})
    found: CallDefinitionRecord = record_definition(definition=copy)
    return found


@transaction.atomic
def open_call(
    *,
    record: CallDefinitionRecord,
    agency: Agency,
    code: str,
    actor: Actor,
    frame_sek: int | None = None,
    report_cutoff: date | None = None,
    opens_on: date | None = None,
    closes_on: date | None = None,
    preliminary: bool = False,
    imported: bool = False,
) -> Call:
    """Make a call of the definition's year, with its fields, areas and requirements.

    Frame (whole SEK) and dates (Swedish local, inclusive) are the definition's where none are
    given; the days to apply of a copied definition are not its own, and are left out. Raises
    IntegrityError when the agency already has a call with that code.
    """
    definition = record.definition
    dates = definition.dates
    if definition.follows is None:
        opens_on, closes_on = opens_on or dates.opens, closes_on or dates.closes
    call = Call.objects.create(
        agency=agency,
        code=code,
        definition_record=record,
        year=definition.year,
        stream=definition.stream,
        frame_sek=definition.frame_sek if frame_sek is None else frame_sek,
        opens_on=opens_on,
        closes_on=closes_on,
        measured_on=dates.measured_at,
        spend_by=dates.spend_by,
        report_cutoff=report_cutoff or dates.report_cutoff,
        asks_interim=definition.reports.interim,
        asks_opinion=definition.asks_opinion,
        preliminary=preliminary,
        imported=imported,
    )
    fields = DevelopmentField.objects.bulk_create(
        DevelopmentField(call=call, code=each.code, position=position)
        for position, each in enumerate(definition.development_fields, start=1)
    )
    by_code = {each.code: each for each in fields}
    ActivityArea.objects.bulk_create(
        ActivityArea(
            call=call,
            field=by_code[placed.field.code] if placed.field else None,
            code=placed.area.code,
            position=position,
        )
        for position, placed in enumerate(definition.placed_areas, start=1)
    )
    Requirement.objects.bulk_create(
        Requirement(
            call=call,
            code=each.code,
            position=position,
            satisfied_by=[str(finding) for finding in each.satisfied_by],
            applies_to=str(each.applies_to),
        )
        for position, each in enumerate(definition.requirements, start=1)
    )
    append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="call.opened",
        payload={
            "agency": agency.code,
            "code": code,
            "definition": record.code,
            "definition_sha256": record.sha256,
            "follows": definition.follows,
            "frame_sek": call.frame_sek,
            "imported": imported,
            "preliminary": preliminary,
            "year": call.year,
        },
        actor=actor,
    )
    return call
