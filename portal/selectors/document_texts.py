"""Reading a case's document, whichever room made it: its text in parts, and its files."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.formats import iso_date
from core.models import StoredFile
from grants.content.parts import Part
from grants.enums import DocumentKind
from grants.models import CaseDocument
from grants.selectors.parts import Reader, parts_of_document, said
from grants.selectors.register import files_of_document, source_of
from reviews.models import Communication, CommunicationAnswer, NotCommunicating, Note, Opinion

from .change_documents import (
    change_answer_text,
    change_question_text,
    change_text,
    change_withdrawal_text,
    letter_text,
)
from .money_documents import (
    carry_over_decision_text,
    carry_over_text,
    claim_text,
    requisition_text,
)
from .report_parts import asked_back, files_of_report, sent_report


def text_of(document: CaseDocument, language: str) -> tuple[Part, ...]:
    """The document's text in parts; none where it is its files alone."""
    return parts_of_document(document, language, _READERS)


def files_of(document: CaseDocument) -> list[StoredFile]:
    """The document's files, each once."""
    found = files_of_document(document)
    kind, number = source_of(document)
    if kind == "communication_answer":
        answers = StoredFile.objects.filter(
            communication_answers=number,
            communication_answers__communication__application=document.application_id,
        )
        found += list(answers.order_by("pk"))
    if kind == "report_version" and number is not None:
        found += files_of_report(document, number)
    return found


def _note(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = Note.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    day = iso_date(found.about)
    pairs = [(_("What it is about"), found.title), (_("Date"), day), (_("Note"), found.body)]
    return said(str(DocumentKind.NOTE.label), pairs)


def _communication(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = (
        Communication.objects.prefetch_related("sources")
        .filter(pk=number, application=document.application_id)
        .first()
    )
    if found is None:
        return ()
    # The titles tell of persons and of supervision: they are left out with what they head.
    sources = [
        (_("Material"), "\n\n".join(word for word in (each.title, each.text) if word))
        for each in found.sources.all()
    ]
    return said(
        _("Communicated material"),
        [
            (_("What it is about"), found.text),
            (_("Last day to answer"), iso_date(found.due)),
            *sources,
        ],
    )


def _answer(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = CommunicationAnswer.objects.filter(
        pk=number, communication__application=document.application_id
    ).first()
    if found is None:
        return ()
    text = _("Has nothing to add.") if found.no_comment and not found.body else found.body
    return said(_("Answer to what was communicated"), [(_("Answer"), text)])


def _not_communicating(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = NotCommunicating.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    ground = str(found.get_ground_display())
    heading = _("Why it was not communicated")
    return said(heading, [(_("Ground"), ground), (_("Reason"), found.reason)])


def _opinion(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    found = Opinion.objects.filter(pk=number, application=document.application_id).first()
    if found is None or found.given_at is None:
        return ()
    recommends = str(found.get_recommendation_display())
    pairs = [(_("Recommendation"), recommends), (_("Reasons"), found.reasons)]
    return said(_("Opinion"), pairs)


_READERS: Mapping[str, Reader] = {
    "claim": claim_text,
    "requisition": requisition_text,
    "carry_over": carry_over_text,
    "carry_over_decision": carry_over_decision_text,
    "claim_reminder": letter_text,
    "change": change_text,
    "change_question": change_question_text,
    "change_answer": change_answer_text,
    "change_withdrawal": change_withdrawal_text,
    "change_decision": letter_text,
    "note": _note,
    "communication": _communication,
    "communication_answer": _answer,
    "not_communicating": _not_communicating,
    "opinion": _opinion,
    "report_version": sent_report,
    "report_return": asked_back,
}
