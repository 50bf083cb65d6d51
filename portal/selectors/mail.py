"""Reading the mails that staff look after, those that did not arrive first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from applicants.enums import Role
from applicants.rules import work_of
from applicants.selectors import agencies_of
from core.enums import JournalKind, OutboxState
from core.models import OutboxMessage
from grants.models import Application
from grants.selectors import without_shut_out
from grants.selectors.calls import NOT_RECEIVED
from portal.rules import HANDLES_MAIL, LOOKS_AROUND

from .paging import Key, moment, text, whole

MAIL_KEYS: Mapping[str, tuple[Key, ...]] = {
    "trouble": (Key("trouble", whole), Key("created_at", moment)),
    "queued": (Key("created_at", moment),),
    "recipient": (Key("recipient", text),),
}
TROUBLE = (OutboxState.FAILED, OutboxState.BOUNCED)
_DRAFTS = [str(status) for status in NOT_RECEIVED]


@dataclass(frozen=True, slots=True)
class CaseNamed:
    """The case that a mail is about: its number, empty for a draft, and whether the reader may
    open its page."""

    pk: int
    number: str
    opens: bool


def mails_visible_to(user: Any) -> QuerySet[OutboxMessage]:
    """The mails of the cases of the agencies where the person handles mail.

    Those of a case that a conflict of interest shuts the person out of are not among them. Those
    of drafts, of organisations and of accounts are for administrators, who are shown
    neither what a mail says nor of which draft it is.
    """
    administers = any(work.role == Role.ADMINISTRATOR for work in work_of(user))
    received = Application.objects.filter(call__agency__in=agencies_of(user, HANDLES_MAIL))
    received = without_shut_out(received.exclude(status__in=_DRAFTS), user)
    visible = _of_cases(received)
    if administers:
        own = Application.objects.filter(
            call__agency__in=agencies_of(user, (Role.ADMINISTRATOR,)), status__in=_DRAFTS
        )
        visible |= _of_cases(own) | ~Q(journal_kind=JournalKind.CASE)
    return OutboxMessage.objects.filter(visible).defer("body", "subject")


def mails_found(
    mails: QuerySet[OutboxMessage], chosen: Mapping[str, str]
) -> QuerySet[OutboxMessage]:
    """The mails that the filter asks for, with `trouble`: 1 for what did not arrive."""
    if words := chosen.get("q"):
        named = Application.objects.filter(
            Q(register_number__icontains=words) | Q(reference__icontains=words)
        ).exclude(status__in=_DRAFTS)
        mails = mails.filter(Q(recipient__icontains=words) | _of_cases(named))
    if state := chosen.get("state"):
        mails = mails.filter(state=state)
    return mails.annotate(
        trouble=Case(
            When(state__in=[str(state) for state in TROUBLE], then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
    )


def cases_named(mails: Iterable[OutboxMessage], user: Any) -> dict[str, CaseNamed]:
    """The cases of these mails, by what the mails call them, in one query."""
    subjects = {mail.journal_subject for mail in mails if mail.journal_kind == JournalKind.CASE}
    agencies = {work.agency_id for work in work_of(user) if work.role in LOOKS_AROUND}
    found = Application.objects.filter(pk__in=subjects).select_related("call")
    return {
        str(case.pk): CaseNamed(
            case.pk,
            "" if case.status in NOT_RECEIVED else case.number,
            case.status not in NOT_RECEIVED and case.call.agency_id in agencies,
        )
        for case in found
    }


def _of_cases(applications: QuerySet[Application]) -> Q:
    subjects = applications.order_by().annotate(
        journal_subject=Cast("pk", CharField(max_length=100))
    )
    return Q(journal_kind=JournalKind.CASE, journal_subject__in=subjects.values("journal_subject"))
