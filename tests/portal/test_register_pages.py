"""A case's documents by number: what staff, the party and others see of them."""

from typing import Any

import pytest
from django.test import Client

from applicants.enums import Role
from applicants.models import User
from grants.models import CaseDocument
from grants.services.messages import send_message
from grants.services.register import mark_document
from tests.factories import staff
from tests.portal.everyone import uploaded
from tests.portal.own_cases import Own, shown, url
from tests.portal.registering import lettered

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def registrar(own: Own) -> User:
    return staff(own.agency, Role.REGISTRAR, name="Rut Registrator")


def posted(**fields: str) -> dict[str, str]:
    """What the form of a document posts."""
    return {
        "direction": "in",
        "kind": "other",
        "dated_on": "2026-01-15",
        "medium": "paper",
        "party": "free",
        "other_party": "Anna Andersson",
        "title": "Synpunkter",
        **fields,
    }


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("name", ["case-documents", "own-documents"])
def test_the_list_costs_the_same_however_long(
    client: Client, own: Own, registrar: User, name: str, rows: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    case = own.received()
    for _each in range(rows):
        lettered(case, registrar)
    client.force_login(own.officer if name == "case-documents" else own.writer)
    shown(client, url(name, case))
    with django_assert_num_queries(7):
        client.get(url(name, case))


def test_a_letter_is_registered_on_the_page(client: Client, own: Own, registrar: User) -> None:
    case = own.received()
    client.force_login(registrar)
    response = client.post(url("document-register", case), posted())
    assert response["Location"] == url("case-documents", case)
    document = case.documents.get(number=2)
    assert (document.party, document.party_public) == ("Anna Andersson", False)
    page = shown(client, url("case-documents", case))
    assert "Anna Andersson" in page
    assert "2026-01-15" in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"other_party": ""}, "Skriv vem som skickade eller tog emot den."),
        ({"dated_on": "2999-01-01"}, "Den dagen har inte kommit än."),
        ({"provision": "free"}, "Skriv bestämmelsen."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_entered_is_kept(
    client: Client, own: Own, registrar: User, fields: dict[str, str], told: str
) -> None:
    case = own.received()
    client.force_login(registrar)
    page = client.post(url("document-register", case), posted(**fields)).content.decode()
    assert told in page
    assert 'value="Synpunkter"' in page
    assert case.documents.count() == 1


def test_the_list_is_filtered(client: Client, own: Own, registrar: User) -> None:
    case = own.received()
    document = lettered(case, registrar)
    mark_document(document=document, actor=registrar, provision="21 kap. 1 § OSL")
    client.force_login(registrar)
    marked = shown(client, f"{url('case-documents', case)}?secret=yes")
    assert "Anna Andersson" in marked
    assert url("case-document", case, 1) not in marked
    assert "Anna Andersson" not in shown(client, f"{url('case-documents', case)}?secret=no")


def test_a_marked_document_is_not_the_partys_to_read(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    file = uploaded(own.officer, "bilaga.pdf")
    message = send_message(
        application=case, actor=own.officer, body="Hemlig upplysning.", from_agency=True,
        files=[file],
    )  # fmt: skip
    letter = lettered(case, registrar)
    scan = letter.scans.get()
    numbered = CaseDocument.objects.get(source=f"message:{message.pk}")
    client.force_login(own.writer)
    shown(client, url("own-document", case, numbered.number))
    shown(client, url("own-document", case, letter.number))
    for document in (numbered, letter):
        mark_document(document=document, actor=registrar, provision="26 kap. 1 § OSL")
    for address in (
        url("own-document", case, numbered.number),
        url("own-document", case, letter.number),
        url("own-document-file", case, letter.number, scan.pk),
        url("message-file", case, file.pk),
    ):
        assert client.get(address).status_code == 404, address
    assert "Hemlig upplysning." not in shown(client, url("application-messages", case))
    assert "Anna Andersson" not in shown(client, url("own-documents", case))
    assert "26 kap." not in shown(client, url("own-documents", case))
    client.force_login(own.officer)
    assert "Hemlig upplysning." in shown(client, url("case-messages", case))


def test_a_version_secret_to_the_party_is_not_on_its_pages(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    mark_document(
        document=case.documents.get(), actor=registrar, provision="26 kap. 1 § OSL",
        secret_to_party=False,
    )  # fmt: skip
    client.force_login(own.writer)
    shown(client, url("application-versions", case))
    opened = client.get(url("own-document-pdf", case, 1))
    assert b"".join(opened.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    mark_document(document=case.documents.get(), actor=registrar, provision="26 kap. 1 § OSL")
    for name, more in (("application-versions", ()), ("application-pdf", (1,)),
                       ("own-document-pdf", (1,))):  # fmt: skip
        assert client.get(url(name, case, *more)).status_code == 404


def test_a_file_opens_only_under_its_own_document(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    first, second = lettered(case, registrar), lettered(case, registrar)
    scan = first.scans.get()
    client.force_login(registrar)
    right = client.get(url("case-document-file", case, first.number, scan.pk))
    assert right.status_code == 200
    b"".join(right.streaming_content)  # type: ignore[attr-defined]
    assert client.get(url("case-document-file", case, second.number, scan.pk)).status_code == 404


def test_a_document_is_marked_corrected_and_unmarked_on_its_page(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    document = lettered(case, registrar)
    address = url("case-document", case, document.number)
    client.force_login(registrar)
    client.post(address, {
        "what": "mark", "mark-provision": "free", "mark-other_provision": "27 kap. 1 § OSL",
    })  # fmt: skip
    assert "27 kap. 1 § OSL" in shown(client, address)
    correct = {f"correct-{name}": value for name, value in posted(title="Rättad").items()}
    client.post(address, {"what": "correct", "correct-reason": "Fel titel.", **correct})
    page = shown(client, address)
    assert "Fel titel." in page
    assert "Synpunkter på ansökan" in page
    client.post(address, {"what": "unmark", "unmark-reason": "Prövat."})
    document.refresh_from_db()
    assert (document.secrecy, document.title) == ("", "Rättad")


def test_fields_are_marked_on_the_page_and_shown_with_the_application(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    client.force_login(own.officer)
    said = {"what": "mark", "field": "answer.mapping.situation", "provision": "18 kap. 8 § OSL"}
    assert client.post(url("case-secrecy", case), said).status_code == 302
    assert "Sekretessmarkerad: 18 kap. 8 § OSL" in shown(client, url("case-document", case, 1))
    nothing = client.post(url("case-secrecy", case), {"what": "mark", "provision": "x"})
    assert "Kryssa i minst ett fält." in nothing.content.decode()
    client.force_login(own.writer)
    assert "18 kap. 8" not in shown(client, url("own-document", case, 1))


def test_the_registry_leads_to_a_case_by_its_number(
    client: Client, own: Own, registrar: User
) -> None:
    from django.urls import reverse

    case = own.received()
    client.force_login(registrar)
    response = client.get(f"{reverse('registry')}?number={case.register_number}")
    assert response["Location"] == url("case-documents", case)
    page = shown(client, f"{reverse('registry')}?number=saknas")
    assert "Det finns inget ärende med det numret." in page
    elsewhere = staff(Own().agency, Role.REGISTRAR)
    client.force_login(elsewhere)
    page = shown(client, f"{reverse('registry')}?number={case.register_number}")
    assert "Det finns inget ärende med det numret." in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_registry_costs_the_same_however_much(
    client: Client, own: Own, registrar: User, rows: int, django_assert_max_num_queries: Any
) -> None:
    from django.urls import reverse

    case = own.received()
    for _each in range(rows):
        lettered(case, registrar)
    client.force_login(registrar)
    shown(client, reverse("registry"))
    with django_assert_max_num_queries(8):
        client.get(reverse("registry"))
