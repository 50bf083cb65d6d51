"""Outcome tables as definitions: those of 2013 are the published ones; faulty ones are told."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.definitions import DefinitionError
from grants.definitions import (
    CallDefinition,
    TableDefinition,
    TableKind,
    built_in_definitions,
    load_call_definition,
)
from grants.definitions.loader import FOLDER

DATA = Path(__file__).resolve().parent.parent / "data"
PUBLISHED = json.loads((DATA / "national_report_2013.json").read_text(encoding="utf-8"))["tables"]
TABLES = {table.number: (each, table) for each in built_in_definitions() for table in each.tables}
PUBLISHED_COLUMNS = {"ongoing_at_year_end": "ongoing"}


def test_there_are_fifteen_tables() -> None:
    assert sorted(TABLES) == list(range(1, 16))
    assert sorted(n for n, (each, _) in TABLES.items() if each.stream == "municipalities") == list(
        range(1, 8)
    )
    assert [number for number in sorted(TABLES) if TABLES[number][1].chart] == [6, 14]


@pytest.mark.parametrize("printed", PUBLISHED, ids=lambda each: f"table {each['table']}")
def test_the_table_is_as_published(printed: dict[str, Any]) -> None:
    definition, table = TABLES[printed["table"]]
    assert table.stream == definition.stream == printed["population"]
    assert table.kind == printed["kind"]
    assert table.title_in("sv", 2013) == printed["title"]
    assert table.question == printed.get("question")
    assert table.area == printed.get("area")
    rows = definition.table_rows(table, "sv")
    assert [(row.code, row.label, row.group) for row in rows] == [
        (row["code"], row["label"], row.get("group")) for row in printed["rows"]
    ]
    columns = definition.table_columns(table, "sv")
    if "column_labels" in printed:
        codes = [PUBLISHED_COLUMNS.get(code, code) for code in printed["columns"]]
        assert [tuple(each) for each in columns] == list(
            zip(codes, printed["column_labels"], strict=True)
        )
    elif table.kind.is_percent:
        options = printed.get("scale") or printed["options"]
        assert [tuple(each) for each in columns] == [(o["code"], o["label"]) for o in options]
    else:
        assert [tuple(each) for each in columns] == [("count", "Antal")]


@pytest.mark.parametrize("number", sorted(TABLES))
def test_every_question_of_a_table_is_asked(number: int) -> None:
    definition, table = TABLES[number]
    form = definition.report_questionnaire
    areas = table.row_codes if table.kind.rows_are_areas else (table.area or "",)
    for area in areas:
        assert area in definition.area_codes
        if table.question is not None:
            question = form.question(area, table.question)
            assert question is not None
            codes = table.column_codes if table.kind.rows_are_areas else table.row_codes
            assert set(codes) <= set(question.option_codes)


@pytest.mark.parametrize("number", sorted(TABLES))
def test_no_label_is_a_bare_code_or_untranslated(number: int) -> None:
    definition, table = TABLES[number]
    for language in ("sv", "en"):
        rows = definition.table_rows(table, language)
        labels = [(row.code, row.label) for row in rows]
        labels += [(each.code, each.label) for each in definition.table_columns(table, language)]
        for code, label in labels:
            assert label != code
            assert "{" not in label
    swedish = [row.label for row in definition.table_rows(table, "sv")]
    assert swedish != [row.label for row in definition.table_rows(table, "en")]


def test_other_years_have_their_own_titles() -> None:
    definition, table = TABLES[1]
    copy = definition.copy_for(
        code="k-2019",
        year=2019,
        frame_sek=1,
        report_cutoff=date(2020, 6, 1),
    )
    assert table.title_in("sv", 2019).endswith("under 2019")
    labels = [column.label for column in copy.table_columns(table, "sv")]
    assert labels[0] == "Antal som haft medel för arbete under 2019"
    assert labels[1] == "Antal där arbete pågick vid årsskiftet 2019/2020"


def test_joint_grants_are_explained_below_table_1() -> None:
    (note,) = TABLES[1][1].notes_in("sv", 2013)
    assert "Fler kommuner" in note


TEXT = (FOLDER / "kommuner-2013.yaml").read_text(encoding="utf-8")
HEAD, TABLES_TEXT = TEXT[: TEXT.index("\ntables:")], TEXT[TEXT.index("\ntables:") :]


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        (
            "question: target_groups",
            "question: age_groups",
            "question_not_asked",
            "tables[2].question",
        ),
        ("area: training", "area: mapping", "question_not_asked", "tables[2].question"),
        ("area: training", "area: documentation", "unknown_area", "tables[2].area"),
        ("rows: [women_18_plus", "rows: [others", "option_not_in_question", "tables[2].rows[1]"),
        ("columns: [fully", "columns: [wholly", "option_not_in_question", "tables[6].columns[1]"),
        (
            "question: carried_out_with",
            "question: expected_results",
            "question_of_other_kind",
            "tables[7].question",
        ),
        (
            "question: expected_results",
            "question: target_groups",
            "question_not_asked",
            "tables[6].rows[1]",
        ),
        ("      - mapping\n", "      - documentation\n", "unknown_area", "tables[1].rows[1]"),
        ("      - action_plan\n", "      - mapping\n", "duplicate", "tables[1].rows[2]"),
        ("code: completed", "code: finished", "unknown_column", "tables[1].columns[3]"),
        ("{code: count,", "{code: sum,", "unknown_column", "tables[2].columns[1]"),
        ("number: 2", "number: 1", "duplicate", "tables[2].number"),
        ("kind: area_status_counts", "kind: counts", "enum", "tables[1].kind"),
        ("stream: municipalities", "stream: associations", "other_stream", "tables[1].stream"),
        ("    area: training\n", "", "table_needs", "tables[2].area"),
        ("    question: carried_out_with\n", "", "table_needs", "tables[7].question"),
        (
            "    question: carried_out_with\n",
            "    question: carried_out_with\n    area: housing\n",
            "table_has_no",
            "tables[7].area",
        ),
        (
            "    area: training\n",
            "    area: training\n    group_by: development_field\n",
            "table_has_no",
            "tables[2].group_by",
        ),
        ("under {year}\n", "under {ar}\n", "unknown_placeholder", "tables[1].title"),
        ("under {year}\n", "under {year\n", "wrong_braces", "tables[1].title"),
    ],
)
def test_a_fault_in_a_table_names_its_place(old: str, new: str, code: str, place: str) -> None:
    assert old in TABLES_TEXT
    with pytest.raises(DefinitionError) as caught:
        load_call_definition(HEAD + TABLES_TEXT.replace(old, new, 1))
    assert (code, place) in [(each.code, each.place_text) for each in caught.value.faults]


def test_a_row_of_an_area_that_is_not_asked_is_told() -> None:
    text = HEAD + TABLES_TEXT.replace("      - housing\n    notes", "      - other\n    notes")
    with pytest.raises(DefinitionError) as caught:
        load_call_definition(text)
    assert [(each.code, each.place_text) for each in caught.value.faults] == [
        ("question_not_asked", "tables[6].rows[12]"),
        ("question_not_asked", "tables[7].rows[10]"),
    ]


def test_rows_and_columns_may_have_labels_of_their_own() -> None:
    definition, table = TABLES[6]
    document = table.model_dump(mode="json")
    assert document["rows"][0] == "mapping"
    document["rows"][0] = {"code": "mapping", "label": {"sv": "Egen {year}", "en": "Own {year}"}}
    changed = TableDefinition.model_validate(document)
    assert TableDefinition.model_validate(changed.model_dump(mode="json")) == changed
    assert definition.table_rows(changed, "en")[0].label == "Own 2013"
    assert definition.table_rows(changed, "sv")[1].label == "Handlingsplan"


def test_kinds_say_what_their_cells_and_rows_are() -> None:
    assert [kind.is_percent for kind in TableKind] == [False, False, True, True]
    assert [kind.rows_are_areas for kind in TableKind] == [True, False, True, True]


def test_a_call_finds_its_tables_by_number() -> None:
    definition: CallDefinition = TABLES[7][0]
    assert definition.table(7) is TABLES[7][1]
    assert definition.table(8) is None
