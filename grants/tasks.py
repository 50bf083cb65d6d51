"""What beat runs in the grants room."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from grants.checks import TransitionRefused
from grants.documents import kept_application_pdf
from grants.models import ApplicationVersion
from grants.selectors import completions_past_due
from grants.services.handling import lapse_completion
from grants.services.reminders import remind_of_drafts

CASES_A_RUN = 200
LATE_ANSWERS = timedelta(days=14)
"""So long after its date a completion can still be sent in, and is marked late, unless an officer
lets the case go on before."""


@shared_task
def lapse_completions() -> int:
    """Let cases go on whose completion was not made within LATE_ANSWERS of its date; returns how
    many.

    A case that was completed in the meantime, or whose date was moved, is left as it is.
    """
    lapsed = 0
    for application in completions_past_due(timezone.localdate() - LATE_ANSWERS, limit=CASES_A_RUN):
        try:
            lapse_completion(application=application, actor=None)
        except (TransitionNotAllowed, TransitionRefused):
            continue
        lapsed += 1
    return lapsed


@shared_task
def remind_of_deadlines() -> int:
    """Remind of drafts whose last day is near, or went by, for beat; returns how many mails."""
    return remind_of_drafts()


@shared_task
def keep_application_pdf(version_id: int) -> None:
    """Make the PDF of a version that was sent in, in the language of whoever sent it. One that
    is not made is made when it is asked for."""
    version = ApplicationVersion.objects.select_related(
        "application__call__agency", "application__call__definition_record", "submitted_by"
    ).get(pk=version_id)
    kept_application_pdf(version, version.submitted_by.language if version.submitted_by else "sv")
