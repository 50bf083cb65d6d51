"""The report as Excel, CSV and JSON: numbers as numbers, text never a formula, bytes repeat."""

import csv
import io
import json
import re
import warnings
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from core.formats import NBSP
from reporting.content import Grantee, OutcomeTable, ReportContent, TableRow
from reporting.documents.csv import COLUMNS, render_csv, safe_text
from reporting.documents.json import FORMAT, render_json
from reporting.documents.renderings import RENDERINGS
from reporting.documents.xlsx import render_xlsx
from tests.reporting.content_factory import build_content

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return build_content()


@pytest.fixture(scope="module")
def workbook(content: ReportContent) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # XlsxWriter warns of what it then leaves out
        return render_xlsx(content)


def outcome_tables(content: ReportContent) -> list[OutcomeTable]:
    return [table for stream in content.streams for table in stream.tables]


def sheet(workbook: bytes, name: str) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_name(name).to_python()


def parts(workbook: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


# Excel


def test_workbook_has_an_index_key_figures_a_sheet_a_table_and_appendices(
    workbook: bytes,
) -> None:
    assert CalamineWorkbook.from_filelike(io.BytesIO(workbook)).sheet_names == [
        "Innehåll",
        "Nyckeltal Kommuner och stadsdel",
        "Nyckeltal Ideella föreningar",
        *(f"Tabell {number}" for number in range(1, 16)),
        "Avslag Kommuner och stadsdelar",
        "Avslag Ideella föreningar",
        "Bilaga 1",
        "Bilaga 2a Kommuner och stadsdel",
        "Bilaga 2b Ideella föreningar",
    ]


def test_index_names_the_edition_and_links_to_every_sheet(
    workbook: bytes, content: ReportContent
) -> None:
    rows = sheet(workbook, "Innehåll")
    facts = {row[0]: row[1] for row in rows}
    assert facts["Redovisningar inkomna till och med"] == "2014-06-01"
    assert facts["Fryst underlag (SHA-256)"] == content.dataset_sha256
    links = re.findall(r'location="([^"]+)"', parts(workbook)["xl/worksheets/sheet1.xml"])
    names = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).sheet_names
    assert links == [f"'{name}'!A1" for name in names[1:]]


def test_every_cell_of_every_table_is_a_number(workbook: bytes, content: ReportContent) -> None:
    for table in outcome_tables(content):
        rows = sheet(workbook, f"Tabell {table.number}")
        assert rows[0][0] == f"Tabell {table.number}. {table.title}"
        grouped = int(any(row.group for row in table.rows))
        own_n = int(table.rows[0].n is not None)
        for row, cells in zip(table.rows, rows[4 : 4 + len(table.rows)], strict=True):
            assert cells[grouped] == row.label
            if own_n:
                assert cells[grouped + 1] == row.n
            values = cells[grouped + 1 + own_n :]
            assert values == list(row.values)
            assert all(isinstance(value, float) for value in values)


def test_n_notes_source_and_differences_stand_on_the_sheet(workbook: bytes) -> None:
    said = [str(row[0]) for row in sheet(workbook, "Tabell 6")]
    assert said[1] == "Procent. n är antalet redovisningar som besvarat frågan, rad för rad."
    assert "Andelarna på varje rad summerar till 100 %." in said
    assert "Skillnader mot den tryckta rapporten, tabell 6" in said
    assert f"Beräknat: Helt: 16{NBSP}%" in said[-2]
    assert str(sheet(workbook, "Tabell 1")[1][0]) == "Antal. n = 138 redovisningar."


def test_percentages_are_whole_numbers_with_a_sign_and_amounts_are_in_kronor(
    workbook: bytes,
) -> None:
    styles = ElementTree.fromstring(parts(workbook)["xl/styles.xml"])  # noqa: S314
    patterns = {each.get("formatCode") for each in styles.iter(f"{MAIN}numFmt")}
    assert patterns == {"#,##0", f'0"{NBSP}%"', f'#,##0"{NBSP}kr"'}


def test_headings_are_frozen_repeated_and_known_as_headings(workbook: bytes) -> None:
    files = parts(workbook)
    tables = [name for name in files if name.startswith("xl/tables/")]
    assert len(tables) == 22
    for name in tables:
        table = ElementTree.fromstring(files[name])  # noqa: S314
        headings = [column.get("name") for column in table.iter(f"{MAIN}tableColumn")]
        assert all(headings)
    for number in range(2, 24):
        assert 'state="frozen"' in files[f"xl/worksheets/sheet{number}.xml"]
    assert files["xl/workbook.xml"].count("Print_Titles") == 22


def test_grantees_are_in_published_order_with_their_total(
    workbook: bytes, content: ReportContent
) -> None:
    rows = sheet(workbook, "Bilaga 2a Kommuner och stadsdel")
    listed = [(row[0], row[1], row[2]) for row in rows[4:-1]]
    grantees = content.streams[0].grantees
    assert listed == [(g.county_letter, g.name, g.granted_sek) for g in grantees]
    assert rows[-1] == ["", "Totalt", 53_687_000.0]


def test_what_is_not_recorded_is_said_in_words(workbook: bytes) -> None:
    rows = sheet(workbook, "Avslag Kommuner och stadsdelar")
    assert [row[1] for row in rows[4:7]] == ["Uppgift saknas i underlaget"] * 3


def test_workbook_says_its_language_and_carries_the_editions_date(workbook: bytes) -> None:
    files = parts(workbook)
    assert "<vt:lpwstr>sv</vt:lpwstr>" in files["docProps/custom.xml"]
    assert set(re.findall(r"W3CDTF\">([^<]+)<", files["docProps/core.xml"])) == {
        "2014-06-30T00:00:00Z"
    }
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_text_that_looks_like_a_formula_is_text_in_excel(content: ReportContent) -> None:
    names = ("=HYPERLINK(1)", "+46", "-1+2", "@SUM(A1)", "{=1+1}", "http://x.se", "0123")
    stream = replace(content.streams[0], grantees=tuple(Grantee("AB", n, 1) for n in names))
    changed = render_xlsx(replace(content, streams=(stream,)))
    for name, text in parts(changed).items():
        if name.startswith("xl/worksheets/sheet"):
            assert "<f>" not in text
    rows = sheet(changed, "Bilaga 2a Kommuner och stadsdel")
    assert [row[1] for row in rows[4 : 4 + len(names)]] == list(names)


def test_sheet_names_and_headings_that_meet_are_parted(content: ReportContent) -> None:
    stream = replace(content.streams[0], title="Ansökan: [a]/b * lång nog att kapas här")
    table = stream.tables[5]
    table = replace(table, column_labels=("Helt", "helt", "Delvis", "Delvis", "n"))
    stream = replace(stream, tables=(table,))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        changed = render_xlsx(replace(content, streams=(stream, stream)))
    names = CalamineWorkbook.from_filelike(io.BytesIO(changed)).sheet_names
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 for name in names)
    heads = sheet(changed, "Tabell 6")[3]
    assert heads == ["Åtgärdsområde", "n", "Helt", "helt (2)", "Delvis", "Delvis (2)", "n (2)"]


def test_row_that_nobody_answered_is_dashes_in_excel(content: ReportContent) -> None:
    stream = content.streams[0]
    table = stream.tables[5]
    silent = TableRow("mapping", "Kartläggning", None, 0, (0, 0, 0, 0, 0))
    table = replace(table, rows=(silent,), differences=())
    changed = render_xlsx(replace(content, streams=(replace(stream, tables=(table,)),)))
    assert sheet(changed, "Tabell 6")[4] == ["Kartläggning", 0.0, *["–"] * 5]


# CSV


def test_csv_has_a_line_for_every_cell(content: ReportContent) -> None:
    lines = list(csv.DictReader(io.StringIO(render_csv(content).decode("utf-8-sig"))))
    expected = [
        (str(t.number), t.stream, row.code, column, str(value))
        for t in outcome_tables(content)
        for row in t.rows
        for column, value in zip(t.column_codes, row.values, strict=True)
    ]
    found = [(x["table"], x["stream"], x["row"], x["column"], x["value"]) for x in lines]
    assert found == expected
    assert {x["n"] for x in lines if x["table"] == "1"} == {"138"}
    shown = (content.cutoff.isoformat(), str(content.edition_number))
    assert {(x["cutoff"], x["edition"]) for x in lines} == {shown}
    assert [x["n"] for x in lines if x["table"] == "6"][:6] == ["71"] * 5 + ["53"]


def test_csv_is_read_by_excel_pandas_and_duckdb(content: ReportContent, tmp_path: Any) -> None:
    data = render_csv(content)
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    path = tmp_path / "report.csv"
    path.write_bytes(data)
    frame = pd.read_csv(path)
    assert tuple(frame.columns) == COLUMNS
    assert frame["value"].dtype == "int64"
    total = duckdb.sql(f"SELECT sum(value) FROM read_csv('{path}')").fetchall()
    assert total == [(frame["value"].sum(),)]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\N{NO-BREAK SPACE}=1"]
)
def test_text_that_looks_like_a_formula_is_escaped_in_csv(
    content: ReportContent, text: str
) -> None:
    stream = content.streams[0]
    table = stream.tables[1]
    table = replace(table, title=text, rows=(replace(table.rows[0], label=text, code=text),))
    changed = replace(content, streams=(replace(stream, tables=(table,)),))
    [line] = csv.DictReader(io.StringIO(render_csv(changed).decode("utf-8-sig"), newline=""))
    assert line["title"] == line["row_label"] == line["row"] == f"'{text}"


@given(st.text(max_size=30))
def test_no_text_in_csv_begins_as_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert safe.removeprefix("'") == text or safe == text
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))


# JSON


def test_json_says_everything_that_the_content_says(content: ReportContent) -> None:
    document = json.loads(render_json(content))
    assert document["format"] == FORMAT
    assert document["cutoff"] == "2014-06-01"
    assert document["edition"] == {
        "number": 1,
        "date": "2014-06-30",
        "preliminary": False,
        "dataset_sha256": content.dataset_sha256,
    }
    for stream, said in zip(content.streams, document["streams"], strict=True):
        assert said["frame_sek"] == stream.frame_sek
        assert said["rejections"]["recorded"] is False
        assert {line["count"] for line in said["rejections"]["requirements"]} == {None}
        assert sum(g["granted_sek"] for g in said["grantees"]) == said["granted_total_sek"]
        figures = {f["code"]: f["value"] for f in said["key_figures"]}
        assert figures == {f.code: f.value for f in stream.key_figures}
        for table, cells in zip(stream.tables, said["tables"], strict=True):
            assert cells["n"] == table.n
            assert [r["values"] for r in cells["rows"]] == [list(r.values) for r in table.rows]
            assert [r["n"] for r in cells["rows"]] == [r.n for r in table.rows]
            assert [c["code"] for c in cells["columns"]] == list(table.column_codes)
            assert len(cells["differences"]) == len(table.differences)


def test_json_keeps_swedish_letters(content: ReportContent) -> None:
    assert "våld i nära relationer".encode() in render_json(content)


# All


@pytest.mark.parametrize("name", ["xlsx", "csv", "json"])
def test_two_renderings_are_equal_byte_for_byte(content: ReportContent, name: str) -> None:
    render = RENDERINGS[name].render
    assert render(content) == render(build_content())


def test_renderings_have_names_and_media_types(content: ReportContent) -> None:
    assert list(RENDERINGS) == ["pdf", "xlsx", "csv", "json"]
    assert RENDERINGS["pdf"].file_name(content) == "rapport-2013-1.pdf"
    assert RENDERINGS["json"].content_type == "application/json"
