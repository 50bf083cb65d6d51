"""Appeals, corrections, and the day on which a decision was received."""

import threading
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import OrganisationRole, Role
from core.checks.working_days import is_working_day
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from core.triggers import without_triggers
from grants.checks import ReconsiderationGround
from grants.checks.appeals import AppealRefused, last_day_to_appeal
from grants.content.basis import DecisionBasis
from grants.enums import (
    AppealOutcome,
    AppealState,
    CorrectedPlace,
    Direction,
    DocumentKind,
    Status,
    TriedResult,
)
from grants.models import Appeal, Application, CaseDocument, Decision, DecisionCorrection
from grants.selectors.decided import appeal_rule, corrected
from grants.services import decisions
from grants.services.appeals import (
    admit_appeal,
    appeal_decision,
    dismiss_appeal,
    end_appeal,
    hand_over_appeal,
    register_appeal,
    try_appeal,
)
from grants.services.corrections import correct_decision
from grants.services.moving import locked_application, locked_call
from reviews import services as reviews
from tests.core.concurrency import in_threads
from tests.factories import OrganisationFactory, acting_for, staff
from tests.factories.appealing import APPEAL, received_on, with_appeals
from tests.factories.letters import Deciding
from tests.factories.scenario import Scenario, fresh

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 23)),
        # Saturday and Sunday: on to Monday.
        (date(2026, 3, 7), date(2026, 3, 30)),
        # Good Friday, and then Easter Monday: on to Tuesday.
        (date(2026, 3, 13), date(2026, 4, 7)),
        # Midsummer's Eve.
        (date(2026, 5, 29), date(2026, 6, 22)),
        # Christmas Eve 2026 is a Thursday; the 25th and 26th are holidays, the 27th a Sunday.
        (date(2026, 12, 3), date(2026, 12, 28)),
        # New Year's Eve, New Year's Day, and a weekend.
        (date(2026, 12, 10), date(2027, 1, 4)),
    ],
)
def test_three_weeks_end_on_a_working_day(received: date, last: date) -> None:
    assert last_day_to_appeal(received) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_last_day_is_a_working_day_and_never_before_three_weeks(received: date) -> None:
    last = last_day_to_appeal(received)
    assert is_working_day(last)
    assert timedelta(21) <= last - received <= timedelta(27)
    assert last_day_to_appeal(received + DAY) >= last


pytestmark = pytest.mark.django_db


class Case:
    """A rejected case whose decision the lead received so many days ago."""

    def __init__(self, days: int | None = 5, status: Status = Status.REJECTED) -> None:
        self.scenario = Scenario()
        self.registrar = staff(self.scenario.call.agency, Role.REGISTRAR)
        self.application = self.scenario.at(status)
        with_appeals(self.scenario.call)
        self.today = timezone.localdate()
        self.back_date(days or 0)
        if days is not None:
            received_on(self.decision, self.registrar, self.today - days * DAY)

    def back_date(self, days: int) -> None:
        """The decision was made so many days ago; it is a record, so the trigger is put aside."""
        with without_triggers(connection):
            Decision.objects.filter(pk=self.decision.pk).update(decided_on=self.today - days * DAY)

    @property
    def decision(self) -> Decision:
        return Decision.objects.select_related("application__call").get(
            application=self.application, superseded_by__isnull=True
        )

    def appeal(self, **fields: Any) -> Appeal:
        values: dict[str, Any] = {
            "decision": self.decision,
            "organisation": self.application.lead,
            "actor": self.scenario.signatory,
            "text": "Vi vill ha pengarna.",
        }
        return appeal_decision(**values | fields)

    def registered(self, **fields: Any) -> Appeal:
        values: dict[str, Any] = {
            "decision": self.decision,
            "organisation": self.application.lead,
            "actor": self.registrar,
            "received_on": self.today,
            "text": "Vi vill ha pengarna.",
        }
        return register_appeal(**values | fields)

    def tried(self, result: TriedResult = TriedResult.UNCHANGED) -> Appeal:
        appeal = admit_appeal(appeal=self.appeal(), actor=self.registrar)
        return try_appeal(
            appeal=appeal, actor=self.scenario.decider, result=result, reasons="Inget nytt."
        )

    def handed_over(self) -> Appeal:
        return hand_over_appeal(
            appeal=self.tried(), actor=self.registrar, on=self.today, court_number="1234-26"
        )


def names(case: Application) -> list[str]:
    return [each.name for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))]


def documents(case: Application) -> list[tuple[str, str]]:
    rows = CaseDocument.objects.filter(application=case).order_by("number")
    return [(row.direction, row.kind) for row in rows]


def test_a_party_appeals_in_time_and_the_officer_is_told() -> None:
    case = Case()
    OutboxMessage.objects.all().delete()
    appeal = case.appeal()
    assert appeal.in_time is True
    assert appeal.last_day == last_day_to_appeal(case.today - 5 * DAY)
    assert appeal.from_party
    assert names(case.application)[-2:] == ["appeal.received", "mail.queued"]
    assert documents(case.application)[-1] == (Direction.IN, DocumentKind.APPEAL)
    (mail,) = OutboxMessage.objects.all()
    assert mail.recipient == case.scenario.officer.email
    assert "pengarna" not in mail.body
    event = events_of(kind=JournalKind.CASE, subject=str(case.application.pk)).get(
        name="appeal.received"
    )
    assert event.on_behalf_of == f"organisation:{case.application.lead_id}"
    assert "pengarna" not in event.payload


def test_a_late_appeal_is_received_and_dismissed_by_a_decision_maker() -> None:
    case = Case(days=60)
    appeal = case.appeal()
    assert appeal.in_time is False
    with pytest.raises(PermissionDenied):
        dismiss_appeal(appeal=appeal, actor=case.scenario.officer, reasons="För sent.")
    with pytest.raises(AppealRefused) as caught:
        dismiss_appeal(appeal=appeal, actor=case.scenario.decider, reasons=" ")
    assert caught.value.code == "reasons"
    appeal = dismiss_appeal(appeal=appeal, actor=case.scenario.decider, reasons="För sent.")
    assert (appeal.state, appeal.dismissed_by) == (AppealState.DISMISSED, case.scenario.decider)
    assert documents(case.application)[-1] == (Direction.OUT, DocumentKind.DECISION)
    with pytest.raises(AppealRefused) as caught:
        admit_appeal(appeal=appeal, actor=case.scenario.decider, why="Ändå.")
    assert caught.value.code == "state"


def test_a_late_appeal_is_taken_up_only_for_a_reason() -> None:
    case = Case(days=60)
    appeal, decider = case.appeal(), case.scenario.decider
    why = "Beslutet sade inte hur man överklagar."
    # A decision maker's, as dismissing it is.
    for who in (case.registrar, case.scenario.officer):
        with pytest.raises(PermissionDenied):
            admit_appeal(appeal=appeal, actor=who, why=why)
    with pytest.raises(AppealRefused) as caught:
        admit_appeal(appeal=appeal, actor=decider)
    assert caught.value.code == "reasons"
    assert admit_appeal(appeal=appeal, actor=decider, why=why).state == AppealState.IN_TIME


def test_an_appeal_in_time_is_taken_up_by_whoever_registers_or_tries_appeals() -> None:
    for role in ("registrar", "officer", "decider"):
        case = Case()
        actors = {"registrar": case.registrar, "officer": case.scenario.officer}
        actor = actors.get(role, case.scenario.decider)
        assert admit_appeal(appeal=case.appeal(), actor=actor).state == AppealState.IN_TIME


def test_an_appeal_in_time_or_of_a_day_unknown_is_never_dismissed_as_late() -> None:
    for days in (5, None):
        case = Case(days=days)
        appeal = case.appeal()
        assert appeal.in_time is (True if days else None)
        with pytest.raises(AppealRefused) as caught:
            dismiss_appeal(appeal=appeal, actor=case.scenario.decider, reasons="Nej.")
        assert caught.value.code == "in_time"


def test_only_who_signs_for_a_party_appeals() -> None:
    case = Case()
    other = OrganisationFactory()
    for who in (
        acting_for(case.application.lead, OrganisationRole.READER),
        acting_for(case.application.lead, OrganisationRole.WRITER),
        acting_for(other),
        case.scenario.officer,
        case.registrar,
    ):
        with pytest.raises(PermissionDenied):
            case.appeal(actor=who)
    with pytest.raises(AppealRefused) as caught:
        case.appeal(organisation=other)
    assert caught.value.code == "not_a_party"
    assert not Appeal.objects.exists()


def test_what_the_call_says_cannot_be_appealed_is_not() -> None:
    case = Case(status=Status.GRANTED)
    assert appeal_rule(case.decision) is None
    for attempt in (case.appeal, case.registered):
        with pytest.raises(AppealRefused) as caught:
            attempt()
        assert caught.value.code == "not_appealable"
    with_appeals(case.scenario.call, appeals=())
    rejected = Case()
    with_appeals(rejected.scenario.call, appeals=())
    with pytest.raises(AppealRefused):
        rejected.appeal()


@pytest.mark.parametrize("days", [-1, 1_000])
def test_an_appeal_cannot_have_come_before_the_decision_or_tomorrow(days: int) -> None:
    case = Case()
    with pytest.raises(AppealRefused) as caught:
        case.registered(received_on=case.today - days * DAY)
    assert caught.value.code == "date"


def by_order(case: Case) -> Application:
    return decisions.reconsider_application(
        application=case.application,
        actor=case.scenario.decider,
        ground=ReconsiderationGround.COURT_ORDER,
    )


def test_what_the_court_has_is_not_revoked() -> None:
    case = Case(status=Status.GRANTED)
    with_appeals(case.scenario.call, appeals=[APPEAL | {"decisions": ["granted"]}])
    appeal = case.handed_over()
    case.scenario.heard_after_grant(case.application)

    def revoke() -> Decision:
        return reviews.revoke_application(
            application=case.application,
            actor=case.scenario.decider,
            ground="wrong_information",
            reasons="Fel.",
        )

    with pytest.raises(AppealRefused) as caught:
        revoke()
    assert caught.value.code == "with_the_court"
    assert fresh(case.application).status == Status.GRANTED
    end_appeal(appeal=appeal, actor=case.registrar, outcome=AppealOutcome.UPHELD, on=case.today)
    assert revoke().outcome == "revoked"


def test_an_appeal_goes_to_the_court_and_back() -> None:
    case = Case()
    appeal = case.handed_over()
    assert appeal.court == "Förvaltningsrätten i Stockholm"
    assert documents(case.application)[-1] == (Direction.OUT, DocumentKind.COURT)
    # What the court has is the court's.
    with pytest.raises(AppealRefused) as caught:
        case.scenario.reconsider(case.application)
    assert caught.value.code == "with_the_court"
    appeal = end_appeal(
        appeal=appeal,
        actor=case.registrar,
        outcome=AppealOutcome.REFERRED_BACK,
        on=case.today,
        text="Målet visas åter.",
    )
    assert appeal.state == AppealState.ENDED
    first = case.decision
    by_order(case)
    case.scenario.grant(fresh(case.application))
    assert case.decision.supersedes == first
    # The order has been followed: it is not of the decision that stands now.
    with pytest.raises(AppealRefused) as caught:
        by_order(case)
    assert caught.value.code == "no_order"
    first.refresh_from_db()
    assert first.outcome == "rejected"
    steps = [name for name in names(case.application) if name.startswith("appeal.")]
    assert steps == [
        "appeal.received", "appeal.admitted", "appeal.tried", "appeal.handed_over", "appeal.ended",
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", [AppealOutcome.UPHELD, AppealOutcome.NOT_TRIED])
def test_a_court_that_changes_nothing_orders_nothing(outcome: AppealOutcome) -> None:
    case = Case()
    end_appeal(appeal=case.handed_over(), actor=case.registrar, outcome=outcome, on=case.today)
    with pytest.raises(AppealRefused) as caught:
        by_order(case)
    assert caught.value.code == "no_order"
    assert fresh(case.application).status == Status.REJECTED


def test_an_appealed_decision_can_be_reconsidered_before_it_is_handed_over() -> None:
    case = Case()
    appeal = case.tried(TriedResult.RECONSIDERED)
    assert fresh(case.application).status == Status.ASSESSED
    with pytest.raises(AppealRefused) as caught:
        hand_over_appeal(appeal=appeal, actor=case.registrar, on=case.today)
    assert caught.value.code == "being_reconsidered"
    case.scenario.grant(fresh(case.application))
    appeal = hand_over_appeal(appeal=appeal, actor=case.registrar, on=case.today)
    assert appeal.state == AppealState.HANDED_OVER
    # The new decision went to the court too, so what it orders is of that.
    end_appeal(appeal=appeal, actor=case.registrar, outcome=AppealOutcome.CHANGED, on=case.today)
    assert by_order(case).status == Status.ASSESSED


def test_a_party_may_withdraw_its_appeal_until_the_court_has_it() -> None:
    case = Case()
    appeal = end_appeal(
        appeal=case.appeal(),
        actor=case.registrar,
        outcome=AppealOutcome.WITHDRAWN,
        on=case.today,
    )
    assert appeal.state == AppealState.ENDED
    assert documents(case.application)[-1] == (Direction.IN, DocumentKind.WITHDRAWAL)
    other = Case()
    with pytest.raises(AppealRefused) as caught:
        end_appeal(
            appeal=other.appeal(),
            actor=other.registrar,
            outcome=AppealOutcome.UPHELD,
            on=other.today,
        )
    assert caught.value.code == "state"


def test_steps_are_taken_in_order_and_once() -> None:
    case = Case()
    appeal = case.appeal()
    decider = case.scenario.decider
    with pytest.raises(AppealRefused):
        try_appeal(appeal=appeal, actor=decider, result=TriedResult.UNCHANGED, reasons="Nej.")
    with pytest.raises(AppealRefused):
        hand_over_appeal(appeal=appeal, actor=case.registrar, on=case.today)
    admit_appeal(appeal=appeal, actor=case.registrar)
    with pytest.raises(AppealRefused):
        admit_appeal(appeal=appeal, actor=case.registrar)
    with pytest.raises(PermissionDenied):
        try_appeal(
            appeal=appeal, actor=case.scenario.officer, result=TriedResult.UNCHANGED, reasons="Nej."
        )


# Corrections --------------------------------------------------------------------------------------


def correct(case: Case, **fields: Any) -> DecisionCorrection:
    values: dict[str, Any] = {
        "decision": case.decision,
        "actor": case.scenario.decider,
        "place": CorrectedPlace.REASONS,
        "before": "inte uppfyllda",
        "after": "inte nådda",
        "why": "Skrivfel.",
    }
    return correct_decision(**values | fields)


def test_a_correction_stands_beside_a_decision_that_is_kept_as_it_was() -> None:
    case = Case()
    before = case.decision.reasons
    correct(case)
    correct(case, before="nådda", after="uppnådda")
    assert case.decision.reasons == before == "Kraven är inte uppfyllda."
    assert corrected(case.decision).reasons == "Kraven är inte uppnådda."
    assert documents(case.application)[-1] == (Direction.OUT, DocumentKind.CORRECTION)
    assert names(case.application).count("decision.corrected") == 2
    event = events_of(kind=JournalKind.CASE, subject=str(case.application.pk)).filter(
        name="decision.corrected"
    )[0]
    assert "nådda" not in event.payload
    for row in (DecisionCorrection.objects.first(), case.decision):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(id=row.pk)


def test_a_correction_of_conditions_is_made_inside_one_of_them() -> None:
    deciding = Deciding()
    conditions = ("Spara alt.\nOckså kvitton.", "Redovisa alt.")
    decision = deciding.decided(basis=DecisionBasis(conditions=conditions))
    fields: dict[str, Any] = {
        "decision": decision,
        "actor": deciding.decider,
        "place": CorrectedPlace.CONDITIONS,
        "why": "Skrivfel.",
    }
    correct_decision(**fields, before="alt.", after="allt.")
    correct_decision(**fields, before="alt.", after="allt.")
    assert corrected(decision).conditions == ("Spara allt.\nOckså kvitton.", "Redovisa allt.")
    with pytest.raises(AppealRefused) as caught:
        correct_decision(**fields, before="kvitton.\nRedovisa", after="kvitton")
    assert caught.value.code == "not_there"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"before": "något annat"}, "not_there"),
        ({"before": ""}, "not_there"),
        ({"after": "inte uppfyllda"}, "same"),
        ({"why": " "}, "reasons"),
        ({"place": CorrectedPlace.DISSENT}, "not_there"),
    ],
)
def test_only_what_stands_there_is_corrected(fields: dict[str, Any], code: str) -> None:
    case = Case()
    with pytest.raises(AppealRefused) as caught:
        correct(case, **fields)
    assert caught.value.code == code
    assert not DecisionCorrection.objects.exists()


def test_only_a_decision_maker_of_the_agency_corrects() -> None:
    case = Case()
    for who in (case.scenario.officer, case.registrar, case.scenario.signatory, Case().registrar):
        with pytest.raises(PermissionDenied):
            correct(case, actor=who)


def test_a_party_has_one_appeal_at_a_time_against_a_decision() -> None:
    case = Case()
    first = case.appeal()
    for again in (case.appeal, case.registered):
        with pytest.raises(AppealRefused) as caught:
            again()
        assert caught.value.code == "appealed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            decision=first.decision,
            organisation=first.organisation,
            received_on=case.today,
            registered_at=timezone.now(),
            registered_by=case.registrar,
        )
    end_appeal(appeal=first, actor=case.registrar, outcome=AppealOutcome.WITHDRAWN, on=case.today)
    # Having taken it back, it may change its mind in time.
    assert case.registered().state == AppealState.RECEIVED


# At once ------------------------------------------------------------------------------------------


def attempt(act: Any, **fields: Any) -> str:
    try:
        return str(act(**fields).state)
    except AppealRefused as refused:
        return refused.code


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_appeal_that_two_register_at_once_is_registered_once() -> None:
    case = Case()
    second = staff(case.scenario.call.agency, Role.REGISTRAR)
    decision = case.decision
    results = in_threads(
        lambda: attempt(case.registered, decision=decision),
        lambda: attempt(case.registered, decision=decision, actor=second),
        lambda: attempt(case.appeal, decision=decision),
    )
    assert sorted(results) == ["appealed", "appealed", "received"]
    appeal = Appeal.objects.get()
    assert names(case.application).count("appeal.received") == 1
    papers = CaseDocument.objects.filter(source__startswith=f"appeal:{appeal.pk}:")
    assert papers.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcome", [AppealOutcome.UPHELD, AppealOutcome.CHANGED])
def test_an_outcome_that_two_record_at_once_is_recorded_once(outcome: AppealOutcome) -> None:
    case = Case()
    appeal = case.handed_over()
    people = [case.registrar, staff(case.scenario.call.agency, Role.REGISTRAR)]

    def end(actor: Any, how: AppealOutcome) -> Appeal:
        return end_appeal(appeal=appeal, actor=actor, outcome=how, on=case.today)

    results = in_threads(
        lambda: attempt(end, actor=people[0], how=outcome),
        lambda: attempt(end, actor=people[1], how=AppealOutcome.UPHELD),
    )
    assert sorted(results) == ["ended", "state"]
    appeal.refresh_from_db()
    won = results.index("ended")
    assert appeal.outcome == (outcome, AppealOutcome.UPHELD)[won]
    assert names(case.application).count("appeal.ended") == 1
    assert CaseDocument.objects.filter(source=f"appeal:{appeal.pk}:ended").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_steps_taken_at_once_one_is_taken() -> None:
    case = Case(days=40)
    second = staff(case.scenario.call.agency, Role.DECISION_MAKER)
    appeal = case.appeal()
    results = in_threads(
        lambda: attempt(admit_appeal, appeal=appeal, actor=second, why="Fel upplysning."),
        lambda: attempt(
            dismiss_appeal, appeal=appeal, actor=case.scenario.decider, reasons="För sent."
        ),
    )
    assert "state" in results
    assert set(results) - {"state"} in ({"in_time"}, {"dismissed"})
    appeal.refresh_from_db()
    assert appeal.state in results


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_reconsidering_on_an_appeal_waits_for_the_call_before_it_holds_the_case() -> None:
    case = Case()
    appeal = admit_appeal(appeal=case.appeal(), actor=case.registrar)
    held = threading.Event()

    def decide_another() -> str:
        with transaction.atomic():
            locked_call(case.scenario.call.pk)
            held.set()
            time.sleep(0.3)
            return str(locked_application(case.application.pk).status)

    def reconsider() -> str:
        held.wait(10)
        tried = try_appeal(
            appeal=appeal,
            actor=case.scenario.decider,
            result=TriedResult.RECONSIDERED,
            reasons="Fel i sak.",
        )
        return str(tried.state)

    assert in_threads(decide_another, reconsider) == ["rejected", "tried"]
    assert fresh(case.application).status == Status.ASSESSED
