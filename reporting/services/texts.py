"""Writing the texts of a year's report: each time a new version, never over somebody else's."""

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

import reporting.rules  # noqa: F401 - declares the permissions
from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from core.services.journal import Actor, NewEvent
from grants.models import Call
from reporting.content.texts import (
    MAX_LENGTH,
    Figures,
    WritingFault,
    cleaned,
    confirmed_anew,
    faults,
)
from reporting.models import ReportText
from reporting.selectors.texts import newest_of


class TextChanged(Exception):
    """Somebody has written the text since it was shown; `newest` is what it says now."""

    def __init__(self, newest: ReportText | None) -> None:
        super().__init__("changed")
        self.newest = newest


class TextRefused(Exception):
    """What stands in braces is no figure, or the text is too long; `faults` say which."""

    def __init__(self, found: tuple[tuple[WritingFault, str], ...]) -> None:
        super().__init__("refused")
        self.faults = found


@transaction.atomic
def write_text(
    *,
    agency: Agency,
    year: int,
    place: str,
    language: str,
    body: str,
    base: int,
    figures: Figures,
    actor: User,
) -> ReportText:
    """Write a text; `base` is the number of the version that was before the writer's eyes, 0 for
    none, and `figures` what its sentences are confirmed at. An empty body takes the text away, and
    one that says nothing new gives the version there is.

    Raises PermissionDenied, TextRefused, TextChanged.
    """
    newest = _locked(agency, year, place, language, base, actor)
    text = cleaned(body)
    found = faults(text, figures)
    if found or len(text) > MAX_LENGTH:
        raise TextRefused(found)
    if text == (newest.body if newest else ""):
        return newest or _unwritten(agency, year, place, language)
    kept = newest.confirmed if newest else {}
    return _enter(
        agency=agency,
        year=year,
        place=place,
        language=language,
        number=base + 1,
        body=text,
        confirmed=confirmed_anew(text, figures, kept),
        actor=actor,
        event="edition.text_written",
    )


@transaction.atomic
def confirm_sentences(
    *, text: ReportText, sentences: frozenset[str], figures: Figures, actor: User
) -> ReportText:
    """Confirm that these sentences are right at these figures: a new version with the same words.

    Raises PermissionDenied, TextChanged where `text` is not the newest version.
    """
    _locked(text.agency, text.year, text.place, text.language, text.number, actor)
    return _enter(
        agency=text.agency,
        year=text.year,
        place=text.place,
        language=text.language,
        number=text.number + 1,
        body=text.body,
        confirmed=confirmed_anew(text.body, figures, text.confirmed, again=sentences),
        actor=actor,
        event="edition.text_confirmed",
    )


@transaction.atomic
def take_back(*, text: ReportText, base: int, actor: User) -> ReportText:
    """Let an earlier version hold again, with what was confirmed of it then; `base` as in
    `write_text`. Raises PermissionDenied, TextChanged."""
    _locked(text.agency, text.year, text.place, text.language, base, actor)
    return _enter(
        agency=text.agency,
        year=text.year,
        place=text.place,
        language=text.language,
        number=base + 1,
        body=text.body,
        confirmed=text.confirmed,
        actor=actor,
        event="edition.text_taken_back",
        taken_from=text.number,
    )


def _unwritten(agency: Agency, year: int, place: str, language: str) -> ReportText:
    return ReportText(agency=agency, year=year, place=place, language=language, number=0)


def _locked(
    agency: Agency, year: int, place: str, language: str, base: int, actor: User
) -> ReportText | None:
    """The newest version, with the year's calls locked so that it stays the newest."""
    if not rules.has_perm("reporting.write_texts", actor, agency):
        raise PermissionDenied("reporting.write_texts")
    calls = Call.objects.select_for_update().filter(agency=agency, year=year).order_by("pk")
    list(calls.values_list("pk", flat=True))
    newest = newest_of(agency=agency, year=year, place=place, language=language)
    if (newest.number if newest else 0) != base:
        raise TextChanged(newest)
    return newest


def _enter(
    *,
    agency: Agency,
    year: int,
    place: str,
    language: str,
    number: int,
    body: str,
    confirmed: dict[str, dict[str, int | None]],
    actor: User,
    event: str,
    taken_from: int | None = None,
) -> ReportText:
    text = ReportText.objects.create(
        agency=agency,
        year=year,
        place=place,
        language=language,
        number=number,
        body=body,
        confirmed=confirmed,
        taken_from=taken_from,
        written_at=timezone.now(),
        written_by=actor,
    )
    calls = Call.objects.filter(agency=agency, year=year).order_by("pk")
    journal.append_many(
        NewEvent(
            kind=JournalKind.CALL,
            subject=str(pk),
            name=event,
            payload={"year": year, "place": place, "language": language, "version": number},
            actor=Actor.person(actor),
            texts={"body": body} if body else {},
        )
        for pk in calls.values_list("pk", flat=True)
    )
    return text
