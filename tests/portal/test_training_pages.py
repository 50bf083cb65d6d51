"""Trainings on pages: for county boards and agencies, and beside the reports for analysts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reporting.models import Training
from reporting.services import trainings
from reporting.services.trainings import Held
from tests.portal.checking import signed_in
from tests.portal.html import Page
from tests.portal.own_cases import shown
from tests.portal.world import municipality
from tests.reporting.test_trainings import Boards

pytestmark = pytest.mark.django_db


@pytest.fixture
def boards(db: None) -> Boards:
    return Boards()


def page_of(training: Training) -> str:
    return reverse("training", args=[training.pk])


def test_a_board_enters_one_and_chooses_who_took_part(boards: Boards) -> None:
    lead = boards.world.case(1).lead
    client = signed_in(boards.person)
    front = shown(client, reverse("front-page"))
    assert reverse("training-list") in front
    assert reverse("training-enter") in shown(client, reverse("training-list"))
    said = {"county": "14", "held_on": "2013-05-14", "title": "Bemötande av barn"}
    answer = client.post(reverse("training-enter"), said)
    training = Training.objects.get()
    assert answer["Location"] == page_of(training)
    assert lead.name in shown(client, f"{page_of(training)}?q=kommun")
    client.post(f"{page_of(training)}?q=kommun", {"what": "add", "organisations": [lead.pk]})
    assert training.participants.get().organisation == lead
    assert "Organisationer som deltog (1)" in shown(client, page_of(training))
    client.post(page_of(training), {"what": "remove", "organisation": lead.pk})
    assert not training.participants.exists()
    client.post(page_of(training), {"what": "withdraw", "reason": "Fel län."})
    training.refresh_from_db()
    assert training.withdrawn_reason == "Fel län."
    assert 'name="organisations"' not in shown(client, f"{page_of(training)}?q=kommun")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"county": "01"}, "Län"),
        ({"held_on": "14 maj"}, "Skriv datumet som 2026-03-14"),
        ({"held_on": "2099-01-01"}, "Välj en dag som har varit"),
        ({"title": ""}, "fält måste fyllas i"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    boards: Boards, said: dict[str, str], told: str
) -> None:
    given = {"county": "14", "held_on": "2013-05-14", "title": "Bemötande av barn"} | said
    answer = signed_in(boards.person).post(reverse("training-enter"), given)
    page = Page(answer)
    assert told in page.text(".ds-error-summary")
    assert page.one("[name=title]").get("value", "") == given["title"]
    assert page.one("[name=held_on]").get("value") == given["held_on"]
    assert not Training.objects.exists()
    assert not page.faults()


def test_who_saves_over_anothers_change_is_shown_it_and_loses_nothing(boards: Boards) -> None:
    training, client = boards.enter(), signed_in(boards.person)
    trainings.change_training(
        training=training, actor=boards.person, held_on=date(2013, 5, 15), title="Deras", seen=1
    )
    mine = {"what": "change", "held_on": "2013-05-16", "title": "Min", "seen": "1"}
    page = Page(client.post(page_of(training), mine))
    assert "2013-05-15, Deras" in page.text("main")
    assert page.one("[name=title]").get("value") == "Min"
    client.post(page_of(training), mine | {"seen": page.one("[name=seen]").get("value")})
    assert Training.objects.get().title == "Min"


def test_a_stranger_finds_nothing(boards: Boards) -> None:
    training = boards.enter()
    for person in (boards.neighbour, boards.world.registrar, boards.world.stranger):
        client = signed_in(person)
        assert client.get(page_of(training)).status_code == 404
        posted = client.post(page_of(training), {"what": "withdraw", "reason": "Nej"})
        assert posted.status_code == 404
    assert training.title not in shown(signed_in(boards.neighbour), reverse("training-list"))
    assert training.title in shown(signed_in(boards.analyst), reverse("training-list"))


def test_what_a_county_board_holds_other_agencies_read_and_do_not_change(boards: Boards) -> None:
    lead = boards.world.case(1).lead
    training = boards.enter(lead)
    assert len(Page(signed_in(boards.person).get(page_of(training))).all("main form")) > 1
    for person in (boards.analyst, boards.world.officer, boards.outside):
        client = signed_in(person)
        page = Page(client.get(page_of(training)))
        assert lead.name in page.text("main")
        assert "eller länsstyrelsen i länet" in page.text("main")
        assert page.all("main form") == []
        assert page.faults() == []
        for said in ({"what": "withdraw", "reason": "Nej"}, {"what": "remove", "organisation": 1}):
            assert client.post(page_of(training), said).status_code == 404
    training.refresh_from_db()
    assert training.withdrawn_at is None
    assert training.participants.count() == 1


def uploaded(text: str, encoding: str = "utf-8") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("deltagare.csv", text.encode(encoding))}


def test_a_file_is_entered_whole_or_not_at_all(boards: Boards) -> None:
    lead = boards.world.case(1).lead
    client, address = signed_in(boards.person), reverse("training-import")
    head = "county,held_on,title,org_no,unit\n"
    good = f"14,2013-05-14,Bemötande,{lead.org_no},\n"
    page = Page(client.post(address, uploaded(head + good + "01,2013-05-14,Annat,,\n")))
    assert "Rad 3" in page.text("main")
    assert not Training.objects.exists()
    assert "UTF-8" in Page(client.post(address, uploaded("å", "latin-1"))).text("main")
    assert client.post(address, uploaded(head + good)).status_code == 302
    assert Training.objects.get().participants.count() == 1


def test_the_comparison_says_what_differs(boards: Boards) -> None:
    report = boards.reported(1, "yes")
    boards.enter(boards.reported(2, "no").organisation)
    client = signed_in(boards.analyst)
    assert reverse("training-comparison") in shown(client, reverse("training-list"))
    page = Page(client.get(reverse("training-comparison")))
    assert page.rows("streams")[0][1:4] == ["2", "1", "50 %"]
    rows = page.rows("deviations")
    assert [row[0][:10] for row in rows] == ["Kommun 001", "Kommun 002"]
    assert reverse("report-detail", args=[report.pk]) in shown(
        client, reverse("training-comparison")
    )
    assert not page.faults()
    edition = boards.world.edition()
    national = reverse("edition-detail", args=[edition.agency.code, 2013, edition.number])
    assert reverse("training-comparison") in shown(client, national)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows_as_with_one(
    boards: Boards, rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    parts = [municipality(f"Deltog {number}") for number in range(rows)]
    training = boards.enter(*parts)
    for number in range(rows - 1):
        trainings.enter_training(
            agency=boards.board, actor=boards.person,
            held=Held(boards.here, date(2013, 1, 1), f"Utbildning {number}"),
        )  # fmt: skip
    client = signed_in(boards.person)
    for address, number in (
        (reverse("training-list"), 7),
        (f"{page_of(training)}?q=deltog", 6),
    ):
        shown(client, address)
        with django_assert_num_queries(number):
            shown(client, address)
