"""The documents that the system made itself, as parts to read, to mark and to leave out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.enums import JournalKind
from core.formats import amount, iso_date
from core.selectors.journal import events_of
from grants.content.parts import Part, parts_of_content
from grants.enums import Outcome
from grants.models import (
    CaseDocument,
    CompletionRequest,
    Decision,
    Message,
)

from .cases import participants_of
from .register import marks_of, source_of, version_of
from .sent_in import content_of_version

type Reader = Callable[[CaseDocument, int, str], tuple[Part, ...]]


def parts_of_document(
    document: CaseDocument, language: str, more: Mapping[str, Reader] | None = None
) -> tuple[Part, ...]:
    """The document's text in parts; none for one whose content is its files alone. `more` reads
    the records of other rooms, by what stands before the number in `source`."""
    kind, number = source_of(document)
    readers: Mapping[str, Reader] = {**_READERS, **(more or {})}
    reader = readers.get(kind)
    if reader is None:
        return ()
    with translation.override(language):
        return reader(document, number or 0, language)


def _version(document: CaseDocument, _number: int, language: str) -> tuple[Part, ...]:
    found = version_of(document)
    if found is None:
        return ()
    application = found.application
    content = content_of_version(
        found,
        application.definition,
        language,
        parts=list(participants_of(application)),
    )
    return parts_of_content(content, marks_of(application))


def _message(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = Message.objects.filter(pk=number, application=document.application_id).first()
    return said(_("Message"), [(_("Message"), found.body)]) if found else ()


def _completion_request(document: CaseDocument, number: int, language: str) -> tuple[Part, ...]:
    found = CompletionRequest.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    asked = [(_("To be completed"), f"{question}") for _field, question in found.items if question]
    return said(
        _("Completion request"),
        [
            (_("Last day to answer"), iso_date(found.due)),
            (_("To the applicant"), found.message),
            *asked,
        ],
    )


def _decision(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = Decision.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    money = "" if found.amount_sek is None else amount(found.amount_sek)
    return said(
        _("Decision"),
        [
            (_("Outcome"), str(Outcome(found.outcome).label)),
            (_("Decided"), iso_date(found.decided_on)),
            (_("Amount"), money),
            (_("Reasons"), found.reasons),
        ],
    )


def _withdrawal(document: CaseDocument, _number: int, _language: str) -> tuple[Part, ...]:
    events = events_of(kind=JournalKind.CASE, subject=str(document.application_id))
    event = events.filter(name="application.withdrawn").last()
    texts: list[Any] = list(event.texts.all()) if event else []
    return said(_("Withdrawal"), [(_("Reasons"), each.text or "") for each in texts])


def said(heading: str, pairs: list[tuple[str, str]]) -> tuple[Part, ...]:
    """Labels and texts as parts under one heading; what is empty is left out."""
    return tuple(
        Part(f"part.{number}", heading, label, text)
        for number, (label, text) in enumerate(pairs, 1)
        if text
    )


_READERS: Mapping[str, Reader] = {
    "version": _version,
    "message": _message,
    "completion_request": _completion_request,
    "decision": _decision,
    "withdrawal": _withdrawal,
}
