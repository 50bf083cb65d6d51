"""The national report as a page, what is behind its figures, and the making of it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from portal.views import outcome
from reporting.content import (
    KeyFigure,
    OutcomeTable,
    PublishedDifference,
    RejectionLine,
    StreamContent,
    TableKind,
    TableRow,
    Unit,
)
from reporting.enums import BuildStage, BuildState
from reporting.models import EditionBuild
from reporting.selectors.editions import edition_json
from reporting.services.editions import run_build
from tests.factories import EditionBuildFactory, EditionFactory
from tests.portal.html import Page, text
from tests.portal.world import CUTOFF, World, edition_address, municipality

Get = Callable[..., Page]


def cells(page: Page, table: int) -> dict[str, list[str]]:
    """The rows of an outcome table by their headings."""
    found = {}
    for row in page.all(f"#table-{table} > .table-scroll:first-child tbody > tr:not(.group-row)"):
        heading, *rest = row.cssselect("th, td")
        found[text(heading)] = [text(each) for each in rest]
    return found


def test_the_report_is_on_the_page(get: Get, world: World) -> None:
    world.case(1)
    world.case(2)
    edition = world.edition()
    page = get(edition_address(edition))
    assert page.figures()["Applications received"] == "2"
    definition = world.call.definition
    for table in definition.tables:
        caption = page.text(f"#table-{table.number}-caption")
        assert caption.startswith(f"Table {table.number}. {table.title_in('en', 2013)}")
        assert len(cells(page, table.number)) == len(table.rows)
        assert bool(page.all(f"#table-{table.number} figure svg")) == table.chart
    area = definition.area("mapping")
    assert area is not None
    assert cells(page, 1)[area.title.en] == ["2", "0", "2", "0"]
    assert cells(page, 6)[area.title.en] == ["0 %", "100 %", "0 %", "0 %", "0 %", "2"]
    assert edition.dataset.sha256 in text(page.root)
    assert page.text("#appendix-2 ~ .table-scroll tfoot td.num") == "600 000 kr"
    assert page.text("h1 ~ p.quiet").endswith("Reports received up to and including 2014-06-01.")


def test_where_nobody_answered_there_is_a_dash(get: Get, world: World) -> None:
    world.case()
    page = get(edition_address(world.edition()))
    area = world.call.definition.area("housing")
    assert area is not None
    assert cells(page, 6)[area.title.en] == ["–", "–", "–", "–", "–", "0"]


def test_areas_stand_under_their_development_field(get: Get, world: World) -> None:
    world.case()
    page = get(edition_address(world.edition()))
    titles = [field.title.en for field in world.call.definition.development_fields]
    assert page.texts("#table-1 tr.group-row > th") == titles
    assert {each.get("scope") for each in page.all("#table-1 tr.group-row > th")} == {"rowgroup"}


def test_grantees_come_by_county_code_and_swedish_order(get: Get, world: World) -> None:
    names = [("Ängelholms kommun", "12"), ("Ystads kommun", "12"), ("Umeå kommun", "24"),
             ("Åre kommun", "23"), ("Örebro kommun", "18"), ("Nacka kommun", "01")]  # fmt: skip
    for number, (name, county) in enumerate(names, 1):
        world.case(number, lead=municipality(name, county))
    page = get(edition_address(world.edition()))
    assert [row[:2] for row in page.rows("municipalities-grantees")] == [
        ["Nacka kommun", "AB"],
        ["Ystads kommun", "M"],
        ["Ängelholms kommun", "M"],
        ["Örebro kommun", "T"],
        ["Åre kommun", "Z"],
        ["Umeå kommun", "AC"],
    ]


def test_rejections_without_findings_are_not_recorded(get: Get, world: World) -> None:
    world.case()
    page = get(edition_address(world.edition()))
    section = page.one("[aria-labelledby=municipalities-rejections]")
    assert "not recorded" in text(section)
    assert {row[1] for row in page.rows("municipalities-rejections-table")} == {"Not recorded"}


def test_figures_open_their_reports_for_those_who_may_see_them(get: Get, world: World) -> None:
    world.case()
    edition = world.edition()
    address = edition_address(edition)
    for person in (None, world.stranger, world.colleague_elsewhere):
        assert not get(address, person).all(".outcome-table a")
    page = get(address, world.officer)
    links = page.all("#table-1 a")
    assert len(links) == 4 * len(cells(page, 1))
    area = world.call.definition.area("mapping")
    assert area is not None
    label = links[2].get("aria-label")
    assert label.startswith(f"1: the reports behind {area.title.en}")
    behind = get(links[2].get("href"), world.officer)
    assert behind.rows("behind")[0][:2] == ["RK13-0001", "Kommun 001"]
    report = world.agency.reports.get()
    assert behind.one("#behind a").get("href") == reverse("report-detail", args=[report.pk])


@pytest.mark.parametrize(
    ("table", "column", "lead", "rows"),
    [
        (1, "had_funding", "2 reports are counted.", 2),
        (1, "not_carried_out", "0 reports are counted.", 0),
        (6, "largely", "The figure is 100 %. 2 reports are counted.", 2),
        (6, "n", "2 reports are counted.", 2),
    ],
)
def test_the_reports_behind_a_figure_add_up_to_it(
    get: Get, world: World, table: int, column: str, lead: str, rows: int
) -> None:
    world.case(1)
    world.case(2)
    address = edition_address(world.edition(), "cell-detail", table, "mapping", column)
    page = get(address, world.analyst)
    assert page.text("p.lead") == lead
    assert len(page.rows("behind")) == rows
    assert page.faults() == []
    if not rows:
        assert page.text(".empty h2") == "No report is behind this figure"


def test_a_late_report_is_counted_as_late_only(get: Get, world: World) -> None:
    late = world.case(1, reported=False)
    world.report(late, "RK13-0001", first_received_at=datetime(2014, 6, 2, 10, tzinfo=UTC))
    world.case(2)
    page = get(edition_address(world.edition()))
    figures = page.figures()
    assert figures["Reports received in time"] == "1"
    assert figures["Reports received after the cut-off"] == "1"


def test_a_corrected_report_makes_an_edition_that_says_what_differs(get: Get, world: World) -> None:
    case = world.case(1)
    first = world.edition()
    assert not get(edition_address(first)).all("#changes")
    late = world.case(2, reported=False)
    world.report(late, "RK13-0002")
    second = world.edition()
    assert second.number == 2
    page = get(edition_address(second))
    changes = {tuple(row[:3]): row[3:] for row in page.rows("changes-table")}
    area = world.call.definition.area("mapping")
    assert area is not None
    had = next(
        c for c in world.call.definition.table_columns(world.call.definition.tables[0], "en")
    )
    assert changes["Table 1", area.title.en, had.label] == ["1", "2"]
    assert ("Key figures", page.text("h2#municipalities"), "Reports received in time") in changes
    assert cells(get(edition_address(first)), 1)[area.title.en][0] == "1"
    assert case.call == late.call


def test_preliminary_figures_say_so(get: Get, world: World) -> None:
    world.call.preliminary = True
    world.call.save()
    world.case()
    edition = world.edition()
    assert edition.preliminary
    assert page_alerts(get(edition_address(edition))) == ["Preliminary figures"]
    listed = get(reverse("edition-list")).rows("editions")
    assert listed[0][-1] == "Preliminary"


def page_alerts(page: Page) -> list[str]:
    return page.texts(".ds-alert > h2")


def test_the_list_of_editions_has_the_newest_first(get: Get, world: World) -> None:
    for number in (1, 2):
        EditionFactory(dataset__agency=world.agency, number=number)
    page = get(reverse("edition-list"))
    assert [row[0] for row in page.rows("editions")] == [
        "National report of 2013, edition 2",
        "National report of 2013, edition 1",
    ]
    assert not page.all(f"a[href='{reverse('edition-build')}']")
    page = get(reverse("edition-list"), world.analyst)
    assert page.text(f"a[href='{reverse('edition-build')}']") == "Make a new edition"


# Files -----------------------------------------------------------------------------------------


def test_the_report_is_had_as_files_by_anyone(client: Client, world: World) -> None:
    world.case()
    edition = world.edition()
    page = Page(client.get(edition_address(edition)))
    links = {
        each.get("href").rpartition(".")[2]: each.get("href") for each in page.all("p.actions a")
    }
    assert set(links) == {"pdf", "xlsx", "csv", "json"}
    found = {ending: client.get(link) for ending, link in links.items()}
    for ending, response in found.items():
        assert response["Content-Disposition"] == f'attachment; filename="rapport-2013-1.{ending}"'
        assert response.content == client.get(links[ending]).content
    with pikepdf.open(BytesIO(found["pdf"].content)) as pdf:
        assert len(pdf.pages) > 1
    sheets = CalamineWorkbook.from_filelike(BytesIO(found["xlsx"].content)).sheet_names
    assert len(sheets) > len(world.call.definition.tables)
    document = json.loads(found["json"].content)
    assert str(edition.dataset.sha256) in found["json"].content.decode()
    assert isinstance(document, dict)
    assert edition_json(edition)["year"] == 2013


def _overwrite(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize("harm", [Path.unlink, _overwrite])
def test_an_edition_whose_data_is_harmed_says_so_instead_of_showing_other_figures(
    client: Client, world: World, data_dir: Path, harm: Callable[[Path], None]
) -> None:
    world.case()
    edition = world.edition()
    harm(data_dir / edition.dataset.folder / "answers.parquet")
    client.force_login(world.analyst)
    cell = reverse("cell-detail", args=[world.agency.code, 2013, 1, 1, "mapping", "had_funding"])
    file = reverse("edition-file", args=[world.agency.code, 2013, 1, "json"])
    for address in (edition_address(edition), file, cell):
        response = client.get(address, headers={"accept-language": "en"})
        assert response.status_code == 503
        assert "The report cannot be shown now" in response.content.decode()
    assert client.get(reverse("front-page")).status_code == 200


# Making an edition -----------------------------------------------------------------------------


def test_a_button_starts_the_work_and_leads_to_it(
    client: Client, world: World, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    world.case()
    client.force_login(world.analyst)
    address = reverse("edition-build")
    page = Page(client.get(address))
    assert page.texts("#id_programme_year option") == ["2013, Provmyndigheten"]
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[attr-defined]
        response = client.post(address, {"programme_year": f"{world.agency.code}-2013"})
    assert len(callbacks) == 1
    build = EditionBuild.objects.get()
    assert (build.cutoff, build.requested_by) == (CUTOFF, world.analyst)
    assert response["Location"] == reverse("build-detail", args=[build.pk])
    again = client.post(address, {"programme_year": f"{world.agency.code}-2013"})
    assert again["Location"] == response["Location"]


def test_a_cut_off_can_be_chosen(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    chosen = {"programme_year": f"{world.agency.code}-2013", "cutoff": "2014-05-01"}
    client.post(reverse("edition-build"), chosen)
    assert EditionBuild.objects.get().cutoff == date(2014, 5, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"programme_year": "nonsense"}, "programme_year"),
        ({}, "programme_year"),
        ({"programme_year": "provmyndigheten-2013", "cutoff": "1 maj"}, "cutoff"),
        ({"programme_year": "provmyndigheten-2013", "cutoff": "2014-02-30"}, "cutoff"),
    ],
)
def test_what_is_wrong_is_said_first_and_at_its_field(
    client: Client, world: World, values: dict[str, str], field: str
) -> None:
    world.case()
    client.force_login(world.analyst)
    page = Page(client.post(reverse("edition-build"), values))
    assert page.one(".ds-error-summary a").get("href") == f"#id_{field}"
    control = page.one(f"#id_{field}")
    assert control.get("aria-invalid") == "true"
    assert f"id_{field}_error" in control.get("aria-describedby").split()
    assert page.faults() == []
    assert not EditionBuild.objects.exists()


def test_without_a_report_there_is_no_button(get: Get, world: World) -> None:
    world.case(reported=False)
    page = get(reverse("edition-build"), world.analyst)
    assert not page.all("main form")
    assert page.text(".empty h2") == "There is no year to report on"


def test_the_work_is_followed_until_it_is_done(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    build = EditionBuildFactory(
        agency=world.agency,
        cutoff=CUTOFF,
        state=BuildState.RUNNING,
        stage=BuildStage.COMPUTING,
        progress=60,
    )
    address = reverse("build-detail", args=[build.pk])
    page = Page(client.get(address, headers={"accept-language": "en"}))
    bar = page.one("progress")
    assert (bar.get("value"), bar.get("max")) == ("60", "100")
    assert page.text("p.progress__text") == "Computing the tables"
    moving = page.one("#build")
    assert (moving.get("hx-get"), moving.get("hx-trigger")) == (address, "every 1s")
    assert page.text(f"#build a[href='{address}']") == "reload the page"
    assert page.faults() == []
    fragment = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="build"' in fragment

    EditionBuild.objects.update(state=BuildState.QUEUED)
    assert run_build(build_id=build.pk)
    page = Page(client.get(address, headers={"accept-language": "en"}))
    assert page.one("progress").get("value") == "100"
    assert not page.one("#build").get("hx-get")
    edition = world.agency.editions.get()
    assert page.one("#build .ds-alert a").get("href") == edition_address(edition)


def test_work_that_failed_says_why_and_stops(get: Get, world: World) -> None:
    build = EditionBuildFactory(
        agency=world.agency, state=BuildState.FAILED, progress=60, error="Skivan är full."
    )
    page = get(reverse("build-detail", args=[build.pk]), world.analyst)
    assert not page.one("#build").get("hx-get")
    assert page_alerts(page) == ["The edition could not be made"]
    assert "Skivan är full." in text(page.one("#build"))


# What the test's own editions do not hold ------------------------------------------------------


def no_link(_table: int, _row: str, _column: str) -> str:
    return ""


def stream_content(**changes: object) -> StreamContent:
    values: dict[str, object] = {
        "code": "municipalities",
        "title": "Kommuner",
        "legal_basis": "",
        "introduction": (),
        "frame_sek": 1,
        "key_figures": (),
        "tables": (),
        "rejections": (),
        "rejections_recorded": True,
        "grantees": (),
        "granted_total_sek": 0,
    }
    return StreamContent(**values | changes)  # type: ignore[arg-type]


def percent_table(**changes: object) -> OutcomeTable:
    values: dict[str, object] = {
        "number": 6,
        "stream": "municipalities",
        "kind": TableKind.SINGLE_CHOICE_PERCENT,
        "title": "T",
        "row_heading": "Område",
        "column_codes": ("a", "b"),
        "column_labels": ("A", "B"),
        "n": None,
        "rows": (TableRow("x", "X", None, 3, (33, 67)),),
    }
    return OutcomeTable(**values | changes)  # type: ignore[arg-type]


def test_a_printed_figure_that_differs_stands_beside_its_reason() -> None:
    difference = PublishedDifference("x", "X", (34, None), (33, 67), "Avrundat för hand.")
    view = outcome.stream_of(
        stream_content(tables=(percent_table(differences=(difference,)),)), no_link
    )
    table = view.tables[0].differences
    assert table is not None
    assert [cell.text for cell in table.rows[0].cells] == [
        "34\N{NO-BREAK SPACE}% · –",
        "33\N{NO-BREAK SPACE}% · 67\N{NO-BREAK SPACE}%",
        "Avrundat för hand.",
    ]


def test_recorded_rejections_are_counted() -> None:
    lines = (RejectionLine("k", "Kunskap", 3), RejectionLine("p", "Plan", None))
    table = outcome.stream_of(stream_content(rejections=lines), no_link).rejections
    assert table is not None
    assert [row.cells[0].text for row in table.rows[:1]] == ["3"]


@pytest.mark.parametrize(
    ("figure", "value", "note"),
    [
        (KeyFigure("a", "A", Unit.SEK, 1_250_000), "1 250 000 kr", ""),
        (KeyFigure("a", "A", Unit.COUNT, 134, 97), "134", "97 %"),
        (KeyFigure("a", "A", Unit.PERCENT, 47, None, "Not"), "47 %", "Not"),
        (KeyFigure("a", "A", Unit.COUNT, 1, 2, "Not"), "1", "2 %. Not"),
        (KeyFigure("a", "A", Unit.COUNT, None), "", ""),
        (KeyFigure("a", "A", Unit.SEK, 0), "0 kr", ""),
    ],
)
def test_key_figures_are_written_by_their_unit(figure: KeyFigure, value: str, note: str) -> None:
    shown = outcome.figure_of(figure)
    assert str(shown.value).replace("\N{NO-BREAK SPACE}", " ") == value
    assert str(shown.note).replace("\N{NO-BREAK SPACE}", " ") == note
