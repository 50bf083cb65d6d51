"""Assessment forms: written by one or by two who do not see each other's, done, scored."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.definitions import UnfitValueError
from core.models import Event
from grants.checks import TransitionRefused
from grants.models import Application
from grants.services import handling
from grants.services.moving import UnknownField
from grants.services.versions import ValueChanged
from grants.workflow import Condition
from reviews import services
from reviews.checks import ReviewRefused
from reviews.checks.assessment import forms_missing, scored, unanswered
from reviews.content.findings import answer_path
from reviews.models import Assessment, WorkValue
from reviews.selectors import assessors_of
from reviews.selectors.assessment import assessments_of, form_answers, may_see
from reviews.selectors.writing import work_history, work_values
from tests.factories import staff
from tests.portal.assessed import Assessed
from tests.reviews.test_findings import at_once


def write(case: Application, actor: User, key: str, text: str, **more: Any) -> Any:
    number = more.pop("form", 1)
    path = answer_path(number, key)
    base = more.pop("base", None)
    if base is None:
        values = work_values(case, "assessment")
        base = values[path].number if path in values else 0
    return services.save_work(
        application=case, path=path, text=text, base=base, actor=actor, **more
    )


def answered(case: Application, actor: User, form: int = 1, degree: str = "good") -> None:
    write(case, actor, "description", degree, form=form)
    write(case, actor, "why", "Insatserna svarar mot behovet.", form=form)


def test_an_assessment_is_begun_written_and_said_to_be_done(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    with pytest.raises(ReviewRefused, match="unanswered"):
        services.say_assessment_done(application=own.case, actor=own.officer)
    answered(own.case, own.officer)
    done = services.say_assessment_done(application=own.case, actor=own.officer)
    assert (done.points, done.officer) == (3, own.officer)
    with pytest.raises(ReviewRefused, match="done"):
        write(own.case, own.officer, "why", "Något annat.")
    services.reopen_assessment(application=own.case, actor=own.officer)
    write(own.case, own.officer, "why", "Något annat.")
    names = Event.objects.filter(name__startswith="assessment.").values_list("name", flat=True)
    assert list(names.order_by("pk")) == [
        "assessment.begun",
        "assessment.done",
        "assessment.reopened",
    ]


def test_every_version_of_an_answer_is_kept(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    for text in ("Ett", "Två", "Två", "Tre"):
        write(own.case, own.officer, "why", text)
    history = work_history(own.case, answer_path(1, "why"))
    assert [each.text for each in history] == ["Tre", "Två", "Ett"]
    assert WorkValue.objects.filter(current=True).count() == 1


def test_a_colleagues_newer_text_is_not_written_over(db: None) -> None:
    own = Assessed()
    own.declared(own.officer, own.second)
    services.begin_assessment(application=own.case, actor=own.officer)
    write(own.case, own.officer, "why", "Hannas text", base=0)
    with pytest.raises(ValueChanged) as changed:
        write(own.case, own.second, "why", "Tores text", base=0)
    assert (changed.value.theirs.text, changed.value.mine) == ("Hannas text", "Tores text")
    saved = write(own.case, own.second, "why", "Tores text", base=1)
    assert saved.number == 2


def test_ones_own_earlier_save_from_the_same_page_is_no_conflict(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    write(own.case, own.officer, "why", "Ett", base=0, page="sida")
    assert write(own.case, own.officer, "why", "Två", base=0, page="sida").number == 2
    with pytest.raises(ValueChanged):
        write(own.case, own.officer, "why", "Tre", base=0, page="annan")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "why",
        "assessment.1.nothing",
        "assessment.2.why",
        "assessment.x.why",
        "finding.a.1.value",
    ],
)
def test_what_is_no_field_is_not_saved(db: None, path: str) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    with pytest.raises(UnknownField):
        services.save_work(application=own.case, path=path, text="x", base=0, actor=own.officer)


def test_an_answer_that_the_question_does_not_take_is_not_saved(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    with pytest.raises(UnfitValueError):
        write(own.case, own.officer, "description", "excellent")
    assert not WorkValue.objects.exists()


def test_only_declared_officers_of_the_agency_write(db: None) -> None:
    own = Assessed()
    for person in (own.officer, own.elsewhere, own.signatory, own.decider):
        with pytest.raises(PermissionDenied):
            services.begin_assessment(application=own.case, actor=person)
        with pytest.raises(PermissionDenied):
            write(own.case, person, "why", "x")


def test_two_assess_by_themselves_and_one_place_is_kept_for_the_cases_officer(db: None) -> None:
    own = Assessed(assessment={"officers": 2})
    third = staff(own.agency, Role.CASE_OFFICER)
    own.declared(own.officer, own.second, third)
    services.begin_assessment(application=own.case, actor=own.second)
    with pytest.raises(ReviewRefused, match="enough"):
        services.begin_assessment(application=own.case, actor=third)
    services.begin_assessment(application=own.case, actor=own.officer)
    assert [each.officer for each in assessments_of(own.case)] == [own.second, own.officer]
    with pytest.raises(UnknownField):
        write(own.case, own.officer, "why", "I den andras", form=1)


def test_neither_of_two_sees_the_other_before_both_have_been_done(db: None) -> None:
    own = Assessed(assessment={"officers": 2})
    own.declared(own.officer, own.second)
    form = own.call.definition.assessment
    assert form is not None
    for number, person in enumerate((own.officer, own.second), 1):
        services.begin_assessment(application=own.case, actor=person)
        answered(own.case, person, form=number)
        assert not may_see(form, assessments_of(own.case))
        services.say_assessment_done(application=own.case, actor=person)
    assert may_see(form, assessments_of(own.case))


def test_the_one_who_gets_the_case_goes_on_with_a_colleagues_form(db: None) -> None:
    own = Assessed(assessment={"officers": 2})
    third = staff(own.agency, Role.CASE_OFFICER)
    own.declared(own.officer, own.second, third)
    services.begin_assessment(application=own.case, actor=own.officer)
    write(own.case, own.officer, "why", "Påbörjat")
    with pytest.raises(ReviewRefused, match="not_yours"):
        services.take_over_assessment(
            application=own.case, number=1, actor=third, reason="Hanna är ledig."
        )
    handling.assign_officer(application=own.case, officer=third, actor=own.officer)
    with pytest.raises(ReviewRefused, match="reasons"):
        services.take_over_assessment(application=own.case, number=1, actor=third, reason=" ")
    services.take_over_assessment(
        application=own.case, number=1, actor=third, reason="Hanna är ledig."
    )
    assert Assessment.objects.get().officer == third
    write(own.case, third, "why", "Fortsatt")
    assert {own.officer.pk, third.pk} <= assessors_of(own.case)


def test_a_case_is_not_assessed_before_its_form_is_done(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    answered(own.case, own.officer)
    with pytest.raises(TransitionRefused) as refused:
        services.assess_application(application=own.case, actor=own.officer)
    assert Condition.ASSESSMENT_DONE in {each.condition for each in refused.value.refusals}
    services.say_assessment_done(application=own.case, actor=own.officer)
    with pytest.raises(TransitionRefused) as refused:
        services.assess_application(application=own.case, actor=own.officer)
    assert Condition.ASSESSMENT_DONE not in {each.condition for each in refused.value.refusals}


def test_points_are_summed_over_what_is_asked(db: None) -> None:
    own = Assessed().declared()
    form = own.call.definition.assessment
    assert form is not None
    services.begin_assessment(application=own.case, actor=own.officer)
    empty = form_answers(form, {}, 1)
    assert unanswered(form, empty) == ("description", "why")
    before = scored(form, empty)
    assert before is not None
    assert (before.points, before.most, before.left) == (0, 3, 1)
    answered(own.case, own.officer, degree="poor")
    after = scored(form, form_answers(form, work_values(own.case), 1))
    assert after is not None
    assert (after.points, after.left) == (0, 0)


@pytest.mark.parametrize(
    ("officers", "done", "missing"),
    [(1, [], 1), (1, [False], 1), (1, [True], 0), (2, [], 2), (2, [True], 1),
     (2, [True, False], 1), (2, [True, True], 0)],
)  # fmt: skip
def test_forms_that_are_missing(db: None, officers: int, done: list[bool], missing: int) -> None:
    form = Assessed(assessment={"officers": officers}).call.definition.assessment
    assert forms_missing(form, done=done) == missing
    assert forms_missing(None, done=[]) == 0


def test_the_database_refuses_a_form_of_one_with_a_conflict(db: None) -> None:
    own = Assessed().declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    services.declare_conflict(
        application=own.case, actor=own.second, has_conflict=True, reason="Min bror."
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(officer=own.second)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkValue.objects.create(
            application=own.case, path="assessment.1.why", number=1, text="x",
            saved_at=timezone.now(), saved_by=own.second,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_who_save_an_answer_at_once_one_is_shown_the_others() -> None:
    own = Assessed()
    own.declared(own.officer, own.second)
    services.begin_assessment(application=own.case, actor=own.officer)
    results = at_once(
        lambda: write(own.case, own.officer, "why", "Hannas", base=0),
        lambda: write(own.case, own.second, "why", "Tores", base=0),
    )
    changed = [each for each in results if isinstance(each, ValueChanged)]
    assert len(changed) == 1, results
    newest = WorkValue.objects.get(current=True)
    assert newest.number == 1
    assert changed[0].theirs.text == newest.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_who_begin_at_once_where_one_assesses_there_is_one_form() -> None:
    own = Assessed()
    own.declared(own.officer, own.second)
    at_once(
        lambda: services.begin_assessment(application=own.case, actor=own.officer),
        lambda: services.begin_assessment(application=own.case, actor=own.officer),
    )
    assert Assessment.objects.count() == 1
