"""Who gets money of a joint application, what a distribution goes by, and whose work counts."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation
from core.models import County
from grants.checks import TransitionRefused
from grants.enums import Approval, Status
from grants.models import Application
from grants.workflow import Condition
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.checks.scenarios import Method, Rules
from reviews.content.findings import FINDING
from reviews.enums import FindingValue, ProposedOutcome
from reviews.models import Assessment, Proposal, RequirementFinding, ScenarioAmount, Waiver
from reviews.selectors.basis import basis_of
from reviews.selectors.opinions import counties_asked, unasked
from reviews.selectors.scenarios import candidates_of, distributable
from reviews.services.scenarios import (
    adopt_scenario,
    apply_scenario,
    edit_amounts,
    make_scenario,
)
from tests.factories import (
    ConflictDeclarationFactory,
    OrganisationFactory,
    StaffRoleFactory,
    staff,
)
from tests.factories.costs import line, say, send_in
from tests.factories.scenario import Scenario, fresh

from .distributing import Round

pytestmark = pytest.mark.django_db
ALIKE = Rules(method=Method.PROPORTIONAL)


def judged(scenario: Scenario, case: Application, *failing: Organisation) -> Application:
    """The case in the officer's hand, with all that is demanded met but by those who fail."""
    scenario.assign(case)
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    requirements = {each.pk: each for each in case.call.requirements.all()}
    failed = {each.pk for each in failing}
    for each in selectors.demands_of(case):
        services.record_finding(
            application=case,
            requirement=requirements[each.requirement],
            organisation=Organisation.objects.get(pk=each.organisation),
            actor=scenario.officer,
            finding=FindingValue.NOT_MET if each.organisation in failed else FindingValue.MET,
        )
    return fresh(case)


def propose(scenario: Scenario, case: Application, **changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "actor": scenario.officer,
        "outcome": ProposedOutcome.GRANT,
        "reasons": "Prövat.",
    }
    return services.propose(application=case, **values | changes)


def refused(act: Any) -> str:
    with pytest.raises(ReviewRefused) as found:
        act()
    return found.value.code


def test_an_organisation_that_fails_gets_nothing_of_costs_in_common() -> None:
    scenario, partner = Scenario(), OrganisationFactory()
    case = judged(scenario, scenario.submitted(partners=(partner,)), scenario.lead)
    send_in(case, line(1, 100), line(2, 100, organisation=1), line(3, 50, organisation=None))
    say(case, scenario.officer, 1, verdict="none", text="Kraven.")
    say(case, scenario.officer, 2, verdict="full")
    say(case, scenario.officer, 3, verdict="full")
    check = selectors.cost_check(case)
    assert (check.refusal, check.most_in_common_sek) == ("failing", 25)
    assert refused(lambda: propose(scenario, case)) == "failing"
    say(case, scenario.officer, 3, part_sek=25, verdict="part", text="Partens del.")
    assert propose(scenario, case).amount_sek == 125
    shares = {each.organisation: each for each in basis_of(case, 125).shares}
    assert [
        (shares[each.pk].asked_sek, shares[each.pk].granted_sek)
        for each in (scenario.lead, partner)
    ] == [(125, 0), (125, 125)]
    assert selectors.prepared(case, scenario.decider, amount_sek=125).requirements_met is True
    assert selectors.prepared(case, scenario.decider, amount_sek=126).requirements_met is False


def test_a_joint_case_without_a_budget_gets_the_part_of_those_that_meet() -> None:
    scenario, partner = Scenario(), OrganisationFactory()
    case = judged(
        scenario, scenario.submitted(partners=(partner,), requested_sek=100), scenario.lead
    )
    say(case, scenario.officer, 0, part_sek=99, verdict="part", text="Kraven.")
    assert refused(lambda: propose(scenario, case)) == "failing"
    say(case, scenario.officer, 0, part_sek=50)
    assert propose(scenario, case).amount_sek == 50
    shares = {each.organisation: each.granted_sek for each in basis_of(case, 50).shares}
    assert shares == {scenario.lead.pk: 0, partner.pk: 50}


def test_lines_that_the_applicant_has_taken_away_are_not_distributed_to() -> None:
    scenario = Scenario()
    case = judged(scenario, scenario.submitted())
    send_in(case, line(1, 100), line(2, 50), line(3, 60))
    for number, verdict in ((1, "full"), (2, "full"), (3, "none")):
        say(case, scenario.officer, number, verdict=verdict, text="Prövat.")
    propose(scenario, case)
    send_in(case, line(1, 100), line(3, 60))
    assert propose(scenario, case).amount_sek == 100
    services.assess_application(application=case, actor=scenario.officer)
    (candidate,) = candidates_of(case.call)
    assert (candidate.approved_sek, candidate.asked_sek) == (100, 160)
    made = make_scenario(call=case.call, actor=scenario.colleague, name="Alla", rules=ALIKE)
    adopt_scenario(scenario=made, actor=scenario.colleague)
    assert apply_scenario(scenario_id=made.pk) == 1
    assert Proposal.objects.get().amount_sek == 100
    # Brought back, it is judged anew, also where it is judged the same.
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    send_in(case, line(1, 100), line(2, 50), line(3, 60))
    assert selectors.cost_check(fresh(case)).lacking == {2: "verdict"}
    say(case, scenario.officer, 2, verdict="full")
    assert selectors.cost_check(fresh(case)).lacking == {}


def test_what_the_lines_no_longer_say_is_not_decided() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    case.line_assessments.update(verdict="part", part_sek=1, approved_sek=1, text="En krona.")
    act = lambda: services.decide_as_proposed(application=case, actor=scenario.decider)  # noqa: E731
    assert refused(act) == "not_standing"


def test_a_case_that_an_officer_rejects_is_no_longer_distributed_over() -> None:
    scenario = Scenario()
    case = judged(scenario, scenario.submitted())
    say(case, scenario.officer, 0, verdict="full")
    case.line_assessments.update(allotted_sek=0, allotted_reason="frame")
    propose(scenario, case, outcome=ProposedOutcome.REJECT)
    services.assess_application(application=case, actor=scenario.officer)
    assert not distributable(case.call).exists()
    row = case.line_assessments.get()
    assert (row.allotted_sek, row.allotted_reason) == (None, "")


def test_what_one_with_a_conflict_has_found_and_checked_carries_no_decision() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    scenario.decider_declares(case)
    assert distributable(case.call).exists()
    assert len(basis_of(case, None).findings) == 1
    # A colleague has proposed: what is left of the one shut out is what the proposal rests on.
    Proposal.objects.update(prepared_by=scenario.colleague)
    ConflictDeclarationFactory(application=case, user=scenario.officer, has_conflict=True)
    case = fresh(case)
    assert basis_of(case, None).findings == ()
    assert selectors.cost_check(case).lacking == {0: "verdict"}
    assert not distributable(case.call).exists()
    act = lambda: services.decide_as_proposed(application=case, actor=scenario.decider)  # noqa: E731
    assert refused(act) == "not_standing"
    with pytest.raises(TransitionRefused) as found:
        services.reject_application(application=case, actor=scenario.decider, reasons="Nej.")
    assert [each.condition for each in found.value.refusals] == [Condition.FINDINGS_COMPLETE]


def test_a_form_by_one_with_a_conflict_is_not_done() -> None:
    round_ = Round()
    case = round_.case(100)
    assert selectors.assessments_missing(case) == 0
    ConflictDeclarationFactory(application=case, user=round_.officer, has_conflict=True)
    assert selectors.assessments_missing(fresh(case)) == 1
    assert candidates_of(round_.call) == []
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    services.declare_conflict(application=case, actor=round_.other, has_conflict=False)
    services.reopen_assessment(application=fresh(case), actor=round_.other)
    form = Assessment.objects.get()
    assert (form.officer, form.done_at, form.points) == (round_.other, None, None)


def test_one_who_has_checked_a_line_decides_no_waiver() -> None:
    round_ = Round()
    case = round_.case(100)
    both = staff(round_.call.agency, Role.CASE_OFFICER)
    StaffRoleFactory(user=both, agency=round_.call.agency, role=Role.DECISION_MAKER)
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    services.declare_conflict(application=case, actor=both, has_conflict=False)
    waiver = Waiver.objects.create(
        application=case,
        requirement=case.call.requirements.all()[0],
        organisation=case.lead,
        rule="5 §",
        reason="Skäl.",
        asked_by=round_.officer,
        asked_at=timezone.now(),
    )
    with transaction.atomic():
        case.line_assessments.update(assessed_by=both)
        with pytest.raises(IntegrityError), transaction.atomic():
            Waiver.objects.filter(pk=waiver.pk).update(decided_by=both)
        case.line_assessments.update(assessed_by=round_.officer)
    # Who has only begun to write of a finding has assessed the case, though no row says so.
    requirement = waiver.requirement.code
    services.save_work(
        application=fresh(case),
        path=f"{FINDING}.{requirement}.{case.lead_id}.reason",
        text="Utkast.",
        base=0,
        actor=both,
    )
    assert both.pk in selectors.assessors_of(case)
    assert not RequirementFinding.objects.filter(made_by=both).exists()
    with pytest.raises(PermissionDenied):
        services.decide_waiver(waiver=waiver, actor=both, approve=True)


def test_who_sets_an_amount_in_a_distribution_decides_nothing_of_that_case() -> None:
    round_ = Round()
    edited, other = round_.case(500_000), round_.case(400_000)
    made = make_scenario(call=round_.call, actor=round_.decider, name="Alla", rules=ALIKE)
    edit_amounts(scenario=made, actor=round_.decider, amounts={edited.pk: 100_000})
    adopt_scenario(scenario=made, actor=round_.other)
    assert apply_scenario(scenario_id=made.pk) == 2
    assert round_.decider.pk in selectors.assessors_of(edited)
    assert round_.decider.pk not in selectors.assessors_of(other)


def test_one_shut_out_of_a_case_neither_makes_nor_changes_a_distribution_of_it() -> None:
    round_ = Round()
    case, other = round_.case(500_000), round_.case(400_000)
    made = make_scenario(call=round_.call, actor=round_.other, name="Alla", rules=ALIKE)
    ConflictDeclarationFactory(application=case, user=round_.other, has_conflict=True)
    with pytest.raises(PermissionDenied):
        make_scenario(call=round_.call, actor=round_.other, name="Två", rules=ALIKE)
    with pytest.raises(PermissionDenied):
        edit_amounts(scenario=made, actor=round_.other, amounts={other.pk: 1})
    assert not ScenarioAmount.objects.filter(edited_by__isnull=False).exists()


def test_nothing_is_asked_of_one_that_has_declined_nor_of_the_agencys_own_county() -> None:
    first, second = County.objects.order_by("code")[:2]
    scenario = Scenario(lead=OrganisationFactory(county=first))
    partner = OrganisationFactory(county=second)
    case = scenario.submitted(partners=(partner,))
    scenario.call.asks_opinion = True
    scenario.call.save(update_fields=["asks_opinion"])
    scenario.call.agency.county = first
    scenario.call.agency.save(update_fields=["county"])
    case = Application.objects.select_related("call__agency").get(pk=case.pk)
    assert unasked(scenario.call).get() == case
    assert counties_asked(case) == {second.pk}
    before = len(selectors.demands_of(case))
    case.participations.filter(organisation=partner).update(approval=Approval.DECLINED)
    assert not unasked(scenario.call).exists()
    assert counties_asked(case) == frozenset()
    assert {each.organisation for each in selectors.demands_of(case)} == {scenario.lead.pk}
    assert before > len(selectors.demands_of(case))
