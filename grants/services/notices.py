"""Notices: one mail for each person concerned, in that person's language.

A mail goes through other hands than ours. It says that there is news, in which case, and where to
read it; what the news is stands on the page, behind the sign-in. The last day to apply is public,
and a reminder without it would remind of nothing: that is what the two reminders of it say.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import User
from core.enums import JournalKind
from core.formats import iso_date
from core.models import OutboxMessage
from core.services import journal
from core.services.outbox import queue_mail
from grants.enums import NoticeKind, Status
from grants.models import Application

DRAFT_PAGE, CASE_PAGE, OFFICERS_PAGE = "application-tasks", "application-file", "application-detail"
"""The names of the addresses where the applicant writes the application and reads the case, and
where the agency's staff read it."""
_DRAFT_LIKE = frozenset({Status.DRAFT, Status.DISCARDED})
_OWN_WORDS: Mapping[NoticeKind, str] = {
    NoticeKind.RECEIPT: "receipt",
    NoticeKind.DECISION: "decision",
    NoticeKind.REPORT_REMINDER: "report_reminder",
}
"""The field of `LetterTexts` with what a call adds to mails of the kind."""
_OF_REPORT = frozenset(
    {NoticeKind.REPORT_REMINDER, NoticeKind.REPORT_OVERDUE, NoticeKind.REPORT_SIGNATURE}
)


def notify(
    *,
    application: Application,
    people: Iterable[User],
    kind: NoticeKind,
    key: str,
    to_agency: bool = False,
) -> list[OutboxMessage]:
    """Queue a mail to each of the people; the same kind, key and person again is one mail.

    `key` tells one piece of news from another of the same kind, such as a version's number. The
    mails stand in the case's journal. `to_agency`: the people are the agency's staff. Call it in
    the transaction that it tells of, with the application locked. Raises
    TransactionManagementError outside a transaction.
    """
    people = list(people)
    if not people:
        return []
    with journal.together(kind=JournalKind.CASE, subject=str(application.pk)):
        return [_queue(application, person, kind, key, to_agency) for person in people]


def dedupe_key(application: Application, person: User, kind: NoticeKind, key: str) -> str:
    """What the mail is known by in the outbox."""
    return f"{kind}:{application.pk}:{key}:{person.pk}"


def _queue(
    application: Application, person: User, kind: NoticeKind, key: str, to_agency: bool
) -> OutboxMessage:
    with translation.override(person.language):
        subject, body = _words(application, kind, address_of(application, to_agency=to_agency))
        if not to_agency and (own := _own_words(application, kind)):
            body = f"{own}\n\n{body}"
    return queue_mail(
        recipient=person.email,
        language=person.language,
        subject=subject,
        body=body,
        dedupe_key=dedupe_key(application, person, kind, key),
        journal_kind=JournalKind.CASE,
        journal_subject=str(application.pk),
    )


def _words(application: Application, kind: NoticeKind, address: str) -> tuple[str, str]:
    """Subject and body in the language that is active."""
    named = _named(application)
    if kind == NoticeKind.DEADLINE_REMINDER and application.call.closes_on:
        subject = _("Last day to apply is %(day)s") % named
        news = _("An application for %(organisation)s has been begun but not sent in.") % named
    elif kind == NoticeKind.FORGOTTEN_DRAFT and application.call.closes_on:
        subject = _("Last day to apply was %(day)s") % named
        news = _("An application for %(organisation)s was begun but not sent in.") % named
    elif kind in _OF_REPORT and application.number:
        subject = _("The report in the case %(number)s") % named
        news = _("Sign in to read what there is to do with the report in the case %(number)s.") % (
            named
        )
        return subject, _page(news, address)
    elif application.number and application.status not in _DRAFT_LIKE:
        subject = _("There is news in the case %(number)s") % named
        news = _("Sign in to read what is new in the case %(number)s.") % named
        return subject, _page(news, address)
    else:
        subject = _("There is news in an application") % named
        news = _("There is news in the application for %(organisation)s.") % named
    news += "\n" + _("Call: %(call)s") % {"call": _title(application)}
    return subject, _page(news, address)


def _own_words(application: Application, kind: NoticeKind) -> str:
    """What the call itself adds to mails of the kind, in the active language."""
    name = _OWN_WORDS.get(kind)
    texts = application.definition.letters
    own = None if name is None or texts is None else getattr(texts, name)
    return "" if own is None else str(own.in_(translation.get_language() or "sv"))


def _named(application: Application) -> Mapping[str, str]:
    call = application.call
    return {
        "number": application.number,
        "organisation": application.lead.name,
        "day": iso_date(call.closes_on) if call.closes_on else "",
    }


def _title(application: Application) -> str:
    english = (translation.get_language() or "sv").startswith("en")
    return application.definition.title.in_("en" if english else "sv")


def _page(news: str, address: str) -> str:
    """The body: what there is to read, and where."""
    return "\n\n".join(
        (
            news,
            _("Read more here, after you have signed in:") + f"\n{address}",
            _("You cannot answer this mail."),
        )
    )


def address_of(application: Application, *, to_agency: bool = False) -> str:
    """The page of the application, as the receiver opens it from a mail."""
    page = DRAFT_PAGE if application.status in _DRAFT_LIKE else CASE_PAGE
    try:
        path = reverse(OFFICERS_PAGE if to_agency else page, args=[application.pk])
    except NoReverseMatch:
        path = "/"
    return f"{settings.SITE_URL}{path}"
