"""Messages in a case: who writes, who is told, and that nothing is changed afterwards."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from applicants.enums import Role
from core.models import Event, EventText, OutboxMessage
from grants.models import Message
from grants.selectors import own_applications
from grants.selectors.messages import messages_of, unread_messages, with_unread_count
from grants.services.messages import LONGEST, MessageRefused, mark_read, send_message
from tests.factories import acting_for, staff
from tests.factories.forms import attach, stored_file
from tests.portal.own_cases import Own

pytestmark = pytest.mark.django_db


def send(application: Any, actor: Any, body: str = "Hej", **more: Any) -> Message:
    more.setdefault("from_agency", False)
    return send_message(application=application, actor=actor, body=body, **more)


def test_a_message_says_for_whom_it_is() -> None:
    own = Own()
    draft, partner, person = own.joint_draft()
    with pytest.raises(PermissionDenied):
        send(draft, own.writer)
    from grants.services.submission import submit_application

    submit_application(application=draft, actor=own.signatory)
    assert send(draft, own.writer).organisation == own.lead
    assert send(draft, person).organisation == partner
    answer = send(draft, own.officer, from_agency=True)
    assert (answer.from_agency, answer.organisation) == (True, None)


def test_who_may_not_write() -> None:
    own = Own()
    case = own.assigned()
    analyst = staff(own.agency, Role.ANALYST)
    for person in (own.reader, own.stranger, own.officer):
        with pytest.raises(PermissionDenied):
            send(case, person)
    for person in (own.writer, own.elsewhere, analyst):
        with pytest.raises(PermissionDenied):
            send(case, person, from_agency=True)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"), [("", "empty"), (" \n", "empty"), ("x" * (LONGEST + 1), "too_long")]
)
def test_what_cannot_be_sent(body: str, code: str) -> None:
    own = Own()
    case = own.received()
    with pytest.raises(MessageRefused) as refused:
        send(case, own.writer, body)
    assert refused.value.code == code


def test_only_ones_own_loose_files_are_sent() -> None:
    own = Own()
    case = own.received()
    other = stored_file("annans.pdf")
    attached = attach(
        case, own.writer, "other", file=stored_file(uploaded_by=own.writer.pseudonym)
    ).file
    for file in (other, attached):
        with pytest.raises(MessageRefused, match="file_elsewhere"):
            send(case, own.writer, files=[file])
    mine = stored_file("min.pdf", uploaded_by=own.writer.pseudonym)
    assert list(send(case, own.writer, files=[mine]).files.all()) == [mine]
    with pytest.raises(MessageRefused, match="file_elsewhere"):
        send(case, own.writer, files=[mine])


def test_a_message_is_never_changed() -> None:
    own = Own()
    message = send(own.received(), own.writer)
    for change in (
        lambda: Message.objects.filter(pk=message.pk).update(body="Annat"),
        lambda: Message.objects.filter(pk=message.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_journal_tells_of_it_and_holds_the_text_beside() -> None:
    own = Own()
    message = send(own.received(), own.writer, "Känslig text")
    event = Event.objects.get(name="message.sent")
    assert "Känslig" not in event.payload
    assert EventText.objects.get(event=event).text == message.body


def test_reading_is_kept_for_each_person() -> None:
    own = Own()
    case = own.assigned()
    colleague = acting_for(own.lead)
    for _number in range(2):
        send(case, own.officer, from_agency=True)
    send(case, own.writer)
    assert unread_messages(case, own.writer, from_agency=True).count() == 2
    assert mark_read(application=case, actor=own.writer, from_agency=True) == 2
    assert mark_read(application=case, actor=own.writer, from_agency=True) == 0
    counted = with_unread_count(own_applications(colleague), colleague, from_agency=True)
    assert [each.unread for each in counted] == [2]
    read = [len(each.readings.all()) for each in messages_of(case)]
    assert read == [1, 1, 0]
    with pytest.raises(PermissionDenied):
        mark_read(application=case, actor=own.stranger, from_agency=True)


def test_whoever_writes_is_not_told_of_it() -> None:
    own = Own()
    case = own.assigned()
    OutboxMessage.objects.all().delete()
    send(case, own.officer, from_agency=True)
    send(case, own.writer)
    told = OutboxMessage.objects.values_list("recipient", flat=True)
    assert sorted(told) == sorted([own.signatory.email, own.writer.email, own.officer.email])
