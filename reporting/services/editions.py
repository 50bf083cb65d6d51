"""Making editions of the national report."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import rules
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

import reporting.rules  # noqa: F401 - declares the permissions
from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from core.services.background import enqueue_on_commit
from core.services.journal import Actor, NewEvent
from grants.models import Call
from reporting.content.texts import figures_of
from reporting.enums import BuildStage
from reporting.models import (
    Edition,
    EditionBuild,
    EditionTable,
    EditionText,
    FrozenDataset,
    ReportText,
)
from reporting.selectors import datasets, figures
from reporting.selectors.edition_content import content_of, told_of
from reporting.selectors.editions import (
    MAX_ATTEMPTS,
    NoCalls,
    TextsDoubted,
    build_due,
    default_cutoff,
    unfinished_builds,
)
from reporting.selectors.texts import checksum, doubted, texts_of
from reporting.services import freezing
from reporting.services.freezing import Frozen

from .leases import LeaseLost, Leases

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than any stage takes: a worker renews its lease between the stages."""
_LEASES = Leases(
    EditionBuild,
    length=LEASE,
    due=build_due,
    most_attempts=MAX_ATTEMPTS,
    begins=BuildStage.FREEZING,
    waits=BuildStage.WAITING,
)
_TRIES = 3

type Progress = Callable[[BuildStage, int], None]
"""Told of the stage that begins and how much is done, 0–100."""


@dataclass(frozen=True, slots=True)
class Built:
    """The edition, and whether it is a new one."""

    edition: Edition
    created: bool


def _tell_nobody(stage: BuildStage, percent: int) -> None:
    """Progress that nobody follows."""


def build_edition(
    *,
    agency: Agency,
    year: int,
    actor: Actor,
    cutoff: date | None = None,
    progress: Progress = _tell_nobody,
) -> Built:
    """Freeze the year, compute it, and enter the edition.

    `cutoff` is the last Swedish day of receipt, the calls' own when None. Unchanged records and
    texts give the edition that is there. Nothing is entered until everything is computed, and then
    all of it or nothing. Raises NoCalls for a year without calls, TextsDoubted where a sentence
    of the texts does not fit the figures.
    """
    day = cutoff or default_cutoff(agency=agency, year=year)
    if not Call.objects.filter(agency=agency, year=year).exists():
        raise NoCalls(year)
    progress(BuildStage.FREEZING, 5)
    frozen = freezing.freeze(agency=agency, year=year, cutoff=day)
    progress(BuildStage.COMPUTING, 60)
    with datasets.open_dataset(frozen.folder) as duck:
        outcome = figures.compute(duck)
    progress(BuildStage.STORING, 90)
    for attempt in range(_TRIES):
        texts = _fitting_texts(agency, frozen, outcome)
        try:
            built = _enter(agency=agency, frozen=frozen, outcome=outcome, texts=texts, actor=actor)
        except IntegrityError:
            # Another process entered an edition, or somebody a text: it is read anew.
            if attempt + 1 == _TRIES:
                raise
        else:
            break
    progress(BuildStage.FINISHED, 100)
    return built


def _fitting_texts(
    agency: Agency, frozen: Frozen, outcome: figures.Outcome
) -> tuple[ReportText, ...]:
    """The texts of the year, each sentence of which fits the figures. Raises TextsDoubted."""
    texts = tuple(each for each in texts_of(agency=agency, year=outcome.year) if each.body)
    if not texts:
        return ()
    told = told_of(outcome, agency=agency.code, sha256=frozen.sha256, day=timezone.localdate())
    with datasets.open_dataset(frozen.folder) as duck:
        content = content_of(duck, told, settings.LANGUAGE_CODE)
    found = doubted(texts, figures_of(content))
    if found:
        raise TextsDoubted(sum(len(each.sentences) for each in found))
    return texts


@transaction.atomic
def _enter(
    *,
    agency: Agency,
    frozen: Frozen,
    outcome: figures.Outcome,
    texts: tuple[ReportText, ...],
    actor: Actor,
) -> Built:
    calls = list(
        Call.objects.select_for_update().filter(agency=agency, year=outcome.year).order_by("pk")
    )
    said = checksum(texts)
    if checksum(texts_of(agency=agency, year=outcome.year)) != said:
        raise IntegrityError("the texts were written meanwhile")
    latest = (
        Edition.objects.filter(agency=agency, year=outcome.year, cutoff=outcome.cutoff)
        .select_related("dataset")
        .order_by("-number")
        .first()
    )
    if latest is not None and (latest.dataset.sha256, latest.texts_sha256) == (frozen.sha256, said):
        return Built(latest, created=False)
    dataset, _new = FrozenDataset.objects.get_or_create(
        agency=agency,
        year=outcome.year,
        cutoff=outcome.cutoff,
        sha256=frozen.sha256,
        defaults={
            "folder": f"{freezing.datasets_folder().name}/{frozen.sha256}",
            "row_counts": frozen.row_counts,
        },
    )
    last = Edition.objects.filter(agency=agency, year=outcome.year).aggregate(n=Max("number"))["n"]
    edition = Edition.objects.create(
        agency=agency,
        year=outcome.year,
        number=(last or 0) + 1,
        cutoff=outcome.cutoff,
        dataset=dataset,
        texts_sha256=said,
        edition_date=timezone.localdate(),
        preliminary=outcome.preliminary,
        key_figures={stream: dict(found) for stream, found in outcome.key_figures.items()},
        rejections={stream: found.as_json() for stream, found in outcome.rejections.items()},
    )
    EditionTable.objects.bulk_create(
        EditionTable(
            edition=edition, number=table.number, stream=table.stream, cells=table.as_json()
        )
        for table in outcome.tables
    )
    EditionText.objects.bulk_create(
        EditionText(
            edition=edition,
            place=text.place,
            language=text.language,
            number=text.number,
            body=text.body,
        )
        for text in texts
    )
    journal.append_many(
        NewEvent(
            kind=JournalKind.CALL,
            subject=str(call.pk),
            name="edition.built",
            payload={
                "year": edition.year,
                "edition": edition.number,
                "cutoff": edition.cutoff.isoformat(),
                "dataset": dataset.sha256,
                **({"texts_sha256": said} if said else {}),
            },
            actor=actor,
        )
        for call in calls
    )
    return Built(edition, created=True)


def request_build(
    *, agency: Agency, year: int, requested_by: User | None, cutoff: date | None = None
) -> EditionBuild:
    """Ask a worker to make an edition; the same request while one waits or runs gives that one.

    `requested_by` None is the command line. Raises PermissionDenied for a person who is not an
    analyst of the agency, NoCalls for a year without calls.
    """
    if requested_by is not None and not rules.has_perm(
        "reporting.build_edition", requested_by, agency
    ):
        raise PermissionDenied
    day = cutoff or default_cutoff(agency=agency, year=year)
    waiting = unfinished_builds(agency=agency, year=year, cutoff=day)
    for attempt in range(_TRIES):
        found = waiting.first()
        if found is not None:
            return found
        try:
            return _request(agency=agency, year=year, cutoff=day, requested_by=requested_by)
        except IntegrityError:
            # Another request came first. Its build may even be done by now.
            if attempt + 1 == _TRIES:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _request(*, agency: Agency, year: int, cutoff: date, requested_by: User | None) -> EditionBuild:
    build = EditionBuild.objects.create(
        agency=agency, year=year, cutoff=cutoff, requested_by=requested_by
    )
    calls = Call.objects.filter(agency=agency, year=year).order_by("pk")
    journal.append_many(
        NewEvent(
            kind=JournalKind.CALL,
            subject=str(pk),
            name="edition.requested",
            payload={"year": year, "cutoff": cutoff.isoformat()},
            actor=_actor(requested_by),
        )
        for pk in calls.values_list("pk", flat=True)
    )
    enqueue_on_commit("reporting.tasks.build_edition", build.pk)
    return build


def _actor(user: User | None) -> Actor:
    return Actor.system() if user is None else Actor.person(user)


def claim(*, build_id: int, now: datetime | None = None) -> EditionBuild | None:
    """Take the build for this worker, for as long as the lease; None when it is not due or
    another has it."""
    return _LEASES.claim(build_id, now).select_related("agency", "requested_by").first()


def run_build(*, build_id: int) -> bool:
    """Claim the build and make its edition; returns whether this worker finished it.

    What goes wrong is written in the row. A database that is busy or away, and a disk that takes
    no more, leave the build to be tried again.
    """
    build = claim(build_id=build_id)
    if build is None:
        return False
    try:
        return _made(build)
    except LeaseLost:
        logger.warning("build %s was taken over by another worker", build.pk)
        return False


def _made(build: EditionBuild) -> bool:
    def tell(stage: BuildStage, percent: int) -> None:
        if stage is not BuildStage.FINISHED:
            _LEASES.tell(build, stage, percent)

    try:
        built = build_edition(
            agency=build.agency,
            year=build.year,
            cutoff=build.cutoff,
            actor=_actor(build.requested_by),
            progress=tell,
        )
    except LeaseLost:
        raise
    except (OperationalError, OSError, duckdb.IOException):
        logger.exception("build %s waits for the database or the disk", build.pk)
        _LEASES.leave(build)
        return False
    except (NoCalls, TextsDoubted) as error:
        _LEASES.fail(build, str(error))
        return False
    except Exception:
        logger.exception("build %s failed", build.pk)
        _LEASES.fail(build, _("Something went wrong. The system log says what."))
        return False
    _LEASES.finish(build, BuildStage.FINISHED, edition=built.edition)
    return True


def give_up_exhausted(*, now: datetime | None = None) -> int:
    """Give up builds that have been tried MAX_ATTEMPTS times; returns how many."""
    error = _("The work was interrupted too many times. Ask for the edition again.")
    return _LEASES.give_up(error, now)
