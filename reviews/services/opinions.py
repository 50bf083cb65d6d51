"""Asking for and giving county boards' opinions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applicants.models import User
from core.definitions import WHOLE, Question, UnfitValueError, canonical_value
from core.enums import JournalKind
from core.formats import iso_date
from core.services.outbox import queue_mail
from grants.enums import Direction, DocumentKind, Status
from grants.models import Application, Call
from grants.selectors.shut_out import without_shut_out
from grants.services.moving import locked_application, record, require
from grants.services.register import register_document
from reviews import selectors
from reviews.checks import ReviewRefused
from reviews.enums import Recommendation
from reviews.models import Opinion
from reviews.selectors.opinions import ANSWERABLE, board_people, opinion_form, unasked

from .in_hand import in_hand

LONGEST_REASONS = 20_000


@transaction.atomic
def ask_opinions(*, application: Application, actor: User, due_on: date) -> list[Opinion]:
    """Ask the boards of the participants' counties for their opinion until a Swedish date,
    inclusive; those already asked are left alone.

    Raises PermissionDenied; ReviewRefused `not_asked` when the call asks for none, `date` for a
    day that has been.
    """
    application = locked_application(application.pk)
    require("reviews.ask_opinions", actor, application)
    in_hand(application)
    if not application.call.asks_opinion:
        raise ReviewRefused("not_asked")
    if due_on < timezone.localdate():
        raise ReviewRefused("date")
    asked = set(application.opinions.values_list("county_id", flat=True))
    counties = sorted(selectors.counties_asked(application) - asked)
    made = [
        Opinion.objects.create(
            application=application,
            county_id=county,
            due_on=due_on,
            asked_by=actor,
            asked_at=timezone.now(),
        )
        for county in counties
    ]
    if made:
        record(
            application,
            "opinions.asked",
            actor=actor,
            payload={"counties": counties, "due": due_on.isoformat()},
        )
    for opinion in made:
        _numbered(opinion, Direction.OUT, DocumentKind.OPINION_REQUEST, actor)
        _tell(opinion, "opinion_asked")
    return made


@dataclass(frozen=True, slots=True)
class RoundAsked:
    """How many cases' boards were asked, which cases refused it, and how many are left."""

    asked: int
    refused: tuple[str, ...]
    left: int


def ask_round(*, call: Call, actor: User, due_on: date, most: int = 500) -> RoundAsked:
    """Ask for every case of the call that nobody has been asked of, each in a transaction of its
    own; at most so many at a time. Of a case that the actor is shut out of nothing is said.

    Raises PermissionDenied for somebody who prepares no decisions in the call, and ReviewRefused
    as `ask_opinions` does of the call and the date.
    """
    require("reviews.adopt_scenario", actor, call)
    if not call.asks_opinion:
        raise ReviewRefused("not_asked")
    if due_on < timezone.localdate():
        raise ReviewRefused("date")
    left = without_shut_out(unasked(call), actor)
    waiting = list(left[: most + 1])
    asked = 0
    refused: list[str] = []
    for application in waiting[:most]:
        try:
            asked += bool(ask_opinions(application=application, actor=actor, due_on=due_on))
        except (PermissionDenied, ReviewRefused):
            refused.append(application.number)
    return RoundAsked(asked, tuple(refused), left.count() if waiting[most:] else 0)


@transaction.atomic
def save_opinion_draft(*, opinion: Opinion, actor: User, values: Mapping[str, str]) -> Opinion:
    """Keep what the board has written so far, as it was typed, until it is given.

    Raises PermissionDenied, ReviewRefused `given` or `status`.
    """
    opinion = _locked(opinion, actor)
    _answerable(opinion)
    asked = {"recommendation", "reasons", *(each.key for each in _questions(opinion))}
    opinion.draft = {key: text for key, text in values.items() if key in asked}
    opinion.draft_saved_at = timezone.now()
    opinion.draft_saved_by = actor
    opinion.save(update_fields=["draft", "draft_saved_at", "draft_saved_by"])
    return opinion


@transaction.atomic
def give_opinion(
    *,
    opinion: Opinion,
    actor: User,
    recommendation: Recommendation,
    reasons: str,
    answers: Mapping[str, str] | None = None,
) -> Opinion:
    """A county board answers; an answer after the date is received too, until the decision.

    `answers` are texts or option codes by question. Raises PermissionDenied for anyone but that
    county's board; ReviewRefused `answer` for no recommendation, `reasons` for one without
    reasons (a board without an opinion needs none), `question:<key>` for an answer that the
    question does not take, `given` for a second one, `status` for a case that is decided.
    """
    opinion = _locked(opinion, actor)
    if recommendation == Recommendation.WAITING:
        raise ReviewRefused("answer")
    _answerable(opinion)
    if recommendation != Recommendation.NO_OPINION and not reasons.strip():
        raise ReviewRefused("reasons")
    opinion.recommendation = recommendation
    opinion.reasons = reasons.strip()
    opinion.answers = _canonical(opinion, answers or {})
    opinion.given_by = actor
    opinion.given_at = timezone.now()
    opinion.draft, opinion.more_time_until, opinion.more_time_reason = {}, None, ""
    opinion.save()
    record(
        opinion.application,
        "opinion.given",
        actor=actor,
        payload={
            "county": opinion.county_id,
            "recommendation": str(recommendation),
            "late": timezone.localdate() > opinion.due_on,
        },
        texts={"reasons": opinion.reasons, **opinion.answers},
    )
    _numbered(opinion, Direction.IN, DocumentKind.OPINION, actor)
    return opinion


@transaction.atomic
def ask_more_time(*, opinion: Opinion, actor: User, until: date, reason: str) -> Opinion:
    """The board asks to answer later than it was asked to.

    Raises PermissionDenied, ReviewRefused `given`, `status`, `date` for a day that is not after
    the date, `reasons`.
    """
    opinion = _locked(opinion, actor)
    _answerable(opinion)
    if until <= max(opinion.due_on, timezone.localdate()):
        raise ReviewRefused("date")
    if not reason.strip():
        raise ReviewRefused("reasons")
    opinion.more_time_until, opinion.more_time_reason = until, reason.strip()
    opinion.save(update_fields=["more_time_until", "more_time_reason"])
    record(
        opinion.application,
        "opinion.more_time_asked",
        actor=actor,
        payload={"county": opinion.county_id, "until": until.isoformat()},
        texts={"reason": opinion.more_time_reason},
    )
    return opinion


@transaction.atomic
def answer_more_time(*, opinion: Opinion, actor: User, until: date | None) -> Opinion:
    """Give the board until a Swedish date, inclusive; None lets the date stand.

    Raises PermissionDenied; ReviewRefused `status` where nothing is asked, `date`.
    """
    application = locked_application(opinion.application_id)
    require("reviews.ask_opinions", actor, application)
    opinion = Opinion.objects.select_related("county").get(pk=opinion.pk)
    opinion.application = application
    if opinion.more_time_until is None:
        raise ReviewRefused("status")
    if until is not None and until < max(opinion.due_on, timezone.localdate()):
        raise ReviewRefused("date")
    opinion.due_on = until or opinion.due_on
    opinion.more_time_until, opinion.more_time_reason = None, ""
    opinion.save(update_fields=["due_on", "more_time_until", "more_time_reason"])
    record(
        application,
        "opinion.more_time_answered",
        actor=actor,
        payload={
            "county": opinion.county_id,
            "given": until is not None,
            "due": opinion.due_on.isoformat(),
        },
    )
    _tell(opinion, "opinion_time")
    return opinion


@transaction.atomic
def remind_of_opinion(*, opinion: Opinion, actor: User | None) -> int:
    """Remind the board; the system (None) or an officer. Returns how many mails are queued: one
    a person, call and day, however many opinions wait.

    Raises PermissionDenied, ReviewRefused `given` or `status`.
    """
    application = locked_application(opinion.application_id)
    if actor is not None:
        require("reviews.ask_opinions", actor, application)
    opinion = Opinion.objects.select_related("county").get(pk=opinion.pk)
    opinion.application = application
    _answerable(opinion)
    opinion.reminded_at = timezone.now()
    opinion.save(update_fields=["reminded_at"])
    record(application, "opinion.reminded", actor=actor, payload={"county": opinion.county_id})
    return _tell(opinion, "opinion_reminder")


def _locked(opinion: Opinion, actor: User) -> Opinion:
    """The opinion under its case's lock, for somebody at the board."""
    application = locked_application(opinion.application_id)
    found = Opinion.objects.select_related("county").get(pk=opinion.pk)
    found.application = application
    require("reviews.give_opinion", actor, found)
    return found


def _answerable(opinion: Opinion) -> None:
    if opinion.recommendation != Recommendation.WAITING:
        raise ReviewRefused("given")
    if Status(opinion.application.status) not in ANSWERABLE:
        raise ReviewRefused("status")


def _questions(opinion: Opinion) -> Iterable[Question]:
    form = opinion_form(opinion.application)
    return [each.question for each in form.questions_for(WHOLE)] if form else []


def _canonical(opinion: Opinion, answers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in _questions(opinion):
        text = answers.get(question.key, "").strip()
        if not text:
            if question.required:
                raise ReviewRefused(f"question:{question.key}")
            continue
        if question.kind.is_choice:
            if question.option(text) is None:
                raise ReviewRefused(f"question:{question.key}")
            found[question.key] = text
            continue
        try:
            found[question.key] = canonical_value(question, text)
        except UnfitValueError as error:
            raise ReviewRefused(f"question:{question.key}") from error
    return found


def _numbered(opinion: Opinion, direction: Direction, kind: DocumentKind, actor: User) -> None:
    source = "opinion" if kind == DocumentKind.OPINION else "opinion_request"
    register_document(
        application=opinion.application,
        direction=direction,
        kind=kind,
        source=f"{source}:{opinion.pk}",
        actor=actor,
        party=f"Länsstyrelsen, {opinion.county.name}",
    )


def _tell(opinion: Opinion, kind: str) -> int:
    """A mail to each of the board's people: once a day for each call, whatever waits."""
    call = opinion.application.call
    today = iso_date(timezone.localdate())
    people = list(board_people(opinion.county_id, call))
    for person in people:
        with translation.override(person.language):
            subject, body = _words(kind, call)
        queue_mail(
            recipient=person.email,
            language=person.language,
            subject=subject,
            body=body,
            dedupe_key=f"{kind}:{call.pk}:{opinion.county_id}:{today}:{person.pk}",
            journal_kind=JournalKind.CASE,
            journal_subject=str(opinion.application_id),
        )
    return len(people)


def _words(kind: str, call: Call) -> tuple[str, str]:
    address = f"{settings.SITE_URL}{reverse('opinion-list')}"
    match kind:
        case "opinion_asked":
            subject = _("Applications wait for your opinion")
            news = _("%(agency)s asks the county administrative board for its opinion.")
        case "opinion_reminder":
            subject = _("Reminder: applications wait for your opinion")
            news = _("%(agency)s waits for the county administrative board's opinion.")
        case _:
            subject = _("News about more time for an opinion")
            news = _("%(agency)s has answered the request for more time.")
    body = "\n\n".join(
        (
            news % {"agency": str(call.agency)},
            _("Read more here, after you have signed in:") + f"\n{address}",
            _("You cannot answer this mail."),
        )
    )
    return subject, body
