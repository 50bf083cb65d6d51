"""What workers and beat run: editions made, reports required and reminded of."""

from celery import shared_task
from django.utils import timezone

from reporting.selectors.editions import due_build_ids
from reporting.services import editions, freezing, obligations, reminders

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


@shared_task
def require_reports(application_id: int) -> int:
    """Require the reports that follow a grant just made; returns how many were required. Where
    the message is lost, `require_missing_reports` finds the case."""
    return len(obligations.require_for(application_id=application_id))


@shared_task
def require_missing_reports() -> int:
    """Require what follows each grant and is not required, for beat; returns how many."""
    return obligations.require_missing()


@shared_task
def remind_of_reports() -> int:
    """Remind of reports that are due and not sent in, for beat; returns how many mails."""
    return reminders.remind()
