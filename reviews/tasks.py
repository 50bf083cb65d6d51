"""What workers and beat run in the reviews room."""

from celery import shared_task
from django.utils import timezone

from reviews.checks import ReviewRefused
from reviews.selectors.opinions import to_remind
from reviews.selectors.scenarios import unfinished_adoptions
from reviews.services import scenarios
from reviews.services.opinions import remind_of_opinion

OPINIONS_A_RUN = 500


@shared_task
def apply_scenario(scenario_id: int) -> int:
    """Make proposals of an adopted scenario; returns how many."""
    return scenarios.apply_scenario(scenario_id=scenario_id)


@shared_task
def resume_scenarios() -> int:
    """Go on with those that a worker has left, for beat; returns how many proposals it made."""
    return sum(scenarios.apply_scenario(scenario_id=pk) for pk in unfinished_adoptions())


@shared_task
def remind_of_opinions() -> int:
    """Remind county boards of opinions that are soon due or overdue; returns of how many."""
    reminded = 0
    for opinion in to_remind(timezone.localdate())[:OPINIONS_A_RUN]:
        try:
            remind_of_opinion(opinion=opinion, actor=None)
        except ReviewRefused:
            # Given, or the case decided, in the meantime.
            continue
        reminded += 1
    return reminded
