"""Random walks through the report services: two reports, one of them for two grants.

Whatever is tried, in whatever order: the status is what the events say, the first receipt and
every version stay, the ledger balances and the journal is chained.
"""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
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

from core.definitions import Answers
from core.enums import JournalKind
from core.selectors.journal import events_of
from core.selectors.verification import JournalVerifier
from grants.checks import LedgerRefused, TransitionRefused
from grants.enums import Stream
from grants.selectors import fund_years
from reporting.checks import ReportRefused
from reporting.enums import ReportKind, ReportStatus
from reporting.services import reports
from reporting.workflow import TABLE, ReportAction
from tests.factories.scenario import REQUESTED, Scenario, fresh
from tests.reporting.test_report_workflow import attempt

REFUSED = (PermissionDenied, TransitionNotAllowed, TransitionRefused, LedgerRefused, ReportRefused)
reached: set[str] = set()


class Walk(RuleBasedStateMachine):
    """Two reports, one of them for two grants; people of both sides and a stranger."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.scenario = scenario = Scenario()
        self.cases = [scenario.granted(), scenario.granted()]
        self.people = {
            "lead": scenario.signatory,
            "officer": scenario.officer,
            "stranger": Scenario().officer,
        }
        self.reports = [
            reports.require_report(
                agency=scenario.call.agency,
                code=f"R{year}",
                stream=Stream(scenario.call.stream),
                year=year,
                organisation=scenario.lead,
                applications=cases,
                kind=ReportKind.FINAL,
                actor=scenario.officer,
            )
            for year, cases in (
                (scenario.call.year, self.cases),
                (scenario.call.year + 1, self.cases[:1]),
            )
        ]
        self.expected = [ReportStatus.DUE, ReportStatus.DUE]
        self.first = [None, None]
        self.versions = [0, 0]

    @rule(
        place=st.integers(0, 1),
        wanted=st.integers(0, 11),
        fit=st.sampled_from([True, True, True, False]),
        person=st.sampled_from(["right", "right", "right", "lead", "officer", "stranger"]),
        said=st.sampled_from(["yes", "no", "yes", None]),
        spent=st.sampled_from([0, REQUESTED // 2, REQUESTED]),
    )
    def move(
        self, place: int, wanted: int, fit: bool, person: str, said: str | None, spent: int
    ) -> None:
        report, before = self.reports[place], self.expected[place]
        possible = [action for action in ReportAction if before in TABLE[action].sources]
        actions = possible if fit and possible else list(ReportAction)
        action = actions[wanted % len(actions)]
        by_staff = action in {ReportAction.RETURN, ReportAction.ACCEPT}
        if person == "right":
            person = "officer" if by_staff else "lead"
        given = Answers.from_rows(choices=[("", "attended_training", said)] if said else [])
        used = [
            reports.Used(application=pk, spent_sek=spent)
            for pk in report.references.values_list("application_id", flat=True)
        ]
        count = report.versions.count()
        try:
            attempt(
                self.scenario,
                report,
                action,
                actor=self.people[person],
                answers=given,
                used=used,
            )
        except REFUSED:
            return
        if action is ReportAction.SEND_IN:
            assert said is not None
            if before == ReportStatus.RECEIVED:
                assert report.versions.count() == count
                return
            self.versions[place] += 1
        assert before in TABLE[action].sources
        assert person == ("officer" if by_staff else "lead")
        self.expected[place] = TABLE[action].target

    @invariant()
    def the_status_is_what_the_events_say(self) -> None:
        for place, report in enumerate(self.reports):
            now = fresh(report)
            assert now.status == self.expected[place]
            reached.add(now.status)
            case = report.references.first()
            assert case is not None
            status = None
            for event in events_of(kind=JournalKind.CASE, subject=str(case.application_id)):
                content = json.loads(event.payload)
                if event.name.startswith("report.") and content["report"] == report.code:
                    assert content.get("from") == status
                    status = content["to"]
            assert now.status == status

    @invariant()
    def the_first_receipt_and_every_version_stay(self) -> None:
        for place, report in enumerate(self.reports):
            now = fresh(report)
            if self.first[place] is not None:
                assert now.first_received_at == self.first[place]
            self.first[place] = now.first_received_at
            numbers = list(now.versions.order_by("number").values_list("number", flat=True))
            assert numbers == list(range(1, self.versions[place] + 1))

    @invariant()
    def the_money_balances_and_the_journals_are_chained(self) -> None:
        for case in self.cases:
            for year in fund_years(case):
                assert min(year.usable_sek, year.owed_sek) >= 0
            assert not list(JournalVerifier(kind="case", subject=str(case.pk)).faults())


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
    assert reached == {str(status) for status in ReportStatus}
