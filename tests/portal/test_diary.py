"""The public register shows what has been received, and nothing that may be secret."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from grants.enums import Status
from grants.services import submission
from grants.services.messages import send_message
from grants.services.register import mark_document
from tests.factories import ApplicationFactory, OrganisationFactory, staff
from tests.portal.own_cases import Own, shown, url
from tests.portal.registering import lettered

pytestmark = pytest.mark.django_db
DIARY = "/diarium/"


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def registrar(own: Own) -> User:
    return staff(own.agency, Role.REGISTRAR, name="Rut Registrator")


def test_a_case_has_number_date_sender_and_call(client: Client, own: Own) -> None:
    case = own.received()
    for page in (shown(client, DIARY), shown(client, url("diary-case", case))):
        assert case.register_number in page
        assert timezone.localdate(case.received_at).isoformat() in page
        assert "Ale kommun" in page


def test_nothing_private_or_free_is_shown(client: Client, own: Own, registrar: User) -> None:
    own.lead.street, own.lead.contact_name = "Hemliga gatan 1", "Karin Kontakt"
    own.lead.save()
    case = own.received()
    send_message(application=case, actor=own.writer, body="Fri text.", from_agency=False)
    lettered(case, registrar)
    page = shown(client, url("diary-case", case))
    for words in (
        "Anna Andersson", "Synpunkter", "Fri text", "Hemliga gatan", "Karin Kontakt",
        "Siv Signerare", "Rut Registrator", "inskannat",
    ):  # fmt: skip
        assert words not in page, words
    assert "Visas inte" in page


def test_an_organisation_named_by_hand_is_shown(client: Client, own: Own, registrar: User) -> None:
    case = own.received()
    lettered(case, registrar, party="Kvinnojouren Exempel", party_public=True)
    assert "Kvinnojouren Exempel" in shown(client, url("diary-case", case))


def test_a_marked_document_has_only_number_and_date(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    document = lettered(case, registrar, party="Kvinnojouren Exempel", party_public=True)
    mark_document(document=document, actor=registrar, provision="26 kap. 1 § OSL")
    page = shown(client, url("diary-case", case))
    assert document.dated_on.isoformat() in page
    assert "Visas inte: den kan vara hemlig" in page
    for words in ("Kvinnojouren", "26 kap.", "Annat"):
        assert words not in page


def test_whose_case_it_is_is_not_told_or_found_where_the_application_is_marked(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    send_message(application=case, actor=own.officer, body="Hej.", from_agency=True)
    lettered(case, registrar, party="Ale kommun", party_public=True)
    addresses = (f"{DIARY}?number={case.register_number}", url("diary-case", case))
    for address in addresses:
        assert "Ale kommun" in shown(client, address)
    mark_document(
        document=case.documents.get(number=1), actor=registrar, provision="26 kap. 1 § OSL"
    )
    for address in addresses:
        page = shown(client, address)
        assert case.register_number in page
        assert "Visas inte: den kan vara hemlig" in page
        assert "Ale" not in page.replace("Allmänna", "")
    for words in ("ale", own.lead.org_no):
        assert url("diary-case", case) not in shown(client, f"{DIARY}?q={words}")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.DISCARDED])
def test_a_draft_is_never_there(client: Client, own: Own, status: Status) -> None:
    draft: Any = ApplicationFactory(
        call=own.call, status=status, received_at=timezone.now(), register_number="7-2026"
    )
    assert "7-2026" not in shown(client, DIARY)
    assert client.get(url("diary-case", draft)).status_code == 404


def test_what_is_taken_back_is_no_longer_there(client: Client, own: Own) -> None:
    case = own.received()
    submission.take_back_application(application=case, actor=own.signatory)
    assert client.get(url("diary-case", case)).status_code == 404


def test_it_is_searched_by_number_organisation_and_date(client: Client, own: Own) -> None:
    case = own.received()
    partner = OrganisationFactory(name="Tibro kommun")
    other: Any = ApplicationFactory(
        call=own.call, lead=partner, status=Status.SUBMITTED, register_number="99-2020",
        received_at=timezone.now() - timedelta(days=400), requested_sek=1,
    )  # fmt: skip
    other.participations.get_or_create(organisation=partner, role="lead")
    today = timezone.localdate()
    for query, found in (
        (f"number={case.register_number}", {case}),
        ("q=tibro", {other}),
        ("q=ale", {case}),
        (f"since={today}", {case}),
        (f"until={today - timedelta(days=300)}", {other}),
        (f"since={today}&until={today}", {case}),
        ("since=fel", {case, other}),
    ):
        page = shown(client, f"{DIARY}?{query}")
        for each in (case, other):
            assert (url("diary-case", each) in page) is (each in found), (query, each)


@pytest.mark.parametrize("rows", [1, 30])
def test_it_costs_the_same_however_much_there_is(
    client: Client, own: Own, registrar: User, rows: int, django_assert_num_queries: Any
) -> None:
    case = own.received()
    for number in range(rows):
        lead = OrganisationFactory(name=f"Kommun {number}")
        made: Any = ApplicationFactory(
            call=own.call, lead=lead, status=Status.SUBMITTED, received_at=timezone.now(),
            register_number=f"{number}-2020", requested_sek=1,
        )  # fmt: skip
        made.participations.get_or_create(organisation=lead, role="lead")
        lettered(case, registrar)
    list_, one = f"{DIARY}?q=kommun&number=2", url("diary-case", case)
    for address in (list_, one):
        shown(client, address)
    with django_assert_num_queries(4):
        client.get(list_)
    with django_assert_num_queries(5):
        client.get(one)


def test_odd_values_break_nothing(client: Client) -> None:
    for query in ("q=%00", "number=%00", "since=9999-12-31", "until=0001-01-01", "after=%FF"):
        assert client.get(f"{DIARY}?{query}").status_code == 200, query
    assert client.get(f"{DIARY}99999999999999999999/").status_code == 404


def test_it_is_in_everybodys_menu(client: Client) -> None:
    assert f'href="{reverse("diary")}"' in shown(client, "/")
