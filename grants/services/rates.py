"""Entering reference rates, which the interest on claims is counted by."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.content.interest import half_year, reference_rates
from grants.models import ReferenceRate

from .moving import actor_of, require

KEEP = "grants.keep_rates"
STEP = 50
"""The rate is fixed in half percentage points (9 § räntelagen), here in hundredths."""
LOWEST, HIGHEST = -500, 2_500
"""What a rate can be, in hundredths of a percent: what lies outside is taken for a slip."""
BEFOREHAND = timedelta(days=31)
"""The Riksbank makes a rate known before its half-year begins."""


class RateRefused(Exception):
    """`code`: `day` (no half-year begins then), `early` (its rate cannot be known yet), `step`
    (no whole half points), `range`, `known` (the half-year has a rate), `withdrawn`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def add_rate(*, agency: Agency, from_on: date, hundredths: int, actor: User) -> ReferenceRate:
    """Enter the rate of a half-year, in hundredths of a percent, as one of the agency's staff; it
    holds for the whole installation. Raises PermissionDenied, RateRefused."""
    require(KEEP, actor, agency)
    if from_on != half_year(from_on):
        raise RateRefused("day")
    if from_on > timezone.localdate() + BEFOREHAND:
        raise RateRefused("early")
    if not LOWEST <= hundredths <= HIGHEST:
        raise RateRefused("range")
    if hundredths % STEP:
        raise RateRefused("step")
    if from_on in reference_rates():
        raise RateRefused("known")
    try:
        with transaction.atomic():
            rate = ReferenceRate.objects.create(
                from_on=from_on,
                hundredths=hundredths,
                entered_by=actor,
                entered_at=timezone.now(),
            )
    except IntegrityError as error:
        raise RateRefused("known") from error
    _record("reference_rate.entered", rate, agency, actor)
    return rate


@transaction.atomic
def withdraw_rate(*, agency: Agency, rate: ReferenceRate, actor: User) -> None:
    """Withdraw one that was entered by mistake. Raises PermissionDenied, RateRefused."""
    require(KEEP, actor, agency)
    rate = ReferenceRate.objects.select_for_update().get(pk=rate.pk)
    if rate.withdrawn_at is not None:
        raise RateRefused("withdrawn")
    rate.withdrawn_at, rate.withdrawn_by = timezone.now(), actor
    rate.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record("reference_rate.withdrawn", rate, agency, actor)


def _record(name: str, rate: ReferenceRate, agency: Agency, actor: User) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={
            "agency": agency.code,
            "from": rate.from_on.isoformat(),
            "hundredths": rate.hundredths,
        },
        actor=actor_of(actor),
    )
