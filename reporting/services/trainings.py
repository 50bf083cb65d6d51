"""Entering trainings that county boards have held, and who took part."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.models import Organisation, User
from core.enums import JournalKind
from core.models import Agency, County
from core.services import journal
from reporting import rules as reporting_rules
from reporting.models import Training, TrainingParticipant

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert reporting_rules.keeps_training is not None  # noqa: S101

LONGEST_TITLE = 200


class TrainingRefused(Exception):
    """`code`: `date` (a day that has not been), `title` (none), `entered` (there already),
    `withdrawn`, `changed` (by somebody else meanwhile), `reason` (none)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Held:
    """A training as it is entered; `held_on` is a Swedish date."""

    county: County
    held_on: date
    title: str
    organisations: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file gave: new trainings, and new participants of these and of earlier ones."""

    trainings: int
    participants: int


def _require(permission: str, actor: User, thing: object) -> None:
    if not rules.has_perm(permission, actor, thing):
        raise PermissionDenied(permission)


def _record(name: str, training: Training, actor: User, **payload: Any) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={
            "training": training.pk,
            "agency": training.agency.code,
            "county": training.county_id,
            "held_on": training.held_on.isoformat(),
            **payload,
        },
        texts={"title": training.title},
        actor=journal.Actor.person(actor),
    )


def _checked(held_on: date, title: str) -> str:
    if held_on > timezone.localdate():
        raise TrainingRefused("date")
    title = " ".join(title.split())
    if not title:
        raise TrainingRefused("title")
    return title


@transaction.atomic
def enter_training(*, agency: Agency, held: Held, actor: User) -> Training:
    """Enter one. Raises PermissionDenied, TrainingRefused."""
    _require("reporting.enter_training", actor, (agency, held.county.pk))
    title = _checked(held.held_on, held.title)
    try:
        with transaction.atomic():
            training = Training.objects.create(
                agency=agency,
                county=held.county,
                held_on=held.held_on,
                title=title,
                entered_by=actor,
                entered_at=timezone.now(),
            )
    except IntegrityError as error:
        raise TrainingRefused("entered") from error
    added = _add(training, held.organisations)
    _record("training.entered", training, actor, organisations=added)
    return training


def _add(training: Training, organisations: Iterable[Organisation]) -> list[int]:
    """Those of the organisations that did not stand there before, by id."""
    there = set(training.participants.values_list("organisation_id", flat=True))
    new = sorted({each.pk for each in organisations} - there)
    TrainingParticipant.objects.bulk_create(
        TrainingParticipant(training=training, organisation_id=pk) for pk in new
    )
    return new


def _locked(training: Training, actor: User) -> Training:
    found = (
        Training.objects.select_for_update(of=("self",))
        .select_related("agency", "county")
        .get(pk=training.pk)
    )
    _require("reporting.keep_training", actor, found)
    if found.withdrawn_at is not None:
        raise TrainingRefused("withdrawn")
    return found


@transaction.atomic
def change_training(
    *, training: Training, actor: User, held_on: date, title: str, seen: int
) -> Training:
    """Change day and title; `seen` is the version that was shown. Raises PermissionDenied,
    TrainingRefused."""
    training = _locked(training, actor)
    if training.number != seen:
        raise TrainingRefused("changed")
    title = _checked(held_on, title)
    if (training.held_on, training.title) == (held_on, title):
        return training
    before = training.held_on.isoformat()
    training.held_on, training.title = held_on, title
    training.number += 1
    try:
        with transaction.atomic():
            training.save(update_fields=["held_on", "title", "number"])
    except IntegrityError as error:
        raise TrainingRefused("entered") from error
    _record("training.changed", training, actor, before=before, number=training.number)
    return training


@transaction.atomic
def add_participants(
    *, training: Training, organisations: Collection[Organisation], actor: User
) -> int:
    """Say that the organisations took part too; how many did not stand there before. Raises
    PermissionDenied, TrainingRefused."""
    training = _locked(training, actor)
    added = _add(training, organisations)
    if added:
        _record("training.participants_added", training, actor, organisations=added)
    return len(added)


@transaction.atomic
def remove_participant(*, training: Training, organisation: int, actor: User) -> None:
    """Take out one that stood there by mistake. Raises PermissionDenied, TrainingRefused."""
    training = _locked(training, actor)
    removed, _models = training.participants.filter(organisation=organisation).delete()
    if removed:
        _record("training.participant_removed", training, actor, organisations=[organisation])


@transaction.atomic
def withdraw_training(*, training: Training, actor: User, reason: str) -> None:
    """Withdraw one that was entered by mistake. Raises PermissionDenied, TrainingRefused."""
    training = _locked(training, actor)
    if not reason.strip():
        raise TrainingRefused("reason")
    training.withdrawn_at, training.withdrawn_by = timezone.now(), actor
    training.withdrawn_reason = reason.strip()
    training.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _record("training.withdrawn", training, actor)


@transaction.atomic
def bring_in(*, agency_of: dict[str, Agency], several: Iterable[Held], actor: User) -> Brought:
    """Enter all that a file holds, or nothing where one is refused; a training that is there
    already gets the participants that it lacks. `agency_of` is for whom each county is entered.
    Raises as `enter_training`."""
    trainings = participants = 0
    for held in several:
        agency = agency_of[held.county.pk]
        _require("reporting.enter_training", actor, (agency, held.county.pk))
        there = Training.objects.filter(
            agency=agency,
            county=held.county,
            held_on=held.held_on,
            title=" ".join(held.title.split()),
            withdrawn_at__isnull=True,
        ).first()
        if there is None:
            enter_training(agency=agency, held=held, actor=actor)
            trainings += 1
            participants += len(set(held.organisations))
        else:
            participants += add_participants(
                training=there, organisations=held.organisations, actor=actor
            )
    return Brought(trainings, participants)
