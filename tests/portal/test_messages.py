"""Messages on pages: both sides write, files come along, and who has read is seen."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from applicants.enums import Role
from core.models import OutboxMessage, StoredFile
from grants.models import Message
from tests.core import sample_files
from tests.factories import staff
from tests.portal.html import Page, text
from tests.portal.own_cases import Own, url

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def write(user: Any, page: str, application: Any, body: str, *files: Any) -> Any:
    return signed_in(user).post(url(page, application), {"body": body, "file": list(files)})


def thread(user: Any, page: str, application: Any) -> list[str]:
    found = Page(signed_in(user).get(url(page, application)))
    assert found.faults() == []
    return found.texts(".thread__message")


def pdf(name: str = "svar.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample_files.pdf(), "application/pdf")


def test_both_sides_write_and_see_who_has_read() -> None:
    own = Own()
    case = own.assigned()
    assert (
        write(own.writer, "application-messages", case, "När kommer beslutet?").status_code == 302
    )
    (mine,) = thread(own.writer, "application-messages", case)
    assert "När kommer beslutet?" in mine
    assert "Inte läst än" in mine
    (theirs,) = thread(own.officer, "case-messages", case)
    assert "Sven Skrivare, Ale kommun" in theirs
    (mine,) = thread(own.writer, "application-messages", case)
    assert "Läst av Hanna Handläggare" in mine
    write(own.officer, "case-messages", case, "I juni.")
    assert "I juni." in thread(own.reader, "application-messages", case)[1]
    assert "Läst av Lo Läsare" in thread(own.officer, "case-messages", case)[1]


def test_mail_says_only_that_there_is_a_message() -> None:
    own = Own()
    case = own.assigned()
    OutboxMessage.objects.all().delete()
    write(own.officer, "case-messages", case, "Hemligheter i texten")
    assert {mail.recipient for mail in OutboxMessage.objects.all()} == {
        own.signatory.email, own.writer.email,
    }  # fmt: skip
    write(own.writer, "application-messages", case, "Fler hemligheter")
    (mail,) = OutboxMessage.objects.filter(recipient=own.officer.email)
    assert url("application-detail", case) in mail.body
    assert not OutboxMessage.objects.filter(body__icontains="hemlighet").exists()


def test_while_nobody_has_the_case_every_officer_is_told() -> None:
    own = Own()
    other = staff(own.agency, Role.CASE_OFFICER)
    case = own.received()
    write(own.writer, "application-messages", case, "Hej")
    told = OutboxMessage.objects.filter(dedupe_key__startswith="message:")
    assert {mail.recipient for mail in told} == {own.officer.email, other.email}


def test_files_come_along_and_are_fetched_by_both_sides_only() -> None:
    own = Own()
    case = own.assigned()
    assert (
        write(own.writer, "application-messages", case, "", pdf(), pdf("två.pdf")).status_code
        == 302
    )
    assert Message.objects.get().files.count() == 2
    file = StoredFile.objects.get(name="svar.pdf")
    for user, name, status in (
        (own.reader, "message-file", 200),
        (own.officer, "case-message-file", 200),
        (own.stranger, "message-file", 404),
        (own.elsewhere, "case-message-file", 404),
        (own.officer, "message-file", 404),
        (own.writer, "case-message-file", 404),
    ):
        assert signed_in(user).get(url(name, case, file.pk)).status_code == status
    other = own.received()
    assert signed_in(own.writer).get(url("message-file", other, file.pk)).status_code == 404


def test_a_file_that_is_refused_sends_nothing() -> None:
    own = Own()
    case = own.assigned()
    bad = SimpleUploadedFile("svar.pdf", b"MZ no pdf", "application/pdf")
    response = write(own.writer, "application-messages", case, "Se bilagan", bad)
    page = Page(response)
    assert page.faults() == []
    assert "svar.pdf" in page.text(".ds-error-summary")
    assert page.one("textarea").text.strip() == "Se bilagan"
    assert not Message.objects.exists()


def test_an_empty_message_is_not_sent() -> None:
    own = Own()
    case = own.assigned()
    page = Page(write(own.writer, "application-messages", case, "  "))
    assert "Skriv något, eller välj en handling" in page.text(".ds-error-summary").replace(
        "något eller", "något, eller"
    )
    assert not Message.objects.exists()


def test_readers_and_analysts_read_but_do_not_write() -> None:
    own = Own()
    case = own.assigned()
    analyst = staff(own.agency, Role.ANALYST)
    for user, name in ((own.reader, "application-messages"), (analyst, "case-messages")):
        page = Page(signed_in(user).get(url(name, case)))
        assert not page.all("textarea")
        write(user, name, case, "Hej")
    assert not Message.objects.exists()


def test_nobody_writes_in_a_draft() -> None:
    own = Own()
    draft = own.draft()
    page = Page(signed_in(own.writer).get(url("application-messages", draft)))
    assert "när ansökan är inskickad" in text(page.root)
    write(own.writer, "application-messages", draft, "Hej")
    assert not Message.objects.exists()
    assert signed_in(own.officer).get(url("case-messages", draft)).status_code == 404


def test_the_text_of_a_message_is_never_markup() -> None:
    own = Own()
    case = own.assigned()
    write(own.writer, "application-messages", case, "<script>alert(1)</script>\nRad två")
    content = signed_in(own.officer).get(url("case-messages", case)).content.decode()
    assert "<script>alert" not in content
    assert "Rad två" in content
