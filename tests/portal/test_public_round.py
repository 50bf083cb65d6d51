"""The public page of a round: who was granted what, the map, the open data, what is left out."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from applicants.enums import Role
from core.formats import amount as sek
from core.models import County
from grants.content.basis import DecisionBasis
from grants.enums import Outcome, Status
from grants.models import Application, Call, CaseDocument, Decision
from grants.selectors.rounds import county_sums, grants_of, outcome_counts
from grants.services.publishing import publish_round
from portal.views.county_map import LEVELS, CountyValue, county_map, level_of, steps
from tests.factories import (
    ApplicationFactory,
    CountyFactory,
    OrganisationEntryFactory,
    OrganisationFactory,
    acting_for,
    staff,
)
from tests.factories.letters import Deciding
from tests.portal.world import World, municipality
from tests.reporting.years import bring_in, expected_2013

pytestmark = pytest.mark.django_db


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def published(deciding: Deciding) -> Call:
    return publish_round(call=deciding.call, actor=deciding.decider)


def at(call: Call, name: str = "round-decisions", *more: object) -> str:
    return reverse(name, args=[call.agency.code, call.code, *more])


def shown(client: Client, address: str) -> str:
    response: Any = client.get(address, headers={"accept-language": "sv"})
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def fetched(client: Client, address: str) -> str:
    response: Any = client.get(address, headers={"accept-language": "sv"})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


def marked(decision: Decision) -> None:
    found = CaseDocument.objects.filter(source=f"decision:{decision.pk}")
    assert found.update(secrecy="26 kap. 1 § OSL") == 1


# When it is there ---------------------------------------------------------------------------------


def test_before_it_is_published_it_is_not_there(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    for person in (None, deciding.officer, deciding.signatory, Deciding().decider):
        client.logout()
        if person is not None:
            client.force_login(person)
        assert client.get(at(deciding.call)).status_code == 404
        assert client.get(at(deciding.call, "round-file", "csv")).status_code == 404
    assert at(deciding.call) not in shown(client, reverse("call-list"))


def test_the_decision_maker_looks_at_it_first_and_publishes_it(
    client: Client, deciding: Deciding
) -> None:
    deciding.decided()
    client.force_login(deciding.decider)
    page = shown(client, at(deciding.call))
    assert at(deciding.call, "round-publish") in page
    assert client.post(at(deciding.call, "round-publish")).status_code == 302
    client.logout()
    page = shown(client, at(deciding.call))
    assert "Ale kommun" in page
    assert at(deciding.call, "round-publish") not in page
    detail = shown(client, reverse("call-detail", args=[deciding.agency.code, deciding.call.code]))
    assert at(deciding.call) in detail


def test_others_do_not_publish_it(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    for person in (deciding.officer, deciding.registrar, deciding.signatory, Deciding().decider):
        client.force_login(person)
        assert client.post(at(deciding.call, "round-publish")).status_code == 404
    deciding.call.refresh_from_db()
    assert not deciding.call.is_published


def test_nothing_decided_is_nothing_to_publish(client: Client, deciding: Deciding) -> None:
    client.force_login(deciding.decider)
    assert client.post(at(deciding.call, "round-publish")).status_code == 302
    deciding.call.refresh_from_db()
    assert not deciding.call.is_published


def test_a_round_from_an_old_register_is_there(client: Client, world: World) -> None:
    world.call.imported = True
    world.call.save()
    world.case(1, partners=[municipality("Partnerby", "14")])
    page = shown(client, at(world.call))
    for words in ("Kommun 001", "med Partnerby", "300 000 kr", "Inte registrerat"):
        assert words in page, words


# What it says -------------------------------------------------------------------------------------


def test_who_where_how_much_and_for_what(client: Client, deciding: Deciding) -> None:
    deciding.lead.county = CountyFactory(code="14")
    deciding.lead.save()
    deciding.decided(partners=(OrganisationFactory(name="Bjuvs kommun"),))
    call = published(deciding)
    page = html.fromstring(shown(client, at(call)))
    (row,) = page.xpath("//table[@id='grants']/tbody/tr")
    text = " ".join(row.text_content().split())
    for words in ("Ale kommun", "Bjuvs kommun", "Västra Götaland", "400 000 kr", "500 000 kr"):
        assert words in text, words
    area = call.definition.area("mapping")
    assert area is not None
    assert area.title.sv in text


def test_rejected_and_withdrawn_are_only_numbers(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    deciding.decided(
        Outcome.REJECTED, amount_sek=None, lead=OrganisationFactory(name="Avslagsby kommun")
    )
    ApplicationFactory(
        call=deciding.call,
        status=Status.WITHDRAWN,
        lead=OrganisationFactory(name="Dragby kommun"),
    )
    call = published(deciding)
    page = shown(client, at(call))
    data = fetched(client, at(call, "round-file", "csv"))
    for words in ("Avslagsby", "Dragby"):
        assert words not in page
        assert words not in data
    figures = dict(
        zip(
            html.fromstring(page).xpath("//dl[@class='key-figures']//dt/text()"),
            html.fromstring(page).xpath("//dd[@class='key-figures__value']/text()"),
            strict=True,
        )
    )
    assert figures["Avslagna ansökningar"] == "1"
    assert figures["Beviljade delvis"] == "1"


def test_names_are_those_of_the_calls_year(client: Client, deciding: Deciding) -> None:
    deciding.decided()
    OrganisationEntryFactory(
        agency=deciding.agency,
        year=deciding.call.year,
        organisation=deciding.lead,
        name="Ale kommun som det var",
    )
    assert "Ale kommun som det var" in shown(client, at(published(deciding)))


def test_addresses_contacts_and_accounts_are_nowhere(client: Client, deciding: Deciding) -> None:
    lead = deciding.lead
    lead.street, lead.city, lead.postal_code = "Hemliga gatan 1", "Gömby", "123 45"
    lead.contact_name, lead.contact_email = "Kim Kontakt", "kim@example.se"
    lead.giro_kind, lead.giro_number = "bankgiro", "123-4567"
    lead.save()
    deciding.decided()
    call = published(deciding)
    everything = shown(client, at(call))
    everything += fetched(client, at(call, "round-file", "csv"))
    everything += fetched(client, at(call, "round-file", "json"))
    for words in (
        "Hemliga", "Gömby", "123 45", "Kim Kontakt", "kim@", "123-4567",
        deciding.signatory.name, deciding.decider.name, deciding.officer.name,
    ):  # fmt: skip
        assert words not in everything, words


def test_what_is_marked_secret_has_an_amount_and_no_name(
    client: Client, deciding: Deciding
) -> None:
    shelter = OrganisationFactory(name="Kvinnojouren Gömd", org_no="802411-0010")
    shelter.county = CountyFactory(code="09")
    shelter.save()
    marked(deciding.decided(lead=shelter, partners=(OrganisationFactory(name="Jourens vän"),)))
    deciding.decided()
    call = published(deciding)
    page = shown(client, at(call))
    data = fetched(client, at(call, "round-file", "csv"))
    as_json = fetched(client, at(call, "round-file", "json"))
    for words in ("Gömd", "802411-0010", "Jourens"):
        for text in (page, data, as_json):
            assert words not in text, words
    assert "Lämnas inte ut här" in page
    totals = outcome_counts(call)
    assert totals.granted_sek == 800_000
    sums = {each.county: each for each in county_sums(grants_of(call))}
    assert sums[""].granted_sek == 400_000
    assert "09" not in sums
    (hidden,) = [row for row in json.loads(as_json)["grants"] if row["left_out"]]
    assert hidden["county"] is None
    # The register says of a number whose case it is.
    assert hidden["number"] is None
    rows = list(csv.DictReader(io.StringIO(data)))
    assert sorted(bool(row["number"]) for row in rows) == [False, True]
    assert hidden["areas"] == []
    # A search does not find it either.
    assert "Lämnas inte ut här" not in shown(client, f"{at(call)}?q=kvinnojouren")
    assert "Lämnas inte ut här" not in shown(client, f"{at(call)}?county=09")


def test_a_revoked_grant_says_so(client: Client, deciding: Deciding) -> None:
    deciding.decided(Outcome.REVOKED, amount_sek=400_000)
    call = deciding.call
    call.imported = True
    call.save()
    assert "Upphävt senare" in shown(client, at(call))


def test_a_revoked_grant_says_so_also_when_its_case_is_closed(
    client: Client, deciding: Deciding
) -> None:
    grant = deciding.decided()
    case = grant.application
    deciding.decide(case, Outcome.REVOKED, amount_sek=None, supersedes=grant, basis=DecisionBasis())
    Application.objects.filter(pk=case.pk).update(status=Status.CLOSED)
    call = published(deciding)
    assert "Upphävt senare" in shown(client, at(call))
    counts = outcome_counts(call)
    assert (counts.granted, counts.revoked, counts.granted_sek) == (1, 1, 400_000)
    (row,) = csv.DictReader(io.StringIO(fetched(client, at(call, "round-file", "csv"))))
    assert (row["revoked"], row["granted_sek"]) == ("1", "400000")
    # What it was for is what was granted, not what the revocation leaves of it.
    assert row["areas"] == "Kartläggning"


# Sorting, filtering, data -------------------------------------------------------------------------


def three(deciding: Deciding) -> Call:
    for name, county, amount in (
        ("Åmåls kommun", "14", 100_000),
        ("Bjuvs kommun", "12", 300_000),
        ("Ale kommun", "14", 200_000),
    ):
        lead = OrganisationFactory(name=name, county=CountyFactory(code=county))
        partners = (OrganisationFactory(name="Partner i Bjuv"),) if county == "12" else ()
        deciding.decided(lead=lead, amount_sek=amount, partners=partners)
    return published(deciding)


def names(page: str) -> list[str]:
    rows = html.fromstring(page).xpath("//table[@id='grants']/tbody/tr/th")
    return [str(row.text_content()).strip().partition("kommun")[0].strip() for row in rows]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["Ale", "Bjuvs", "Åmåls"]),
        ("?sort=-organisation", ["Åmåls", "Bjuvs", "Ale"]),
        ("?sort=-granted", ["Bjuvs", "Ale", "Åmåls"]),
        ("?sort=county", ["Bjuvs", "Ale", "Åmåls"]),
        ("?county=14", ["Ale", "Åmåls"]),
        ("?q=partner+i", ["Bjuvs"]),
        ("?joint=yes", ["Bjuvs"]),
        ("?joint=no&sort=granted", ["Åmåls", "Ale"]),
        ("?sort=nonsense&county=99", ["Ale", "Bjuvs", "Åmåls"]),
    ],
)
def test_it_is_sorted_and_filtered_by_the_address(
    client: Client, deciding: Deciding, query: str, wanted: list[str]
) -> None:
    call = three(deciding)
    assert names(shown(client, at(call) + query)) == wanted


def test_the_data_are_what_the_page_shows(client: Client, deciding: Deciding) -> None:
    call = three(deciding)
    rows = list(csv.DictReader(io.StringIO(fetched(client, at(call, "round-file", "csv")))))
    assert [row["organisation"] for row in rows] == ["Ale kommun", "Bjuvs kommun", "Åmåls kommun"]
    assert [row["granted_sek"] for row in rows] == ["200000", "300000", "100000"]
    assert rows[1]["partners"] == "Partner i Bjuv"
    data = json.loads(fetched(client, at(call, "round-file", "json")))
    assert sum(row["granted_sek"] for row in data["grants"]) == data["granted_sek"] == 600_000
    assert data["grants"][0]["county"] == "Västra Götaland"
    some = fetched(client, at(call, "round-file", "csv") + "?county=12")
    assert len(list(csv.DictReader(io.StringIO(some)))) == 1
    assert client.get(at(call, "round-file", "exe")).status_code == 404


def test_an_empty_round_is_whole_json(client: Client, deciding: Deciding) -> None:
    call = deciding.call
    call.imported = True
    call.save()
    assert json.loads(fetched(client, at(call, "round-file", "json")))["grants"] == []
    assert "Inget har beviljats" in shown(client, at(call))


def test_a_formula_is_only_text(client: Client, deciding: Deciding) -> None:
    deciding.decided(lead=OrganisationFactory(name="=cmd()"))
    rows = csv.DictReader(
        io.StringIO(fetched(client, at(published(deciding), "round-file", "csv")))
    )
    assert not next(rows)["organisation"].startswith("=")


# The map ------------------------------------------------------------------------------------------


def test_every_county_has_a_tile_of_its_own() -> None:
    places = list(County.objects.all())
    found = county_map(
        id="m", title="t", description="d", counties=places,
        values={"01": CountyValue(10, "0,1")}, label=[],
    )  # fmt: skip
    assert len(found.tiles) == len(places) == 21
    assert len({(tile.x, tile.y) for tile in found.tiles}) == 21
    assert {tile.level for tile in found.tiles} == {0, 1}
    for tile in found.tiles:
        assert 0 <= tile.x <= found.width - found.size
        assert 0 <= tile.y <= found.height - found.size


def test_the_map_says_what_the_table_says(client: Client, deciding: Deciding) -> None:
    call = three(deciding)
    page = html.fromstring(shown(client, at(call)))
    rows = page.xpath("//table[@id='counties']/tbody/tr")
    by_name = {row.xpath("string(th/span/text())"): row for row in rows}
    tiles = page.xpath("//*[local-name()='g']/*[local-name()='title']/text()")
    assert "Västra Götaland: 0,3" in set(tiles)
    assert "300 000 kr" in by_name["Västra Götaland"].text_content()
    assert len(rows) == 21


@given(st.lists(st.integers(min_value=0, max_value=10**10), max_size=21))
def test_a_higher_amount_is_never_lighter(numbers: list[int]) -> None:
    limits = steps(numbers)
    assert limits == sorted(set(limits))
    levels = [level_of(number, limits) for number in sorted(numbers)]
    assert levels == sorted(levels)
    assert all(0 <= level <= LEVELS for level in levels)
    assert all(level > 0 for level, n in zip(levels, sorted(numbers), strict=True) if n > 0)


# How often the database is asked ------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
def test_it_asks_as_often_with_thirty_as_with_one(
    client: Client, deciding: Deciding, rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(rows):
        deciding.decided(
            lead=OrganisationFactory(name=f"Kommun {number:02}"),
            partners=(OrganisationFactory(),),
        )
    call = published(deciding)
    shown(client, at(call))
    with django_assert_num_queries(8):
        shown(client, at(call))


def test_somebody_of_the_round_sees_no_more(client: Client, deciding: Deciding) -> None:
    shelter = OrganisationFactory(name="Kvinnojouren Gömd")
    marked(deciding.decided(lead=shelter))
    call = published(deciding)
    client.force_login(acting_for(shelter))
    assert "Gömd" not in html.fromstring(shown(client, at(call))).xpath(
        "string(//table[@id='grants'])"
    )


# A year from an old register ----------------------------------------------------------------------


def test_everybody_reads_the_published_grants_of_2013(client: Client) -> None:
    agency = bring_in()
    decider = staff(agency, Role.DECISION_MAKER)
    grantees = {"municipalities": (106, "53 687 000 kr", "53,7"), "associations": (100, "", "")}
    for stream, figures in expected_2013()["key_figures"].items():
        call = Call.objects.get(year=2013, stream=stream)
        publish_round(call=call, actor=decider)
        client.logout()
        page = html.fromstring(shown(client, at(call)))
        number, granted = figures["granted"], sek(figures["granted_sek"])
        granted = granted.replace("\N{NO-BREAK SPACE}", " ")
        assert number == grantees[stream][0]
        assert granted == (grantees[stream][1] or granted)
        told = {
            each.findtext("dt"): " ".join(" ".join(dd.text for dd in each.findall("dd")).split())
            for each in page.cssselect("dl.key-figures > div")
        }
        assert told["Beviljat belopp"].startswith(granted)
        assert told["Beviljade ansökningar"].split()[0] == str(number)
        assert told["Beviljade ansökningar"].endswith(f"av {figures['applications']}")
        assert told["Avslagna ansökningar"] == str(figures["rejected"])
        assert told["Återkallade ansökningar"] == str(figures["withdrawn"])
        foot = [
            " ".join(each.text_content().split())
            for each in page.cssselect("#counties tfoot :is(th, td)")
        ]
        assert foot[1:3] == [str(number), granted]
        # Who, where, how much; what for was never recorded grant by grant, and is not made up.
        data = json.loads(fetched(client, at(call, "round-file", "json")))
        grants = data["grants"]
        assert len(grants) == number
        assert sum(each["granted_sek"] for each in grants) == figures["granted_sek"]
        appendix = {
            (case.lead.name, case.granted_sek)
            for case in call.applications.filter(granted_sek__isnull=False).select_related("lead")
        }
        assert {(each["organisation"], each["granted_sek"]) for each in grants} == appendix
        places = tuple(County.objects.values_list("name", flat=True))
        rows = page.cssselect("#grants tbody tr")
        assert len(rows) == 50
        for row in rows:
            cells = [" ".join(cell.text_content().split()) for cell in row.cssselect("th, td")]
            assert cells[0], cells
            assert cells[1].startswith(places), cells
            assert cells[2] == "Inte registrerat"
            assert cells[4].endswith("kr")
