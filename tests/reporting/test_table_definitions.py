"""The printed figures of 2013 that are not what the reports give."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from core.checks import half_up_percent, largest_remainder
from core.definitions import DefinitionError
from grants.definitions import built_in_definitions
from reporting.definitions import (
    FOLDER,
    PublishedReport,
    PublishedRow,
    load_published,
    published_report,
)

DATA = Path(__file__).resolve().parent.parent / "data"
PUBLISHED = json.loads((DATA / "national_report_2013.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((DATA / "year-2013-expected.json").read_text(encoding="utf-8"))


def report() -> PublishedReport:
    found = published_report("socialstyrelsen", 2013)
    assert found is not None
    return found


def printed_rows() -> dict[tuple[int, str], dict[str, Any]]:
    return {
        (table["table"], row["code"]): row for table in PUBLISHED["tables"] for row in table["rows"]
    }


def printed_values(row: dict[str, Any]) -> list[int]:
    values: list[int] = row.get("published_percent") or row.get("counts") or [row["count"]]
    return values


def test_every_row_that_differs_is_explained_and_no_other() -> None:
    differ = {
        (table, row["code"])
        for (table, _), printed in printed_rows().items()
        for row in EXPECTED["tables"][str(table)]["rows"]
        if printed["code"] == row["code"] and printed_values(printed) != row["values"]
    }
    assert differ == {(row.table, row.row) for row in report().rows}
    assert len(differ) == 4


@pytest.mark.parametrize("row", report().rows, ids=lambda each: f"{each.table} {each.row}")
def test_the_values_are_the_printed_ones(row: PublishedRow) -> None:
    assert list(row.values) == printed_rows()[row.table, row.row]["published_percent"]
    assert str(printed_rows()[row.table, row.row]["n"]) in row.reason.sv


@pytest.mark.parametrize("row", report().rows, ids=lambda each: f"{each.table} {each.row}")
def test_the_reason_is_true_no_whole_counts_give_the_printed_row(row: PublishedRow) -> None:
    n = printed_rows()[row.table, row.row]["n"]
    near = [
        [count for count in range(n + 1) if abs(100 * count - value * n) <= n]
        for value in row.values
    ]
    if row.table == 15:
        impossible = [
            all(half_up_percent(count, n) != value for count in counts)
            for value, counts in zip(row.values, near, strict=True)
        ]
        assert impossible == [True, False, False, False]
    else:
        fitting = [
            counts
            for counts in product(*near)
            if sum(counts) == n and largest_remainder(counts) == list(row.values)
        ]
        assert fitting == []


def test_the_rows_are_in_tables_of_the_calls() -> None:
    assert report().misplaced(built_in_definitions()) == ()
    text = (FOLDER / "2013.yaml").read_text(encoding="utf-8")
    elsewhere = load_published(text.replace("table: 15", "table: 16"))
    assert [row.table for row in elsewhere.misplaced(built_in_definitions())] == [16]


def test_every_printed_key_figure_is_ours_or_explained() -> None:
    for stream, figures in PUBLISHED["key_figures"].items():
        ours = EXPECTED["key_figures"][stream]
        pairs = {
            "requested_sek": figures["requested_msek"],
            "carried_over_sek": figures["carried_over_from_2012_msek"],
            "carried_over_spent_sek": figures["carried_over_spent_msek"],
            "to_repay_sek": figures["to_repay_msek"],
            "spent_sek": figures["spent_of_2013_by_year_end_msek"],
            "remaining_sek": figures["remaining_to_30_april_2014_msek"],
        }
        for code, printed in pairs.items():
            rounded = report().key_figure(stream, code)
            if rounded is None:
                assert ours[code] == round(printed * 1_000_000)
            else:
                assert rounded.value == round(printed * 1_000_000) != ours[code]
                assert rounded.agrees_with(ours[code])
                assert not rounded.agrees_with(ours[code] + rounded.rounded_to)
        for code in ("applications", "joint_applications", "granted", "rejected", "reports"):
            assert ours[code] == figures[code]
        assert ours["granted_sek"] == figures["granted_sek"]


def test_rows_are_found_by_table() -> None:
    assert [row.row for row in report().rows_of(6)] == ["mapping", "support_children"]
    assert report().row(15, "housing") is None
    assert published_report("socialstyrelsen", 2014) is None


def test_what_one_agency_printed_is_not_said_of_another() -> None:
    assert report().agency == "socialstyrelsen"
    assert published_report("skolverket", 2013) is None


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("values: [15, 47, 37, 0, 1]", "values: [15, 47]", "values_and_columns", "rows[1].values"),
        (
            "values: [15, 47, 37, 0, 1]",
            "values: [15, 47, -1, 0, 1]",
            "greater_than_equal",
            "rows[1].values[3]",
        ),
        ("row: support_children", "row: mapping", "duplicate", "rows[2]"),
        ("rounded_to: 100_000", "rounded_to: 0", "greater_than_equal", "key_figures[1].rounded_to"),
        ("agency: socialstyrelsen", 'agency: ""', "string_pattern_mismatch", "agency"),
        ("stream: municipalities", "stream: kommuner", "literal_error", "key_figures[1].stream"),
    ],
)
def test_a_fault_names_its_place(old: str, new: str, code: str, place: str) -> None:
    text = (FOLDER / "2013.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DefinitionError) as caught:
        load_published(text.replace(old, new, 1), name="2013.yaml")
    assert (code, place) in [(each.code, each.place_text) for each in caught.value.faults]
    assert all(each.line is not None for each in caught.value.faults)
