"""The lists: filter, order and place are in the address, and say so."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from applicants.enums import OrganisationKind
from grants.enums import Status
from portal.selectors.paging import PAGE_SIZE
from tests.factories import ApplicationFactory
from tests.portal.html import Page, query_of, text
from tests.portal.world import World, municipality

Get = Callable[..., Page]


@pytest.fixture
def several(world: World) -> None:
    """Three cases that differ in all that one can filter and sort by."""
    skåne = municipality("Ängelholms kommun", "12")
    kvinnojour = municipality("Kvinnojouren Örn", "01", kind=OrganisationKind.ASSOCIATION)
    ApplicationFactory(
        call=world.call,
        lead=skåne,
        reference="K13-0001",
        status=Status.GRANTED,
        requested_sek=900_000,
        granted_sek=100_000,
        received_at=datetime(2012, 11, 1, tzinfo=UTC),
    )
    ApplicationFactory(
        call=world.call,
        lead=kvinnojour,
        reference="F13-0002",
        status=Status.REJECTED,
        requested_sek=500_000,
        received_at=datetime(2012, 11, 3, tzinfo=UTC),
    )
    ApplicationFactory(
        call=world.call,
        lead=municipality("Ale kommun", "14"),
        register_number="801-3-2012",
        status=Status.GRANTED,
        requested_sek=700_000,
        granted_sek=600_000,
        received_at=datetime(2012, 11, 2, tzinfo=UTC),
        partners=[municipality("Borås stad", "14")],
    )


def numbers(page: Page) -> list[str]:
    return [row[0] for row in page.rows("applications")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["F13-0002", "801-3-2012", "K13-0001"]),
        ("?q=ÄNGEL", ["K13-0001"]),
        ("?q=k13", ["K13-0001"]),
        ("?q=801-3", ["801-3-2012"]),
        ("?q=borås", ["801-3-2012"]),
        ("?q=örn", ["F13-0002"]),
        ("?county=12", ["K13-0001"]),
        ("?kind=association", ["F13-0002"]),
        ("?status=granted", ["801-3-2012", "K13-0001"]),
        ("?status=granted&county=14", ["801-3-2012"]),
        ("?sort=organisation", ["801-3-2012", "F13-0002", "K13-0001"]),
        ("?sort=-organisation", ["K13-0001", "F13-0002", "801-3-2012"]),
        ("?sort=number", ["801-3-2012", "F13-0002", "K13-0001"]),
        ("?sort=requested", ["F13-0002", "801-3-2012", "K13-0001"]),
        ("?sort=-granted", ["801-3-2012", "K13-0001", "F13-0002"]),
        ("?sort=granted", ["F13-0002", "K13-0001", "801-3-2012"]),
        ("?sort=nonsense", ["F13-0002", "801-3-2012", "K13-0001"]),
    ],
)
@pytest.mark.usefixtures("several")
def test_applications_are_filtered_and_sorted_by_the_address(
    get: Get, world: World, query: str, found: list[str]
) -> None:
    page = get(reverse("application-list") + query, world.officer)
    assert numbers(page) == found
    assert page.text("p.list-count") == f"{len(found)} in the list"


@pytest.mark.usefixtures("several")
def test_the_call_filter_tells_calls_apart(get: Get, world: World) -> None:
    address = f"{reverse('application-list')}?call={world.call.pk}"
    assert len(numbers(get(address, world.officer))) == 3


@pytest.mark.usefixtures("several")
def test_a_filter_that_cannot_be_is_an_error_at_its_field(get: Get, world: World) -> None:
    page = get(f"{reverse('application-list')}?status=nonsense&county=12", world.officer)
    field = page.one("#id_status")
    assert field.get("aria-invalid") == "true"
    described = field.get("aria-describedby").split()
    assert [text(page.one(f"#{each}")) for each in described][-1]
    assert numbers(page) == ["K13-0001"]


@pytest.mark.usefixtures("several")
def test_filters_in_use_are_shown_and_taken_away_one_by_one(get: Get, world: World) -> None:
    start = f"{reverse('application-list')}?county=14&status=granted&sort=granted&after=x"
    page = get(start, world.officer)
    chips = page.all("ul.filter-chips a")
    assert len(chips) == 2
    assert text(chips[0]).startswith("County: Västra Götaland")
    assert query_of(chips[0].get("href")) == {"status": "granted", "sort": "granted"}
    assert query_of(chips[1].get("href")) == {"county": "14", "sort": "granted"}
    assert page.one("form.filter-panel input[type=hidden]").get("name") == "sort"


@pytest.mark.usefixtures("several")
def test_a_heading_turns_the_order_and_keeps_the_filter(get: Get, world: World) -> None:
    page = get(f"{reverse('application-list')}?status=granted", world.officer)
    assert page.text("th[aria-sort=descending]").startswith("Received")
    heads = {text(each): each for each in page.all("th a.sort-link")}
    assert query_of(heads["Requested"].get("href")) == {"status": "granted", "sort": "-requested"}
    assert query_of(heads["Case"].get("href")) == {"status": "granted", "sort": "number"}
    turned = get(heads["Requested"].get("href"), world.officer)
    assert text(turned.one("th[aria-sort=descending]")).startswith("Requested")
    again = turned.one("th[aria-sort] a").get("href")
    assert query_of(again)["sort"] == "requested"


def test_a_long_list_pages_both_ways(get: Get, world: World) -> None:
    for number in range(1, PAGE_SIZE + 3):
        ApplicationFactory(call=world.call, reference=f"K13-{number:04}")
    first = get(f"{reverse('application-list')}?sort=number", world.officer)
    assert len(numbers(first)) == PAGE_SIZE
    assert not first.all("a[rel=prev]")
    second = get(first.one("a[rel=next]").get("href"), world.officer)
    assert numbers(second) == ["K13-0051", "K13-0052"]
    assert not second.all("a[rel=next]")
    back = get(second.one("a[rel=prev]").get("href"), world.officer)
    assert numbers(back) == numbers(first)


def test_a_list_says_when_there_are_more_than_it_counts(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.selectors.paging.COUNT_CAP", 1)
    world.case(1)
    world.case(2)
    page = get(reverse("application-list"), world.officer)
    assert page.text("p.list-count") == "More than 1 in the list"


def test_an_empty_list_and_an_empty_search_say_different_things(get: Get, world: World) -> None:
    for name in ("application-list", "organisation-list", "report-list"):
        assert get(reverse(name), world.officer).text(".empty h2") == "There is nothing here yet"
        page = get(f"{reverse(name)}?q=saknas", world.officer)
        assert page.text(".empty h2") == "Nothing matches the filters"


def test_organisations_are_listed_with_their_sums(get: Get, world: World) -> None:
    lead, partner = municipality("Åre kommun", "23"), municipality("Ystads kommun", "12")
    world.case(1, lead=lead, partners=[partner])
    world.case(2, lead=lead, reported=False)
    page = get(reverse("organisation-list"), world.officer)
    found = {row[0]: row[4:] for row in page.rows("organisations")}
    assert found == {
        "Ystads kommun": ["0", "1", "0 kr"],
        "Åre kommun": ["2", "0", "600 000 kr"],
    }
    assert [row[0] for row in page.rows("organisations")] == ["Ystads kommun", "Åre kommun"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=åre", ["Åre kommun"]),
        ("?county=12", ["Ystads kommun"]),
        ("?kind=association", []),
        ("?sort=-name", ["Åre kommun", "Ystads kommun"]),
        ("?sort=county", ["Ystads kommun", "Åre kommun"]),
        ("?sort=-granted", ["Åre kommun", "Ystads kommun"]),
        ("?sort=-applications", ["Åre kommun", "Ystads kommun"]),
    ],
)
def test_organisations_are_filtered_and_sorted(
    get: Get, world: World, query: str, found: list[str]
) -> None:
    world.case(
        1, lead=municipality("Åre kommun", "23"), partners=[municipality("Ystads kommun", "12")]
    )
    page = get(reverse("organisation-list") + query, world.officer)
    assert [row[0] for row in page.rows("organisations")] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["RK13-0002", "RK13-0001"]),
        ("?q=rk13-0001", ["RK13-0001"]),
        ("?q=åre", ["RK13-0002"]),
        ("?county=23", ["RK13-0002"]),
        ("?year=2013", ["RK13-0002", "RK13-0001"]),
        ("?stream=associations", []),
        ("?status=returned", []),
        ("?sort=organisation", ["RK13-0001", "RK13-0002"]),
        ("?sort=reference", ["RK13-0001", "RK13-0002"]),
    ],
)
def test_reports_are_filtered_and_sorted(
    get: Get, world: World, query: str, found: list[str]
) -> None:
    world.case(1, lead=municipality("Ystads kommun", "12"))
    world.case(2, lead=municipality("Åre kommun", "23"))
    page = get(reverse("report-list") + query, world.officer)
    assert [row[0] for row in page.rows("reports")] == found
