"""Findings of requirements: proposed, confirmed, overridden; waivers; two at once."""

import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.models import Event
from grants.checks import TransitionRefused
from grants.enums import Practice
from grants.models import Application
from reviews import services
from reviews.checks import (
    Demand,
    ReviewRefused,
    Told,
    failing,
    proposed,
    requirements_met,
    satisfied,
)
from reviews.content.findings import ANSWER, EVIDENCE, ProposedFinding
from reviews.enums import FindingValue, WaiverState
from reviews.models import RequirementFinding, Waiver
from reviews.selectors import demands_of, prepared, waived
from tests.factories import staff
from tests.factories.assessing import assessed_call, closed
from tests.factories.definitions import both
from tests.factories.scenario import Scenario, fresh

WAIVER = {"waiver": both("9 § förordningen (exempel): synnerliga skäl")}


def scenario(**assessment: Any) -> Scenario:
    return Scenario(call=assessed_call(assessment=assessment))


def case_in_hand(scene: Scenario, **draft: Any) -> Application:
    case = received(scene, **draft)
    scene.assign(case)
    services.declare_conflict(application=case, actor=scene.officer, has_conflict=False)
    return fresh(case)


def received(scene: Scenario, **draft: Any) -> Application:
    from grants.services import submission
    from tests.factories.forms import begun, filled

    application = filled(begun(scene.call, scene.lead, scene.signatory), scene.signatory)
    submission.submit_application(
        application=fresh(application), actor=scene.signatory, assurance="password+code"
    )
    return closed(fresh(application))


def find(case: Application, officer: User, value: FindingValue, **more: Any) -> RequirementFinding:
    demand = demands_of(case)[0]
    return services.record_finding(
        application=case,
        requirement=case.call.requirements.get(pk=demand.requirement),
        organisation=case.lead,
        actor=officer,
        finding=value,
        **more,
    )


@pytest.mark.parametrize(
    ("told", "value", "source"),
    [
        (Told(), None, ""),
        (Told(state=Practice.YES), None, ""),
        (Told(state=Practice.YES, evidence=1), FindingValue.MET, EVIDENCE),
        (Told(state=Practice.BEGUN, evidence=2), FindingValue.BEGUN, EVIDENCE),
        (Told(state=Practice.NO), FindingValue.NOT_MET, ANSWER),
        (Told(state=Practice.NO, evidence=3), FindingValue.NOT_MET, ANSWER),
        (Told(report="R-1"), None, ""),
        (Told(report="R-1", on_last_year=True), FindingValue.BEGUN, "report:R-1"),
        (
            Told(report="R-1", on_last_year=True, state=Practice.YES, evidence=1),
            FindingValue.BEGUN,
            "report:R-1",
        ),
        (Told(report="R-1", on_last_year=True, state=Practice.NO), None, ""),
        (Told(on_last_year=True, state=Practice.BEGUN), None, ""),
    ],
)
def test_what_the_system_can_tell(told: Told, value: FindingValue | None, source: str) -> None:
    found = proposed(told)
    assert (found.value, found.source) == (value, source) if found else value is None


def test_begun_is_enough_for_one_requirement_and_not_for_another() -> None:
    lenient = Demand(1, 7, frozenset({"met", "begun"}))
    strict = Demand(2, 7, frozenset({"met"}))
    findings = {(1, 7): "begun", (2, 7): "begun"}
    assert satisfied(lenient, findings)
    assert not satisfied(strict, findings)
    assert failing([lenient, strict], findings) == {7}


def test_a_waiver_satisfies_what_was_found_not_to_be_met_and_nothing_unfound() -> None:
    demand = Demand(1, 7, frozenset({"met"}))
    assert not satisfied(demand, {(1, 7): "not_met"})
    assert satisfied(demand, {(1, 7): "not_met"}, {(1, 7)})
    assert not satisfied(demand, {}, {(1, 7)})
    assert not satisfied(demand, {(1, 7): "not_met"}, {(1, 8), (2, 7)})


def test_a_lead_that_fails_does_not_bar_its_partners() -> None:
    demands = [Demand(1, each, frozenset({"met"})) for each in (10, 11, 12)]
    findings = {(1, 10): "not_met", (1, 11): "met", (1, 12): "met"}
    assert failing(demands, findings) == {10}
    met = {"organisations": frozenset({10, 11, 12}), "belongs_sek": 600}
    assert requirements_met(demands, findings, **met, amount_sek=600) is True  # type: ignore[arg-type]
    assert requirements_met(demands, findings, **met, amount_sek=601) is False  # type: ignore[arg-type]
    assert (
        requirements_met(demands, findings, **met, amount_sek=900, waived={(1, 10)})  # type: ignore[arg-type]
        is True
    )


def test_overriding_what_is_proposed_needs_a_reason(db: None) -> None:
    scene = scenario()
    case = case_in_hand(scene)
    told = ProposedFinding(FindingValue.MET, EVIDENCE)
    with pytest.raises(ReviewRefused, match="override_reason"):
        find(case, scene.officer, FindingValue.NOT_MET, proposed=told, reason="  ")
    assert not case.findings.exists()
    row = find(case, scene.officer, FindingValue.NOT_MET, proposed=told, reason="Planen är gammal.")
    assert (row.finding, row.proposed, row.proposed_source) == ("not_met", "met", EVIDENCE)
    event = Event.objects.filter(name="finding.recorded").latest("pk")
    assert '"proposed":"met"' in event.payload.replace(" ", "")


def test_the_database_refuses_an_override_without_a_reason(db: None) -> None:
    scene = scenario()
    row = find(case_in_hand(scene), scene.officer, FindingValue.MET)
    with pytest.raises(IntegrityError), transaction.atomic():
        RequirementFinding.objects.filter(pk=row.pk).update(proposed="not_met", reason="")


def test_the_same_finding_once_more_leaves_nothing_behind(db: None) -> None:
    scene = scenario()
    case = case_in_hand(scene)
    first = find(case, scene.officer, FindingValue.MET, reason="Bra.", base=0)
    again = find(case, scene.officer, FindingValue.MET, reason="Bra.", base=0)
    assert (first.pk, again.number) == (again.pk, 1)
    assert Event.objects.filter(name="finding.recorded").count() == 1


def test_a_finding_over_one_that_has_changed_is_shown_and_not_made(db: None) -> None:
    scene = scenario()
    case = case_in_hand(scene)
    services.declare_conflict(application=case, actor=scene.colleague, has_conflict=False)
    find(case, scene.colleague, FindingValue.NOT_MET, reason="Saknas.", base=0)
    with pytest.raises(services.FindingChanged) as changed:
        find(case, scene.officer, FindingValue.MET, base=0)
    assert changed.value.theirs.made_by == scene.colleague
    assert case.findings.get().finding == "not_met"


def test_nobody_finds_anything_before_declaring(db: None) -> None:
    scene = scenario()
    case = received(scene)
    with pytest.raises(PermissionDenied):
        find(case, scene.officer, FindingValue.MET)


def test_evidence_of_another_case_is_not_pointed_at(db: None) -> None:
    from tests.factories.forms import attach

    scene, other = scenario(), scenario()
    case, elsewhere = case_in_hand(scene), received(other)
    own = attach(case, scene.signatory, "other")
    foreign = attach(elsewhere, other.signatory, "other")
    row = find(case, scene.officer, FindingValue.MET, evidence=[own.pk, foreign.pk])
    assert list(row.evidence.all()) == [own]


def waiver_asked(scene: Scenario, case: Application) -> Waiver:
    find(case, scene.officer, FindingValue.NOT_MET, reason="Planen saknas.")
    demand = demands_of(case)[0]
    return services.ask_waiver(
        application=case,
        requirement=case.call.requirements.get(pk=demand.requirement),
        organisation=case.lead,
        actor=scene.officer,
        reason="Kommunen bildades i år.",
    )


def test_no_waiver_where_the_legal_basis_has_none(db: None) -> None:
    scene = scenario()
    with pytest.raises(ReviewRefused, match="no_waiver"):
        waiver_asked(scene, case_in_hand(scene))


def test_a_waiver_is_no_finding_and_lets_the_case_be_granted(db: None) -> None:
    scene = scenario(**WAIVER)
    case = case_in_hand(scene)
    waiver = waiver_asked(scene, case)
    assert waived(case) == frozenset()
    scene.decider_declares(case)
    services.decide_waiver(waiver=waiver, actor=scene.decider, approve=True)
    demand = demands_of(case)[0]
    assert (demand.requirement, demand.organisation) in waived(case)
    assert case.findings.get().finding == "not_met"
    for each in demands_of(case)[1:]:
        services.record_finding(
            application=case,
            requirement=case.call.requirements.get(pk=each.requirement),
            organisation=case.lead,
            actor=scene.officer,
            finding=FindingValue.MET,
        )
    known = prepared(case, scene.decider, amount_sek=case.requested_sek)
    assert known.requirements_met is True


def test_one_who_assessed_approves_no_waiver(db: None) -> None:
    scene = scenario(**WAIVER)
    case = case_in_hand(scene)
    both_roles = staff(scene.call.agency, Role.DECISION_MAKER)
    both_roles.staff_roles.create(agency=scene.call.agency, role=Role.CASE_OFFICER)
    services.declare_conflict(application=case, actor=both_roles, has_conflict=False)
    waiver = waiver_asked(scene, case)
    with pytest.raises(PermissionDenied):
        services.decide_waiver(waiver=waiver, actor=scene.officer, approve=True)
    RequirementFinding.objects.filter(application=case).update(made_by=both_roles)
    with pytest.raises(PermissionDenied):
        services.decide_waiver(waiver=waiver, actor=both_roles, approve=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(
            state=WaiverState.APPROVED, decided_by=both_roles, decided_at=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(
            state=WaiverState.APPROVED, decided_by=scene.officer, decided_at=timezone.now()
        )


def test_a_waiver_for_a_finding_that_has_changed_no_longer_holds(db: None) -> None:
    scene = scenario(**WAIVER)
    case = case_in_hand(scene)
    waiver = waiver_asked(scene, case)
    scene.decider_declares(case)
    services.decide_waiver(waiver=waiver, actor=scene.decider, approve=True)
    find(case, scene.officer, FindingValue.BEGUN, reason="De har börjat.")
    waiver.refresh_from_db()
    assert waiver.state == WaiverState.WITHDRAWN
    assert waived(case) == frozenset()


def test_a_refused_waiver_has_a_reason_and_can_be_asked_for_anew(db: None) -> None:
    scene = scenario(**WAIVER)
    case = case_in_hand(scene)
    waiver = waiver_asked(scene, case)
    scene.decider_declares(case)
    with pytest.raises(ReviewRefused, match="reasons"):
        services.decide_waiver(waiver=waiver, actor=scene.decider, approve=False)
    services.decide_waiver(waiver=waiver, actor=scene.decider, approve=False, reason="Nej.")
    with pytest.raises(ReviewRefused, match="not_asked"):
        services.decide_waiver(waiver=waiver, actor=scene.decider, approve=True)
    demand = demands_of(case)[0]
    services.ask_waiver(
        application=case,
        requirement=case.call.requirements.get(pk=demand.requirement),
        organisation=case.lead,
        actor=scene.officer,
        reason="Nya uppgifter.",
    )
    assert Waiver.objects.filter(state=WaiverState.ASKED).count() == 1


def at_once(*acts: Any) -> list[Any]:
    """What the acts gave or raised, begun at the same moment in threads of their own."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = acts[place]()
        except Exception as error:  # noqa: BLE001
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_of_two_findings_at_once_one_is_made_and_the_other_is_shown_it() -> None:
    scene = scenario()
    case = case_in_hand(scene)
    services.declare_conflict(application=case, actor=scene.colleague, has_conflict=False)
    results = at_once(
        lambda: find(case, scene.officer, FindingValue.MET, base=0),
        lambda: find(case, scene.colleague, FindingValue.NOT_MET, reason="Saknas.", base=0),
    )
    made = [each for each in results if isinstance(each, RequirementFinding)]
    shown = [each for each in results if isinstance(each, services.FindingChanged)]
    assert (len(made), len(shown)) == (1, 1), results
    assert RequirementFinding.objects.get().pk == made[0].pk == shown[0].theirs.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_case_assessed_while_a_finding_is_made_rests_on_one_or_the_other() -> None:
    """Either the finding comes first, and the proposal does not stand on it any more, or the case
    is assessed first, and the finding is refused."""
    scene = Scenario()
    case = scene.submitted()
    scene.review(case)
    services.declare_conflict(application=case, actor=scene.colleague, has_conflict=False)
    demand = demands_of(case)[0]
    requirement = case.call.requirements.get(pk=demand.requirement)
    results = at_once(
        lambda: services.assess_application(application=case, actor=scene.officer),
        lambda: services.record_finding(
            application=case,
            requirement=requirement,
            organisation=case.lead,
            actor=scene.colleague,
            finding=FindingValue.NOT_MET,
            reason="Saknas.",
        ),
    )
    case = fresh(case)
    changed = case.findings.filter(finding="not_met").exists()
    assert changed == isinstance(results[1], RequirementFinding), results
    if changed:
        assert isinstance(results[0], TransitionRefused), results
        assert case.status == "submitted"
    else:
        assert isinstance(results[1], ReviewRefused), results
        assert case.status == "assessed"
