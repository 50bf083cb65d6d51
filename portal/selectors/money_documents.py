"""The documents of a case that are about its money, as text in parts."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.formats import amount, iso_date
from grants.content.parts import Part
from grants.models import CarryOverRequest, CaseDocument, Claim, Requisition
from grants.selectors.parts import said


def claim_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the party was asked to pay back, and by when."""
    found = Claim.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    return said(
        _("Claim for repayment"),
        [
            (_("Amount"), amount(found.amount_sek)),
            (_("Last day to pay"), iso_date(found.due_on)),
            (_("What the party was told"), found.text),
        ],
    )


def requisition_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """Which part of the grant was asked for."""
    found = Requisition.objects.filter(pk=number, application=document.application_id).first()
    if found is None:
        return ()
    return said(_("The grantee asked for a payment"), [(_("Part of the grant"), str(found.part))])


def carry_over_text(document: CaseDocument, number: int, _language: str) -> tuple[Part, ...]:
    """What the grantee asked to use later, and why."""
    found = _request(document, number)
    if found is None:
        return ()
    return said(
        _("Carrying over"),
        [
            (_("Year"), str(found.year)),
            (_("Amount"), amount(found.amount_sek)),
            (_("Reasons"), found.reasons),
        ],
    )


def carry_over_decision_text(
    document: CaseDocument, number: int, _language: str
) -> tuple[Part, ...]:
    """What was decided of it."""
    found = _request(document, number)
    if found is None or found.granted_sek is None:
        return ()
    until = [] if found.use_by is None else [(_("May be used until"), iso_date(found.use_by))]
    return said(
        _("Carrying over"),
        [
            (pgettext("carry over", "Amount granted"), amount(found.granted_sek)),
            *until,
            (_("Reasons"), found.answer),
        ],
    )


def _request(document: CaseDocument, number: int) -> CarryOverRequest | None:
    requests = CarryOverRequest.objects.filter(application=document.application_id)
    return requests.filter(pk=number).first()
