"""Reading what was sent in, or would be now, with who signed it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from core.selectors.prepared import Prepared, knowing
from grants.content.application import application_content
from grants.content.application_parts import ApplicationContent
from grants.content.differences import Difference, differences
from grants.definitions import CallDefinition
from grants.enums import SignaturePurpose
from grants.models import (
    Application,
    ApplicationVersion,
    CallDefinitionRecord,
    CompletionRequest,
    Participation,
    Signature,
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature to read. `assurance` is how the person had signed in."""

    name: str
    organisation: str
    is_lead: bool
    jointly: bool
    signed_at: datetime
    assurance: str


def document_of_version(version: ApplicationVersion) -> dict[str, Any]:
    """What was sent in, as JSON values."""
    document: dict[str, Any] = json.loads(version.document)
    return document


def definition_of_document(
    document: dict[str, Any], application: Application, current: CallDefinition
) -> CallDefinition:
    """The definition that the document was written by; `current` is the one that holds for
    the application now."""
    told = document.get("definition")
    record = application.record
    if not isinstance(told, dict) or told.get("sha256") == record.sha256:
        return current
    found = CallDefinitionRecord.objects.filter(
        code=told.get("code", ""), sha256=told.get("sha256", "")
    ).first()
    return current if found is None else found.definition


def content_of_version(
    version: ApplicationVersion,
    definition: CallDefinition,
    language: str,
    *,
    parts: Iterable[Participation] = (),
) -> ApplicationContent:
    """The version to read. `definition` is the call's; with `parts` the fields of organisations
    can be named."""
    document = document_of_version(version)
    written_by = definition_of_document(document, version.application, definition)
    ids = organisation_ids(document, parts)
    return application_content(document, written_by, language, organisations=ids)


def organisation_ids(
    document: dict[str, Any], parts: Iterable[Participation]
) -> Sequence[int | None]:
    """The ids of the document's participants, in its order; None for one who has left."""
    known = {
        (part.organisation.org_no, part.organisation.unit): part.organisation_id for part in parts
    }
    return [
        known.get((each.get("org_no", ""), each.get("unit", "")))
        for each in document.get("participants", ())
    ]


def differences_between(
    old: ApplicationVersion,
    new: ApplicationVersion,
    definition: CallDefinition,
    language: str,
) -> tuple[Difference, ...]:
    """What differs between two versions, in the order of the form."""
    return differences(document_of_version(old), document_of_version(new), definition, language)


def signatures_of(version: ApplicationVersion) -> list[Signed]:
    """Who signed: for the lead this version, for the partners what they had last approved of
    their parts when it was sent in."""
    rows = _signed_for(version.application_id, version.pk, version.submitted_at)
    lead = [each for each in rows if each.purpose == SignaturePurpose.SUBMIT]
    last: dict[int, str] = {
        each.organisation_id: each.sha256
        for each in rows
        if each.purpose == SignaturePurpose.APPROVE
    }
    document = document_of_version(version)
    taking_part = {
        (each.get("org_no", ""), each.get("unit", "")) for each in document.get("participants", ())
    }
    partners = [
        each
        for each in rows
        if each.purpose == SignaturePurpose.APPROVE
        and last[each.organisation_id] == each.sha256
        and (each.organisation.org_no, each.organisation.unit) in taking_part
    ]
    return [_signed(each) for each in (*lead, *partners)]


_signed_for = Prepared(
    lambda application, version, at: (
        Signature.objects.filter(
            Q(version=version) | Q(purpose=SignaturePurpose.APPROVE, signed_at__lte=at),
            application=application,
        )
        .select_related("user", "organisation")
        .order_by("signed_at", "pk")
    )
)


def _signed(signature: Signature) -> Signed:
    return Signed(
        name=str(signature.user),
        organisation=signature.organisation.name,
        is_lead=signature.purpose == SignaturePurpose.SUBMIT,
        jointly=signature.jointly,
        signed_at=signature.signed_at,
        assurance=signature.assurance,
    )


def open_signatures(application: Application) -> list[Signature]:
    """The lead's signatures that are not yet under anything sent in, the earliest first."""
    return knowing(_open_signatures(application.pk), application=application)


_open_signatures = Prepared(
    lambda application: (
        Signature.objects.filter(
            application=application, version=None, purpose=SignaturePurpose.SUBMIT
        )
        .select_related("user")
        .order_by("signed_at", "pk")
    )
)


def answered_request(version: ApplicationVersion) -> CompletionRequest | None:
    """The completion request that the version answers; None for one sent in by itself."""
    return _answered.first(version.application_id, version.submitted_at)


_answered = Prepared(
    lambda application, at: CompletionRequest.objects.filter(
        application=application, answered=True, closed_at=at
    ).order_by("pk")[:1]
)
