"""Choices of the grants room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class RowKind(TextChoices):
    """What a row that the applicant adds is."""

    ACTIVITY = "activity", _("Activity")
    LINE = "line", _("Budget line")
    FUNDING = "funding", _("Other funding")


class Practice(TextChoices):
    """How far an organisation says that it has come with a requirement."""

    YES = "yes", _("Yes")
    BEGUN = "begun", _("Begun")
    NO = "no", _("No")


class FundingState(TextChoices):
    """Where other funding stands."""

    APPLIED = "applied", _("Applied for")
    GRANTED = "granted", pgettext_lazy("amount", "Granted")
    OWN = "own", _("Own money")


class SignaturePurpose(TextChoices):
    """What is signed: the application by the lead, or a partner's part of it."""

    SUBMIT = "submit", _("Application")
    APPROVE = "approve", _("Own part")


class NoticeKind(TextChoices):
    """What a mail in a case is about. The mail itself says only that there is news."""

    RECEIPT = "receipt", _("Receipt")
    COMPLETION_REQUESTED = "completion_requested", _("Completion is requested")
    MESSAGE = "message", _("Message in the case")
    PARTNER_INVITED = "partner_invited", _("Invitation to take part")
    PARTNER_ANSWERED = "partner_answered", _("Answer from a partner")
    APPROVAL_NEEDED = "approval_needed", _("Approval is needed")
    APPROVAL_REMINDER = "approval_reminder", _("Reminder of an approval")
    DECISION = "decision", _("Decision")
    WITHDRAWN = "withdrawn", _("Withdrawal")
    DEADLINE_REMINDER = "deadline_reminder", _("Reminder of the last day to apply")
    FORGOTTEN_DRAFT = "forgotten_draft", _("Draft that was not sent in")
    TAKEN_BACK = "taken_back", _("Application taken back")
