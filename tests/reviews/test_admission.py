"""What came late, or from somebody not entitled, is admitted with a reason or proposed to be
dismissed before anything else is made of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.enums import IncidentKind
from core.models import Incident
from grants.checks import DismissalGround
from grants.enums import Outcome, Status
from grants.models import Application, CaseDocument
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.checks.admission import grounds_against
from reviews.enums import AdmissionGround, AdmissionOutcome
from reviews.models import Admission
from tests.factories import UserFactory
from tests.factories.scenario import Scenario, fresh


def test_the_grounds_that_can_be_told_are_lateness_and_the_kinds_that_may_apply() -> None:
    may = ("municipality", "region")
    assert grounds_against(late=False, kinds={1: "region"}, who_may_apply=may) == ()
    assert grounds_against(late=True, kinds={1: "region"}, who_may_apply=may) == ("late",)
    assert grounds_against(late=True, kinds={1: "region", 2: "foundation"}, who_may_apply=may) == (
        "late",
        "not_entitled",
    )


def test_the_grounds_are_those_of_the_decision() -> None:
    assert {str(each) for each in AdmissionGround} == {str(each) for each in DismissalGround}


def late(scenario: Scenario) -> Application:
    """A reviewed case that came after the last day."""
    case = scenario.submitted()
    Application.objects.filter(pk=case.pk).update(late=True)
    scenario.review(fresh(case))
    return fresh(case)


def admit(scenario: Scenario, case: Application, **changes: object) -> Admission:
    values: dict[str, object] = {
        "actor": scenario.officer,
        "outcome": AdmissionOutcome.ADMITTED,
        "ground": AdmissionGround.LATE,
        "reasons": "Tjänsten låg nere den sista kvällen.",
    }
    return services.record_admission(application=case, **values | changes)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_late_case_is_not_assessed_before_it_is_admitted() -> None:
    scenario = Scenario()
    case = late(scenario)
    with pytest.raises(ReviewRefused) as caught:
        services.assess_application(application=case, actor=scenario.officer)
    assert caught.value.code == "admission"
    admission = admit(scenario, case)
    assert CaseDocument.objects.filter(source=f"admission:{admission.pk}").exists()
    services.assess_application(application=case, actor=scenario.officer)
    assert fresh(case).status == Status.ASSESSED


@pytest.mark.django_db
def test_a_case_in_time_needs_no_admission() -> None:
    scenario = Scenario()
    assert scenario.assessed().status == Status.ASSESSED


@pytest.mark.django_db
def test_one_proposed_to_be_dismissed_is_not_assessed_and_the_latest_holds() -> None:
    scenario = Scenario()
    case = late(scenario)
    proposed = admit(scenario, case, outcome=AdmissionOutcome.DISMISS)
    assert selectors.proposed_dismissal(case) == proposed
    with pytest.raises(ReviewRefused) as caught:
        services.assess_application(application=case, actor=scenario.officer)
    assert caught.value.code == "dismissal_proposed"
    admit(scenario, case)
    assert selectors.proposed_dismissal(case) is None
    services.assess_application(application=case, actor=scenario.officer)


@pytest.mark.django_db
def test_another_than_the_one_who_proposed_it_decides_the_dismissal() -> None:
    scenario = Scenario()
    case = late(scenario)
    admit(scenario, case, outcome=AdmissionOutcome.DISMISS)
    scenario.decider_declares(case)
    decision = services.dismiss_application(
        application=case, actor=scenario.decider, ground=DismissalGround.LATE, reasons="Kom sent."
    )
    assert decision.outcome == Outcome.DISMISSED
    assert decision.preparer == scenario.officer
    assert scenario.officer.pk in decision.assessor_ids


@pytest.mark.django_db
def test_a_failure_on_our_side_is_kept_with_what_it_was_the_reason_for() -> None:
    scenario = Scenario()
    case = late(scenario)
    incident = Incident.objects.create(
        kind=IncidentKind.ERROR,
        started_at=timezone.now() - timedelta(days=1),
        ended_at=timezone.now() - timedelta(days=1),
        reference="F-1",
    )
    assert admit(scenario, case, incident=incident).incident == incident
    for changes in (
        {"outcome": AdmissionOutcome.DISMISS},
        {"ground": AdmissionGround.DEFECT, "outcome": AdmissionOutcome.DISMISS},
    ):
        with pytest.raises(ReviewRefused) as caught:
            admit(scenario, case, incident=incident, **changes)
        assert caught.value.code == "no_ground"


@pytest.mark.django_db
def test_nothing_is_admitted_that_nothing_speaks_against() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    for ground in AdmissionGround:
        with pytest.raises(ReviewRefused) as caught:
            admit(scenario, case, ground=ground)
        assert caught.value.code == "no_ground"
    with pytest.raises(ReviewRefused) as caught:
        admit(scenario, case, outcome=AdmissionOutcome.DISMISS, reasons=" ")
    assert caught.value.code == "reasons"


@pytest.mark.django_db
def test_only_the_agencys_officers_who_have_declared_say_it() -> None:
    scenario = Scenario()
    case = late(scenario)
    for actor in (scenario.colleague, scenario.decider, Scenario().officer, UserFactory()):
        with pytest.raises(PermissionDenied):
            admit(scenario, case, actor=actor)
    assert not Admission.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql", ["UPDATE reviews_admission SET reasons = 'x'", "DELETE FROM reviews_admission"]
)
def test_what_was_said_is_never_changed(sql: str) -> None:
    scenario = Scenario()
    admit(scenario, late(scenario))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
