"""How states are shown, and what the portal's pages are filled with."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy, pgettext_lazy

from core.content import Tag, Text, Tone
from core.enums import IncidentKind, OutboxState
from grants.enums import Approval, BatchState, EntryKind, NoticeKind, Status
from reporting.enums import AreaStatus, BuildState, ReportStatus

_TONES: dict[str, Tone] = {
    Status.DRAFT: Tone.NEUTRAL,
    Status.DISCARDED: Tone.NEUTRAL,
    Status.SUBMITTED: Tone.INFO,
    Status.COMPLETION_REQUESTED: Tone.WARNING,
    Status.ASSESSED: Tone.INFO,
    Status.GRANTED: Tone.SUCCESS,
    Status.REJECTED: Tone.DANGER,
    Status.DISMISSED: Tone.DANGER,
    Status.WITHDRAWN: Tone.NEUTRAL,
    Status.INTERIM_REPORTED: Tone.SUCCESS,
    Status.FINAL_REPORTED: Tone.SUCCESS,
    Status.REVOKED: Tone.DANGER,
    Status.CLOSED: Tone.NEUTRAL,
}
APPROVAL_TONES: dict[str, Tone] = {
    Approval.WAITING: Tone.WARNING,
    Approval.APPROVED: Tone.SUCCESS,
    Approval.DECLINED: Tone.DANGER,
    Approval.NOT_RECORDED: Tone.NEUTRAL,
}
_REPORT_TONES: dict[str, Tone] = {
    ReportStatus.DUE: Tone.WARNING,
    ReportStatus.DRAFT: Tone.NEUTRAL,
    ReportStatus.RECEIVED: Tone.INFO,
    ReportStatus.RETURNED: Tone.WARNING,
    ReportStatus.ACCEPTED: Tone.SUCCESS,
}
_AREA_TONES: dict[str, Tone] = {
    AreaStatus.ONGOING: Tone.INFO,
    AreaStatus.COMPLETED: Tone.SUCCESS,
    AreaStatus.NOT_CARRIED_OUT: Tone.NEUTRAL,
}
_MAIL_TONES: dict[str, Tone] = {
    OutboxState.PENDING: Tone.NEUTRAL,
    OutboxState.LEASED: Tone.INFO,
    OutboxState.SENT: Tone.SUCCESS,
    OutboxState.FAILED: Tone.DANGER,
    OutboxState.BOUNCED: Tone.DANGER,
}
_BUILD_TONES: dict[str, Tone] = {
    BuildState.QUEUED: Tone.NEUTRAL,
    BuildState.RUNNING: Tone.INFO,
    BuildState.DONE: Tone.SUCCESS,
    BuildState.FAILED: Tone.DANGER,
}
_BATCH_TONES: dict[str, Tone] = {
    BatchState.QUEUED: Tone.NEUTRAL,
    BatchState.RUNNING: Tone.INFO,
    BatchState.DONE: Tone.SUCCESS,
    BatchState.FAILED: Tone.DANGER,
}
_OTHER_MAIL: dict[str, Text] = {
    "account": gettext_lazy("Account and sign-in"),
    "invitation": gettext_lazy("Invitation to an organisation"),
    "reconciliation": gettext_lazy("Reconciliation of the money"),
    "representation-waiting": gettext_lazy("Requests to represent organisations"),
    "representation-answered": gettext_lazy("Answer about representing an organisation"),
    "representation-approved": gettext_lazy("News about who represents an organisation"),
    "opinion_asked": gettext_lazy("Request for an opinion"),
    "opinion_time": gettext_lazy("Answer about more time for an opinion"),
    "opinion_reminder": gettext_lazy("Reminder of an opinion"),
}


def status_tag(status: str) -> Tag:
    """The state of an application."""
    return Tag(Status(status).label, _TONES[status])


def report_tag(status: str) -> Tag:
    """The state of a report."""
    return Tag(ReportStatus(status).label, _REPORT_TONES[status])


def area_tag(status: str) -> Tag:
    """How far the work in an area had come."""
    return Tag(AreaStatus(status).label, _AREA_TONES[status])


def build_tag(state: str) -> Tag:
    """How the making of an edition goes."""
    return Tag(BuildState(state).label, _BUILD_TONES[state])


def package_tag(state: str, *, removed: bool = False) -> Tag:
    """How far a file of data has come, or that it has been removed."""
    return Tag(gettext_lazy("Removed"), Tone.NEUTRAL) if removed else build_tag(state)


def batch_tag(state: str) -> Tag:
    """How far a batch of letters has come."""
    return Tag(BatchState(state).label, _BATCH_TONES[state])


def mail_tag(state: str) -> Tag:
    """How far a mail has come."""
    return Tag(OutboxState(state).label, _MAIL_TONES[state])


def mail_kind(kind: str) -> Text:
    """What a mail is about, of the first part of its key."""
    if kind in NoticeKind:
        return NoticeKind(kind).label
    return _OTHER_MAIL.get(kind, kind)


def incident_label(kind: str) -> Text:
    """What failed."""
    return IncidentKind(kind).label


def entry_label(kind: str) -> Text:
    """What a ledger entry books."""
    if kind == EntryKind.GRANTED:
        return pgettext_lazy("amount", "Granted")
    return EntryKind(kind).label


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place in the main menu; `exact` when the page is the place itself."""

    label: Text
    url: str
    current: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """The main menu: the places used most, and those that stand under "More"."""

    first: list[MenuItem]
    more: list[MenuItem]

    @property
    def in_more(self) -> bool:
        """Whether the page is one of those under "More"."""
        return any(item.current for item in self.more)


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, as what, and for which agency."""

    name: str
    role: Text
    agency: str
