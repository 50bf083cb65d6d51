"""Choices of the reviews room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


class ProposedOutcome(TextChoices):
    """What is proposed to the decision maker."""

    GRANT = "grant", _("Grant")
    REJECT = "reject", _("Reject")
