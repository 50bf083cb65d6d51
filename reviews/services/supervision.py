"""Entering what supervising authorities have decided about organisations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.models import Organisation, User
from applicants.services.recording import record
from core.models import Agency
from grants.services.moving import require
from reviews.checks import ReviewRefused
from reviews.models import SupervisionDecision

from . import in_hand

# The permissions are declared where the reviews' rules are loaded.
assert in_hand is not None  # noqa: S101


@dataclass(frozen=True, slots=True)
class Entered:
    """A supervision decision as it is entered; `decided_on` is a Swedish date."""

    organisation: Organisation
    authority: str
    number: str
    decided_on: date
    adverse: bool
    summary: str
    url: str = ""


@transaction.atomic
def enter_supervision(*, agency: Agency, actor: User, entered: Entered) -> SupervisionDecision:
    """Enter one. Raises PermissionDenied; ReviewRefused `date` for a day that has not been,
    `reasons` without a summary, `entered` for one that is there already."""
    require("reviews.enter_supervision", actor, agency)
    if entered.decided_on > timezone.localdate():
        raise ReviewRefused("date")
    if not entered.summary.strip():
        raise ReviewRefused("reasons")
    try:
        with transaction.atomic():
            row = SupervisionDecision.objects.create(
                agency=agency,
                organisation=entered.organisation,
                authority=entered.authority.strip(),
                number=entered.number.strip(),
                decided_on=entered.decided_on,
                adverse=entered.adverse,
                summary=entered.summary.strip(),
                url=entered.url,
                entered_by=actor,
                entered_at=timezone.now(),
            )
    except IntegrityError as error:
        raise ReviewRefused("entered") from error
    record(
        row.organisation,
        "supervision.entered",
        actor,
        texts={"summary": row.summary},
        decision=row.pk,
        adverse=row.adverse,
    )
    return row


@transaction.atomic
def enter_several(
    *, agency: Agency, actor: User, several: Iterable[Entered]
) -> list[SupervisionDecision]:
    """Enter them all, or none where one is refused. Raises as `enter_supervision`."""
    return [enter_supervision(agency=agency, actor=actor, entered=each) for each in several]


@transaction.atomic
def withdraw_supervision(*, row: SupervisionDecision, actor: User, reason: str) -> None:
    """Withdraw one that was entered by mistake. Raises PermissionDenied; ReviewRefused
    `reasons`, `status` for one that is withdrawn."""
    row = SupervisionDecision.objects.select_for_update().get(pk=row.pk)
    require("reviews.enter_supervision", actor, row.agency)
    if row.withdrawn_at is not None:
        raise ReviewRefused("status")
    if not reason.strip():
        raise ReviewRefused("reasons")
    row.withdrawn_at, row.withdrawn_by = timezone.now(), actor
    row.withdrawn_reason = reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(
        row.organisation,
        "supervision.withdrawn",
        actor,
        texts={"reason": row.withdrawn_reason},
        decision=row.pk,
    )
