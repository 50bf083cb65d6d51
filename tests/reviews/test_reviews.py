"""Declarations, findings, opinions and proposals: who may, when, and what assessing asks for."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.enums import Role
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import TransitionRefused
from grants.enums import Status
from grants.models import Application, Participation
from grants.services import handling
from grants.workflow import Condition
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.enums import FindingValue, NotCommunicated, ProposedOutcome, Recommendation
from reviews.models import ConflictDeclaration, Proposal, RequirementFinding
from reviews.selectors.proposals import ProposalDates
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    ConflictDeclarationFactory,
    CountyFactory,
    OpinionFactory,
    OrganisationFactory,
    ProposalFactory,
    RequirementFindingFactory,
    UserFactory,
    staff,
)
from tests.factories.costs import check_costs
from tests.factories.scenario import REQUESTED, Scenario, fresh, open_call

pytestmark = pytest.mark.django_db


def finding(scenario: Scenario, case: Application, **changes: Any) -> RequirementFinding:
    arguments: dict[str, Any] = {
        "requirement": case.call.requirements.get(code="knowledge"),
        "organisation": case.lead,
        "actor": scenario.officer,
        "finding": FindingValue.MET,
    }
    return services.record_finding(application=case, **arguments | changes)


def proposal(scenario: Scenario, case: Application, **changes: Any) -> Proposal:
    arguments: dict[str, Any] = {
        "actor": scenario.officer,
        "outcome": ProposedOutcome.GRANT,
        "reasons": "Prövat.",
    }
    return services.propose(application=case, **arguments | changes)


# No declaration, no access ------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [None, True])
def test_without_a_declaration_of_no_conflict_there_is_nothing_to_assess(
    declared: bool | None,
) -> None:
    scenario = Scenario()
    case = scenario.submitted()
    if declared is not None:
        services.declare_conflict(
            application=case, actor=scenario.officer, has_conflict=declared, reason="Släkt."
        )
    for attempt in (finding, proposal):
        with pytest.raises(PermissionDenied):
            attempt(scenario, case)
    assert not RequirementFinding.objects.exists()


def test_only_staff_of_the_agency_declare_and_assess() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    draft = scenario.draft()
    for stranger in (Scenario().officer, scenario.signatory, scenario.controller, UserFactory()):
        with pytest.raises(PermissionDenied):
            services.declare_conflict(application=case, actor=stranger, has_conflict=False)
        ConflictDeclarationFactory(application=case, user=stranger)
        for attempt in (finding, proposal):
            with pytest.raises(PermissionDenied):
                attempt(scenario, case, actor=stranger)
    with pytest.raises(PermissionDenied):
        services.declare_conflict(application=draft, actor=scenario.officer, has_conflict=False)


def test_who_declares_a_conflict_loses_the_case() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.assign(case)
    services.declare_conflict(
        application=case, actor=scenario.officer, has_conflict=True, reason="Min bror."
    )
    assert fresh(case).assigned_to is None
    events = list(events_of(kind=JournalKind.CASE, subject=str(case.pk)))
    declared = next(event for event in events if event.name == "conflict.declared")
    assert "bror" not in declared.payload
    assert declared.texts.get().text == "Min bror."
    assert ConflictDeclaration.objects.get().reason == "Min bror."


@pytest.mark.parametrize("factory", [RequirementFindingFactory, ProposalFactory])
def test_the_database_refuses_one_with_a_conflict(factory: Any) -> None:
    case = ApplicationFactory()
    partial, clean = UserFactory(), UserFactory()
    ConflictDeclarationFactory(application=case, user=partial, has_conflict=True)
    field = "made_by" if factory is RequirementFindingFactory else "prepared_by"
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(application=case, **{field: partial})
    row = factory(application=case, **{field: clean})
    setattr(row, field, partial)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    ConflictDeclarationFactory(application=case, user=clean, has_conflict=False)
    assert factory(**{field: partial}).pk


# Findings -----------------------------------------------------------------------------------------


def test_a_requirement_is_judged_only_for_those_it_is_put_to() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.assign(case)
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    begun = case.call.requirements.get(code="work_begun")
    for changes in ({"requirement": begun}, {"organisation": OrganisationFactory()}):
        with pytest.raises(ReviewRefused) as caught:
            finding(scenario, case, **changes)
        assert caught.value.code == "not_put_to_it"
    last_year = ApplicationFactory(
        call__agency=case.call.agency,
        call__year=case.call.year - 1,
        lead=case.lead,
        status=Status.GRANTED,
    )
    assert last_year.granted_sek
    assert finding(scenario, case, requirement=begun).finding == FindingValue.MET


def test_a_finding_is_written_over_and_both_are_in_the_journal() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    for officer, value in (
        (scenario.colleague, FindingValue.NOT_MET),
        (scenario.officer, FindingValue.BEGUN),
    ):
        services.declare_conflict(application=case, actor=officer, has_conflict=False)
        finding(scenario, case, actor=officer, finding=value, reason="Enligt bilagan.")
    row = RequirementFinding.objects.get()
    assert (row.finding, row.made_by) == (FindingValue.BEGUN, scenario.officer)
    assert selectors.assessors_of(case) == {scenario.officer.pk, scenario.colleague.pk}


@pytest.mark.parametrize("status", [Status.ASSESSED, Status.GRANTED, Status.WITHDRAWN])
def test_nothing_is_found_or_proposed_in_a_case_that_is_not_in_hand(status: Status) -> None:
    scenario = Scenario()
    case = scenario.at(status)
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    for attempt in (finding, proposal):
        with pytest.raises(ReviewRefused) as caught:
            attempt(scenario, case)
        assert caught.value.code == "status"


# Proposals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved_sek", "changes", "code"),
    [
        (REQUESTED, {"reasons": "  "}, "reasons"),
        (None, {}, "lines"),
        (0, {}, "amount"),
        (
            REQUESTED,
            {"dates": ProposalDates(use_from=date(2014, 2, 1), use_until=date(2014, 1, 31))},
            "dates",
        ),
    ],
)
def test_a_proposal_has_reasons_and_an_amount_that_the_lines_come_to(
    approved_sek: int | None, changes: dict[str, Any], code: str
) -> None:
    scenario = Scenario()
    case = scenario.submitted()
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    if approved_sek is not None:
        check_costs(case, scenario.officer, approved_sek)
    with pytest.raises(ReviewRefused) as caught:
        proposal(scenario, case, **changes)
    assert caught.value.code == code
    assert not Proposal.objects.exists()


# What assessing asks for --------------------------------------------------------------------------


def _no_finding(scenario: Scenario, case: Application) -> None:
    RequirementFinding.objects.all().delete()


def _no_proposal(scenario: Scenario, case: Application) -> None:
    Proposal.objects.all().delete()


def _not_communicated(scenario: Scenario, case: Application) -> None:
    _adverse_opinion(scenario, case)
    check_costs(case, scenario.officer, REQUESTED - 1)
    proposal(scenario, case)


def _adverse_opinion(scenario: Scenario, case: Application) -> None:
    OpinionFactory(
        application=case,
        recommendation=Recommendation.NOT_RECOMMENDED,
        reasons="Behovet är litet.",
        given_at=timezone.now(),
        given_by=scenario.colleague,
    )


def _someone_elses(scenario: Scenario, case: Application) -> None:
    handling.assign_officer(application=case, officer=scenario.colleague, actor=scenario.colleague)


def _nobodys(scenario: Scenario, case: Application) -> None:
    handling.assign_officer(application=case, officer=None, actor=scenario.colleague)


def _undeclared(scenario: Scenario, case: Application) -> None:
    ConflictDeclaration.objects.create(
        application=case,
        user=scenario.officer,
        has_conflict=None,
        withdrawn_by=scenario.colleague,
        reason="Av misstag.",
    )


def _partner_not_judged(scenario: Scenario, case: Application) -> None:
    Participation.objects.create(
        application=case, organisation=OrganisationFactory(), role="partner", approval="approved"
    )


def _opinion_not_asked(scenario: Scenario, case: Application) -> None:
    scenario.call.asks_opinion = True
    scenario.call.save()


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (_no_finding, {Condition.FINDINGS_COMPLETE}),
        (_partner_not_judged, {Condition.FINDINGS_COMPLETE}),
        (_no_proposal, {Condition.PROPOSAL_WITH_REASONS, Condition.COMMUNICATED}),
        (_not_communicated, {Condition.COMMUNICATED}),
        (_someone_elses, {Condition.ASSIGNED}),
        (_nobodys, {Condition.ASSIGNED}),
        (_undeclared, {Condition.NO_CONFLICT}),
        (_opinion_not_asked, {Condition.OPINIONS_IN}),
    ],
)
def test_each_thing_that_assessing_asks_for_is_missed_by_itself(
    spoil: Callable[[Scenario, Application], None], missing: set[Condition]
) -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    spoil(scenario, case)
    with pytest.raises(TransitionRefused) as caught:
        services.assess_application(application=case, actor=scenario.officer)
    assert {refusal.condition for refusal in caught.value.refusals} == missing
    assert fresh(case).status == Status.SUBMITTED


def test_why_something_was_not_communicated_can_be_noted_instead() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    _not_communicated(scenario, case)
    services.note_not_communicating(
        application=case,
        actor=scenario.officer,
        ground=NotCommunicated.OBVIOUS,
        reason="Sökanden har redan läst yttrandet.",
        keys=[each.material.key for each in selectors.unheard_material(case)],
    )
    services.assess_application(application=case, actor=scenario.officer)
    assert fresh(case).status == Status.ASSESSED


def test_a_case_is_handed_only_to_a_case_officer_of_its_agency() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    for person in (scenario.decider, Scenario().officer, scenario.signatory):
        with pytest.raises(handling.NotAssignable):
            handling.assign_officer(application=case, officer=person, actor=scenario.officer)
        if person != scenario.decider:
            with pytest.raises(PermissionDenied):
                handling.assign_officer(application=case, officer=scenario.officer, actor=person)
    with pytest.raises(handling.NotAssignable):
        handling.assign_officer(
            application=scenario.at(Status.REJECTED),
            officer=scenario.officer,
            actor=scenario.officer,
        )


# Opinions -----------------------------------------------------------------------------------------


def _asked() -> tuple[Scenario, Application, Any]:
    deciding = AgencyFactory(county=CountyFactory(code="01"))
    scenario = Scenario(call=open_call(agency=deciding, asks_opinion=True))
    partner = OrganisationFactory(county=CountyFactory(code="14"))
    case = scenario.submitted(partners=(partner,))
    board = AgencyFactory(county=partner.county)
    return scenario, case, staff(board, Role.COUNTY_BOARD)


def test_every_participants_county_is_asked_but_never_the_deciding_agency_itself() -> None:
    scenario, case, _board = _asked()
    due = timezone.localdate() + timedelta(days=20)
    with pytest.raises(PermissionDenied):
        services.ask_opinions(application=case, actor=scenario.decider, due_on=due)
    opinions = services.ask_opinions(application=case, actor=scenario.officer, due_on=due)
    assert [opinion.county_id for opinion in opinions] == ["14"]
    assert services.ask_opinions(application=case, actor=scenario.officer, due_on=due) == []


def test_an_opinion_is_given_by_the_countys_board_alone() -> None:
    scenario, case, board = _asked()
    (opinion,) = services.ask_opinions(
        application=case, actor=scenario.officer, due_on=timezone.localdate()
    )
    elsewhere = staff(AgencyFactory(county=CountyFactory(code="12")), Role.COUNTY_BOARD)
    own = staff(case.call.agency, Role.COUNTY_BOARD)
    for stranger in (elsewhere, own, scenario.officer, UserFactory()):
        with pytest.raises(PermissionDenied):
            services.give_opinion(
                opinion=opinion,
                actor=stranger,
                recommendation=Recommendation.RECOMMENDED,
                reasons="Bra.",
            )
    with pytest.raises(ReviewRefused) as caught:
        services.give_opinion(
            opinion=opinion, actor=board, recommendation=Recommendation.WAITING, reasons=""
        )
    assert caught.value.code == "answer"
    given = services.give_opinion(
        opinion=opinion,
        actor=board,
        recommendation=Recommendation.RECOMMENDED,
        reasons="Behovet är stort.",
    )
    assert given.given_by == board


def test_a_case_is_assessed_when_opinions_are_in_or_overdue() -> None:
    scenario, case, board = _asked()
    scenario.review(case)
    today = timezone.localdate()
    assert selectors.opinions_awaited(case) == 1
    (opinion,) = services.ask_opinions(application=case, actor=scenario.officer, due_on=today)
    assert selectors.opinions_awaited(case) == 1
    opinion.due_on = today - timedelta(days=1)
    opinion.save()
    assert selectors.opinions_awaited(case) == 0
    opinion.due_on = today
    opinion.save()
    services.give_opinion(
        opinion=opinion, actor=board, recommendation=Recommendation.NO_OPINION, reasons=""
    )
    services.assess_application(application=case, actor=scenario.officer)
    assert fresh(case).status == Status.ASSESSED


def test_a_call_that_asks_for_no_opinions_gets_none() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    with pytest.raises(ReviewRefused) as caught:
        services.ask_opinions(application=case, actor=scenario.officer, due_on=timezone.localdate())
    assert caught.value.code == "not_asked"
