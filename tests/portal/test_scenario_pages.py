"""The pages on distributing a frame: comparing, changing by hand, adopting."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reviews.checks.scenarios import Method, Rules
from reviews.enums import ProposedOutcome, ScenarioState
from reviews.models import Proposal, Scenario
from reviews.selectors.scenarios import amounts_of
from reviews.services.scenarios import apply_scenario, make_scenario
from tests.factories import ConflictDeclarationFactory, CountyFactory
from tests.reviews.distributing import Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    return Round()


def tried(round_: Round, name: str = "Lika", method: Method = Method.PROPORTIONAL) -> Scenario:
    return make_scenario(
        call=round_.call, actor=round_.officer, name=name, rules=Rules(method=method)
    )


def at(scenario: Scenario) -> str:
    return reverse("scenario", args=[scenario.call_id, scenario.pk])


def test_the_list_leads_to_calls_with_something_assessed(client: Client, round_: Round) -> None:
    client.force_login(round_.officer)
    address = reverse("distribution-list")
    assert "Det finns inget att fördela än" in client.get(address).content.decode()
    round_.case(100_000)
    page = client.get(address).content.decode()
    assert reverse("distribution", args=[round_.call.pk]) in page


def test_a_distribution_is_tried_from_the_calls_page(client: Client, round_: Round) -> None:
    client.force_login(round_.officer)
    large, small = round_.case(1_500_000), round_.case(500_000)
    address = reverse("distribution", args=[round_.call.pk])
    answer = client.post(
        address,
        {
            "name": "Rangordning",
            "method": "ranking",
            "ceiling_sek": "600 000 kr",
            "weight": "equal",
        },
        follow=True,
    )
    scenario = Scenario.objects.get()
    assert amounts_of(scenario) == {large.pk: 600_000, small.pk: 400_000}
    page = answer.content.decode().replace("\xa0", " ")
    assert "600 000 kr" in page
    side_by_side = client.get(address).content.decode().replace("\xa0", " ")
    assert "1 000 000 kr" in side_by_side
    assert "2 av 2" in side_by_side


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "A", "method": "ranking", "frame_sek": "mycket"}, "Skriv beloppet i hela kronor"),
        ({"name": "A", "method": "ranking", "frame_sek": "2 000 000"}, "mer än vad som är kvar"),
        ({"name": "A", "method": "base_and_population"}, "Skriv hur mycket alla får"),
        ({"method": "ranking"}, "Namn"),
        ({"name": "Lika", "method": "ranking"}, "En annan fördelning heter så"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_written_is_kept(
    client: Client, round_: Round, data: dict[str, str], says: str
) -> None:
    client.force_login(round_.officer)
    round_.case(100_000)
    tried(round_)
    page = client.post(
        reverse("distribution", args=[round_.call.pk]), {**data, "floor_sek": "7 000"}
    )
    text = page.content.decode()
    assert says in text
    assert 'value="7 000"' in text
    assert Scenario.objects.count() == 1


def test_an_amount_is_changed_by_hand_and_a_wrong_one_is_kept_in_its_field(
    client: Client, round_: Round
) -> None:
    client.force_login(round_.officer)
    case = round_.case(500_000)
    scenario = tried(round_)
    field = f"amount-{case.pk}"
    client.post(at(scenario), {field: "400 000", "then": "save"})
    assert amounts_of(scenario) == {case.pk: 400_000}
    page = client.post(at(scenario), {field: "600 000", "then": "save"}).content.decode()
    assert "Skriv ett belopp från 0 till 500000 kronor" in page.replace("\xa0", "")
    assert 'value="600 000"' in page
    assert amounts_of(scenario) == {case.pk: 400_000}


def test_a_shade_means_the_same_on_all_maps(client: Client, round_: Round) -> None:
    client.force_login(round_.officer)
    for number, code in enumerate(("01", "12", "14", "25")):
        case = round_.case(400_000 + 300_000 * number, points=number)
        case.lead.county = CountyFactory(code=code)
        case.lead.save(update_fields=["county"])
    tried(round_, "Lika")
    tried(round_, "Rangordning", Method.RANKING)
    page = client.get(reverse("distribution", args=[round_.call.pk]))
    tiles = {
        float(tile.value.replace(",", ".")): tile.level
        for county_map in page.context["maps"]
        for tile in county_map.tiles
        if tile.value
    }
    levels = [tiles[value] for value in sorted(tiles)]
    assert len(tiles) > 4
    assert levels == sorted(levels)
    text = page.content.decode().replace("\xa0", " ")
    assert f"från {min(tiles):.2f}".replace(".", ",") in text
    assert len(page.context["legend"]) == len(set(levels))


def test_one_is_adopted_and_its_progress_shown(client: Client, round_: Round) -> None:
    client.force_login(round_.other)
    case = round_.case(1_500_000)
    scenario = tried(round_)
    client.post(at(scenario), {"then": "adopt"})
    scenario.refresh_from_db()
    side_by_side = reverse("distribution", args=[round_.call.pk])
    if scenario.state == ScenarioState.ADOPTING:
        assert "hx-get" in client.get(at(scenario)).content.decode()
        # The comparison follows the work too, and stops when it is done.
        assert 'hx-trigger="every' in client.get(side_by_side).content.decode()
        apply_scenario(scenario_id=scenario.pk)
    assert 'hx-trigger="every' not in client.get(side_by_side).content.decode()
    fetched = client.get(at(scenario), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fetched
    # The state beside the heading comes along with the progress.
    state = fetched.split('id="scenario-state" hx-swap-oob="true"')[1]
    assert "Antagen" in state
    page = client.get(at(scenario)).content.decode()
    assert "1 av 1" in page
    assert "hx-get" not in page.split('id="adoption"')[1].split(">")[0]
    assert page.count('id="scenario-state"') == 1
    assert Proposal.objects.get(application=case).outcome == ProposedOutcome.PART


def test_a_decision_maker_looks_but_is_not_offered_to_adopt(client: Client, round_: Round) -> None:
    client.force_login(round_.decider)
    round_.case(100_000)
    scenario = tried(round_)
    page = client.get(at(scenario)).content.decode()
    assert 'value="adopt"' not in page
    client.post(at(scenario), {"then": "adopt"})
    scenario.refresh_from_db()
    assert scenario.state == ScenarioState.DRAFT


def test_no_sum_tells_who_is_shut_out_of_a_case_what_it_gets(client: Client, round_: Round) -> None:
    hidden = round_.case(100_000)
    round_.case(100_000)
    scenario = tried(round_)
    client.force_login(round_.other)
    of_call = reverse("distribution", args=[round_.call.pk])
    assert [client.get(each).status_code for each in (at(scenario), of_call)] == [200, 200]
    ConflictDeclarationFactory(application=hidden, user=round_.other, has_conflict=True)
    assert [client.get(each).status_code for each in (at(scenario), of_call)] == [404, 404]
    assert of_call not in client.get(reverse("distribution-list")).content.decode()


def test_a_removed_one_is_gone(client: Client, round_: Round) -> None:
    client.force_login(round_.officer)
    round_.case(100_000)
    scenario = tried(round_)
    client.post(at(scenario), {"then": "remove"})
    assert not Scenario.objects.exists()
    assert client.get(at(scenario)).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_with_thirty_rows(
    client: Client,
    round_: Round,
    rows: int,
    django_assert_num_queries: Callable[..., object],
) -> None:
    client.force_login(round_.officer)
    for _each in range(rows):
        round_.case(30_000)
    for number in range(min(rows, 8)):
        scenario = tried(round_, f"Försök {number}")
    for address, number in (
        (reverse("distribution-list"), 6),
        (reverse("distribution", args=[round_.call.pk]), 9),
        (at(scenario), 9),
    ):
        client.get(address)
        with django_assert_num_queries(number):  # type: ignore[attr-defined]
            client.get(address)
