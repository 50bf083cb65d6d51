"""The report as a PDF: what it says, that it is accessible, and that its bytes repeat."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pdfua
import pytest

from core import formats
from core.formats import NBSP
from reporting.content import OutcomeTable, ReportContent, TableRow
from reporting.documents.pdf import render_pdf
from reporting.documents.renderings import RENDERINGS
from tests.core.tagged_pdf import Element, TaggedPdf, table_cells
from tests.reporting.content_factory import build_content

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return build_content()


@pytest.fixture(scope="module")
def data(content: ReportContent) -> bytes:
    return render_pdf(content)


@pytest.fixture(scope="module")
def report(data: bytes) -> TaggedPdf:
    return TaggedPdf(data)


def _plain(text: str) -> str:
    # ReportLab keeps together what a no-break space joins, then draws a space.
    return text.replace(NBSP, " ")


def amount(value: int) -> str:
    return _plain(formats.amount(value))


def number(value: int) -> str:
    return _plain(formats.number(value))


def percent(value: int) -> str:
    return _plain(formats.percent(value))


def text_of(content: ReportContent) -> str:
    return TaggedPdf(render_pdf(content)).document.text


def after(report: TaggedPdf, heading: str) -> list[Element]:
    """The elements from a heading to the next."""
    elements = report.document.children
    start = next(i for i, e in enumerate(elements) if e.text.strip() == heading) + 1
    end = next(
        (i for i in range(start, len(elements)) if re.fullmatch(r"H\d", elements[i].tag)),
        len(elements),
    )
    return elements[start:end]


def outcome_tables(content: ReportContent) -> list[OutcomeTable]:
    return [table for stream in content.streams for table in stream.tables]


# What it says


def test_every_table_has_its_published_title_and_every_cell(
    report: TaggedPdf, content: ReportContent
) -> None:
    tables = outcome_tables(content)
    assert [table.number for table in tables] == list(range(1, 16))
    for table in tables:
        parts = after(report, f"Tabell {table.number}. {table.title}")
        shown = next(part for part in parts if part.tag == "Table")
        write = percent if table.kind.is_percent else number
        expected: list[list[str]] = []
        for row in table.rows:
            n = [] if row.n is None else [number(row.n)]
            expected.append([row.label, *n, *map(write, row.values)])
        cells = [cells for cells in table_cells(shown)[1:] if len(cells) > 1]
        assert cells == expected
        heads = table_cells(shown)[0]
        n_head = ["n"] if table.rows[0].n is not None else []
        assert heads == [table.row_heading, *n_head, *table.column_labels]


def test_development_fields_head_their_rows_in_table_1(report: TaggedPdf) -> None:
    table = next(p for p in after(report, _title(1)) if p.tag == "Table")
    assert [c[0] for c in table_cells(table) if len(c) == 1] == [
        "Förutsättningar för en fungerande verksamhet",
        "Upptäckt, utredning, bedömning och uppföljning",
        "Skydd, bedömning, stöd och behandling",
    ]


def _title(number: int) -> str:
    table = next(t for t in outcome_tables(build_content()) if t.number == number)
    return f"Tabell {number}. {table.title}"


def test_n_notes_and_source_stand_with_the_table(report: TaggedPdf) -> None:
    texts = [part.text.strip() for part in after(report, _title(1))]
    assert texts[0] == "Antal. n = 138 redovisningar."
    assert any(text.startswith("Fler kommuner kan ha varit verksamma") for text in texts)
    assert "Källa: redovisningar som kommit in till och med 2014-06-01." in texts


def test_differences_from_the_printed_report_are_told_with_their_reason(
    report: TaggedPdf, content: ReportContent
) -> None:
    differing = [table for table in outcome_tables(content) if table.differences]
    assert [(t.number, len(t.differences)) for t in differing] == [(6, 2), (14, 1), (15, 1)]
    tables = [part for part in after(report, _title(6)) if part.tag == "Table"]
    rows = table_cells(tables[1])
    assert rows[0] == ["Rad", "Publicerat", "Beräknat", "Orsak"]
    assert rows[1][:3] == [
        "Kartläggning",
        "Helt: 15 % I stor utsträckning: 47 %",
        "Helt: 16 % I stor utsträckning: 46 %",
    ]
    assert rows[1][3] == content.streams[0].tables[5].differences[0].reason


def test_charts_stand_with_their_tables_and_say_what_they_show(
    report: TaggedPdf, content: ReportContent
) -> None:
    for table in outcome_tables(content):
        parts = after(report, f"Tabell {table.number}. {table.title}")
        figures = [part for part in parts if part.tag == "Figure"]
        assert len(figures) == int(table.chart)
        for figure in figures:
            assert str(figure.obj.Alt).startswith("Stapeldiagram: ")
            assert len(str(figure.obj.Alt)) > 100


def test_key_figures_of_each_stream(report: TaggedPdf, content: ReportContent) -> None:
    for stream in content.streams:
        table = next(
            t
            for t in report.document.find("Table")
            if str(t.attribute("/Summary")) == f"Nyckeltal: {stream.title}"
        )
        assert [row[0] for row in table_cells(table)[1:]] == [f.label for f in stream.key_figures]
        assert table_cells(table)[1][1] == amount(stream.frame_sek)


def test_streams_are_summed_at_a_glance(report: TaggedPdf) -> None:
    table = next(p for p in after(report, "Programåret i korthet") if p.tag == "Table")
    rows = {row[0]: row[1:] for row in table_cells(table)}
    assert rows["Inkomna ansökningar"] == ["127", "152", "279"]
    assert rows["Beviljat belopp"] == [amount(53_687_000), amount(20_000_000), amount(73_687_000)]


def test_rejections_that_the_files_do_not_say_are_said_to_be_missing(report: TaggedPdf) -> None:
    table = next(
        t
        for t in report.document.find("Table")
        if str(t.attribute("/Summary")).startswith("Avslag efter prestationskrav: Kommuner")
    )
    assert [row[1] for row in table_cells(table)[1:]] == ["Uppgift saknas i underlaget"] * 3


def test_recorded_rejections_are_counted(content: ReportContent) -> None:
    stream = content.streams[1]
    line = replace(stream.rejections[0], count=1234)
    changed = replace(
        content, streams=(replace(stream, rejections=(line,), rejections_recorded=True),)
    )
    assert f"{line.label} 1 234" in text_of(changed)


def test_appendices_hold_abbreviations_and_every_grantee_in_published_order(
    report: TaggedPdf, content: ReportContent
) -> None:
    table = next(p for p in after(report, "Bilaga 1. Förkortningar") if p.tag == "Table")
    assert table_cells(table)[1:] == [list(pair) for pair in content.abbreviations]
    for stream in content.streams:
        listed = next(
            t
            for t in report.document.find("Table")
            if str(t.attribute("/Summary")) == f"Bidragsmottagare: {stream.title}"
        )
        rows = table_cells(listed)[1:]
        assert rows[:-1] == [
            [g.county_letter, g.name, amount(g.granted_sek)] for g in stream.grantees
        ]
        assert rows[-1] == ["", "Totalt", amount(stream.granted_total_sek)]
        assert sum(g.granted_sek for g in stream.grantees) == stream.granted_total_sek


def test_title_page_says_agency_year_edition_and_cutoff(report: TaggedPdf) -> None:
    first = [e.text.strip() for e in report.document.children if e.page == 0]
    assert first == [
        "Socialstyrelsen",
        "Att kvalitetsutveckla arbetet mot våld i nära relationer",
        "Uppföljning av utvecklingsmedel 2013",
        "Redovisningsår: 2013",
        "Utgåva: 1 (slutlig)",
        "Utgåvans datum: 2014-06-30",
        "Redovisningar inkomna till och med: 2014-06-01",
    ]


def test_preliminary_edition_says_so_on_every_page(content: ReportContent) -> None:
    pdf = TaggedPdf(render_pdf(replace(content, preliminary=True)))
    assert "Preliminär" in [e.text.strip() for e in pdf.document.children if e.page == 0]
    marked = {page for page, text in pdf.artifacts if "Preliminär" in text}
    assert marked == set(range(1, len(pdf.pdf.pages)))


def test_final_edition_is_not_marked_preliminary(report: TaggedPdf) -> None:
    assert "Preliminär" not in report.document.text
    assert not [text for _, text in report.artifacts if "Preliminär" in text]


def test_row_that_nobody_answered_is_shown_by_dashes(content: ReportContent) -> None:
    stream = content.streams[0]
    table = stream.tables[5]
    silent = TableRow("mapping", "Kartläggning", None, 0, (0, 0, 0, 0, 0))
    table = replace(table, rows=(silent, *table.rows[1:]), differences=())
    changed = replace(content, streams=(replace(stream, tables=(table,)),))
    pdf = TaggedPdf(render_pdf(changed))
    shown = next(p for p in after(pdf, f"Tabell 6. {table.title}") if p.tag == "Table")
    assert table_cells(shown)[1] == ["Kartläggning", "0", "–", "–", "–", "–", "–"]


def test_no_english_in_the_swedish_report(report: TaggedPdf) -> None:
    words = set(re.findall(r"[a-z]+", report.document.text.lower()))
    assert not words & {"table", "page", "contents", "edition", "report", "reports", "total", "the"}


def test_english_report_has_english_words(content: ReportContent) -> None:
    pdf = TaggedPdf(render_pdf(replace(content, language="en")))
    assert str(pdf.pdf.Root.Lang) == "en"
    assert "Table 1. " in pdf.document.text
    assert any(re.search(r"Page 2 \(\d+\)", text) for _, text in pdf.artifacts)


# That it is accessible


def test_pdfua_checker_finds_nothing_and_leaves_no_rule_out(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    outcome = pdfua.validate(str(path))
    assert outcome.findings == ()
    assert [each.rule_id for each in outcome.outcomes if each.skipped_reason] == []
    assert len(outcome.outcomes) >= 12


def test_pdfua_checker_would_find_an_untagged_cover(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    with TaggedPdf(data).pdf as pdf:
        del pdf.Root.StructTreeRoot
        pdf.save(path)
    assert "UA-01-005" in {finding.rule_id for finding in pdfua.validate(str(path)).findings}


def test_all_content_is_tagged_or_artifact(report: TaggedPdf) -> None:
    assert report.unmarked == []


def test_headings_nest(report: TaggedPdf) -> None:
    levels = [int(h.tag[1]) for h in report.document.find("H1", "H2", "H3", "H4", "H5", "H6")]
    assert levels[0] == 1
    for above, level in pairwise(levels):
        assert level <= above + 1
    assert all(h.text.strip() for h in report.document.find("H1", "H2", "H3"))


def test_every_header_cell_has_a_scope(report: TaggedPdf) -> None:
    headers = report.document.find("TH")
    assert len(headers) > 300
    assert {str(th.attribute("/Scope")) for th in headers} == {"/Column", "/Row"}
    for table in report.document.find("Table"):
        assert {row.children[0].tag for row in table.find("THead")[0].children} == {"TH"}


def test_every_row_of_a_table_is_as_wide_as_its_heading(report: TaggedPdf) -> None:
    for table in report.document.find("Table"):
        widths = {
            sum(int(str(cell.attribute("/ColSpan") or 1)) for cell in row.children)
            for row in table.find("TR")
        }
        assert len(widths) == 1


def test_contents_tell_the_pages_of_chapters_and_tables(report: TaggedPdf) -> None:
    headings = {h.text.strip(): h for h in report.document.find("H1", "H2", "H3")}
    links = report.document.find("Link")
    assert len(links) == len(report.document.find("H1", "H2", "H3")) - 1
    for link in links:
        title, page = link.text.rsplit(" ", 1)
        assert title.strip() in headings
        assert report.page_of_destination(link.links[0]) == int(page)
    tables = [link for link in links if link.text.startswith("Tabell ")]
    assert len(tables) == 15


# How it breaks over pages


def test_outcome_tables_do_not_split(report: TaggedPdf, content: ReportContent) -> None:
    for table in outcome_tables(content):
        parts = after(report, f"Tabell {table.number}. {table.title}")
        shown = next(part for part in parts if part.tag == "Table")
        assert {cell.page for cell in shown.find("TH", "TD")} == {parts[0].page}


def test_nothing_is_drawn_outside_the_page(data: bytes) -> None:
    with TaggedPdf(data).pdf as pdf:
        for page in pdf.pages:
            assert [float(edge) for edge in page.MediaBox] == pytest.approx(
                [0, 0, 595.28, 841.89], abs=0.01
            )


def test_long_labels_and_many_options_still_fit(content: ReportContent) -> None:
    stream = content.streams[0]
    table = stream.tables[5]
    long = "Stödinsatser för våldsutsatta kvinnor med " + "funktionsnedsättningsproblematik " * 4
    options = tuple(f"Svarsalternativ nummer {n}" for n in range(9))
    row = TableRow("a", long.strip(), "Ett mycket långt utvecklingsområde " * 5, 9, (11,) * 9)
    wide = replace(
        table,
        column_codes=options,
        column_labels=options,
        rows=(row,) * 60,
        differences=(),
    )
    pdf = TaggedPdf(render_pdf(replace(content, streams=(replace(stream, tables=(wide,)),))))
    shown = next(p for p in after(pdf, f"Tabell 6. {table.title}") if p.tag == "Table")
    assert len(shown.find("TD")) == 60 * 10
    assert pdf.unmarked == []


def test_year_without_a_single_report_is_still_a_report(content: ReportContent) -> None:
    stream = content.streams[0]
    tables = tuple(
        replace(
            table,
            n=None if table.n is None else 0,
            differences=(),
            rows=tuple(
                replace(row, n=None if row.n is None else 0, values=(0,) * len(row.values))
                for row in table.rows
            ),
        )
        for table in stream.tables
    )
    bare = replace(
        stream, tables=tables, grantees=(), granted_total_sek=0, rejections=(), introduction=()
    )
    changed = replace(content, preliminary=True, streams=(bare,), abbreviations=(), summary=())
    pdf = TaggedPdf(render_pdf(changed))
    assert "Inga svar har kommit in." in str(pdf.document.find("Figure")[0].obj.Alt)
    assert pdf.unmarked == []
    for rendering in RENDERINGS.values():
        assert rendering.render(changed)


# That its bytes repeat


def test_two_renderings_are_equal_byte_for_byte(content: ReportContent, data: bytes) -> None:
    assert render_pdf(content) == data


def test_another_process_with_another_hash_seed_gives_the_same_bytes(
    content: ReportContent,
) -> None:
    here = {each.format: hashlib.sha256(each.render(content)) for each in RENDERINGS.values()}
    expected = "".join(f"{name} {digest.hexdigest()}\n" for name, digest in here.items())
    for seed in ("1", "271828"):
        printed = subprocess.run(
            [sys.executable, "-m", "tests.reporting.print_digests"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert printed == expected
