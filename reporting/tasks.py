"""What workers and beat run to make editions."""

from celery import shared_task
from django.utils import timezone

from reporting.selectors.editions import due_build_ids
from reporting.services import editions, freezing

BUILDS_A_RUN = 10


@shared_task
def build_edition(build_id: int) -> bool:
    """Make the edition that the row asks for, unless another worker is at it; returns whether
    it was made."""
    return editions.run_build(build_id=build_id)


@shared_task
def resume_builds() -> int:
    """Take up what waits or was left by a killed worker, for beat; returns how many were made."""
    editions.give_up_exhausted()
    freezing.clear_left_over()
    ids = due_build_ids(now=timezone.now(), limit=BUILDS_A_RUN)
    return sum(editions.run_build(build_id=build_id) for build_id in ids)
