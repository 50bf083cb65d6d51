"""Choices of the grants room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stream(TextChoices):
    """Which applicants a call is for."""

    MUNICIPALITIES = "municipalities", _("Municipalities")
    ASSOCIATIONS = "associations", _("Associations")


class CallDraftState(TextChoices):
    """What has become of a call that is being made."""

    DRAFT = "draft", pgettext_lazy("call", "Draft")
    PUBLISHED = "published", pgettext_lazy("call", "Published")
    DISCARDED = "discarded", pgettext_lazy("call", "Thrown away")


class CallDraftOrigin(TextChoices):
    """What a call that is being made was begun from."""

    COPY = "copy", _("A copy of an earlier call")
    NEW = "new", _("Begun anew")
    FILE = "file", _("A file")
    CHANGE = "change", _("A change of a published call")


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
    SENT_BACK = "sent_back", _("Case sent back")
    DELAY_REQUESTED = "delay_requested", _("Request that the case be decided")
    DELAY_REFUSED = "delay_refused", _("Answer to the request that the case be decided")
    APPEAL = "appeal", _("Appeal")
    CORRECTION = "correction", _("Correction of a decision")
    OFFICER_NEEDED = "officer_needed", _("The case needs another case officer")
    PAYMENT = "payment", _("Payment")
    CLAIM = "claim", _("Claim or carrying over")
    CHANGE = "change", _("Change of a grant")
    COMMUNICATION = "communication", _("Material to answer")
    COMMUNICATION_ANSWERED = "communication_answered", _("Answer to what was communicated")
    REPORT_REMINDER = "report_reminder", _("Reminder of a report")
    REPORT_OVERDUE = "report_overdue", _("Report that has not come")
    REPORT_RECEIVED = "report_received", _("Report received")
    REPORT_RETURNED = "report_returned", _("Report returned")
    REPORT_ACCEPTED = "report_accepted", _("Report accepted")
    REPORT_SIGNATURE = "report_signature", _("Report to be signed")


class Direction(TextChoices):
    """Which way a document went."""

    IN = "in", _("Received")
    OUT = "out", _("Sent")
    INTERNAL = "internal", _("Drawn up")


class DocumentKind(TextChoices):
    """What a document in a case is."""

    APPLICATION = "application", _("Application")
    COMPLETION = "completion", _("Completed application")
    COMPLETION_REQUEST = "completion_request", _("Completion request")
    MESSAGE = "message", _("Message")
    NOTE = "note", _("Official note")
    OPINION_REQUEST = "opinion_request", _("Request for an opinion")
    OPINION = "opinion", _("Opinion")
    COMMUNICATION = "communication", _("Communicated material")
    ANSWER = "answer", _("Answer to what was communicated")
    DECISION = "decision", _("Decision")
    CORRECTION = "correction", _("Correction of a decision")
    APPEAL = "appeal", _("Appeal")
    COURT = "court", _("From the court")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    DELAY_REQUEST = "delay_request", _("Request that the case be decided")
    DISCLOSURE_REQUEST = "disclosure_request", _("Request for documents")
    DISCLOSURE = "disclosure", _("Documents handed out")
    INTERIM_REPORT = "interim_report", _("Interim report")
    FINAL_REPORT = "final_report", _("Final report")
    REPORT_QUESTIONS = "report_questions", _("Questions on a report")
    CERTIFICATE = "certificate", _("Auditor’s certificate")
    OTHER = "other", _("Other")


class CorrectedPlace(TextChoices):
    """Where in a decision an obvious error stood."""

    REASONS = "reasons", _("The reasons")
    CONDITIONS = "conditions", _("The conditions")
    DISSENT = "dissent", _("The dissenting opinion")


class AppealState(TextChoices):
    """How far an appeal has come."""

    RECEIVED = "received", _("To be tried whether it came in time")
    IN_TIME = "in_time", _("To be tried for reconsideration")
    DISMISSED = "dismissed", _("Dismissed, came too late")
    TRIED = "tried", _("To be handed over to the court")
    HANDED_OVER = "handed_over", _("With the court")
    ENDED = "ended", pgettext_lazy("appeal", "Ended")


class TriedResult(TextChoices):
    """What trying an appealed decision for reconsideration came to."""

    UNCHANGED = "unchanged", _("The decision is not changed")
    RECONSIDERED = "reconsidered", _("The decision is reconsidered")


class AppealOutcome(TextChoices):
    """How an appeal ended."""

    UPHELD = "upheld", _("The court has upheld the decision")
    CHANGED = "changed", _("The court has changed the decision")
    REFERRED_BACK = "referred_back", _("The court has referred the case back")
    NOT_TRIED = "not_tried", _("The court has dismissed the appeal")
    WITHDRAWN = "withdrawn", _("The appeal was withdrawn")


class DeliveryHow(TextChoices):
    """How a party received a decision."""

    OPENED = "opened", _("Opened on the pages")
    PAPER = "paper", _("Delivered on paper")


class LetterState(TextChoices):
    """How far the PDF of a decision letter has come."""

    WAITING = "waiting", _("Waits to be made")
    LEASED = "leased", _("Is being made")
    MADE = "made", _("Made")
    FAILED = "failed", _("Could not be made")


class BatchState(TextChoices):
    """How far a batch of decision letters has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("In progress")
    DONE = "done", pgettext_lazy("archive", "Ready")
    FAILED = "failed", _("Failed")


class Medium(TextChoices):
    """How a document that was registered by hand came or went."""

    PAPER = "paper", _("On paper")
    EMAIL = "email", _("By e-mail")
    OTHER = "other", _("In another way")


class RegisterChange(TextChoices):
    """What was done afterwards with a registered document."""

    CORRECTED = "corrected", _("Corrected")
    MARKED = "marked", _("Marked secret")
    UNMARKED = "unmarked", _("Secrecy marking removed")


class DisclosureOutcome(TextChoices):
    """What became of a document that somebody asked for."""

    FULL = "full", _("Given out whole")
    PART = "part", _("Given out with parts left out")
    REFUSED = "refused", _("Not given out")


class OrderState(TextChoices):
    """How far a payment order (betalningsorder) has come."""

    MADE = "made", _("Waits to be approved")
    APPROVED = "approved", pgettext_lazy("payment order", "Approved")
    HANDED_OVER = "handed_over", pgettext_lazy("payment order", "Handed over")
    ANSWERED = "answered", pgettext_lazy("payment order", "Answered")
    CANCELLED = "cancelled", pgettext_lazy("payment order", "Cancelled")


class PaymentState(TextChoices):
    """What became of a payment in an order."""

    ORDERED = "ordered", pgettext_lazy("payment", "Under way")
    PAID = "paid", pgettext_lazy("payment", "Paid")
    REFUSED = "refused", pgettext_lazy("payment", "Not carried out")
    CANCELLED = "cancelled", pgettext_lazy("payment", "Taken out")


class PartState(TextChoices):
    """Where a part of a grant stands that is not yet in an order, or what its payment is."""

    PAID = "paid", pgettext_lazy("payment", "Paid")
    ORDERED = "ordered", pgettext_lazy("payment", "Under way")
    PAYABLE = "payable", pgettext_lazy("payment", "Can be paid")
    NOT_YET = "not_yet", pgettext_lazy("payment", "Not due yet")
    INTERIM = "interim", pgettext_lazy("payment", "Waits for the interim report")
    REQUISITION = "requisition", pgettext_lazy("payment", "Waits for a requisition")
    STOPPED = "stopped", pgettext_lazy("payment", "Stopped")
    GIRO = "giro", pgettext_lazy("payment", "No giro number")
    NOTHING = "nothing", pgettext_lazy("payment", "Nothing to pay")


class ChangeKind(TextChoices):
    """What a grantee asks to have changed in its grant."""

    BUDGET = "budget", pgettext_lazy("change", "Other use of the money")
    TIME = "time", pgettext_lazy("change", "Longer time")
    PARTNER = "partner", pgettext_lazy("change", "A partner leaves")
    MERGER = "merger", pgettext_lazy("change", "An organisation is merged into another")


class ChangeState(TextChoices):
    """How far a change that was asked for has come."""

    ASKED = "asked", pgettext_lazy("change", "To be prepared")
    QUESTION = "question", pgettext_lazy("change", "Question to the grantee")
    PREPARED = "prepared", pgettext_lazy("change", "To be decided")
    GRANTED = "granted", pgettext_lazy("change", "Granted")
    PARTLY = "partly", pgettext_lazy("change", "Granted in part")
    REFUSED = "refused", pgettext_lazy("change", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "Withdrawn")


class TimeAsked(TextChoices):
    """Which day a grantee asks to have moved."""

    USE_UNTIL = "use_until", pgettext_lazy("change", "The last day of the time plan")
    INTERIM_DUE = "interim_due", pgettext_lazy("change", "The day of the interim report")
    FINAL_DUE = "final_due", pgettext_lazy("change", "The day of the final report")
