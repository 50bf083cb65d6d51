"""Lists by keyset: every row once, in order, whichever way one walks."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applicants.models import Organisation
from portal.selectors.listing import ORGANISATION_KEYS
from portal.selectors.paging import (
    COUNT_CAP,
    Key,
    Page,
    capped_count,
    counted,
    keyset_page,
    moment,
    text,
    whole,
)
from tests.factories import OrganisationFactory
from tests.portal.html import Page as Shown
from tests.portal.world import World, municipality

BY_NAME = ORGANISATION_KEYS["name"]
pytestmark = pytest.mark.django_db


def page(
    *, after: str = "", before: str = "", size: int = 3, descending: bool = False
) -> Page[Organisation]:
    return keyset_page(
        Organisation.objects.all(),
        keys=BY_NAME,
        descending=descending,
        after=after,
        before=before,
        size=size,
    )


def walk(size: int, *, descending: bool = False) -> list[list[str]]:
    found = []
    here = page(size=size, descending=descending)
    while True:
        found.append([row.name for row in here.rows])
        if not here.after:
            return found
        here = page(size=size, after=here.after, descending=descending)


def walk_back(size: int) -> list[list[str]]:
    here = page(size=size)
    while here.after:
        here = page(size=size, after=here.after)
    found = [[row.name for row in here.rows]]
    while here.before:
        here = page(size=size, before=here.before)
        found.append([row.name for row in here.rows])
    return found


# Two have the same name, so that only the id tells them apart.
NAMES = ["Ödeshög", "Ale", "Åre", "Älmhult", "Ale", "Zinkgruvan", "Borås"]
ORDERED = ["Ale", "Ale", "Borås", "Zinkgruvan", "Åre", "Älmhult", "Ödeshög"]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_row_comes_once_in_swedish_order(size: int) -> None:
    for name in NAMES:
        OrganisationFactory(name=name)
    assert [name for names in walk(size) for name in names] == ORDERED
    assert [name for names in walk(size, descending=True) for name in names] == ORDERED[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_way_back_passes_the_same_rows(size: int) -> None:
    for name in NAMES:
        OrganisationFactory(name=name)
    back = walk_back(size)
    assert [name for names in reversed(back) for name in names] == ORDERED


def test_ends_have_no_further_page() -> None:
    for name in NAMES:
        OrganisationFactory(name=name)
    first = page(size=7)
    assert (first.before, first.after) == ("", "")
    start = page(size=3)
    assert not start.before
    assert not page(size=7, before=page(size=3, after=start.after).after).before


def test_an_empty_list_is_an_empty_page() -> None:
    assert page() == Page([], "", "")


def test_a_row_that_comes_between_moves_nobody() -> None:
    for name in ["A", "B", "C", "D"]:
        OrganisationFactory(name=name)
    first = page(size=2)
    OrganisationFactory(name="AA")
    assert [row.name for row in page(size=2, after=first.after).rows] == ["C", "D"]


@given(cursor=st.text(max_size=40))
def test_a_made_up_cursor_gives_the_first_page(cursor: str) -> None:
    assert page(after=cursor) == page()
    assert page(before=cursor) == page()


@pytest.mark.parametrize(
    "cursor",
    ["W10", "WzEsIDJd", "WyJhIiwgInQiXQ", "eyJhIjogMX0", "WyJhIiwgOTIyMzM3MjAzNjg1NDc3NTgwOF0"],
)
def test_a_cursor_of_other_values_gives_the_first_page(cursor: str) -> None:
    OrganisationFactory(name="A")
    assert [row.name for row in page(after=cursor).rows] == ["A"]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (text, 1),
        (whole, "1"),
        (whole, True),
        (whole, 2**63),
        (moment, "2013-03-14T10:00:00"),
        (moment, 3),
        (text, "a\0"),
        (text, "\ud800"),
        (moment, "0001-01-01T00:00:00+14:00"),
    ],
)
def test_cursor_values_of_the_wrong_kind_are_refused(read: object, value: object) -> None:
    assert callable(read)
    with pytest.raises((TypeError, ValueError)):
        read(value)


def test_a_key_follows_relations_to_the_value() -> None:
    organisation = OrganisationFactory()
    assert Key("county__position", whole).of(organisation) == organisation.county.position


def test_counting_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.selectors.paging.COUNT_CAP", 3)
    for number in range(3):
        OrganisationFactory(name=str(number))
    count = capped_count(Organisation.objects.all())
    assert (count.number, count.more) == (3, False)
    OrganisationFactory(name="four")
    count = capped_count(Organisation.objects.all())
    assert (count.number, count.more) == (3, True)
    assert COUNT_CAP == 1000


def test_few_rows_are_found_by_their_ids_and_many_by_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.selectors.paging.COUNT_CAP", 3)
    for number in range(3):
        OrganisationFactory(name=str(number))
    everyone = Organisation.objects.all()
    few, count = counted(everyone)
    assert (count.number, count.more) == (3, False)
    OrganisationFactory(name="four")
    assert few.count() == 3
    many, count = counted(everyone)
    assert (count.number, count.more) == (3, True)
    assert many is everyone


def test_a_search_finds_the_same_whether_few_or_many_have_the_name(
    world: World, get: Callable[..., Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        world.case(number + 1, partners=[municipality(f"Älvby {number}")], reported=False)
    world.case(9, reported=False)
    found = get("/ansokningar/?q=älvby", world.officer).rows("applications")
    monkeypatch.setattr("portal.selectors.paging.COUNT_CAP", 2)
    assert get("/ansokningar/?q=älvby", world.officer).rows("applications") == found
    assert len(found) == 4
