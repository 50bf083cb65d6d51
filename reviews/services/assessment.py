"""Beginning an assessment form, and saying that it is done."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.checks import canonical_json, sha256_text
from grants.definitions.assessment import AssessmentForm
from grants.models import Application
from grants.services.moving import locked_application, record, require
from reviews.checks import ReviewRefused
from reviews.checks.assessment import scored, unanswered
from reviews.content.findings import ASSESSMENT
from reviews.models import Assessment
from reviews.selectors.assessment import assessments_of, form_answers, form_of
from reviews.selectors.writing import work_values

from .in_hand import in_hand


@transaction.atomic
def begin_assessment(*, application: Application, actor: User) -> Assessment:
    """The form that the officer writes in, begun where it is not there yet.

    Raises PermissionDenied without a declaration of no conflict; ReviewRefused for a call without
    a form (`no_form`), a case not in hand (`status`), or when those who are to assess have begun
    (`enough`): of two, one is always left for the officer who has the case.
    """
    application = locked_application(application.pk)
    require("reviews.assess", actor, application)
    in_hand(application)
    form = _form(application)
    forms = assessments_of(application)
    there = form_of(form, forms, actor)
    if there is not None:
        return there
    if not may_begin(form, forms, application, actor):
        raise ReviewRefused("enough")
    made = Assessment.objects.create(
        application=application,
        number=max((each.number for each in forms), default=0) + 1,
        officer=actor,
        begun_at=timezone.now(),
    )
    record(application, "assessment.begun", actor=actor, payload={"form": made.number})
    return made


def may_begin(
    form: AssessmentForm, forms: list[Assessment], application: Application, actor: User
) -> bool:
    """Whether there is a form left for the officer to begin."""
    left = form.officers - len(forms)
    assigned = application.assigned_to_id
    kept_for_assigned = (
        assigned is not None
        and assigned != actor.pk
        and all(each.officer_id != assigned for each in forms)
    )
    return left > (1 if kept_for_assigned else 0)


@transaction.atomic
def take_over_assessment(
    *, application: Application, number: int, actor: User, reason: str
) -> Assessment:
    """The officer who now has the case goes on with a colleague's form, with a reason.

    Raises PermissionDenied; ReviewRefused where the officer does not have the case or has a form
    already (`not_yours`), where the form is done (`done`), or without a reason (`reasons`). One
    that is done by somebody who has declared a conflict of interest since is done anew.
    """
    application = locked_application(application.pk)
    require("reviews.assess", actor, application)
    in_hand(application)
    forms = assessments_of(application)
    there = next((each for each in forms if each.number == number), None)
    has_one = any(each.officer_id == actor.pk for each in forms)
    if there is None or has_one or application.assigned_to_id != actor.pk:
        raise ReviewRefused("not_yours")
    if there.done_at is not None and not there.by_shut_out:
        raise ReviewRefused("done")
    if not reason.strip():
        raise ReviewRefused("reasons")
    taken: Assessment = there
    before = taken.officer
    taken.officer = actor
    taken.done_at = None
    taken.points = None
    taken.save(update_fields=["officer", "done_at", "points"])
    record(
        application,
        "assessment.taken_over",
        actor=actor,
        payload={"form": number, "from": str(before.pseudonym)},
        texts={"reason": reason.strip()},
    )
    return taken


@transaction.atomic
def say_assessment_done(*, application: Application, actor: User) -> Assessment:
    """The officer's form is done: every required question is answered.

    Raises PermissionDenied; ReviewRefused (`status`, `no_form`, `not_begun`, `unanswered`).
    """
    application = locked_application(application.pk)
    require("reviews.assess", actor, application)
    in_hand(application)
    form = _form(application)
    there = form_of(form, assessments_of(application), actor)
    if there is None:
        raise ReviewRefused("not_begun")
    if there.done_at is not None:
        return there
    values = work_values(application, ASSESSMENT)
    answers = form_answers(form, values, there.number)
    if unanswered(form, answers):
        raise ReviewRefused("unanswered")
    points = scored(form, answers)
    now = timezone.now()
    there.done_at = now
    there.first_done_at = there.first_done_at or now
    there.officer = actor
    there.points = None if points is None else points.points
    there.save(update_fields=["done_at", "first_done_at", "officer", "points"])
    said = {
        path: value.text
        for path, value in sorted(values.items())
        if path.startswith(f"{ASSESSMENT}.{there.number}.")
    }
    record(
        application,
        "assessment.done",
        actor=actor,
        payload={
            "form": there.number,
            "points": there.points,
            "answers_sha256": sha256_text(canonical_json(said)),
        },
    )
    return there


@transaction.atomic
def reopen_assessment(*, application: Application, actor: User) -> Assessment:
    """Take one's own form up again, or the case's one form in one's own name where its officer has
    declared a conflict of interest since. Raises PermissionDenied; ReviewRefused (`status`,
    `no_form`, `not_begun`)."""
    application = locked_application(application.pk)
    require("reviews.assess", actor, application)
    in_hand(application)
    there: Any = form_of(_form(application), assessments_of(application), actor)
    if there is None:
        raise ReviewRefused("not_begun")
    if there.done_at is not None:
        _take_up(there, actor)
        record(application, "assessment.reopened", actor=actor, payload={"form": there.number})
    form: Assessment = there
    return form


def _take_up(there: Any, actor: User) -> None:
    there.done_at = None
    there.points = None
    if there.by_shut_out:
        there.officer = actor
    there.save(update_fields=["done_at", "points", "officer"])


def _form(application: Application) -> AssessmentForm:
    form = application.definition.assessment
    if form is None:
        raise ReviewRefused("no_form")
    return form
