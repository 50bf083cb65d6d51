"""What is wrong with a number, a role or a date, in words that say what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from applicants.checks import (
    LONGEST_MANDATE_YEARS,
    GiroFault,
    NumberFault,
    OrganisationNumberFault,
    RepresentationRefused,
)


def number_fault_text(fault: NumberFault) -> str:
    """What is wrong with the number as it was written."""
    if isinstance(fault, OrganisationNumberFault):
        texts = {
            "form": _("An organisation number has ten digits, such as 222013-0013."),
            "checksum": _(
                "The last digit does not fit the others. Check the number: a digit may be wrong."
            ),
            "person": _(
                "This looks like a personal identity number. Write the organisation’s number."
            ),
        }
    elif isinstance(fault, GiroFault):
        texts = {
            "form": _(
                "A bankgiro number has seven or eight digits, such as 5050-1055. A plusgiro "
                "number has two to eight, such as 4-2."
            ),
            "checksum": _(
                "The last digit does not fit the others. Check the number: a digit may be wrong."
            ),
            "kind": _("Choose whether it is a bankgiro or a plusgiro number."),
        }
    else:
        texts = {"form": _("A postal code has five digits, such as 114 18.")}
    return texts[fault.code]


def refusal_text(refused: RepresentationRefused) -> str:
    """Why it cannot be as asked, and what to do about it."""
    return _refusals()[refused.code]


def _refusals() -> Mapping[str, str]:
    return {
        "no_roles": _("Choose at least one role."),
        "unknown_role": _("Choose among the roles in the list."),
        "signing_missing": _("Choose whether the signatory signs alone or two jointly."),
        "signing_without_role": _("Only a signatory signs. Choose that role too, or neither."),
        "no_last_day": _("Write the last day of the mandate."),
        "last_day_passed": _("The last day has passed. Write a later one."),
        "last_day_too_late": _("A mandate lasts at most %(years)s years. Write an earlier day.")
        % {"years": LONGEST_MANDATE_YEARS},
        "unit_missing": _("Write the name of the city district."),
        "administrates_already": _("You administer the organisation already."),
        "too_many_requests": _(
            "You have many requests that are not answered. Take one back before you make another."
        ),
        "too_many_invitations": _(
            "Many invitations have been sent today. You can send more tomorrow."
        ),
        "no_evidence": _("Add at least one file that shows that you may represent it."),
        "sent": _("The request has been sent and cannot be changed."),
        "answered": _("The request has been answered and cannot be changed."),
        "not_waiting": _("The request is not waiting any more: it was answered or taken back."),
        "no_reason": _("Write the reason."),
        "ended": _("The mandate has ended already."),
        "not_colleague": _("The person does not act for the organisation any more."),
        "last_administrator": _(
            "This is the organisation’s only administrator. Name another administrator first."
        ),
        "invitation_used": _("The invitation has been used. It can only be used once."),
        "invitation_withdrawn": _("The invitation has been withdrawn."),
        "invitation_expired": _("The invitation has expired. Ask for a new one."),
        "other_address": _("The invitation was sent to another e-mail address than yours."),
        "inviter_gone": _(
            "Who invited you does not administer the organisation any more. Ask for a new "
            "invitation."
        ),
    }
