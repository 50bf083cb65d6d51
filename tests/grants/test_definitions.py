"""The call definitions that come with the system, against the year that they describe."""

import csv
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import OrganisationKind as OrganisationKindChoices
from core.definitions import (
    WHOLE,
    Answers,
    DefinitionError,
    QuestionKind,
    describe,
    validate_answers,
)
from grants.definitions import (
    CallDefinition,
    OrganisationKind,
    built_in_definition,
    built_in_definitions,
    dump_call_definition,
    load_call_definition,
)
from grants.definitions.loader import FOLDER
from grants.enums import Stream

DATA = Path(__file__).resolve().parent.parent / "data"
MUNICIPALITIES = built_in_definition("kommuner-2013")
ASSOCIATIONS = built_in_definition("foreningar-2013")
BY_STREAM = {each.stream: each for each in built_in_definitions()}

both = pytest.mark.parametrize("definition", built_in_definitions(), ids=lambda each: each.code)


def published() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((DATA / "national_report_2013.json").read_text("utf-8"))
    return report


def extract() -> list[dict[str, str]]:
    with (DATA / "reports-2013-extract.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_calls_are_those_of_the_report() -> None:
    assert [each.code for each in built_in_definitions()] == ["foreningar-2013", "kommuner-2013"]
    assert (MUNICIPALITIES.frame_sek, ASSOCIATIONS.frame_sek) == (70_000_000, 20_000_000)
    for definition in built_in_definitions():
        assert definition.frame_sek == published()["key_figures"][definition.stream]["frame_sek"]
        assert definition.year == 2013
        assert definition.legal_basis is not None
        assert definition.legal_basis.sv == "Regleringsbrev för budgetåret 2013, anslag 4:7 ap. 4"
        assert definition.dates.measured_at == date(2013, 12, 31)
        assert definition.dates.spend_by == date(2014, 4, 30)
        assert definition.dates.report_cutoff == date(2014, 6, 1)


def test_three_fields_with_thirteen_areas_and_two_with_eight() -> None:
    assert [len(each.areas) for each in MUNICIPALITIES.development_fields] == [5, 3, 4]
    assert len(MUNICIPALITIES.area_codes) == 13
    assert [len(each.areas) for each in ASSOCIATIONS.development_fields] == [3, 4]
    assert len(ASSOCIATIONS.area_codes) == 8
    for definition in built_in_definitions():
        assert [area.code for area in definition.other_areas] == ["other"]


def test_the_performance_requirements() -> None:
    extent, plan, begun = MUNICIPALITIES.requirements
    assert [extent.is_satisfied_by(f) for f in ("met", "begun", "not_met")] == [True, True, False]
    assert [plan.is_satisfied_by(f) for f in ("met", "begun", "not_met")] == [True, False, False]
    assert [begun.is_satisfied_by(f) for f in ("met", "begun", "not_met")] == [True, True, False]
    new = MUNICIPALITIES.requirements_for(kind="municipality", granted_last_year=False)
    assert new == (extent, plan)
    assert len(MUNICIPALITIES.requirements_for(kind="region", granted_last_year=True)) == 3
    assert ASSOCIATIONS.requirements_for(kind="association", granted_last_year=False) == ()
    assert len(ASSOCIATIONS.requirements_for(kind="association", granted_last_year=True)) == 1


@both
def test_written_stored_and_read_again_it_is_the_same(definition: CallDefinition) -> None:
    text = dump_call_definition(definition)
    assert load_call_definition(text) == definition
    assert dump_call_definition(load_call_definition(text)) == text
    document = json.loads(json.dumps(definition.document()))
    assert CallDefinition.model_validate(document) == definition
    assert max(len(line) for line in text.splitlines()) < 110


@both
def test_every_text_is_in_both_languages_and_they_differ(definition: CallDefinition) -> None:
    def texts(value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            if set(value) == {"sv", "en"}:
                return [(value["sv"], value["en"])]
            return [each for item in value.values() for each in texts(item)]
        return [each for item in value for each in texts(item)] if isinstance(value, list) else []

    pairs = texts(definition.document())
    assert len(pairs) > 100
    same = {sv for sv, en in pairs if sv == en}
    assert same <= {"Information", "SARA", "PATRIARK"}


@both
def test_everything_asked_in_2013_was_asked_by_the_definition(definition: CallDefinition) -> None:
    reports: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in extract():
        if row["stream"] == definition.stream:
            reports[row["report"]].append(row)
    assert len(reports) > 10
    for rows in reports.values():
        answers = Answers.from_rows(
            areas=[(row["area"], row["status"]) for row in rows if row["area"]],
            choices=[
                (row["area"], row["question"], row["option"]) for row in rows if row["option"]
            ],
        )
        assert set(answers.areas) <= set(definition.area_codes)
        assert validate_answers(definition.report_questionnaire, answers) == ()


@both
def test_the_answers_of_the_other_stream_are_refused_where_they_differ(
    definition: CallDefinition,
) -> None:
    form = definition.report_questionnaire
    others = [row for row in extract() if row["stream"] != definition.stream and row["option"]]
    strange = {
        (row["area"], row["question"], row["option"])
        for row in others
        for question in [form.question(row["area"], row["question"])]
        if (row["area"] and row["area"] not in definition.area_codes)
        or question is None
        or question.option(row["option"]) is None
    }
    if definition is MUNICIPALITIES:
        assert ("information", "target_groups", "others") in strange
        assert ("housing", "housing_activity", "staff") in strange
    else:
        assert ("mapping", "expected_results", "fully") in strange


def test_an_option_that_no_table_lists_can_be_chosen() -> None:
    question = MUNICIPALITIES.report_questionnaire.question("support_women", "vulnerable_groups")
    table = MUNICIPALITIES.table(5)
    assert question is not None
    assert table is not None
    assert set(question.option_codes) - set(table.row_codes) == {"other_group"}


@both
def test_what_the_prose_tells_is_asked(definition: CallDefinition) -> None:
    form = definition.report_questionnaire
    asked = {
        (area, each.question.key)
        for area in definition.area_codes
        for each in form.questions_for(area)
    }
    assert {("support_children", "children_reached"), ("housing", "new_places")} <= asked
    if definition is MUNICIPALITIES:
        assert {
            ("routines", "routines_for"),
            ("action_plan", "action_plan_followed_up"),
            ("mapping", "mapped"),
            ("assessment_methods", "methods"),
        } <= asked
    question = form.question(WHOLE, "attended_regional_training")
    assert question is not None
    assert (question.kind, question.option_codes) == (QuestionKind.ONE_CHOICE, ("yes", "no"))


@both
def test_the_whole_form_can_be_read(definition: CallDefinition) -> None:
    sections = describe(
        definition.report_questionnaire, "sv", area_titles=definition.area_titles("sv")
    )
    assert sum(len(section.questions) for section in sections) > 20
    for section in sections:
        for question in section.questions:
            for condition in question.conditions:
                assert condition.statuses or (condition.question and condition.options)


def test_kinds_and_streams_are_those_of_the_registers() -> None:
    from typing import get_args

    assert set(get_args(OrganisationKind)) == set(OrganisationKindChoices.values)
    assert {each.stream for each in built_in_definitions()} == set(Stream.values)


@both
def test_a_coming_year_is_a_copy(definition: CallDefinition) -> None:
    copy = definition.copy_for(
        code="kopia-2019", year=2019, frame_sek=31_000_000, report_cutoff=date(2020, 6, 2)
    )
    assert (copy.code, copy.year, copy.frame_sek) == ("kopia-2019", 2019, 31_000_000)
    assert copy.dates.opens == date(2018, 11, 1)
    assert copy.dates.measured_at == date(2019, 12, 31)
    assert copy.dates.spend_by == date(2020, 4, 30)
    assert copy.dates.report_cutoff == date(2020, 6, 2)
    assert copy.legal_basis is None
    assert (copy.follows, definition.follows) == (definition.code, None)
    assert copy.requirements == ()
    assert copy.report_questionnaire == definition.report_questionnaire
    assert copy.tables == definition.tables
    assert definition.requirements, "the original keeps its own"


@given(
    year=st.integers(1950, 2900),
    frame=st.integers(1, 10**12),
    code=st.sampled_from([each.code for each in built_in_definitions()]),
)
def test_any_year_can_be_copied_and_copied_back(year: int, frame: int, code: str) -> None:
    definition = built_in_definition(code)
    cutoff = definition.dates.report_cutoff
    copy = definition.copy_for(
        code="a", year=year, frame_sek=frame, report_cutoff=cutoff.replace(year=year + 1)
    )
    back = copy.copy_for(
        code=definition.code,
        year=definition.year,
        frame_sek=definition.frame_sek,
        report_cutoff=cutoff,
    )
    assert back.dates == definition.dates
    assert back == definition.model_copy(
        update={"legal_basis": None, "requirements": (), "follows": "a"}
    )


@pytest.mark.parametrize(
    ("frame", "cutoff", "place"),
    [(0, date(2020, 6, 1), "frame_sek"), (1, date(2019, 6, 1), "dates.report_cutoff")],
)
def test_a_copy_that_cannot_be_is_refused(frame: int, cutoff: date, place: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        MUNICIPALITIES.copy_for(code="k", year=2019, frame_sek=frame, report_cutoff=cutoff)
    assert [each.place_text for each in caught.value.faults] == [place]


TEXT = (FOLDER / "kommuner-2013.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("frame_sek: 70_000_000", "frame_sek: 0", "greater_than", "frame_sek"),
        ("frame_sek: 70_000_000", "frame_sek: 1.5", "string_type|int_type", "frame_sek"),
        ("year: 2013", "year: tjugohundratretton", "int_type", "year"),
        ("stream: municipalities", "stream: kommuner", "literal_error", "stream"),
        (
            "municipality, city_district",
            "kommun, city_district",
            "literal_error",
            "who_may_apply[1]",
        ),
        ("closes: 2012-11-30", "closes: 2012-10-30", "dates_out_of_order", "dates.closes"),
        (
            "spend_by: 2014-04-30",
            "spend_by: 30 april",
            "date_from_datetime_parsing",
            "dates.spend_by",
        ),
        (
            "- code: mapping\n",
            "- code: housing\n",
            "duplicate",
            "development_fields[3].areas[4].code",
        ),
        (
            "satisfied_by: [met]",
            "satisfied_by: [not_met]",
            "satisfied_by_not_met",
            "requirements[2].satisfied_by[1]",
        ),
        ("satisfied_by: [met]", "satisfied_by: []", "too_short", "requirements[2].satisfied_by"),
        (
            "applies_to: granted_last_year",
            "applies_to: granted",
            "enum",
            "requirements[3].applies_to",
        ),
        (
            "satisfied_by: [met]",
            "satisfied_by: [met]\n    kinds: [association]",
            "kind_may_not_apply",
            "requirements[2].kinds[1]",
        ),
        (
            "- code: not_reported",
            "- code: other_purpose",
            "duplicate",
            "revocation_grounds[3].code",
        ),
        (
            "areas: [support_women]",
            "areas: [support_woman]",
            "unknown_area",
            "report_questionnaire.sections[13].areas[1]",
        ),
    ],
)
def test_a_fault_in_a_call_names_its_place(old: str, new: str, code: str, place: str) -> None:
    assert old in TEXT
    with pytest.raises(DefinitionError) as caught:
        load_call_definition(TEXT.replace(old, new, 1), name="kommuner.yaml")
    found = [(each.code, each.place_text) for each in caught.value.faults]
    assert any(each in code.split("|") and at == place for each, at in found), found
    assert all(each.line is not None for each in caught.value.faults)
    assert str(caught.value).startswith("kommuner.yaml:")


def test_the_files_are_read_from_a_path() -> None:
    assert load_call_definition(FOLDER / "kommuner-2013.yaml") == MUNICIPALITIES
    with pytest.raises(FileNotFoundError):
        load_call_definition(FOLDER / "kommuner-1999.yaml")
    with pytest.raises(KeyError):
        built_in_definition("kommuner-1999")
