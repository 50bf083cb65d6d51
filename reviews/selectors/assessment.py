"""Reading assessment forms."""

from collections.abc import Iterable, Mapping

from applicants.models import User
from core.definitions import WHOLE, Answers
from grants.content.draft import SavedValue, answers_from
from grants.definitions.assessment import AssessmentForm
from grants.models import Application
from reviews.checks.assessment import forms_missing
from reviews.content.findings import ASSESSMENT
from reviews.models import Assessment


def assessments_of(application: Application) -> list[Assessment]:
    """The forms of the case in order, with their officers."""
    rows = Assessment.objects.filter(application=application).select_related("officer")
    return list(rows.order_by("number"))


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


def assessments_missing(application: Application) -> int:
    """How many assessment forms are not done; 0 for a call without any."""
    form = application.call.definition.assessment
    if form is None:
        return 0
    forms = Assessment.objects.filter(application=application)
    done = forms.values_list("done_at", flat=True)
    return forms_missing(form, done=[each is not None for each in done])
