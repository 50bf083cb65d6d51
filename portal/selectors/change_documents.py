"""The documents of a case that are about changes of its grant, and its letters, as text."""

from django.utils.translation import gettext as _

from grants.content.parts import Part
from grants.models import CaseDocument, CaseLetter, ChangeQuestion, GrantChange
from grants.selectors.case_letters import content_of
from grants.selectors.parts import said


def change_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the grantee asked for, and why. The amounts stand in the decision's letter."""
    found = GrantChange.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    return said(
        _("Request to change the grant"),
        [(_("What it is about"), str(found.get_kind_display())), (_("Reasons"), found.reasons)],
    )


def change_question_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the officer asked about it."""
    found = _question(document, number)
    heading = _("Question about a request to change the grant")
    return () if found is None else said(heading, [(_("Question"), found.text)])


def change_answer_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the grantee answered."""
    found = _question(document, number)
    heading = _("Answer about a request to change the grant")
    return () if found is None else said(heading, [(_("Answer"), found.answer)])


def change_withdrawal_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the paper says by which the grantee took its request back."""
    found = GrantChange.objects.filter(pk=number, application=document.application_id).first()
    heading = _("Withdrawal of a request to change the grant")
    if found is None or not found.withdrawal_text:
        return ()
    return said(heading, [(_("What the paper says"), found.withdrawal_text)])


def _question(document: CaseDocument, number: int) -> ChangeQuestion | None:
    asked = ChangeQuestion.objects.filter(change__application=document.application_id)
    return asked.filter(pk=number).first()


def letter_text(document: CaseDocument, _number: int, _language: str) -> tuple[Part, ...]:
    """What a letter says, by its sections, as it was frozen: always in Swedish."""
    letter = CaseLetter.objects.filter(
        application=document.application_id, source=document.source
    ).first()
    if letter is None:
        return ()
    content = content_of(letter)
    pairs = []
    for section in content.sections:
        lines = [*section.paragraphs, *section.items]
        if section.table is not None:
            rows = (*section.table.rows, *([section.table.total] if section.table.total else []))
            lines += [": ".join(cell for cell in row if cell) for row in rows]
        pairs.append((section.title, "\n".join((*lines, *section.after))))
    return said(content.title, pairs)
