"""Years side by side: questions followed from year to year, not asked apart from nobody."""

from pathlib import Path
from typing import Any

import pdfua
import pytest

from core.models import Agency
from core.services.journal import Actor
from grants.models import Call
from reporting.content.years import YearsTable, charts_of
from reporting.documents.charts import chart_alt, chart_svg
from reporting.documents.years import notes_of, render_years, value_text
from reporting.enums import ReportStatus
from reporting.selectors.editions import edition_json
from reporting.selectors.years import editions_by_year, tables_of_years, years_table
from reporting.services.editions import build_edition
from tests.factories import (
    AgencyFactory,
    CallDefinitionRecordFactory,
    CallFactory,
    ReportAnswerFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
)
from tests.factories.definitions import both, call_document

pytestmark = pytest.mark.django_db


def option(code: str) -> dict[str, Any]:
    return {"code": code, "label": both(code.title())}


def question(key: str, kind: str, *codes: str, **more: Any) -> dict[str, Any]:
    options = [option(code) for code in codes]
    return {"key": key, "kind": kind, "text": both(f"{key}?"), "options": options, **more}


def table(number: int, kind: str, key: str, rows: list[str], columns: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": number, "kind": kind, "stream": "municipalities", "question": key,
        "title": both(f"Tabell om {key} {{year}}"), "row_heading": both("Rad"),
        "columns": columns, "rows": rows,
    }  # fmt: skip
    if kind == "multi_choice_counts":
        found |= {"area": "training", "columns": [{"code": "count", "label": both("Antal")}]}
    return found


STATUS = {
    "number": 9, "kind": "area_status_counts", "stream": "municipalities",
    "title": both("Läget"), "row_heading": both("Område"), "rows": ["mapping", "training"],
    "columns": [{"code": code, "label": both(code)} for code in
                ("had_funding", "ongoing", "completed", "not_carried_out")],
}  # fmt: skip
OLD = {
    "questions": [
        question("result", "one_choice", "good", "fair", "poor"),
        question("groups", "several_choices", "women", "girls", "men"),
    ],
    "tables": [
        table(1, "single_choice_percent", "result", ["mapping", "training"],
              ["good", "fair", "poor"]),
        table(2, "multi_choice_counts", "groups", ["women", "girls", "men"], []),
        STATUS,
    ],
}  # fmt: skip
NEW = {
    "questions": [
        question(
            "outcome", "one_choice", "good", "less", "none",
            replaces={
                "question": "result",
                "options": [{"was": "fair", "now": "less"}, {"was": "poor", "now": "less"}],
            },
        ),
        question("groups", "several_choices", "women", "girls", "children"),
        question("fresh", "one_choice", "yes", "no"),
    ],
    "tables": [
        table(1, "multi_choice_counts", "groups", ["women", "girls", "children"], []),
        table(2, "single_choice_percent", "outcome", ["mapping", "training"],
              ["good", "less", "none"]),
        table(3, "single_choice_percent", "fresh", ["mapping"], ["yes", "no"]),
        STATUS,
    ],
}  # fmt: skip


def call_of(agency: Agency, year: int, said: dict[str, Any]) -> Call:
    document = call_document(year=year)
    for section in document["report_questionnaire"]["sections"]:
        if section.get("repeat") == "area":
            section["questions"] = said["questions"]
    record = CallDefinitionRecordFactory(
        changes={
            "year": year, "tables": said["tables"], "dates": document["dates"],
            "report_questionnaire": document["report_questionnaire"],
        }
    )  # fmt: skip
    call: Call = CallFactory(agency=agency, year=year, definition_record=record)
    return call


def report(agency: Agency, year: int, **answers: tuple[str, ...]) -> None:
    """`area__question` is answered with these options."""
    found = ReportFactory(agency=agency, year=year, status=ReportStatus.ACCEPTED)
    version = ReportVersionFactory(report=found)
    for area in ("mapping", "training"):
        ReportAreaFactory(version=version, area=area)
    for place, options in answers.items():
        area, _, key = place.partition("__")
        for code in options:
            ReportAnswerFactory(version=version, area=area, question=key, option=code)


@pytest.fixture
def agency(db: None) -> Agency:
    agency: Agency = AgencyFactory()
    for year, said in ((2013, OLD), (2014, NEW)):
        call_of(agency, year, said)
    report(agency, 2013, mapping__result=("good",), training__groups=("women", "men"))
    report(agency, 2013, mapping__result=("fair",), training__groups=("women",))
    report(agency, 2013, mapping__result=("poor",))
    report(agency, 2014, mapping__outcome=("good",), training__groups=("children",))
    report(agency, 2014, mapping__outcome=("none",), mapping__fresh=("yes",))
    for year in (2013, 2014):
        call = Call.objects.get(agency=agency, year=year)
        build_edition(agency=agency, year=year, cutoff=call.report_cutoff, actor=Actor.system())
    return agency


def compared(agency: Agency, year: int, number: int) -> YearsTable:
    return years_table(
        editions_by_year(agency), stream="municipalities", year=year, number=number, language="sv"
    )


def cells(found: YearsTable) -> dict[str, list[tuple[int, tuple[int | None, ...]]]]:
    return {row.code: [(cell.n, cell.values) for cell in row.years] for row in found.rows}


def test_a_replaced_question_and_options_put_together(agency: Agency) -> None:
    found = compared(agency, 2014, 2)
    assert [each.year for each in found.years] == [2013, 2014]
    assert [each.number for each in found.years] == [1, 2]
    assert cells(found) == {
        # What was fair or poor in 2013 is less since; none was not there to choose.
        "mapping": [(3, (33, 67, None)), (2, (50, 0, 50))],
        "training": [(0, (0, 0, None)), (0, (0, 0, 0))],
    }
    assert value_text(found, found.rows[0].years[0], None) != value_text(
        found, found.rows[1].years[0], 0
    )


def test_looked_at_from_the_earlier_year(agency: Agency) -> None:
    found = compared(agency, 2013, 1)
    assert cells(found)["mapping"] == [
        (3, (34, 33, 33)),
        # Fair and poor became one: neither can be told from the other.
        (2, (50, None, None)),
    ]


def test_an_option_that_was_not_there_is_not_asked_and_one_nobody_chose_is_nought(
    agency: Agency,
) -> None:
    assert cells(compared(agency, 2014, 1)) == {
        "women": [(2, (2,)), (1, (0,))],
        "girls": [(2, (0,)), (1, (0,))],
        "children": [(0, (None,)), (1, (1,))],
    }


def test_a_question_that_was_not_asked_in_a_year(agency: Agency) -> None:
    found = compared(agency, 2014, 3)
    assert cells(found) == {"mapping": [(0, (None, None)), (1, (100, 0))]}
    assert found.unasked_years == (2013,)
    assert found.years[0].number is None
    assert any("2013" in note for note in notes_of(found))


def test_a_years_own_figures_are_those_of_its_edition(agency: Agency) -> None:
    for edition in editions_by_year(agency):
        for number, stored in edition_json(edition)["tables"].items():
            found = compared(agency, edition.year, int(number))
            at = [each.year for each in found.years].index(edition.year)
            own = {row.code: row.years[at] for row in found.rows}
            for row in stored["rows"]:
                assert own[row["code"]].values == tuple(row["values"])
                assert own[row["code"]].n == row.get("n", stored.get("n"))


def test_the_tables_that_can_be_compared(agency: Agency) -> None:
    found = tables_of_years(editions_by_year(agency), "sv")
    assert [(each.year, each.number, each.years) for each in found] == [
        (2014, 1, (2013, 2014)),
        (2014, 2, (2013, 2014)),
        (2014, 3, (2014,)),
        (2014, 9, (2013, 2014)),
    ]


@pytest.mark.parametrize(("year", "number"), [(2014, 8), (2012, 1)])
def test_a_table_that_is_not_there(agency: Agency, year: int, number: int) -> None:
    with pytest.raises(LookupError):
        compared(agency, year, number)


def test_the_chart_is_one_drawing_for_page_and_pdf(agency: Agency, tmp_path: Path) -> None:
    found = compared(agency, 2014, 2)
    (chart,) = charts_of(found)
    assert [row.label for row in chart.rows][:2] == ["Kartläggning, 2013", "Kartläggning, 2014"]
    assert "Kartläggning, 2013" in chart_svg(chart, "sv")
    assert chart_alt(chart, "sv")
    pdf = render_years(found)
    assert pdf == render_years(found)
    path = tmp_path / "years.pdf"
    path.write_bytes(pdf)
    assert not pdfua.validate(str(path)).findings
    unasked = charts_of(compared(agency, 2014, 3))[0]
    assert unasked.rows[0].is_unasked
    assert "frågades inte" in chart_svg(unasked, "sv")
