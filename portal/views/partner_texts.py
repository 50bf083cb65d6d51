"""Why something with partners cannot be as asked, and what to do about it."""

from django.utils.translation import gettext as _


def refusal_text(code: str) -> str:
    """The text of a `grants.services.partners.PartnerRefused`."""
    return {
        "own_organisation": _("The lead applicant takes part already."),
        "takes_part": _("The organisation takes part already."),
        "kind_not_entitled": _(
            "Organisations of that kind cannot apply in this call. See who may apply on the "
            "call’s page."
        ),
        "too_many": _("Many invitations are not answered. Withdraw one before you send another."),
        "too_many_today": _("Many invitations have been sent today. You can send more tomorrow."),
        "used": _("The invitation has been answered. It can be used once."),
        "withdrawn": _("The invitation has been withdrawn. Ask for a new one."),
        "expired": _("The invitation has expired. Ask for a new one."),
        "other_address": _(
            "The invitation was sent to another e-mail address than the one you have signed in "
            "with. Sign in with that address, or ask for an invitation to yours."
        ),
        "too_soon": _("The partner has been reminded today. You can remind again tomorrow."),
    }[code]
