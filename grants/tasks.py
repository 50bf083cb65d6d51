"""What beat runs in the grants room."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from grants.checks import TransitionRefused
from grants.content.letter import LetterContent
from grants.documents import kept_application_pdf, letter_pdf
from grants.models import ApplicationVersion
from grants.selectors import completions_past_due
from grants.selectors.case_letters import due_case_letter_ids
from grants.selectors.letters import due_batch_ids, due_letter_ids
from grants.selectors.payments import unfinished_answers
from grants.services import case_letters, letter_batches, letters, payment_answers, reconciling
from grants.services.claims import remind_of_claims
from grants.services.handling import lapse_completion
from grants.services.reminders import remind_of_drafts

CASES_A_RUN = 200
LETTERS_A_RUN = 200
BATCHES_A_RUN = 5
ANSWERS_A_RUN = 20
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


def render_letter(content: LetterContent, sha256: str) -> bytes:
    """The PDF of a frozen letter."""
    return letter_pdf(content, sha256=sha256)


@shared_task
def make_letter(letter_id: int) -> bool:
    """Make the PDF of a decision letter, unless another worker is at it or it is made; returns
    whether it was made."""
    letter = letters.claim_letter(letter_id=letter_id)
    return letter is not None and letters.make_claimed(letter=letter, render=render_letter)


@shared_task
def make_case_letter(letter_id: int) -> bool:
    """Make the PDF of a claim, a reminder or a decision on a change, as `make_letter`."""
    letter = case_letters.claim_case_letter(letter_id=letter_id)
    return letter is not None and case_letters.make_claimed_case_letter(
        letter=letter, render=render_letter
    )


@shared_task
def make_due_letters() -> int:
    """Make the letters that wait, or were left by a killed worker, for beat; returns how many."""
    letters.give_up_exhausted()
    case_letters.give_up_exhausted_letters()
    now = timezone.now()
    made = sum(make_letter(pk) for pk in due_letter_ids(now=now, limit=LETTERS_A_RUN))
    return made + sum(
        make_case_letter(pk) for pk in due_case_letter_ids(now=now, limit=LETTERS_A_RUN)
    )


@shared_task
def run_letter_batch(batch_id: int) -> bool:
    """Work on a batch of letters, unless another worker is at it; returns whether it is whole."""
    return letter_batches.run_batch(batch_id=batch_id, render=render_letter)


@shared_task
def resume_letter_batches() -> int:
    """Take up batches that wait, or were left by a killed worker, for beat; returns how many are
    whole."""
    letter_batches.give_up_exhausted_batches()
    letter_batches.clear_left_over()
    return sum(
        run_letter_batch(pk) for pk in due_batch_ids(now=timezone.now(), limit=BATCHES_A_RUN)
    )


@shared_task
def book_answer(answer_id: int) -> bool:
    """Book what the accounting system answered; returns whether all of it is booked."""
    return payment_answers.book_answer(answer_id=answer_id)


@shared_task
def book_answers() -> int:
    """Go on with answers that were left half booked, for beat; returns how many are booked."""
    return sum(book_answer(pk) for pk in unfinished_answers(ANSWERS_A_RUN))


@shared_task
def reconcile_money() -> int:
    """Reconcile the money of every agency once a night, for beat; returns in how many something
    differs."""
    return reconciling.reconcile_all()


@shared_task
def remind_of_debts() -> int:
    """Remind of claims whose last day to pay has passed, for beat; returns how many."""
    return remind_of_claims()
