"""Requests about a grant that came on paper: registered by staff, and decided as any other."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import StaffRole, User
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants.checks.changes import ChangeRefused
from grants.checks.claims import ClaimRefused
from grants.content.changes import BudgetChange, LeavingRow, MergerChange, PartnerChange
from grants.enums import ChangeState, Medium, Status
from grants.models import CarryOverRequest, CaseDocument, GrantChange
from grants.selectors.change_facts import facts_of_change
from grants.selectors.changes import carry_overs_waiting, changes_waiting, granting
from grants.services.carrying_over import decide_carry_over
from grants.services.changes import ask_about_change, prepare_change, withdraw_change
from grants.services.paper_requests import (
    OnPaper,
    register_answer,
    register_carry_over,
    register_change,
    register_withdrawal,
)
from grants.services.register import RegistrationRefused
from portal.services.changes import decide
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, ApplicationFactory, acting_for, staff
from tests.factories.changing import Changing
from tests.portal.desks import shut_out
from tests.portal.registering import scan

MOVED = BudgetChange(((1, 250_000), (2, 150_000)))


class Registry(Changing):
    """With a registrar, and the paper that came five days ago."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.registrar: User = staff(self.agency, Role.REGISTRAR, name="Rut Registrator")

    @property
    def came(self) -> date:
        return self.today - timedelta(days=5)

    def paper(self, **fields: Any) -> OnPaper:
        return OnPaper(**{"received_on": self.came, "signed_by": "Kim Kommunchef", **fields})

    def registered(self, case: Any, actor: User | None = None, **fields: Any) -> GrantChange:
        return register_change(
            application=case, actor=actor or self.registrar, change=MOVED,
            reasons="Färre intervjuer.", paper=self.paper(**fields),
        )  # fmt: skip

    def withdrawn(
        self,
        change: GrantChange,
        actor: User | None = None,
        text: str = "Vi behöver inte ändringen.",
        **fields: Any,
    ) -> GrantChange:
        return register_withdrawal(
            change=change, actor=actor or self.registrar, text=text, paper=self.paper(**fields)
        )

    def carried(self, case: Any, actor: User | None = None, **fields: Any) -> CarryOverRequest:
        return register_carry_over(
            application=case, actor=actor or self.registrar, amount_sek=50_000,
            reasons="Projektet är försenat.", paper=self.paper(**fields),
        )  # fmt: skip


def refused(action: Callable[[], Any], code: str) -> None:
    with pytest.raises((ChangeRefused, ClaimRefused, RegistrationRefused)) as caught:
        action()
    assert caught.value.code == code


@pytest.mark.django_db
def test_a_paper_is_numbered_with_its_day_its_scan_and_on_whose_behalf_it_is() -> None:
    desk = Registry()
    case = desk.granted()
    file = scan(desk.registrar, "begäran.pdf")
    asked = desk.registered(case, files=[file], medium=Medium.EMAIL)
    assert (asked.asked_by, asked.registered_by, asked.signed_by) == (
        None, desk.registrar, "Kim Kommunchef",
    )  # fmt: skip
    assert timezone.localdate(asked.asked_at) == desk.came
    document = CaseDocument.objects.get(application=case, source=f"change:{asked.pk}")
    assert (document.dated_on, document.medium) == (desk.came, "email")
    assert [each.name for each in document.scans.all()] == ["begäran.pdf"]
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="change.registered")
    assert event.on_behalf_of == f"organisation:{case.lead_id}"
    assert event.actor == str(desk.registrar.pseudonym)
    assert "Kim" not in event.payload
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="change:")
    told = {mail.recipient for mail in mails}
    assert {desk.signatory.email, desk.writer.email, desk.officer.email} <= told
    assert [each.pk for each in changes_waiting(desk.officer)] == [asked.pk]


@pytest.mark.django_db
def test_only_registrars_and_officers_of_the_agency_register() -> None:
    desk = Registry()
    case, draft = (
        desk.granted(),
        ApplicationFactory(call=desk.call, lead=desk.lead, status=Status.DRAFT),
    )
    shut = staff(desk.agency, Role.REGISTRAR)
    shut_out(case, shut)
    others = [
        desk.decider, desk.controller, desk.signatory, desk.stranger, shut,
        staff(AgencyFactory(), Role.REGISTRAR), staff(desk.agency, Role.ANALYST),
    ]  # fmt: skip
    for person in others:
        for action in (desk.registered, desk.carried):
            with pytest.raises(PermissionDenied):
                action(case, person)
    with pytest.raises(PermissionDenied):
        desk.registered(draft)
    assert not GrantChange.objects.exists()
    desk.registered(case, desk.officer)
    assert desk.carried(case, desk.officer).registered_by == desk.officer


@pytest.mark.django_db
def test_what_cannot_be_registered() -> None:
    desk = Registry()
    case = desk.granted()
    taken = scan(desk.registrar)
    for action in (desk.registered, desk.carried):
        tomorrow = desk.today + timedelta(days=1)
        refused(lambda: action(case, received_on=tomorrow), "future")  # noqa: B023
        refused(lambda: action(case, signed_by="  "), "unsigned")  # noqa: B023
        refused(lambda: action(case, files=[scan(desk.officer)]), "file_elsewhere")  # noqa: B023
        action(case, files=[taken] if action == desk.registered else [])
        refused(lambda: action(case), "waiting")  # noqa: B023
    refused(
        lambda: register_change(
            application=case, actor=desk.registrar,
            change=PartnerChange(desk.partner.pk, (LeavingRow(2, 0),)), reasons="Av.",
            paper=desk.paper(files=[taken]),
        ),
        "file_elsewhere",
    )  # fmt: skip
    refused(
        lambda: register_change(
            application=case, actor=desk.registrar, change=MOVED, reasons=" ", paper=desk.paper()
        ),
        "reasons",
    )


@pytest.mark.django_db
def test_whoever_registers_may_prepare_and_does_not_decide() -> None:
    desk = Registry()
    case = desk.granted()
    StaffRole.objects.create(user=desk.decider, agency=desk.agency, role=Role.REGISTRAR)
    second = staff(desk.agency, Role.DECISION_MAKER)
    asked = desk.registered(case, desk.decider)
    prepared = desk.propose(asked, MOVED)
    refused(lambda: decide(change=prepared, actor=desk.decider), "registered")
    with pytest.raises(IntegrityError), transaction.atomic():
        # The database refuses it too.
        GrantChange.objects.filter(pk=asked.pk).update(
            state=ChangeState.GRANTED, decided_by=desk.decider, decided_at=timezone.now(),
            applied=1,
        )  # fmt: skip
    assert decide(change=prepared, actor=second).state == ChangeState.GRANTED

    other = desk.granted()
    mine = desk.registered(other, desk.officer)
    decided = decide(change=desk.propose(mine, MOVED), actor=desk.decider)
    assert (decided.prepared_by, decided.decided_by) == (desk.officer, desk.decider)
    facts = facts_of_change(decided, decision=granting(other), decider="Bo", made=None)
    assert facts.asked_on == desk.came


@pytest.mark.django_db
def test_where_it_came_from_is_not_changed_afterwards() -> None:
    desk = Registry()
    case = desk.granted()
    asked, later = desk.registered(case), desk.carried(case)
    online = desk.asked(desk.granted(), MOVED)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (asked, {"signed_by": "Någon annan"}),
        (asked, {"registered_by": desk.officer}),
        (asked, {"asked_by": desk.signatory, "registered_by": None, "signed_by": ""}),
        (asked, {"asked_by": desk.signatory}),
        (asked, {"signed_by": ""}),
        (online, {"asked_by": None, "registered_by": desk.registrar, "signed_by": "Kim"}),
        (online, {"asked_by": None}),
        (later, {"signed_by": "Någon annan"}),
        (later, {"asked_by": desk.signatory, "registered_by": None, "signed_by": ""}),
    ]
    for row, values in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.django_db
def test_the_answer_to_a_question_can_come_on_paper_too() -> None:
    desk = Registry()
    case = desk.granted()
    asked = desk.registered(case)
    refused(
        lambda: register_answer(
            change=asked, actor=desk.registrar, text="De äldre.", paper=desk.paper()
        ),
        "state",
    )
    question = ask_about_change(change=asked, actor=desk.officer, text="Vilka intervjuer?")
    answer: dict[str, Any] = {"change": asked, "text": "De äldre.", "paper": desk.paper()}
    for person in (desk.decider, desk.signatory):
        with pytest.raises(PermissionDenied):
            register_answer(actor=person, **answer)
    refused(lambda: register_answer(actor=desk.registrar, **answer | {"text": " "}), "answer")
    register_answer(actor=desk.registrar, **answer)
    question.refresh_from_db()
    assert (question.answer, question.answered_by, question.registered_by) == (
        "De äldre.", None, desk.registrar,
    )  # fmt: skip
    asked.refresh_from_db()
    assert asked.state == ChangeState.ASKED
    assert CaseDocument.objects.get(source=f"change_answer:{question.pk}").dated_on == desk.came
    with pytest.raises(IntegrityError), transaction.atomic():
        type(question).objects.update(registered_by=None)
    # The grantee may still take its request back by itself.
    assert withdraw_change(change=asked, actor=desk.signatory).state == ChangeState.WITHDRAWN


@pytest.mark.django_db
@pytest.mark.parametrize("on_paper", [True, False])
def test_a_withdrawal_can_come_on_paper_of_what_was_asked_for_online_too(on_paper: bool) -> None:
    desk = Registry()
    case = desk.granted()
    asked = desk.registered(case) if on_paper else desk.asked(case, MOVED)
    came = desk.came + timedelta(days=2) if on_paper else desk.today
    question = ask_about_change(change=asked, actor=desk.officer, text="Vilka intervjuer?")
    OutboxMessage.objects.all().delete()
    file = scan(desk.registrar, "återkallelse.pdf")
    gone = desk.withdrawn(asked, received_on=came, files=[file], medium=Medium.EMAIL)
    gone.refresh_from_db()
    assert gone.state == ChangeState.WITHDRAWN
    assert gone.withdrawn_at is not None
    assert timezone.localdate(gone.withdrawn_at) == came
    assert gone.withdrawn_at >= gone.asked_at
    assert (gone.withdrawal_registered_by, gone.withdrawal_signed_by, gone.withdrawal_text) == (
        desk.registrar, "Kim Kommunchef", "Vi behöver inte ändringen.",
    )  # fmt: skip
    document = CaseDocument.objects.get(application=case, source=f"change_withdrawal:{asked.pk}")
    assert (document.dated_on, document.medium, document.direction) == (came, "email", "in")
    assert [each.name for each in document.scans.all()] == ["återkallelse.pdf"]
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(
        name="change.withdrawal_registered"
    )
    assert event.on_behalf_of == f"organisation:{case.lead_id}"
    assert event.actor == str(desk.registrar.pseudonym)
    assert "Kim" not in event.payload
    # The party and the officers are told, as of a request on paper; not who registered it.
    assert {mail.recipient for mail in OutboxMessage.objects.all()} == {
        desk.signatory.email, desk.writer.email, desk.officer.email,
    }  # fmt: skip
    # No question waits for an answer any more, and nothing can be decided.
    question.refresh_from_db()
    assert (question.answer, question.registered_by) == ("–", desk.registrar)
    assert question.answered_at is not None
    assert question.answered_at >= question.asked_at
    assert list(changes_waiting(desk.officer)) == []
    with pytest.raises(ChangeRefused):
        desk.propose(gone, MOVED)
    assert desk.asked(case, MOVED).state == ChangeState.ASKED


@pytest.mark.django_db
def test_what_withdrawal_cannot_be_registered() -> None:
    desk = Registry()
    case = desk.granted()
    asked = desk.registered(case)
    shut = staff(desk.agency, Role.REGISTRAR)
    shut_out(case, shut)
    others = [
        desk.decider, desk.controller, desk.signatory, desk.stranger, shut,
        staff(AgencyFactory(), Role.REGISTRAR), staff(desk.agency, Role.ANALYST),
    ]  # fmt: skip
    for person in others:
        with pytest.raises(PermissionDenied):
            desk.withdrawn(asked, person)
    before, after = desk.came - timedelta(days=1), desk.today + timedelta(days=1)
    refused(lambda: desk.withdrawn(asked, received_on=before), "before_request")
    refused(lambda: desk.withdrawn(asked, received_on=after), "future")
    refused(lambda: desk.withdrawn(asked, signed_by=" "), "unsigned")
    refused(lambda: desk.withdrawn(asked, text=" "), "withdrawal")
    refused(lambda: desk.withdrawn(asked, files=[scan(desk.officer)]), "file_elsewhere")
    asked.refresh_from_db()
    assert asked.state == ChangeState.ASKED
    assert not CaseDocument.objects.filter(source__startswith="change_withdrawal").exists()
    decided = decide(change=desk.propose(asked, None), actor=desk.decider)
    refused(lambda: desk.withdrawn(decided), "state")
    other = desk.registered(case)
    withdraw_change(change=other, actor=desk.signatory)
    refused(lambda: desk.withdrawn(other), "state")
    assert desk.withdrawn(desk.registered(case), desk.officer).state == ChangeState.WITHDRAWN


@pytest.mark.django_db
def test_a_withdrawal_on_paper_is_whole_and_is_not_changed_afterwards() -> None:
    desk = Registry()
    case = desk.granted()
    asked = desk.registered(case)
    gone = {
        "state": ChangeState.WITHDRAWN, "withdrawn_at": timezone.now(),
        "withdrawal_registered_by": desk.registrar, "withdrawal_signed_by": "Kim",
        "withdrawal_text": "Vi tar tillbaka den.",
    }  # fmt: skip
    rows = GrantChange.objects.filter(pk=asked.pk)
    for values in (
        gone | {"withdrawal_registered_by": None},
        gone | {"withdrawal_signed_by": ""},
        gone | {"withdrawal_text": ""},
        gone | {"state": ChangeState.ASKED, "withdrawn_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    desk.withdrawn(asked)
    for values in (
        {"withdrawal_text": "Annat."},
        {"withdrawal_signed_by": "Någon annan"},
        {"withdrawal_registered_by": desk.officer},
        {"withdrawn_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


@pytest.mark.django_db
def test_the_partner_whose_share_it_is_about_is_told_of_the_withdrawal() -> None:
    desk = Registry()
    case = desk.granted(joint=True)
    writer = acting_for(desk.partner)
    asked = desk.asked(case, PartnerChange(desk.partner.pk, (LeavingRow(2, 0),)))
    OutboxMessage.objects.all().delete()
    desk.withdrawn(asked, received_on=desk.today)
    assert writer.email in {mail.recipient for mail in OutboxMessage.objects.all()}


@pytest.mark.django_db
def test_money_asked_for_later_on_paper_is_decided_by_another() -> None:
    desk = Registry()
    case = desk.granted()
    StaffRole.objects.create(user=desk.decider, agency=desk.agency, role=Role.REGISTRAR)
    request = desk.carried(case, desk.decider, files=[scan(desk.decider)])
    assert timezone.localdate(request.asked_at) == desk.came
    document = CaseDocument.objects.get(source=f"carry_over:{request.pk}")
    assert (document.dated_on, document.medium, document.scans.count()) == (desk.came, "paper", 1)
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="carry_over.registered")
    assert event.on_behalf_of == f"organisation:{case.lead_id}"
    for person in (desk.officer, desk.decider):
        assert [each.pk for each in carry_overs_waiting(person)] == [request.pk]
    for person in (desk.registrar, staff(AgencyFactory()), desk.signatory):
        assert list(carry_overs_waiting(person)) == []
    given: dict[str, Any] = {
        "request": request, "granted_sek": 0, "use_by": None, "answer": "Skälen räcker inte.",
    }  # fmt: skip
    refused(lambda: decide_carry_over(actor=desk.decider, **given), "registered")
    with pytest.raises(IntegrityError), transaction.atomic():
        CarryOverRequest.objects.update(
            decided_by=desk.decider, decided_at=timezone.now(), granted_sek=0, answer="Nej."
        )
    second = staff(desk.agency, Role.DECISION_MAKER)
    assert decide_carry_over(actor=second, **given).decided_by == second
    assert list(carry_overs_waiting(desk.officer)) == []


@pytest.mark.django_db
def test_a_merger_on_paper_is_known_as_such_in_the_organisations_other_cases() -> None:
    desk = Registry()
    case = desk.granted()
    other = ApplicationFactory(call=desk.call, lead=desk.lead, status=Status.SUBMITTED)
    successor = desk.successor()
    asked = register_change(
        application=case, actor=desk.registrar, reasons="Fusion.", paper=desk.paper(),
        change=MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name,
                            successor.org_no),
    )  # fmt: skip
    prepared = prepare_change(
        change=asked, actor=desk.officer, outcome=ChangeState.GRANTED, reasons="Ja.",
        proposal=MergerChange(desk.lead.pk, successor.pk, desk.today, successor.name,
                              successor.org_no),
    )  # fmt: skip
    decide(change=prepared, actor=desk.decider)
    followed = GrantChange.objects.get(follows=asked)
    assert (followed.application, followed.registered_by, followed.signed_by) == (
        other, desk.registrar, "Kim Kommunchef",
    )  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_paper_registered_twice_at_once_is_one_request() -> None:
    desk = Registry()
    case = desk.granted()

    def told(action: Callable[[], Any]) -> Callable[[], str]:
        def attempt() -> str:
            try:
                action()
            except (ChangeRefused, ClaimRefused) as caught:
                return caught.code
            return "registered"

        return attempt

    change = told(lambda: desk.registered(case))
    assert sorted(in_threads(change, change)) == ["registered", "waiting"]
    later = told(lambda: desk.carried(case))
    assert sorted(in_threads(later, later)) == ["registered", "waiting"]
    # And with the grantee, who sends in the same on its own pages.
    second = desk.granted()
    online, paper = told(lambda: desk.asked(second, MOVED)), told(lambda: desk.registered(second))
    assert sorted(in_threads(online, paper)) == ["registered", "waiting"]
    assert GrantChange.objects.count() == 2
    assert CarryOverRequest.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_an_answer_on_paper_and_one_online_at_once_the_first_stands() -> None:
    from grants.services.changes import answer_about_change

    desk = Registry()
    asked = desk.registered(desk.granted())
    question = ask_about_change(change=asked, actor=desk.officer, text="Vilka?")

    def told(action: Callable[[], Any]) -> Callable[[], str]:
        def attempt() -> str:
            try:
                action()
            except ChangeRefused as caught:
                return caught.code
            return "answered"

        return attempt

    found = in_threads(
        told(lambda: answer_about_change(change=asked, actor=desk.signatory, text="De äldre.")),
        told(lambda: register_answer(
            change=asked, actor=desk.registrar, text="De yngre.", paper=desk.paper()
        )),
    )  # fmt: skip
    assert sorted(found) == ["answered", "state"]
    question.refresh_from_db()
    assert (question.answered_by is None) != (question.registered_by is None)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_request_is_withdrawn_once_whatever_is_done_at_once() -> None:
    desk = Registry()

    def told(action: Callable[[], Any]) -> Callable[[], str]:
        def attempt() -> str:
            try:
                return str(action().state)
            except ChangeRefused as caught:
                return caught.code

        return attempt

    asked = desk.registered(desk.granted())
    ask_about_change(change=asked, actor=desk.officer, text="Vilka?")
    paper = told(lambda: desk.withdrawn(asked))
    assert sorted(in_threads(paper, paper)) == ["state", "withdrawn"]
    second = desk.registered(desk.granted())
    online = told(lambda: withdraw_change(change=second, actor=desk.signatory))
    assert sorted(in_threads(online, told(lambda: desk.withdrawn(second)))) == [
        "state", "withdrawn",
    ]  # fmt: skip
    third = desk.propose(desk.registered(desk.granted()), MOVED)
    by_decision = told(lambda: decide(change=third, actor=desk.decider))
    found = in_threads(by_decision, told(lambda: desk.withdrawn(third)))
    assert sorted(found) in (["granted", "state"], ["state", "withdrawn"])
    third.refresh_from_db()
    assert third.state in found
    numbered = CaseDocument.objects.filter(source__startswith="change_withdrawal:")
    assert numbered.filter(source=f"change_withdrawal:{asked.pk}").count() == 1
    on_paper = GrantChange.objects.filter(withdrawal_registered_by__isnull=False)
    assert numbered.count() == on_paper.count()


@pytest.mark.django_db
def test_a_partner_does_not_register_what_it_asks_for() -> None:
    desk = Registry()
    case = desk.granted(joint=True)
    with pytest.raises(PermissionDenied):
        desk.registered(case, acting_for(desk.partner))
