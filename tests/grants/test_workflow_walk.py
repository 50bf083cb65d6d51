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
from reviews.enums import FindingValue, ProposedOutcome
from reviews.models import ConflictDeclaration
from tests.factories import OrganisationFactory, StaffRoleFactory, acting_for, staff
from tests.factories.scenario import Scenario, answers, open_call

FRAME = 700_000
AMOUNTS = st.sampled_from([100_000, 300_000, 500_000])
CASES = st.integers(0, 2)
OFFICERS = st.sampled_from(["officer", "officer", "both", "both", "colleague", "decider", "stranger"])
DECIDERS = st.sampled_from(["decider", "decider", "both", "both", "other_decider", "officer"])
REFUSED = (
    PermissionDenied,
    TransitionNotAllowed,
    TransitionRefused,
    LedgerRefused,
    ReviewRefused,
    ReportRefused,
    drafts.FieldLocked,
    handling.NotAssignable,
)
ASSESSING = {"finding.recorded", "proposal.made", "application.assessed"}
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
        self.expected = {pk: Status.DRAFT for pk in self.cases}
        for case, (stage, by) in enumerate(zip(stages, ["both", "officer", "both"], strict=True)):
            steps = [
                (self._submit, {}),
                (self._review, {"person": by, "wanted": 300_000, "finding": FindingValue.MET}),
                (self._grant, {"person": "decider", "amount": 300_000}),
                (self._report, {"spent": 100_000, "rest": False}),
            ]
            for step, arguments in steps[:stage]:
                step(case, **arguments)

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

    def pick(self, case: int, *actions: Action) -> int:
        """The case, or one of those that can be moved so, where there are any."""
        sources = {status for action in actions for status in TABLE[action].sources}
        fit = [place for place, pk in enumerate(self.cases) if self.expected[pk] in sources]
        return fit[case % len(fit)] if fit else case

    def lead_of(self, case: int) -> Any:
        return self.signatories[Application.objects.get(pk=self.cases[case]).lead_id]

    @rule(case=CASES)
    def submit(self, case: int) -> None:
        self._submit(self.pick(case, Action.SUBMIT))

    def _submit(self, case: int) -> None:
        self.attempt(case, Action.SUBMIT, submission.submit_application, actor=self.lead_of(case))

    @rule(case=CASES)
    def take_back(self, case: int) -> None:
        self.attempt(
            case, Action.TAKE_BACK, submission.take_back_application, actor=self.lead_of(case)
        )

    @rule(case=CASES, sure=st.integers(0, 9))
    def discard(self, case: int, sure: int) -> None:
        if sure == 9:
            self.attempt(case, Action.DISCARD, drafts.discard_application, actor=self.lead_of(case))

    @rule(case=CASES, sure=st.integers(0, 3))
    def withdraw(self, case: int, sure: int) -> None:
        if sure == 3:
            self.attempt(
                case, Action.WITHDRAW, handling.withdraw_application, actor=self.lead_of(case)
            )

    @rule(case=CASES, person=OFFICERS, answered=st.booleans())
    def completion(self, case: int, person: str, answered: bool) -> None:
        case = self.pick(case, Action.REQUEST_COMPLETION)
        asked = self.attempt(
            case,
            Action.REQUEST_COMPLETION,
            handling.request_completion,
            actor=self.people[person],
            fields=[UnlockableField.REQUESTED],
            due=timezone.localdate(),
        )
        if asked and answered:
            lead = self.lead_of(case)
            self.attempt(case, Action.COMPLETE, submission.complete_application, actor=lead)

    @rule(case=CASES, person=st.one_of(st.none(), OFFICERS))
    def lapse(self, case: int, person: str | None) -> None:
        case = self.pick(case, Action.LAPSE)
        actor = self.people[person] if person else None
        self.attempt(case, Action.LAPSE, handling.lapse_completion, actor=actor)

    @rule(case=CASES, person=OFFICERS, has_conflict=st.sampled_from([False] * 9 + [True]))
    def declare(self, case: int, person: str, has_conflict: bool) -> None:
        self.attempt(
            case,
            None,
            reviews.declare_conflict,
            actor=self.people[person],
            has_conflict=has_conflict,
        )

    @rule(case=CASES, person=OFFICERS, wanted=AMOUNTS, finding=st.sampled_from(["met", "met", "begun", "not_met"]))
    def review(self, case: int, person: str, wanted: int, finding: str) -> None:
        self._review(self.pick(case, Action.ASSESS), person=person, wanted=wanted, finding=finding)

    def _review(self, case: int, person: str, wanted: int, finding: str) -> None:
        """One person does all that comes before assessing, as far as it is let."""
        actor = self.people[person]
        application = Application.objects.get(pk=self.cases[case])
        self.attempt(case, None, handling.assign_officer, officer=actor, actor=actor)
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
        self.attempt(
            case,
            None,
            reviews.propose,
            actor=actor,
            outcome=ProposedOutcome.GRANT,
            amount_sek=wanted,
            reasons="Prövat.",
            communicated=True,
        )
        self.attempt(case, Action.ASSESS, reviews.assess_application, actor=actor)

    @rule(case=CASES, person=OFFICERS)
    def assess(self, case: int, person: str) -> None:
        self.attempt(
            case, Action.ASSESS, reviews.assess_application, actor=self.people[person]
        )

    @rule(case=CASES, person=OFFICERS)
    def reopen(self, case: int, person: str) -> None:
        case = self.pick(case, Action.REOPEN)
        self.attempt(
            case,
            Action.REOPEN,
            handling.reopen_application,
            actor=self.people[person],
            reasons="Nytt.",
        )

    @rule(case=CASES, person=DECIDERS, amount=AMOUNTS)
    def grant(self, case: int, person: str, amount: int) -> None:
        self._grant(self.pick(case, Action.GRANT), person=person, amount=amount)

    def _grant(self, case: int, person: str, amount: int) -> None:
        actor = self.people[person]
        if not ConflictDeclaration.objects.filter(
            user=actor, application=self.cases[case]
        ).exists():
            self.attempt(case, None, reviews.declare_conflict, actor=actor, has_conflict=False)
        self.attempt(
            case, Action.GRANT, reviews.grant_application, actor=actor, amount_sek=amount
        )

    @rule(case=CASES, person=DECIDERS, dismiss=st.booleans())
    def refuse(self, case: int, person: str, dismiss: bool) -> None:
        case = self.pick(case, Action.DISMISS if dismiss else Action.REJECT)
        actor = self.people[person]
        if not ConflictDeclaration.objects.filter(
            user=actor, application=self.cases[case]
        ).exists():
            self.attempt(case, None, reviews.declare_conflict, actor=actor, has_conflict=False)
        if dismiss:
            self.attempt(
                case,
                Action.DISMISS,
                reviews.dismiss_application,
                actor=actor,
                ground=DismissalGround.NOT_ENTITLED,
                reasons="Nej.",
            )
        else:
            self.attempt(
                case, Action.REJECT, reviews.reject_application, actor=actor, reasons="Nej."
            )

    @rule(case=CASES, person=DECIDERS)
    def reconsider(self, case: int, person: str) -> None:
        case = self.pick(case, Action.RECONSIDER)
        self.attempt(
            case,
            Action.RECONSIDER,
            decisions.reconsider_application,
            actor=self.people[person],
            ground=ReconsiderationGround.RECONSIDERATION,
        )

    @rule(case=CASES, person=DECIDERS, claim=st.one_of(st.none(), AMOUNTS))
    def revoke(self, case: int, person: str, claim: int | None) -> None:
        case = self.pick(case, Action.REVOKE)
        self.attempt(
            case,
            Action.REVOKE,
            reviews.revoke_application,
            actor=self.people[person],
            ground="wrong_information",
            reasons="Fel uppgifter.",
            claim_sek=claim,
        )

    @rule(case=CASES, spent=st.sampled_from([0, 100_000, 300_000]), rest=st.booleans())
    def report(self, case: int, spent: int, rest: bool) -> None:
        self._report(self.pick(case, Action.ACCEPT_INTERIM, Action.ACCEPT_FINAL), spent=spent, rest=rest)

    def _report(self, case: int, spent: int, rest: bool) -> None:
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

    @rule(case=CASES, kind=st.sampled_from(["paid", "repaid", "written_off"]), amount=AMOUNTS)
    def pay(self, case: int, kind: str, amount: int) -> None:
        case = self.pick(case, Action.REVOKE)
        scenario = self.scenario
        key = str(Event.objects.count())
        self.attempt(
            case,
            None,
            ledger.book_payment,
            actor=scenario.controller,
            kind=EntryKind(kind),
            year=scenario.call.year,
            amount_sek=amount,
            key=key,
        )

    @rule(case=CASES, person=OFFICERS)
    def close(self, case: int, person: str) -> None:
        case = self.pick(case, Action.CLOSE)
        self.attempt(
            case, Action.CLOSE, handling.close_application, actor=self.people[person]
        )

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
            for name, actor in Event.objects.filter(
                journal__kind=JournalKind.CASE, journal__subject=str(pk)
            ).order_by("sequence").values_list("name", "actor"):
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


@pytest.mark.django_db
def test_random_walks_keep_what_must_hold() -> None:
    reached.clear()
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=max(12, settings.default.max_examples // 5),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    deep = {Status.ASSESSED, Status.GRANTED, Status.REJECTED, Status.INTERIM_REPORTED}
    deep |= {Status.FINAL_REPORTED, Status.WITHDRAWN, Status.DISMISSED}
    assert deep <= set(reached), f"the walks never came to {deep - set(reached)}"
