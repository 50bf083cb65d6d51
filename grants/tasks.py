"""What beat runs in the grants room."""

from celery import shared_task
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from grants.checks import TransitionRefused
from grants.selectors import completions_past_due
from grants.services.handling import lapse_completion

CASES_A_RUN = 200


@shared_task
def lapse_completions() -> int:
    """Let cases go on whose completion was not made by its date; returns how many.

    A case that was completed in the meantime, or whose date was moved, is left as it is.
    """
    lapsed = 0
    for application in completions_past_due(timezone.localdate(), limit=CASES_A_RUN):
        try:
            lapse_completion(application=application, actor=None)
        except (TransitionNotAllowed, TransitionRefused):
            continue
        lapsed += 1
    return lapsed
