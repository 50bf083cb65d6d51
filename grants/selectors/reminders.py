"""Reading which drafts are to be reminded of, by the Swedish date."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from applicants.models import Mandate, User
from applicants.rules import WRITERS, mandates_on
from core.models import OutboxMessage
from grants.enums import NoticeKind, Status
from grants.models import Application

from .people import signatories_to_ask

REMINDER_DAYS = (7, 1)
"""How many days before the last day to apply a draft is reminded of."""
FORGOTTEN_DAYS = 30
"""How many days after the last day it is still of use to be told of a draft not sent in."""


def step_due(closes_on: date, today: date) -> int | None:
    """Which reminder is due: of those whose day has come the latest, which alone still means
    something. None before the first, and after the last day."""
    left = (closes_on - today).days
    if left < 0:
        return None
    return min((days for days in REMINDER_DAYS if left <= days), default=None)


def is_forgotten(closes_on: date, today: date) -> bool:
    """Whether a draft is to be told of as not sent in."""
    return 0 < (today - closes_on).days <= FORGOTTEN_DAYS


def notice_due(closes_on: date | None, today: date) -> tuple[NoticeKind, str] | None:
    """What is to be said of a draft today, and its key; the key holds the last day, so that a
    call whose time is prolonged is reminded of anew."""
    if closes_on is None:
        return None
    step = step_due(closes_on, today)
    if step is not None:
        return NoticeKind.DEADLINE_REMINDER, f"{closes_on.isoformat()}:{step}"
    if is_forgotten(closes_on, today):
        return NoticeKind.FORGOTTEN_DRAFT, closes_on.isoformat()
    return None


def drafts_to_mind(*, today: date, after: int, limit: int) -> list[Application]:
    """Drafts of calls about to close, or lately closed, with ids beyond `after`, by id."""
    first, last = today - timedelta(days=FORGOTTEN_DAYS), today + timedelta(days=max(REMINDER_DAYS))
    return list(
        Application.objects.filter(
            Q(call__opens_on__isnull=True) | Q(call__opens_on__lte=today),
            status=Status.DRAFT,
            pk__gt=after,
            call__imported=False,
            call__closes_on__gte=first,
            call__closes_on__lte=last,
        )
        .select_related("call", "lead")
        .order_by("pk")[:limit]
    )


def writers_of_leads(applications: Iterable[Application], *, today: date) -> dict[int, list[User]]:
    """Those who may today write for the leads, each once, by the organisation's id."""
    mandates = (
        Mandate.objects.filter(
            mandates_on(today),
            organisation__in={application.lead_id for application in applications},
            role__in=[str(role) for role in WRITERS],
            user__is_active=True,
        )
        .select_related("user")
        .order_by("organisation", "user")
    )
    by_lead: dict[int, dict[int, User]] = {}
    for mandate in mandates:
        by_lead.setdefault(mandate.organisation_id, {})[mandate.user_id] = mandate.user
    return {organisation: list(people.values()) for organisation, people in by_lead.items()}


def keys_there(keys: Iterable[str]) -> set[str]:
    """Which of these mails are in the outbox already."""
    found = OutboxMessage.objects.filter(dedupe_key__in=set(keys))
    return set(found.values_list("dedupe_key", flat=True))


def asked_and_silent(application: Application) -> list[User]:
    """Those who were told by mail that a partner's part waits for them, and may still answer."""
    told = Q()
    for kind in (NoticeKind.PARTNER_INVITED, NoticeKind.APPROVAL_NEEDED):
        told |= Q(dedupe_key__startswith=f"{kind}:{application.pk}:")
    keys = OutboxMessage.objects.filter(told).values_list("dedupe_key", flat=True)
    ids = {key.rpartition(":")[2] for key in keys}
    return [person for person in signatories_to_ask(application) if str(person.pk) in ids]
