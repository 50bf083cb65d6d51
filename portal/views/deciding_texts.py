"""Why a decision, an appeal or a correction is refused, in words that say what to do."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import TransitionNotAllowed

from core.content import Text
from grants.checks import LedgerRefused, TransitionRefused
from grants.checks.appeals import AppealRefused
from grants.checks.delegation import DelegationRefused
from grants.enums import Outcome
from portal.views.finding_texts import refusal_text
from portal.views.labels import money
from reviews.checks import ReviewRefused

_REVIEW: Mapping[str, Text] = {
    "changed": gettext_lazy(
        "Something has happened in the case since the page was shown. Read it again before you "
        "decide."
    ),
    "not_standing": gettext_lazy(
        "The budget lines no longer say what is proposed. Send the case back to its officer."
    ),
    "no_proposal": gettext_lazy("Nothing is proposed in the case any more."),
    "status": gettext_lazy("That cannot be done as the case now is."),
    "reasons": gettext_lazy("Write the reasons."),
    "own_organisation": gettext_lazy(
        "You act for an organisation in the case. Declare the conflict of interest."
    ),
    "unheard": gettext_lazy(
        "The applicant has not been heard over what speaks against it. Send the case back."
    ),
    "not_communicated": gettext_lazy(
        "The applicant has not been heard over what speaks against it. Send the case back."
    ),
}
_LEDGER: Mapping[str, Text] = {
    "below_zero": gettext_lazy(
        "More money has been used than the amount. Decide a higher amount, or revoke the grant."
    ),
    "money_used": gettext_lazy(
        "Money of the earlier grant has been used. Such a grant is revoked, not rejected."
    ),
    "amount": gettext_lazy(
        "The amount to repay cannot be less than what is not used, or more than was granted."
    ),
}
_APPEAL: Mapping[str, Text] = {
    "not_appealable": gettext_lazy("This kind of decision cannot be appealed."),
    "appealed": gettext_lazy(
        "The organisation has appealed the decision already, and the appeal is being handled. "
        "What it adds is registered as a document in the case."
    ),
    "not_a_party": gettext_lazy("Only an organisation that takes part in the case can appeal."),
    "superseded": gettext_lazy("The decision has been replaced by a later one. Appeal that."),
    "empty": gettext_lazy("Write what is asked for and why, or choose a document."),
    "state": gettext_lazy("That step has been taken already, or comes later."),
    "in_time": gettext_lazy("The appeal came in time, or it is not known when it had to come."),
    "reasons": gettext_lazy("Write the reasons."),
    "with_the_court": gettext_lazy(
        "The decision has been handed over to the court, and is the court's until it has answered."
    ),
    "no_order": gettext_lazy("No court has changed the decision or referred the case back."),
    "being_reconsidered": gettext_lazy(
        "The case is being reconsidered. Make the new decision first: it goes to the court too."
    ),
    "date": gettext_lazy("The date cannot be: it is before what it comes after, or in the future."),
    "not_there": gettext_lazy("The text does not stand there. Copy it exactly as it reads."),
    "same": gettext_lazy("The new text is the same as the old."),
}
REFUSED = (
    PermissionDenied,
    TransitionNotAllowed,
    TransitionRefused,
    DelegationRefused,
    LedgerRefused,
    ReviewRefused,
    AppealRefused,
)
"""What deciding and what comes after is refused by; `texts_of` has words for each."""


def texts_of(refused: Exception) -> list[str]:
    """Why it was refused, a sentence for each thing."""
    if isinstance(refused, TransitionRefused):
        return [refusal_text(each.condition) for each in refused.refusals]
    if isinstance(refused, DelegationRefused):
        return [delegation_text(refused)]
    if isinstance(refused, LedgerRefused):
        return [str(_LEDGER.get(refused.code, _("The money of the case does not allow it.")))]
    if isinstance(refused, AppealRefused):
        return [str(_APPEAL[refused.code])]
    if isinstance(refused, ReviewRefused):
        return [str(_REVIEW.get(refused.code, _REVIEW["status"]))]
    if isinstance(refused, TransitionNotAllowed):
        return [_("The case has been decided or sent back already. Nothing was changed.")]
    return [_("You may not do that in this case.")]


def delegation_text(refused: DelegationRefused) -> str:
    """What the person's delegation does cover, instead of what it does not."""
    if refused.limit_sek is None:
        return _(
            "Your delegation does not cover decisions of this kind (%(outcome)s). Somebody else "
            "has to decide."
        ) % {"outcome": Outcome(refused.outcome).label}
    return _(
        "The amount is above your delegation, which goes up to %(limit)s. Somebody with a higher "
        "delegation has to decide."
    ) % {"limit": money(refused.limit_sek)}
