"""What a preview gave is shown again as long as nothing is written, and no longer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.services.organisations import correct_organisation
from grants.models import Application, CallDefinitionRecord
from reporting.content.paths import answer_path
from reporting.models import ReportText
from reporting.selectors.editions import edition_json
from reporting.services import freezing, previews, reports, sending
from reporting.services.previews import Preview
from tests.factories import AgencyFactory, CallFactory, RepresentationRequestFactory, staff
from tests.portal.desks import shut_out
from tests.portal.edition_addresses import year_addresses
from tests.portal.html import Page
from tests.portal.test_edition_preview import Programme, text_address
from tests.portal.world import CUTOFF, World

Get = Callable[..., Page]
DOZEN = 12
PAGES = ("edition-preview", "report-texts", "report-text", "report-text-history")


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The years that are computed, as they are."""
    found: list[int] = []
    real = freezing.frozen_for_a_while

    @contextmanager
    def counted(**asked: Any) -> Iterator[Any]:
        found.append(asked["year"])
        with real(**asked) as frozen:
            yield frozen

    monkeypatch.setattr(freezing, "frozen_for_a_while", counted)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock that a kept year's age goes by; it stands still."""
    now = SimpleNamespace(seconds=1_000.0)
    monkeypatch.setattr(previews, "monotonic", lambda: now.seconds)
    return now


def kept(world: Any, year: int = 2013, cutoff: date = CUTOFF, language: str = "sv") -> Preview:
    return previews.preview(
        agency=world.agency, year=year, language=language, cutoff=cutoff, kept=True
    )


def asked_for(found: Preview, stream: str = "municipalities") -> int:
    return int(found.outcome["key_figures"][stream]["requested_sek"])


def written_past_the_journal(world: World, sek: int) -> None:
    """As what is asked for is saved while an application is being completed."""
    Application.objects.filter(call=world.call).update(requested_sek=sek)


def address_of(world: Any, year: int = 2013, name: str = "edition-preview") -> str:
    return reverse(name, args=[world.agency.code, year])


def test_a_page_opened_again_computes_nothing(
    client: Client, world: World, computed: list[int]
) -> None:
    world.case(1)
    world.edition()
    world.case(2)
    addresses = year_addresses(world)
    client.force_login(world.analyst)
    computed.clear()
    assert client.get(addresses["report-text-history"]).status_code == 200
    assert not computed, "earlier wordings take no figures"
    for name in PAGES:
        client.get(addresses[name])
    assert computed == [2013], "one page after the other, and both languages, by one computing"
    for language in ("sv", "en"):
        for name in PAGES:
            with CaptureQueriesContext(connection) as queries:
                page = Page(client.get(addresses[name], headers={"accept-language": language}))
            asked = [each for each in queries.captured_queries if "SAVEPOINT" not in each["sql"]]
            assert len(asked) <= DOZEN, name
            assert page.one("html").get("lang") == language
            if name == "edition-preview":
                assert len(page.rows("changed-reports")) == 1
    assert computed == [2013]


@pytest.mark.django_db
def test_what_is_received_and_accepted_is_seen_at_once(get: Get) -> None:
    world = Programme()
    address = f"{address_of(world, world.year)}?cutoff={world.today}"

    def told() -> tuple[str, str, str]:
        page = get(address, world.analyst)
        figures = page.figures()
        spent = next(text for name, text in figures.items() if name.startswith("Spent"))
        return figures["Reports received in time"], spent, page.rows("coverage")[0][2]

    report = world.filled(world.required())
    assert told() == told() == ("0", "0 kr", "0")
    world.put(report, answer_path("mapping", "activities"), "survey")
    sending.send_report(report=report, actor=world.signatory)
    assert told() == told() == ("1", "0 kr", "1")
    reports.accept(
        report=report, actor=world.officer,
        used=[reports.Used(application=report.references.get().application_id,
                           spent_sek=400_000)],
    )  # fmt: skip
    assert told() == told() == ("1", "400 000 kr", "1")


def test_a_text_and_a_name_that_are_changed_are_seen_at_once(
    client: Client, world: World, computed: list[int]
) -> None:
    case = world.case()
    client.force_login(world.analyst)
    address = address_of(world)
    assert case.lead.name in Page(client.get(address)).text("main")
    for number, body in enumerate(("Ett: {granted.all}.", "Två: {granted.all}.")):
        client.post(text_address(world), {"body": body, "base": str(number)})
        shown = Page(client.get(address)).text("main")
        assert body.replace("{granted.all}", "1") in shown
        assert body in Page(client.get(text_address(world))).text("#id_body")
        listed = Page(client.get(address_of(world, name="report-texts"))).rows("texts")
        assert listed[0][1].startswith("Skriven")
    lead = case.lead
    RepresentationRequestFactory(organisation=lead, agency=world.agency)
    correct_organisation(
        organisation=lead, actor=world.officer, name="Nybro kommun",
        kind=lead.kind, county=lead.county, org_no=lead.org_no, unit=lead.unit,
        municipality=lead.municipality,
    )  # fmt: skip
    assert "Nybro kommun" in Page(client.get(address)).text("main")


def test_agencies_cutoffs_and_languages_are_not_mixed_up(world: World, computed: list[int]) -> None:
    world.case(1)
    other = AgencyFactory(code="annan", name_sv="Andra myndigheten")
    record = CallDefinitionRecord.objects.filter(code="kommuner-2013").latest("version")
    CallFactory(agency=other, code="kommuner-2013", definition_record=record)
    theirs = SimpleNamespace(agency=other)
    early = date(2014, 1, 1)
    for _time in range(2):
        assert asked_for(kept(world)) == 500_000
        assert asked_for(kept(theirs)) == 0
        assert kept(theirs).content.agency == "Andra myndigheten"
        counted = [
            kept(world, cutoff=day).outcome["key_figures"]["municipalities"]["reports"]
            for day in (CUTOFF, early)
        ]
        assert counted == [1, 0]
        assert kept(world, cutoff=early).content.cutoff == early
        for language, title in (("sv", "Utvecklingsmedel 2013"), ("en", "Development grants 2013")):
            said = kept(world, language=language).content
            assert (said.language, said.title) == (language, title)
            anew = previews.preview(
                agency=world.agency, year=2013, language=language, cutoff=CUTOFF
            ).content
            assert said == anew
    assert len(computed) == 3 + 4, "three kept, and four asked for anew"


def test_only_some_years_are_kept(world: World, computed: list[int]) -> None:
    world.case()
    days = [CUTOFF + timedelta(days=number) for number in range(previews.MOST_KEPT + 1)]
    for day in days:
        kept(world, cutoff=day)
    kept(world, cutoff=days[-1])
    assert len(computed) == len(days), "the last is still there"
    kept(world, cutoff=days[0])
    assert len(computed) == len(days) + 1, "the first is not"


def test_what_is_too_old_is_computed_anew(world: World, clock: SimpleNamespace) -> None:
    world.case()
    first = kept(world)
    written_past_the_journal(world, 700_000)
    clock.seconds += previews.MOST_AGE - 1
    assert (asked_for(kept(world)), kept(world).computed_at) == (500_000, first.computed_at)
    clock.seconds += 1
    later = kept(world)
    assert asked_for(later) == 700_000
    assert later.computed_at > first.computed_at


def test_tomorrow_it_is_another_days_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.case()
    assert kept(world).content.edition_date == timezone.localdate()
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert kept(world).content.edition_date == timezone.localdate(tomorrow)
    assert kept(world).computed_at == tomorrow


def test_what_is_written_while_the_year_is_computed_is_not_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.case(1)
    real = freezing.frozen_for_a_while

    @contextmanager
    def interrupted(**asked: Any) -> Iterator[Any]:
        with real(**asked) as frozen:
            world.case(2)
            yield frozen

    with monkeypatch.context() as patch:
        patch.setattr(freezing, "frozen_for_a_while", interrupted)
        assert asked_for(kept(world)) == 500_000
    assert asked_for(kept(world)) == 1_000_000


def test_the_page_says_when_it_was_computed_and_computes_again_when_asked(
    get: Get, world: World, computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.case()
    address = address_of(world)
    first = timezone.now()

    def times() -> list[str]:
        found = [get(each, world.analyst).text("main")
                 for each in (address, address_of(world, name="report-texts"))]  # fmt: skip
        return [each.lower().partition("computed ")[2][:16] for each in found]

    shown = f"{timezone.localtime(first):%Y-%m-%d %H:%M}"
    monkeypatch.setattr(timezone, "now", lambda: first)
    assert times() == [shown, shown]
    monkeypatch.setattr(timezone, "now", lambda: first + timedelta(seconds=1))
    assert times() == [shown, shown]
    assert len(computed) == 1
    page = get(address, world.analyst)
    button = page.one("form.filter-panel button")
    monkeypatch.setattr(timezone, "now", lambda: first + timedelta(seconds=61))
    get(f"{address}?cutoff={CUTOFF}&{button.get('name')}={button.get('value')}", world.analyst)
    later = f"{timezone.localtime(first + timedelta(seconds=61)):%Y-%m-%d %H:%M}"
    assert times() == [later, later]
    assert later != shown
    assert len(computed) == 2


# What does not go by what is kept ----------------------------------------------------------------


def test_whoever_writes_is_held_to_the_figures_of_now(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    english = {"accept-language": "en"}
    address = text_address(world)
    client.get(address)
    written_past_the_journal(world, 700_000)
    client.get(address)
    sentence = "De sökte {requested_sek.all}."
    assert client.post(address, {"body": sentence, "base": "0"}).status_code == 302
    newest = ReportText.objects.latest("number")
    assert newest.confirmed == {sentence: {"requested_sek.all": 700_000}}
    written_past_the_journal(world, 800_000)
    seen = Page(client.get(address, headers=english))
    assert "is 800 000 kr" in seen.text(".doubted > li")
    written_past_the_journal(world, 900_000)
    data = {
        "body": sentence, "base": "1", "confirm": sentence, "at": seen.one("[name=at]").get("value")
    }  # fmt: skip
    refused = Page(client.post(address, data, headers=english))
    assert "The figures have changed since you opened the page" in refused.text("main")
    assert "is 900 000 kr" in refused.text(".doubted > li")
    assert ReportText.objects.count() == 1


def test_an_edition_is_made_of_what_there_is_now(world: World) -> None:
    world.case()
    kept(world)
    written_past_the_journal(world, 700_000)
    assert asked_for(kept(world)) == 500_000
    assert edition_json(world.edition())["key_figures"]["municipalities"]["requested_sek"] == (
        700_000
    )


def test_what_goes_by_the_reader_is_the_readers_own(
    get: Get, world: World, computed: list[int]
) -> None:
    world.case(1)
    world.edition()
    hidden = world.case(2)
    colleague = staff(world.agency, Role.ANALYST)
    shut_out(hidden, colleague)
    computed.clear()
    for person, rows, received in ((world.analyst, 1, "2"), (colleague, 0, "1")) * 2:
        page = get(address_of(world), person)
        assert len(page.rows("changed-reports")) == rows
        assert page.rows("coverage")[0][1:3] == [received, received]
    assert computed == [2013]
    for person in (world.officer, world.colleague_elsewhere, world.stranger):
        client = Client()
        client.force_login(person)
        assert client.get(address_of(world)).status_code == 404


def test_an_edition_that_cannot_be_read_is_tried_each_time(
    get: Get, world: World, data_dir: Path, computed: list[int]
) -> None:
    world.case(1)
    edition = world.edition()
    world.case(2)
    computed.clear()
    path = data_dir / edition.dataset.folder / "reports.parquet"
    there = path.read_bytes()
    path.write_bytes(there[:-1] + b"?")
    for _time in range(2):
        page = get(address_of(world), world.analyst)
        assert "Which reports have changed cannot be shown" in page.text("main")
        assert page.all("#changes")
        assert not page.rows("changed-reports")
    path.write_bytes(there)
    page = get(address_of(world), world.analyst)
    assert [row[2] for row in page.rows("changed-reports")] == ["Has come in"]
    assert computed == [2013], "what the year gave does not hang on the edition"
