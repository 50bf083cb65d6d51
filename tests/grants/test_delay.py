"""The request that a case be decided: who may ask, when, once; and how it is answered."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import User
from core.enums import JournalKind
from core.models import OutboxMessage
from core.selectors.journal import events_of
from grants.checks.delay import may_be_asked_from
from grants.enums import Direction, DocumentKind, Status
from grants.models import Application, DelayRequest
from grants.services.delay import DelayRefused, ask_for_decision, refuse_delay_request
from tests.core.concurrency import in_threads
from tests.factories import ApplicationFactory, DecisionFactory, UserFactory, acting_for, staff

pytestmark = pytest.mark.django_db


def received(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=timezone.get_default_timezone())


def old_case(**fields: Any) -> Application:
    """A case received seven months ago."""
    on = timezone.localdate() - timedelta(days=215)
    found: Application = ApplicationFactory(**{"received_at": received(on), **fields})
    return found


def refused(code: str, **arguments: Any) -> None:
    with pytest.raises(DelayRefused) as caught:
        ask_for_decision(**arguments)
    assert caught.value.code == code


def names(case: Application) -> list[str]:
    return [each.name for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))]


def test_the_party_asks_and_the_agency_has_four_weeks() -> None:
    case, officer = old_case(), UserFactory()
    staff(case.call.agency, Role.CASE_OFFICER, name="Annan")
    Application.objects.filter(pk=case.pk).update(assigned_to=officer)
    signatory = acting_for(case.lead)
    request = ask_for_decision(application=case, actor=signatory, message=" Vi väntar. ")
    assert request.due_on == timezone.localdate() + timedelta(days=28)
    assert (request.message, request.organisation) == ("Vi väntar.", case.lead)
    assert "application.decision_asked" in names(case)
    document = case.documents.get()
    assert (document.direction, document.kind) == (Direction.IN, DocumentKind.DELAY_REQUEST)
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="delay_requested")
    assert [each.recipient for each in mails] == [officer.email]
    assert "Vi väntar" not in mails.get().body


def test_it_is_asked_once() -> None:
    case = old_case()
    signatory = acting_for(case.lead)
    ask_for_decision(application=case, actor=signatory)
    refused("asked", application=case, actor=signatory)
    officer = staff(case.call.agency, Role.CASE_OFFICER)
    refuse_delay_request(application=case, actor=officer, reasons="Yttranden saknas.")
    refused("asked", application=case, actor=signatory)


def test_not_before_six_months_have_passed() -> None:
    today = timezone.localdate()
    first = next(
        day
        for day in (today - timedelta(days=n) for n in range(150, 200))
        if may_be_asked_from(day) <= today
    )
    early = ApplicationFactory(received_at=received(first + timedelta(days=1)))
    refused("too_early", application=early, actor=acting_for(early.lead))
    case = ApplicationFactory(received_at=received(first))
    assert ask_for_decision(application=case, actor=acting_for(case.lead)).pk


@pytest.mark.parametrize("status", [Status.GRANTED, Status.REJECTED, Status.WITHDRAWN])
def test_not_of_a_case_that_is_decided(status: Status) -> None:
    case = old_case(status=status)
    refused("decided", application=case, actor=acting_for(case.lead))


def test_not_of_a_case_that_is_tried_again_after_a_decision() -> None:
    case = old_case(status=Status.ASSESSED)
    DecisionFactory(application=case, amount_sek=1)
    refused("decided", application=case, actor=acting_for(case.lead))


def test_only_those_who_sign_for_the_lead_ask() -> None:
    case = old_case()
    for person in (
        acting_for(case.lead, OrganisationRole.WRITER),
        acting_for(case.lead, OrganisationRole.READER),
        staff(case.call.agency, Role.CASE_OFFICER),
        UserFactory(),
    ):
        with pytest.raises(PermissionDenied):
            ask_for_decision(application=case, actor=person)
    assert not DelayRequest.objects.exists()


def asked() -> tuple[Application, User]:
    case = old_case()
    ask_for_decision(application=case, actor=acting_for(case.lead))
    return case, staff(case.call.agency, Role.CASE_OFFICER)


def test_a_refusal_is_a_decision_with_reasons_that_the_party_is_told_of() -> None:
    case, officer = asked()
    request = refuse_delay_request(application=case, actor=officer, reasons="Ärendet är stort.")
    assert request.reasons == "Ärendet är stort."
    assert request.refused_by == officer
    assert names(case)[-1].startswith("mail") or "application.decision_ask_refused" in names(case)
    kinds = list(case.documents.order_by("number").values_list("kind", "direction"))
    assert kinds[-1] == (DocumentKind.DECISION, Direction.OUT)
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="delay_refused")
    assert mails.count() == 1
    assert "stort" not in mails.get().body


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("reasons", {"reasons": "  "}),
        ("too_long", {"reasons": "x" * 4001}),
        ("answered", {"status": Status.REJECTED}),
        ("not_asked", {"unasked": True}),
    ],
)
def test_a_refusal_that_cannot_be(code: str, change: dict[str, Any]) -> None:
    case, officer = asked()
    if change.get("unasked"):
        case = old_case(call=case.call)
    if status := change.get("status"):
        Application.objects.filter(pk=case.pk).update(status=status)
    with pytest.raises(DelayRefused) as caught:
        refuse_delay_request(
            application=case, actor=officer, reasons=change.get("reasons", "Skäl.")
        )
    assert caught.value.code == code


def test_only_those_who_handle_the_case_refuse() -> None:
    case, _officer = asked()
    for person in (
        acting_for(case.lead),
        staff(case.call.agency, Role.REGISTRAR),
        staff(ApplicationFactory().call.agency, Role.CASE_OFFICER),
    ):
        with pytest.raises(PermissionDenied):
            refuse_delay_request(application=case, actor=person, reasons="Skäl.")


def test_the_database_keeps_one_request_and_no_refusal_without_reasons() -> None:
    case, officer = asked()
    request = case.delay_request
    with pytest.raises(IntegrityError), transaction.atomic():
        DelayRequest.objects.filter(pk=request.pk).update(
            refused_at=timezone.now(), refused_by=officer
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DelayRequest.objects.create(
            application=case, organisation=case.lead, asked_by=officer,
            asked_at=timezone.now(), due_on=timezone.localdate(),
        )  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_have_asked_once() -> None:
    case = old_case()
    people = [acting_for(case.lead), acting_for(case.lead)]

    def ask(person: User) -> str:
        try:
            ask_for_decision(application=case, actor=person)
        except DelayRefused as error:
            return error.code
        return "done"

    found = in_threads(*(lambda person=person: ask(person) for person in people))
    assert sorted(found) == ["asked", "done"]
    assert case.documents.count() == 1
