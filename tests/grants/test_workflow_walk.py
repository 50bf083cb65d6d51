"""Random walks through the services, by several people over several cases of one call.

Whatever is tried, in whatever order: nobody decides what they assessed, the frame is never
passed, the journal is chained, the ledger balances, and the status is what the events say.
"""

import json
from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.models import Event
from core.selectors.verification import JournalVerifier
from grants.checks import (
    DismissalGround,
    LedgerRefused,
    ReconsiderationGround,
    TransitionRefused,
    UnlockableField,
)
from grants.checks.appeals import AppealRefused
from grants.checks.delegation import DelegationRefused
from grants.content import balance_sek
from grants.enums import EntryKind, Status
from grants.models import Application, Decision
from grants.selectors import entries_that_hold, frame_left, fund_years_for
from grants.services import decisions, drafts, handling, ledger, submission
from grants.workflow import HAS_GRANT, TABLE, Action
from reporting.checks import ReportRefused
from reporting.models import Report
from reporting.services import reports
from reviews import services as reviews
from reviews.checks import ReviewRefused
from reviews.enums import NotCommunicated, ProposedOutcome
from reviews.models import ConflictDeclaration, Proposal
from tests.factories import OrganisationFactory, StaffRoleFactory, acting_for, staff
from tests.factories.costs import check_costs
from tests.factories.scenario import Scenario, answers, open_call

FRAME = 700_000
AMOUNTS = st.sampled_from([100_000, 300_000, 500_000])
CASES = st.integers(0, 2)
FINDINGS = st.sampled_from(["met", "met", "begun", "not_met"])
PEOPLE = st.sampled_from(
    ["both", "both", "both", "officer", "colleague", "decider", "other_decider", "stranger"]
)
BY_LEAD = {Action.SUBMIT, Action.DISCARD, Action.TAKE_BACK, Action.COMPLETE, Action.WITHDRAW}
DECISIONS = {Action.DISMISS, Action.GRANT, Action.REJECT, Action.REVOKE}
REFUSED = (
    PermissionDenied,
    TransitionNotAllowed,
    TransitionRefused,
    LedgerRefused,
    ReviewRefused,
    ReportRefused,
    drafts.FieldLocked,
    handling.NotAssignable,
    AppealRefused,
    DelegationRefused,
)
ASSESSING = {
    "finding.drafted",
    "finding.recorded",
    "line.assessed",
    "proposal.made",
    "proposal.amount_set",
    "application.assessed",
}
reached: Counter[str] = Counter()


class Walk(RuleBasedStateMachine):
    """Three cases, two applicants, six members of staff, one frame too small for all."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(
        asks_interim=st.booleans(), stages=st.tuples(*[st.sampled_from([3, 4, 2, 1, 0])] * 3)
    )
    def begin(self, asks_interim: bool, stages: tuple[int, ...]) -> None:
        """Each case has come so far: draft, submitted, assessed, granted or interim reported."""
        call = open_call(frame_sek=FRAME, asks_interim=asks_interim)
        self.scenario = Scenario(call=call)
        both = staff(call.agency, Role.CASE_OFFICER)
        StaffRoleFactory(user=both, agency=call.agency, role=Role.DECISION_MAKER)
        self.people = {
            "officer": self.scenario.officer,
            "colleague": self.scenario.colleague,
            "both": both,
            "decider": self.scenario.decider,
            "other_decider": staff(call.agency, Role.DECISION_MAKER),
            "stranger": Scenario().officer,
        }
        second = OrganisationFactory()
        self.signatories = {
            self.scenario.lead.pk: self.scenario.signatory,
            second.pk: acting_for(second),
        }
        self.cases = [
            drafts.create_draft(
                call=call, lead=lead, actor=self.signatories[lead.pk], requested_sek=500_000
            ).pk
            for lead in (self.scenario.lead, second, self.scenario.lead)
        ]
        self.expected = dict.fromkeys(self.cases, Status.DRAFT)
        steps = [Action.SUBMIT, Action.ASSESS, Action.GRANT, Action.ACCEPT_INTERIM]
        for case, (stage, by) in enumerate(zip(stages, ["both", "officer", "both"], strict=True)):
            for action in steps[:stage]:
                if action is Action.ASSESS and by == "officer":
                    # Somebody began to assess it before the officer wrote over all they found.
                    self.review(case, both, 300_000, "met")
                self.make(action, case, self.people[by], self.people["decider"])
                if action is Action.ASSESS:
                    self.make(Action.GRANT, case, both, both)

    def attempt(self, case: int, action: Action | None, service: Any, **arguments: Any) -> bool:
        """Whether the service let it; the case's expected status moves as the table says."""
        pk = self.cases[case]
        before = self.expected[pk]
        try:
            service(application=Application.objects.get(pk=pk), **arguments)
        except REFUSED:
            return False
        if action is not None and (action, before) != (Action.SUBMIT, Status.SUBMITTED):
            assert before in TABLE[action].sources
            self.expected[pk] = TABLE[action].target
        return True

    def lead_of(self, case: int) -> Any:
        return self.signatories[Application.objects.get(pk=self.cases[case]).lead_id]

    @rule(
        choice=st.integers(0, 999),
        fit=st.sampled_from([True, True, True, True, False]),
        right=st.sampled_from([True, True, True, False]),
        person=PEOPLE,
        amount=AMOUNTS,
        finding=FINDINGS,
        rest=st.booleans(),
    )
    def step(
        self,
        choice: int,
        fit: bool,
        right: bool,
        person: str,
        amount: int,
        finding: str,
        rest: bool,
    ) -> None:
        """A transition that the table has for some case, mostly, by who may make it, mostly."""
        every = [(action, case) for action in Action for case in range(len(self.cases))]
        possible = [
            (action, case)
            for action, case in every
            if self.expected[self.cases[case]] in TABLE[action].sources
        ]
        options = possible if fit and possible else every
        action, case = options[choice % len(options)]
        officer = self.people["officer" if right else person]
        decider = self.people["decider" if right else person]
        self.make(action, case, officer, decider, amount, finding, rest)

    def make(
        self,
        action: Action,
        case: int,
        officer: User,
        decider: User,
        amount: int = 300_000,
        finding: str = "met",
        rest: bool = False,
    ) -> None:
        """Try the transition, with what a person would do just before it."""
        if action in {Action.ACCEPT_INTERIM, Action.ACCEPT_FINAL}:
            self.report(case, amount - 100_000, rest)
            return
        if action is Action.ASSESS:
            self.review(case, officer, amount, finding)
        if action in DECISIONS and self.undeclared(case, decider):
            self.attempt(case, None, reviews.declare_conflict, actor=decider, has_conflict=False)
        if action is Action.REVOKE:
            if self.undeclared(case, officer):
                self.attempt(
                    case, None, reviews.declare_conflict, actor=officer, has_conflict=False
                )
            self.attempt(
                case,
                None,
                reviews.note_not_communicating,
                actor=officer,
                ground=NotCommunicated.OBVIOUS,
                reason="Det är redan hört.",
                keys=(),
            )
        service, arguments = {
            Action.SUBMIT: (submission.submit_application, {}),
            Action.DISCARD: (drafts.discard_application, {}),
            Action.TAKE_BACK: (submission.take_back_application, {}),
            Action.REQUEST_COMPLETION: (
                handling.request_completion,
                {"fields": [UnlockableField.REQUESTED], "due": timezone.localdate()},
            ),
            Action.COMPLETE: (submission.complete_application, {}),
            Action.LAPSE: (handling.lapse_completion, {}),
            Action.DISMISS: (
                reviews.dismiss_application,
                {"ground": DismissalGround.NOT_ENTITLED, "reasons": "Nej."},
            ),
            Action.ASSESS: (reviews.assess_application, {}),
            Action.REOPEN: (handling.reopen_application, {"reasons": "Nytt."}),
            Action.GRANT: (reviews.grant_application, {"amount_sek": amount}),
            Action.REJECT: (reviews.reject_application, {"reasons": "Nej."}),
            Action.WITHDRAW: (handling.withdraw_application, {}),
            Action.RECONSIDER: (
                decisions.reconsider_application,
                {"ground": ReconsiderationGround.RECONSIDERATION},
            ),
            Action.REVOKE: (
                reviews.revoke_application,
                {
                    "ground": "wrong_information",
                    "reasons": "Fel uppgifter.",
                    "claim_sek": amount if rest else None,
                },
            ),
            Action.CLOSE: (handling.close_application, {}),
        }[action]
        actor = officer
        if action in BY_LEAD:
            actor = self.lead_of(case)
        elif action in DECISIONS | {Action.RECONSIDER}:
            actor = decider
        self.attempt(case, action, service, actor=actor, **arguments)

    def undeclared(self, case: int, user: User) -> bool:
        return not ConflictDeclaration.objects.filter(
            user=user, application=self.cases[case]
        ).exists()

    def review(self, case: int, actor: User, amount: int, finding: str) -> None:
        """One person does all that comes before assessing, as far as it is let."""
        application = Application.objects.get(pk=self.cases[case])
        self.attempt(case, None, handling.assign_officer, officer=actor, actor=actor)
        if self.undeclared(case, actor):
            self.attempt(case, None, reviews.declare_conflict, actor=actor, has_conflict=False)
        for requirement in application.call.requirements.all():
            self.attempt(
                case,
                None,
                reviews.record_finding,
                requirement=requirement,
                organisation=application.lead,
                actor=actor,
                finding=finding,
            )
        self.attempt(case, None, check_costs, actor=actor, approved_sek=amount)
        for outcome in (ProposedOutcome.REJECT, ProposedOutcome.GRANT):
            self.attempt(
                case,
                None,
                reviews.propose,
                actor=actor,
                outcome=outcome,
                reasons="Prövat.",
            )

    def report(self, case: int, spent: int, rest: bool) -> None:
        """A report of the next year that has none is required, sent in and accepted."""
        application = Application.objects.get(pk=self.cases[case])
        if application.status not in HAS_GRANT:
            return
        scenario = self.scenario
        years = Report.objects.filter(organisation=application.lead).values_list("year", flat=True)
        year = max([*years, scenario.call.year - 1]) + 1
        used_before = fund_years_for([application.pk])[application.pk]
        usable = sum(each.usable_sek for each in used_before)
        actor = self.signatories[application.lead_id]
        try:
            with transaction.atomic():
                report = reports.require_report(
                    agency=scenario.call.agency,
                    code=f"R{Report.objects.count()}",
                    stream=scenario.call.stream,
                    year=year,
                    organisation=application.lead,
                    applications=[application],
                    kind="final" if rest else "interim",
                    actor=scenario.officer,
                )
                reports.start(report=report, actor=actor)
                reports.send_in(report=report, actor=actor, answers=answers())
                used = reports.Used(
                    application=application.pk,
                    spent_sek=spent,
                    to_repay_sek=max(usable - spent, 0) if rest else 0,
                )
                reports.accept(report=report, actor=scenario.officer, used=[used])
        except REFUSED:
            return
        now = Application.objects.get(pk=application.pk).status
        assert now == (
            Status.FINAL_REPORTED if usable - spent == 0 or rest else Status.INTERIM_REPORTED
        )
        self.expected[application.pk] = now

    @rule(case=CASES, person=PEOPLE, has_conflict=st.sampled_from([False] * 5 + [True]))
    def declare(self, case: int, person: str, has_conflict: bool) -> None:
        self.attempt(
            case,
            None,
            reviews.declare_conflict,
            actor=self.people[person],
            has_conflict=has_conflict,
        )

    @rule(case=CASES, kind=st.sampled_from(["paid", "repaid", "written_off"]), amount=AMOUNTS)
    def pay(self, case: int, kind: str, amount: int) -> None:
        scenario = self.scenario
        self.attempt(
            case,
            None,
            ledger.book_payment,
            actor=scenario.controller,
            kind=EntryKind(kind),
            year=scenario.call.year,
            amount_sek=amount,
            key=str(Event.objects.count()),
        )

    @rule(case=CASES, right=st.sampled_from([True, True, False]), person=PEOPLE)
    def decide_as_proposed(self, case: int, right: bool, person: str) -> None:
        decider = self.people["decider" if right else person]
        if self.undeclared(case, decider):
            self.attempt(case, None, reviews.declare_conflict, actor=decider, has_conflict=False)
        proposal = Proposal.objects.filter(application=self.cases[case]).first()
        rejects = proposal is not None and not proposal.grants
        action = Action.REJECT if rejects else Action.GRANT
        self.attempt(case, action, reviews.decide_as_proposed, actor=decider)

    @rule(case=CASES)
    def lapse_by_itself(self, case: int) -> None:
        self.attempt(case, Action.LAPSE, handling.lapse_completion, actor=None)

    # What holds after every step ----------------------------------------------------------------

    @invariant()
    def status_is_what_the_events_say(self) -> None:
        for application in Application.objects.filter(pk__in=self.cases):
            assert application.status == self.expected[application.pk]
            reached[str(application.status)] += 1
            status = None
            for name, payload in _events(application.pk):
                content = json.loads(payload)
                if name == "application.begun":
                    status = content["to"]
                elif name.startswith("application.") and "action" in content:
                    assert content["from"] == status
                    status = content["to"]
            assert application.status == status

    @invariant()
    def nobody_decides_what_they_assessed(self) -> None:
        for decision in Decision.objects.filter(application__in=self.cases).select_related(
            "decider", "preparer"
        ):
            assert decision.decider_id not in decision.assessor_ids
            assert decision.decider_id != decision.preparer_id
        for pk in self.cases:
            assessed: set[str] = set()
            for name, actor in (
                Event.objects.filter(journal__kind=JournalKind.CASE, journal__subject=str(pk))
                .order_by("sequence")
                .values_list("name", "actor")
            ):
                if name in ASSESSING:
                    assessed.add(actor)
                if name in {"application.granted", "application.rejected", "application.revoked"}:
                    assert actor not in assessed

    @invariant()
    def the_frame_is_never_passed(self) -> None:
        assert frame_left(self.scenario.call) >= 0
        booked = entries_that_hold().filter(
            application__call=self.scenario.call, kind=EntryKind.GRANTED
        )
        assert sum(entry.amount_sek for entry in booked) <= FRAME

    @invariant()
    def the_ledger_balances(self) -> None:
        cases = Application.objects.in_bulk(self.cases)
        for pk, years in fund_years_for(self.cases).items():
            assert sum(year.granted_sek for year in years) == (cases[pk].granted_sek or 0)
            for year in years:
                parts = year.spent_sek + year.usable_sek + year.carried_over_sek + year.to_repay_sek
                assert year.available_sek == parts
                assert min(year.usable_sek, year.owed_sek, year.spent_sek) >= 0
            if cases[pk].status == Status.CLOSED:
                assert balance_sek(years) == 0
            if cases[pk].status == Status.REVOKED:
                assert sum(year.usable_sek for year in years) == 0

    @invariant()
    def the_journals_are_chained(self) -> None:
        for pk in self.cases:
            assert not list(JournalVerifier(kind="case", subject=str(pk)).faults())


def _events(pk: int) -> Any:
    return (
        Event.objects.filter(journal__kind=JournalKind.CASE, journal__subject=str(pk))
        .order_by("sequence")
        .values_list("name", "payload")
    )


@pytest.mark.long
@pytest.mark.django_db
def test_random_walks_keep_what_must_hold() -> None:
    reached.clear()
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=max(20, settings.default.max_examples // 5),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    deep = {Status.ASSESSED, Status.GRANTED, Status.REJECTED, Status.INTERIM_REPORTED}
    deep |= {Status.FINAL_REPORTED, Status.WITHDRAWN, Status.REVOKED, Status.CLOSED}
    assert deep <= set(reached), f"the walks never came to {deep - set(reached)}"
