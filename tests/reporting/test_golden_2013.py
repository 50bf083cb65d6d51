"""The year 2013 through the whole main job: files in, every published figure out."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from core.models import Agency, Event
from reporting.content import ReportContent
from reporting.content.texts import places_of
from reporting.models import Edition
from reporting.selectors.edition_content import edition_content
from reporting.selectors.editions import edition_json, reports_behind_cell
from reporting.selectors.texts import places_of_year
from tests.reporting.years import DATA, bring_in, edition_of, expected_2013, outcome_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(db: None) -> Agency:
    return bring_in()


@pytest.fixture
def edition(agency: Agency) -> Edition:
    return edition_of(agency)


def printed(*arguments: str) -> Any:
    out = StringIO()
    call_command("outcome_tables", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_every_cell_and_key_figure(agency: Agency) -> None:
    assert printed("--year", "2013", "--format", "json") == expected_2013()


def test_the_edition_says_the_same(edition: Edition) -> None:
    assert edition_json(edition) == expected_2013()
    assert printed("--year", "2013", "--edition", "1") == expected_2013()


def test_outcome_tables_leaves_nothing_behind(agency: Agency, data_dir: Any) -> None:
    events = Event.objects.count()
    printed("--year", "2013")
    assert not Edition.objects.exists()
    assert Event.objects.count() == events
    assert list((data_dir / "datasets").iterdir()) == []


def test_the_frame_is_kept_beside(edition: Edition) -> None:
    frames = {stream: found["frame_sek"] for stream, found in edition.key_figures.items()}
    assert frames == {"municipalities": 70_000_000, "associations": 20_000_000}


def test_rejections_are_not_recorded_where_the_files_do_not_say(agency: Agency) -> None:
    rejections = outcome_of(agency).rejections
    assert not rejections["municipalities"].recorded
    assert rejections["municipalities"].counts == (
        ("extent_of_violence", None),
        ("action_plan", None),
        ("work_of_2012_begun", None),
    )
    assert rejections["associations"].counts == (("work_of_2012_begun", None),)


@pytest.fixture
def content(edition: Edition) -> ReportContent:
    return edition_content(edition, "sv")


@pytest.mark.parametrize(
    ("place", "stream", "total"),
    [(0, "municipalities", 53_687_000), (1, "associations", 20_000_000)],
)
def test_appendix_2_line_by_line(
    content: ReportContent, place: int, stream: str, total: int
) -> None:
    with (DATA / f"appendix2_{stream}_2013.csv").open(encoding="utf-8", newline="") as file:
        published = [
            (row["county_letter"], row["grantee"], int(row["granted_sek"]))
            for row in csv.DictReader(file)
        ]
    found = content.streams[place]
    assert found.code == stream
    assert [(g.county_letter, g.name, g.granted_sek) for g in found.grantees] == published
    assert found.granted_total_sek == total


def test_the_printed_rows_that_differ_are_shown_with_the_reason(content: ReportContent) -> None:
    differing = [
        (table.number, line.row_code)
        for stream in content.streams
        for table in stream.tables
        for line in table.differences
        if line.reason
    ]
    assert differing == [
        (6, "mapping"),
        (6, "support_children"),
        (14, "support_women"),
        (15, "support_women"),
    ]


def test_titles_and_labels_are_the_published_ones(content: ReportContent) -> None:
    published = json.loads((DATA / "national_report_2013.json").read_text(encoding="utf-8"))
    tables = [table for stream in content.streams for table in stream.tables]
    assert [(t.number, t.title) for t in tables] == [
        (t["table"], t["title"]) for t in published["tables"]
    ]
    for table, printed_table in zip(tables, published["tables"], strict=True):
        assert [row.code for row in table.rows] == [r["code"] for r in printed_table["rows"]]


def test_shares_beside_the_counts(content: ReportContent) -> None:
    shares = [
        {figure.code: figure.percent for figure in stream.key_figures}["attended_regional_training"]
        for stream in content.streams
    ]
    assert shares == [97, 77]


def test_a_content_in_english_has_the_same_numbers(edition: Edition) -> None:
    swedish, english = edition_content(edition, "sv"), edition_content(edition, "en")
    assert swedish.streams[0].tables[0].title != english.streams[0].tables[0].title
    for one, other in zip(swedish.streams, english.streams, strict=True):
        assert [t.rows[0].values for t in one.tables] == [t.rows[0].values for t in other.tables]
        assert one.grantees == other.grantees


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_places_for_texts_are_known_from_the_calls_alone(
    edition: Edition, language: str
) -> None:
    found = places_of_year(agency=edition.agency, year=2013, language=language)
    assert found == places_of(edition_content(edition, language))


def test_the_reports_behind_every_count_are_as_many_as_it_says(edition: Edition) -> None:
    content = edition_content(edition, "sv")
    checked = 0
    for stream in content.streams:
        for table in stream.tables:
            if table.kind.is_percent:
                continue
            for row in table.rows[:4]:
                for column, value in zip(table.column_codes, row.values, strict=True):
                    behind = reports_behind_cell(edition, table.number, row.code, column)
                    assert len(behind) == value, (table.number, row.code, column)
                    checked += 1
                assert len(reports_behind_cell(edition, table.number, row.code)) == table.n
    assert checked > 60


def test_the_reports_behind_a_share_are_its_part_of_n(edition: Edition) -> None:
    everyone = reports_behind_cell(edition, 7, "mapping")
    part = reports_behind_cell(edition, 7, "mapping", "none")
    assert len(everyone) == 71
    assert set(part) < set(everyone)
    assert (200 * len(part) + 71) // 142 == expected_2013()["tables"]["7"]["rows"][0]["values"][3]


@pytest.mark.parametrize(
    ("table", "row", "column"), [(99, "mapping", None), (1, "x", None), (1, "mapping", "x")]
)
def test_a_cell_that_is_not_there(
    edition: Edition, table: int, row: str, column: str | None
) -> None:
    with pytest.raises(LookupError):
        reports_behind_cell(edition, table, row, column)
