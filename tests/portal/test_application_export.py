"""The list of applications as a file: the same cases, sent a part at a time."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from applicants.models import User
from grants.enums import EntryKind, Status
from portal.exports import applications as export
from tests.factories import ApplicationFactory, acting_for
from tests.portal.html import Page
from tests.portal.world import World, book, municipality

ADDRESS = "/ansokningar/export.csv"
pytestmark = pytest.mark.django_db

type Rows = list[dict[str, str]]


@pytest.fixture
def fetch(client: Client) -> Callable[..., Rows]:
    """`fetch(user, "?q=…")`: the file's lines by column as that person gets them."""

    def rows(user: User, query: str = "", language: str = "sv") -> Rows:
        client.force_login(user)
        response = client.get(ADDRESS + query, headers={"accept-language": language})
        assert isinstance(response, StreamingHttpResponse)
        content = b"".join(response).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content, newline="")))

    return rows


def test_a_line_tells_what_the_list_tells_and_more(
    world: World, fetch: Callable[..., Rows]
) -> None:
    partner = municipality("Ödeshög", "05")
    case = world.case(1, partners=[partner], late=True)
    (line,) = fetch(world.officer)
    assert tuple(line) == export.COLUMNS
    assert line["number"] == case.number
    assert (line["call"], line["year"]) == ("kommuner-2013", "2013")
    assert line["lead"] == case.lead.name
    assert line["lead_org_no"] == case.lead.org_no
    assert line["county"] == case.lead.county.name
    assert line["partners"] == "1"
    assert line["late"] == "1"
    assert line["requested_sek"] == str(case.requested_sek)
    assert line["granted_sek"] == str(case.granted_sek)
    assert line["decided_on"] == str(case.decided_on)
    assert (line["status"], line["status_label"]) == ("interim_reported", "Delredovisad")


def test_the_day_of_receipt_is_the_swedish_one(world: World, fetch: Callable[..., Rows]) -> None:
    ApplicationFactory(
        call=world.call,
        status=Status.SUBMITTED,
        received_at=datetime(2013, 1, 31, 23, 30, tzinfo=UTC),
    )
    (line,) = fetch(world.officer)
    assert line["received_on"] == "2013-02-01"
    assert line["granted_sek"] == line["decided_on"] == ""


def test_labels_are_in_the_readers_language(world: World, fetch: Callable[..., Rows]) -> None:
    world.case()
    assert fetch(world.officer, language="en")[0]["status_label"] == "Interim reported"


def test_what_was_spent_is_summed_over_the_years(world: World, fetch: Callable[..., Rows]) -> None:
    case = ApplicationFactory(call=world.call, status=Status.GRANTED)
    for year in (2013, 2014):
        book(case, EntryKind.SPENT, 100, year=year)
    book(case, EntryKind.CLAIMED, 7)
    (line,) = fetch(world.officer)
    assert (line["spent_sek"], line["to_repay_sek"]) == ("200", "7")


def test_the_filters_of_the_list_hold(world: World, fetch: Callable[..., Rows]) -> None:
    for number, name in enumerate(("Alingsås", "Borås", "Ödeshög"), start=1):
        ApplicationFactory(
            call=world.call,
            status=Status.SUBMITTED if number < 3 else Status.REJECTED,
            lead=municipality(name),
            reference=f"A-{number}",
            imported=True,
        )
    assert [line["lead"] for line in fetch(world.officer, "?q=borås")] == ["Borås"]
    assert [line["lead"] for line in fetch(world.officer, "?status=rejected")] == ["Ödeshög"]
    assert fetch(world.officer, "?q=borås&status=rejected") == []
    assert len(fetch(world.officer, "?status=made_up")) == 3


def test_the_last_received_comes_first(world: World, fetch: Callable[..., Rows]) -> None:
    for day in (3, 1, 2):
        ApplicationFactory(
            call=world.call,
            status=Status.SUBMITTED,
            received_at=datetime(2013, 2, day, 12, tzinfo=UTC),
        )
    days = [line["received_on"] for line in fetch(world.officer)]
    assert days == ["2013-02-03", "2013-02-02", "2013-02-01"]


def test_no_text_becomes_a_formula(world: World, fetch: Callable[..., Rows]) -> None:
    for name in ("=1+1", "+46", "-1", "@SUM(A1)", " =2"):
        ApplicationFactory(call=world.call, status=Status.SUBMITTED, lead=municipality(name))
    names = {line["lead"] for line in fetch(world.officer)}
    assert names == {"'=1+1", "'+46", "'-1", "'@SUM(A1)", "' =2"}


def test_no_draft_and_no_other_agencys_case_is_in_it(
    world: World, fetch: Callable[..., Rows]
) -> None:
    case = world.case()
    ApplicationFactory(call=world.call, lead=case.lead, status=Status.DRAFT)
    ApplicationFactory(status=Status.SUBMITTED)
    assert [line["number"] for line in fetch(world.officer)] == [case.number]


def test_no_person_is_named(world: World, client: Client) -> None:
    case = ApplicationFactory(call=world.call, status=Status.SUBMITTED, assigned_to=world.officer)
    client.force_login(world.officer)
    content = b"".join(client.get(ADDRESS)).decode()
    assert case.number in content
    assert world.officer.name not in content
    assert world.officer.email not in content


@pytest.mark.parametrize("who", ["stranger", "applicant"])
def test_it_is_nothing_to_others(who: str, world: World, client: Client) -> None:
    case = world.case()
    client.force_login(acting_for(case.lead) if who == "applicant" else getattr(world, who))
    assert client.get(ADDRESS).status_code == 404


def test_whoever_is_signed_out_signs_in_first(world: World, client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302


def test_a_colleague_at_another_agency_gets_only_its_own(
    world: World, fetch: Callable[..., Rows]
) -> None:
    world.case()
    assert fetch(world.colleague_elsewhere) == []


@pytest.mark.parametrize("rows", [1, 30])
def test_queries(
    rows: int, world: World, client: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    client.force_login(world.officer)
    for number in range(rows):
        world.case(number + 1, reported=False)
    b"".join(client.get(ADDRESS))
    with django_assert_num_queries(7):  # type: ignore[attr-defined]
        b"".join(client.get(ADDRESS))


def test_a_part_is_fetched_when_it_is_asked_for(
    world: World,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "CHUNK", 5)
    client.force_login(world.officer)
    for _ in range(23):
        ApplicationFactory(call=world.call, status=Status.SUBMITTED)
    made: list[int] = []
    line = export._line
    monkeypatch.setattr(export, "_line", lambda *row: made.append(1) or line(*row))
    response = client.get(ADDRESS)
    assert response.streaming
    assert made == []
    parts = iter(response)
    lines = []
    for part in parts:
        lines.append(part.count(b"\r\n"))
        assert len(made) == sum(lines) - 1, "no line is made before its part is asked for"
    assert lines == [1, 5, 5, 5, 5, 3]


def test_it_is_a_file_that_no_cache_keeps(world: World, client: Client) -> None:
    client.force_login(world.officer)
    response = client.get(ADDRESS, headers={"accept-language": "sv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="ansokningar-20')
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response).startswith(b"\xef\xbb\xbfnumber,")


def test_the_list_leads_to_it_with_its_filters(world: World, get: Callable[..., Page]) -> None:
    world.case()
    url = f"{reverse('application-list')}?status=interim_reported&sort=-granted"
    (link,) = get(url, world.officer, language="sv").root.cssselect("a[download]")
    assert link.text == "Hämta som CSV"
    assert link.get("href") == f"{ADDRESS}?status=interim_reported"
