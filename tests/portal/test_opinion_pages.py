"""The pages on opinions and supervision decisions, for the boards and for the agency."""

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.checks import canonical_json, sha256_text
from grants.services.submission import take_back_application
from reviews.enums import Recommendation
from reviews.models import Opinion, SupervisionDecision
from tests.factories import AgencyFactory, ConflictDeclarationFactory, OpinionFactory, staff
from tests.factories.forms import attach
from tests.factories.scenario import Scenario
from tests.portal.everyone import uploaded
from tests.reviews.test_opinions import Asking, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking() -> Asking:
    return Asking()


def page_of(opinion: Opinion) -> str:
    return reverse("opinion", args=[opinion.pk])


def test_the_officer_asks_and_the_board_finds_it_on_its_list(
    client: Client, asking: Asking
) -> None:
    client.force_login(asking.officer)
    address = reverse("case-opinions", args=[asking.case.pk])
    page = client.get(address).content.decode()
    assert asking.here.name in page
    client.post(address, {"then": "ask", "due": in_days(20).isoformat()})
    assert Opinion.objects.count() == 2
    client.force_login(asking.person)
    page = client.get(reverse("opinion-list")).content.decode()
    assert asking.case.number in page
    assert in_days(20).isoformat() in page


def test_the_board_reads_what_was_sent_in_and_nothing_of_a_draft(client: Client) -> None:
    scenario = Scenario()
    case = scenario.submitted()
    opinion = OpinionFactory(application=case, county=case.lead.county)
    board = staff(AgencyFactory(county=case.lead.county), Role.COUNTY_BOARD)
    sent, added = (
        attach(case, scenario.signatory, "other", file=uploaded(scenario.signatory, name))
        for name in ("inskickad.pdf", "tillagd.pdf")
    )
    version = case.versions.get()
    document = json.loads(version.document) | {"attachments": [{"sha256": sent.file.sha256}]}
    case.versions.model.objects.create(
        application=case,
        number=2,
        document=canonical_json(document),
        sha256=sha256_text(canonical_json(document)),
        submitted_at=version.submitted_at,
    )
    client.force_login(board)
    files = [reverse("opinion-attachment", args=[opinion.pk, each.pk]) for each in (sent, added)]
    assert [client.get(each).status_code for each in files] == [200, 404]
    assert client.get(page_of(opinion)).status_code == 200
    take_back_application(application=case, actor=scenario.signatory)
    assert client.get(page_of(opinion)).status_code == 404
    assert [client.get(each).status_code for each in files] == [404, 404]
    assert case.number not in client.get(reverse("opinion-list")).content.decode()


def test_a_board_is_led_to_its_list_when_it_signs_in(client: Client, asking: Asking) -> None:
    client.force_login(asking.person)
    answer = client.get(reverse("after-sign-in"))
    assert answer["Location"] == reverse("opinion-list")


def test_the_board_writes_saves_and_gives(client: Client, asking: Asking) -> None:
    opinion = asking.one()
    client.force_login(asking.person)
    written = {"reasons": "Behovet är stort.", "knowledge": "Vi har frågat kommunerna."}
    client.post(page_of(opinion), {**written, "then": "save"})
    page = client.get(page_of(opinion)).content.decode()
    assert "Behovet är stort." in page
    assert "Vi har frågat kommunerna." in page
    page = client.post(page_of(opinion), {**written, "then": "give"}).content.decode()
    assert "Välj en rekommendation" in page
    assert "Vi har frågat kommunerna." in page
    client.post(page_of(opinion), {**written, "recommendation": "recommended", "then": "give"})
    opinion.refresh_from_db()
    assert opinion.recommendation == Recommendation.RECOMMENDED
    client.force_login(asking.officer)
    shown = client.get(reverse("case-opinions", args=[asking.case.pk])).content.decode()
    assert "Vi har frågat kommunerna." in shown


def test_what_no_database_holds_is_left_out_of_a_draft_and_what_is_too_long_is_told(
    client: Client, asking: Asking
) -> None:
    opinion = asking.one()
    client.force_login(asking.person)
    client.post(page_of(opinion), {"reasons": "Vi\0 vet.", "then": "save"})
    opinion.refresh_from_db()
    assert opinion.draft["reasons"] == "Vi vet."
    long = "x" * 20_001
    page = client.post(page_of(opinion), {"reasons": long, "then": "save"}).content.decode()
    assert "för lång" in page
    assert long in page
    opinion.refresh_from_db()
    assert opinion.draft["reasons"] == "Vi vet."


def test_reasons_are_needed_and_what_was_written_is_kept(client: Client, asking: Asking) -> None:
    opinion = asking.one()
    client.force_login(asking.person)
    data = {"recommendation": "not_recommended", "knowledge": "Lite.", "then": "give"}
    page = client.post(page_of(opinion), data).content.decode()
    assert "Skriv era skäl" in page
    assert "Lite." in page
    assert Opinion.objects.get(pk=opinion.pk).given_at is None


def test_more_time_is_asked_for_and_given_on_the_pages(client: Client, asking: Asking) -> None:
    opinion = asking.one()
    client.force_login(asking.person)
    wrong = {"until": opinion.due_on.isoformat(), "reason": "Semester", "then": "more"}
    assert "Välj en dag efter" in client.post(page_of(opinion), wrong).content.decode()
    client.post(page_of(opinion), {**wrong, "until": in_days(30).isoformat()})
    client.force_login(asking.officer)
    address = reverse("case-opinions", args=[asking.case.pk])
    assert "Semester" in client.get(address).content.decode()
    client.post(address, {"then": "give-time", "opinion": opinion.pk})
    opinion.refresh_from_db()
    assert opinion.due_on == in_days(30)
    client.post(address, {"then": "remind", "opinion": opinion.pk})
    opinion.refresh_from_db()
    assert opinion.reminded_at is not None


def test_another_countys_board_finds_nothing(client: Client, asking: Asking) -> None:
    opinion = asking.one()
    client.force_login(asking.other if opinion.county == asking.here else asking.person)
    assert client.get(page_of(opinion)).status_code == 404


def test_who_is_shut_out_of_the_case_does_not_read_its_opinions(
    client: Client, asking: Asking
) -> None:
    asking.asked()
    ConflictDeclarationFactory(application=asking.case, user=asking.officer, has_conflict=True)
    client.force_login(asking.officer)
    assert client.get(reverse("case-opinions", args=[asking.case.pk])).status_code == 404


def test_a_whole_round_is_asked_with_one_click(client: Client, asking: Asking) -> None:
    asking.another()
    client.force_login(asking.officer)
    address = reverse("round-opinions", args=[asking.call.pk])
    assert "2 ärenden" in client.get(address).content.decode()
    client.post(address, {"due": in_days(21).isoformat()})
    assert Opinion.objects.count() == 4
    assert "Alla ärenden har skickats" in client.get(address).content.decode()


def test_of_a_case_one_is_shut_out_of_nothing_is_said_when_a_round_is_asked(
    client: Client, asking: Asking
) -> None:
    asking.another()
    ConflictDeclarationFactory(application=asking.case, user=asking.officer, has_conflict=True)
    client.force_login(asking.officer)
    address = reverse("round-opinions", args=[asking.call.pk])
    assert "1 ärende" in client.get(address).content.decode()
    page = client.post(address, {"due": in_days(21).isoformat()}, follow=True).content.decode()
    assert asking.case.number not in page
    assert "Alla ärenden har skickats" in page
    assert not asking.case.opinions.exists()


def test_a_supervision_decision_is_entered_and_stands_beside_the_case(
    client: Client, asking: Asking
) -> None:
    client.force_login(asking.officer)
    data = {
        "authority": "IVO",
        "number": "3.5-1/2026",
        "decided_on": in_days(-30).isoformat(),
        "adverse": "yes",
        "summary": "Handläggningen brister.",
    }
    address = reverse("supervision-enter", args=[asking.case.lead_id])
    page = client.post(address, {**data, "decided_on": in_days(3).isoformat()}).content.decode()
    assert "Välj en dag som har varit" in page
    assert "Handläggningen brister." in page
    client.post(address, data)
    shown = client.get(reverse("case-opinions", args=[asking.case.pk])).content.decode()
    assert "Handläggningen brister." in shown
    row = SupervisionDecision.objects.get()
    client.post(reverse("supervision-detail", args=[row.pk]), {"reason": "Fel organisation"})
    shown = client.get(reverse("case-opinions", args=[asking.case.pk])).content.decode()
    assert "Handläggningen brister." not in shown


def test_a_file_of_decisions_is_entered_or_says_what_is_wrong(
    client: Client, asking: Asking
) -> None:
    client.force_login(asking.officer)
    header = "org_no,unit,authority,number,decided_on,adverse,summary,url\n"
    good = f"{asking.case.lead.org_no},,IVO,1,2026-01-31,ja,Brister,\n"

    def sent(text: str) -> str:
        file = SimpleUploadedFile("tillsyn.csv", text.encode())
        return client.post(
            reverse("supervision-import"), {"file": file}, follow=True
        ).content.decode()

    assert "Rad 3" in sent(header + good + "1,,IVO,2,2026-01-31,ja,Brister,\n")
    assert not SupervisionDecision.objects.exists()
    assert "1 tillsynsbeslut" in sent(header + good)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows(
    client: Client, asking: Asking, rows: int, django_assert_num_queries: Callable[..., object]
) -> None:
    for _each in range(rows):
        case = asking.another()
        for county in (asking.here, asking.there):
            opinion = OpinionFactory(application=case, county=county, due_on=in_days(9))
        SupervisionDecision.objects.create(
            agency=asking.call.agency,
            organisation=case.lead,
            authority="IVO",
            number=str(case.pk),
            decided_on=in_days(-1),
            adverse=True,
            summary="Brister",
            entered_by=asking.officer,
            entered_at=case.received_at,
        )
    mine = Opinion.objects.filter(application=case).exclude(pk=opinion.pk).get()
    for person, address, number in (
        (asking.person, reverse("opinion-list"), 7),
        (asking.person, page_of(mine), 7),
        (asking.officer, reverse("case-opinions", args=[case.pk]), 10),
        (asking.officer, reverse("round-opinions", args=[asking.call.pk]), 6),
        (asking.officer, reverse("supervision-list"), 5),
    ):
        client.force_login(person)
        client.get(address)
        with django_assert_num_queries(number):  # type: ignore[attr-defined]
            client.get(address)
