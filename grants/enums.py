"""Choices of the grants room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stream(TextChoices):
    """Which applicants a call is for."""

    MUNICIPALITIES = "municipalities", _("Municipalities")
    ASSOCIATIONS = "associations", _("Associations")


class Status(TextChoices):
    """The states of an application."""

    DRAFT = "draft", _("Draft")
    DISCARDED = "discarded", _("Discarded draft")
    SUBMITTED = "submitted", _("Submitted")
    COMPLETION_REQUESTED = "completion_requested", _("Completion requested")
    ASSESSED = "assessed", _("Assessed")
    GRANTED = "granted", _("Granted")
    REJECTED = "rejected", _("Rejected")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    INTERIM_REPORTED = "interim_reported", _("Interim reported")
    FINAL_REPORTED = "final_reported", _("Final reported")
    REVOKED = "revoked", _("Revoked")
    CLOSED = "closed", _("Closed")


class ParticipationRole(TextChoices):
    """An organisation's part in an application."""

    LEAD = "lead", _("Lead applicant")
    PARTNER = "partner", _("Partner")


class Approval(TextChoices):
    """What a partner's signatory has answered."""

    WAITING = "waiting", _("Not answered")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    NOT_RECORDED = "not_recorded", _("Not recorded")


class Outcome(TextChoices):
    """What a decision says."""

    GRANTED = "granted", _("Granted")
    REJECTED = "rejected", _("Rejected")
    DISMISSED = "dismissed", _("Dismissed")
    REVOKED = "revoked", _("Revoked")


class EntryKind(TextChoices):
    """What a ledger entry books."""

    GRANTED = "granted", _("Granted")
    CARRIED_IN = "carried_in", _("Carried in from the year before")
    PAID = "paid", _("Paid out")
    SPENT = "spent", _("Spent")
    CARRIED_OVER = "carried_over", _("Carried over to the next year")
    CLAIMED = "claimed", _("To repay")
    REPAID = "repaid", _("Repaid")
    WRITTEN_OFF = "written_off", _("Written off")
    REVERSED = "reversed", _("Reversed")
