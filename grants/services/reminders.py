"""Reminders before the last day to apply: due and not yet sent, so a missed night is made up."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.enums import NoticeKind, Status
from grants.models import Application
from grants.selectors.reminders import (
    asked_and_silent,
    drafts_to_mind,
    keys_there,
    notice_due,
    writers_of_leads,
)

from .moving import locked_application
from .notices import dedupe_key, notify

BATCH = 200


def remind_of_drafts(*, today: date | None = None) -> int:
    """Queue what is due of every draft and not queued yet; returns how many mails.

    `today` is a Swedish date. Each draft is a transaction of its own: a run that is cut short is
    taken up by the next, which finds by the mails' keys what is done.
    """
    today = today or timezone.localdate()
    queued = after = 0
    while drafts := drafts_to_mind(today=today, after=after, limit=BATCH):
        after = drafts[-1].pk
        people = writers_of_leads(drafts, today=today)
        for application, missing in _not_told(drafts, people, today):
            queued += _remind(application, missing, today)
    return queued


def _not_told(
    drafts: list[Application], people: dict[int, list[User]], today: date
) -> Iterable[tuple[Application, list[User]]]:
    """The drafts with those who have not had the mail that is due."""
    due = {application.pk: notice_due(application.call.closes_on, today) for application in drafts}
    wanted = [
        (application, person, dedupe_key(application, person, *notice))
        for application in drafts
        if (notice := due[application.pk])
        for person in people.get(application.lead_id, [])
    ]
    there = keys_there(key for _application, _person, key in wanted)
    missing: dict[int, list[User]] = {}
    for application, person, key in wanted:
        if key not in there:
            missing.setdefault(application.pk, []).append(person)
    return [(each, missing[each.pk]) for each in drafts if each.pk in missing]


@transaction.atomic
def _remind(application: Application, people: list[User], today: date) -> int:
    """Tell of a draft that is still one, and whose last day is what it was."""
    application = locked_application(application.pk)
    notice = notice_due(application.call.closes_on, today)
    if application.status != Status.DRAFT or notice is None:
        return 0
    kind, key = notice
    told = notify(application=application, people=people, kind=kind, key=key)
    if kind == NoticeKind.DEADLINE_REMINDER:
        told += notify(
            application=application,
            people=asked_and_silent(application),
            kind=NoticeKind.APPROVAL_REMINDER,
            key=key,
        )
    return len(told)
