"""Choices of the reviews room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FindingValue(TextChoices):
    """What is found of one requirement for one organisation."""

    MET = "met", _("Met")
    BEGUN = "begun", _("Begun")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Recommendation(TextChoices):
    """What a county board recommends."""

    WAITING = "waiting", _("Not answered")
    RECOMMENDED = "recommended", _("Recommended")
    WITH_RESERVATIONS = "with_reservations", _("Recommended with reservations")
    NOT_RECOMMENDED = "not_recommended", _("Not recommended")
    NO_OPINION = "no_opinion", _("No opinion")


class LineVerdict(TextChoices):
    """What the cost check says of a budget line."""

    FULL = "full", _("In full")
    PART = "part", _("In part")
    NONE = "none", _("Not at all")


class ProposedOutcome(TextChoices):
    """What is proposed to the decision maker."""

    GRANT = "grant", _("Grant")
    PART = "part", _("Grant in part")
    REJECT = "reject", _("Reject")

    @property
    def grants(self) -> bool:
        """Whether money is to be granted, all that was asked for or a part of it."""
        return self in (ProposedOutcome.GRANT, ProposedOutcome.PART)


class TextUse(TextChoices):
    """Where a text of the library belongs; the values are those of grants.definitions.TextUse."""

    GRANT = "grant", _("Grant")
    PART = "part", _("Grant in part")
    REJECT = "reject", _("Rejection")
    DISMISS = "dismiss", _("Dismissal")
    CONDITION = "condition", _("Condition")


class WaiverState(TextChoices):
    """How far a waiver of a requirement has come."""

    ASKED = "asked", _("Waits for a decision")
    APPROVED = "approved", pgettext_lazy("waiver", "Approved")
    REFUSED = "refused", pgettext_lazy("waiver", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("waiver", "No longer holds")


class SourceKind(TextChoices):
    """What kind of material is communicated."""

    OPINION = "opinion", _("Opinion")
    SUPERVISION = "supervision", _("Supervision decision")
    FINDING = "finding", _("Finding about a requirement")
    OWN = "own", _("What the agency has found itself")
    DOCUMENT = "document", _("Document")


class NotCommunicated(TextChoices):
    """Why material is not communicated: 25 § förvaltningslagen."""

    OBVIOUS = "obvious", _("It is obviously not needed")
    OBSTRUCTS = "obstructs", _("It would make the decision considerably harder to carry out")
    AT_ONCE = "at_once", _("An important interest requires that the decision is made at once")
    SECRET = "secret", _("Secrecy holds against the applicant")


class AdmissionOutcome(TextChoices):
    """What the case officer says of an application that can be dismissed."""

    ADMITTED = "admitted", _("Admitted to be tried")
    DISMISS = "dismiss", _("Proposed to be dismissed")


class AdmissionGround(TextChoices):
    """Why an application can be dismissed; the values are those of
    grants.checks.DismissalGround."""

    LATE = "late", _("Came after the last day to apply")
    NOT_ENTITLED = "not_entitled", _("Is not from somebody who may apply")
    DEFECT = "defect_not_remedied", _("Has a defect that was not remedied")


class ScenarioState(TextChoices):
    """How far a what-if distribution has come."""

    DRAFT = "draft", pgettext_lazy("scenario", "What if")
    ADOPTING = "adopting", pgettext_lazy("scenario", "Becoming proposals")
    ADOPTED = "adopted", pgettext_lazy("scenario", "Adopted")
    REPLACED = "replaced", pgettext_lazy("scenario", "Replaced")
