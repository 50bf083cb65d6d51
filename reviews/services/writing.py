"""Saving what officers write, field by field. Who begins on a finding has assessed the case, and
leaves an event; otherwise what is said with it does."""

from django.db import transaction

from applicants.models import User
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec, spec_of_question
from grants.models import Application, Attachment
from grants.services.moving import UnknownField, locked_application, record, require
from grants.services.versions import canonical_over, put_version
from reviews import selectors
from reviews.checks import ReviewRefused
from reviews.content.findings import ASSESSMENT, FINDING, finding_specs
from reviews.models import WorkValue
from reviews.selectors.assessment import assessments_of, form_of
from reviews.selectors.writing import work_value

from .in_hand import in_hand


@transaction.atomic
def save_work(
    *,
    application: Application,
    path: str,
    text: str,
    base: int,
    actor: User,
    page: str = "",
    language: str = "sv",
) -> SavedValue:
    """Save one field of the handling over its version `base`, as `grants.services.writing` does.

    Raises PermissionDenied without a declaration of no conflict or for somebody else's form,
    ReviewRefused (`status`, `done`), UnknownField, grants.services.versions.ValueChanged, and
    core.definitions.UnfitValueError.
    """
    application = locked_application(application.pk)
    require("reviews.record_finding", actor, application)
    in_hand(application)
    spec = _spec(application, path, actor, language)
    there = work_value(application, path)
    canonical = canonical_over(
        WorkValue.objects.filter(application=application),
        spec=spec,
        text=text,
        base=base,
        there=there,
        actor=actor,
        page=page,
    )
    if canonical is None:
        return there
    if path.startswith(f"{FINDING}."):
        mine = WorkValue.objects.filter(
            application=application, path__startswith=f"{FINDING}.", saved_by=actor
        )
        if not mine.exists():
            record(application, "finding.drafted", actor=actor)
    return put_version(
        WorkValue,
        application=application,
        path=path,
        text=canonical,
        number=there.number + 1,
        by=actor,
        page=page,
    )


def _spec(application: Application, path: str, actor: User, language: str) -> FieldSpec:
    match path.split("."):
        case [kind, code, at, _name] if kind == FINDING and at.isdecimal():
            return _finding_spec(application, path, code, int(at))
        case [kind, number, key] if kind == ASSESSMENT and number.isdecimal():
            return _answer_spec(application, path, int(number), key, actor, language)
    raise UnknownField(path)


def _finding_spec(application: Application, path: str, code: str, organisation: int) -> FieldSpec:
    requirement = application.call.requirements.filter(code=code).first()
    demanded = {(each.requirement, each.organisation) for each in selectors.demands_of(application)}
    if requirement is None or (requirement.pk, organisation) not in demanded:
        raise UnknownField(path)
    files = Attachment.objects.filter(application=application, removed_at=None)
    named = files.values_list("pk", "file__name")
    specs = finding_specs(code, organisation, named)
    spec = next((each for each in specs if each.path == path), None)
    if spec is None:
        raise UnknownField(path)
    return spec


def _answer_spec(
    application: Application, path: str, number: int, key: str, actor: User, language: str
) -> FieldSpec:
    form = application.definition.assessment
    question = None if form is None else form.questionnaire.question("", key)
    if form is None or question is None:
        raise UnknownField(path)
    mine = form_of(form, assessments_of(application), actor)
    if mine is None or mine.number != number:
        raise UnknownField(path)
    if mine.done_at is not None:
        raise ReviewRefused("done")
    return spec_of_question(question, path, language)
