"""Reading assessment forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from applicants.models import User
from core.definitions import WHOLE, Answers
from grants.content.draft import SavedValue, answers_from
from grants.definitions.assessment import AssessmentForm
from grants.models import Application
from grants.selectors import shut_out_people
from reviews.checks.assessment import forms_missing
from reviews.content.findings import ASSESSMENT
from reviews.models import Assessment


def assessments_of(application: Application) -> list[Any]:
    """The forms of the case in order, with their officers and `by_shut_out`, whether the officer
    has declared a conflict of interest since."""
    shut_out = shut_out_people(application).filter(user=OuterRef("officer"))
    rows = Assessment.objects.filter(application=application).select_related("officer")
    return list(rows.annotate(by_shut_out=Exists(shut_out)).order_by("number"))


def form_of(form: AssessmentForm, forms: Iterable[Assessment], user: User) -> Assessment | None:
    """The form that the person writes in: the case's own where one officer assesses, else the
    person's; None for one not begun."""
    if form.officers == 1:
        return next(iter(forms), None)
    return next((each for each in forms if each.officer_id == user.pk), None)


def may_see(form: AssessmentForm, forms: Iterable[Assessment]) -> bool:
    """Whether all forms may be seen by all: one officer assesses, or every one that there is to
    be has been done. Until then nobody sees another's."""
    there = list(forms)
    return form.officers == 1 or (
        len(there) >= form.officers and all(each.first_done_at is not None for each in there)
    )


def form_answers(form: AssessmentForm, values: Mapping[str, SavedValue], number: int) -> Answers:
    """The answers of the form with that number, among the case's saved fields."""
    prefix = f"{ASSESSMENT}.{number}."
    rows = [
        (WHOLE, path.removeprefix(prefix), value.text)
        for path, value in values.items()
        if path.startswith(prefix)
    ]
    return answers_from(form.questionnaire, rows)


def assessments_missing(application: Application, forms: Iterable[Any] | None = None) -> int:
    """How many assessment forms are not done; 0 for a call without any. One that stands in the
    name of somebody who has declared a conflict of interest since is not. `forms` are what
    `assessments_of` says, where they have been read."""
    form = application.definition.assessment
    if form is None:
        return 0
    there = assessments_of(application) if forms is None else forms
    done = [each.done_at is not None and not each.by_shut_out for each in there]
    return forms_missing(form, done=done)
