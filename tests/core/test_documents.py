"""Documents of every kind: what is drawn is tagged, tables hold together, bytes repeat."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, PageBreak, Spacer

from core.documents import (
    Column,
    Figure,
    Heading,
    Layout,
    LayoutError,
    Metadata,
    Node,
    Row,
    Rule,
    RunningHead,
    TableSpec,
    TaggedCanvas,
    Text,
    Tiles,
    build_pdf,
    bullets,
    data_table,
    keep,
    theme,
)
from core.documents.typefaces import ALL, REGULAR, SEMIBOLD, displayable, text_width
from tests.core.tagged_pdf import Element, TaggedPdf, table_cells

METADATA = Metadata(
    title="Beslut om utvecklingsmedel",
    author="Länsstyrelsen i Örebro län",
    subject="Beslut",
    language="sv",
    created=date(2014, 6, 30),
    keywords=("bidrag", "våld"),
)
RUNNING = RunningHead(
    left="Länsstyrelsen",
    right="Beslut",
    foot="801-2901-2024",
    page_of=lambda page, pages: f"Sida {page} ({pages})",
)
COLUMNS = (
    Column("Namn", 200, heads_row=True),
    Column("Antal", 80, "right"),
    Column("Belopp", 120, "right"),
)


Story = Callable[[Layout], Sequence[Flowable]]


def _build(story: Story, cover: Callable[[TaggedCanvas], None] | None = None) -> bytes:
    return build_pdf(story=story, metadata=METADATA, running=RUNNING, cover=cover)


def read(story: Story) -> TaggedPdf:
    return TaggedPdf(_build(story))


def long_story(layout: Layout) -> Sequence[Flowable]:
    rows = [Row((f"Förening {i}", str(i), f"{i} 000 kr")) for i in range(200)]
    rows.append(Row(("Totalt", "199", "1 kr"), "total"))
    return [
        Heading("Innehåll", 1, listed=False),
        *layout.contents(),
        PageBreak(),
        Heading("Först", 1),
        Text("Ett stycke. " * 400),
        Heading("Mottagare", 2),
        data_table(TableSpec(COLUMNS, rows, "Mottagare", dense=True)),
        Heading("Sist", 1),
        Text("Slut."),
    ]


@pytest.fixture(scope="module")
def document() -> TaggedPdf:
    return read(long_story)


def test_catalog_and_metadata_say_what_the_document_is(document: TaggedPdf) -> None:
    pdf = document.pdf
    assert str(pdf.Root.Lang) == "sv"
    assert pdf.Root.MarkInfo.Marked is True
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    assert str(pdf.docinfo.Title) == METADATA.title
    assert str(pdf.docinfo.Author) == METADATA.author
    with pdf.open_metadata() as xmp:
        assert xmp["pdfuaid:part"] == "1"
        assert xmp["dc:title"] == METADATA.title
        assert set(xmp["dc:language"]) == {"sv"}
        assert xmp["xmp:CreateDate"] == "2014-06-30"


def test_no_clock_is_in_the_file(document: TaggedPdf) -> None:
    assert str(document.pdf.docinfo.CreationDate) == "D:20140630"
    assert str(document.pdf.docinfo.ModDate) == "D:20140630"
    assert set(document.pdf.docinfo.keys()) == {
        *("/Title", "/Author", "/Subject", "/Keywords", "/Producer", "/CreationDate", "/ModDate")
    }


def test_everything_drawn_is_tagged_or_artifact(document: TaggedPdf) -> None:
    assert document.unmarked == []


def test_every_page_says_its_tab_order_and_its_place_in_the_parent_tree(
    document: TaggedPdf,
) -> None:
    for index, page in enumerate(document.pdf.pages):
        assert page.obj.Tabs == pikepdf.Name.S
        assert int(page.obj.StructParents) == index
    assert len(document.parent_tree) == int(document.pdf.Root.StructTreeRoot.ParentTreeNextKey)


def test_only_embedded_type_is_used(document: TaggedPdf) -> None:
    for page in document.pdf.pages:
        for font in page.Resources.Font.values():
            assert "SourceSans3" in str(font.BaseFont)
            assert "/FontFile2" in font.FontDescriptor
            assert "/ToUnicode" in font


def test_running_heads_and_page_numbers_are_artifacts_on_every_page(document: TaggedPdf) -> None:
    pages = len(document.pdf.pages)
    shown = {text for _, text in document.artifacts}
    assert {f"801-2901-2024Sida {n} ({pages})" for n in range(1, pages + 1)} <= shown
    assert "801-2901-2024" not in document.document.text


def test_contents_give_the_pages_where_the_headings_stand(document: TaggedPdf) -> None:
    headings = {h.text.strip(): h.page for h in document.document.find("H1", "H2")}
    links = document.document.find("Link")
    assert [link.text.split(" ")[0] for link in links] == ["Först", "Mottagare", "Sist"]
    for link in links:
        title, page = link.text.rsplit(" ", 1)
        assert headings[title] == int(page) - 1
        assert document.page_of_destination(link.links[0]) == int(page)
        assert str(link.links[0].Contents) == f"{title}, {page}"
        assert int(link.links[0].F) & 4


def test_bookmarks_hold_every_heading_in_its_level(document: TaggedPdf) -> None:
    with document.pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Innehåll", "Först", "Sist"]
        assert [item.title for item in outline.root[1].children] == ["Mottagare"]


def test_long_table_is_one_table_whose_headings_are_read_once(document: TaggedPdf) -> None:
    [table] = document.document.find("Table")
    cells = table_cells(table)
    assert len(cells) == 202
    assert cells[0] == ["Namn", "Antal", "Belopp"]
    assert cells[-1] == ["Totalt", "199", "1 kr"]
    repeated = {page for page, text in document.artifacts if text.strip() == "Belopp"}
    pages = {row.page for row in table.find("TD")}
    assert len(pages) >= 4
    assert repeated == pages - {table.page}


def test_total_row_never_stands_alone_on_a_page() -> None:
    for count in range(36, 47):
        rows = [Row((f"Rad {i}", "1", "2")) for i in range(count)]
        rows.append(Row(("Totalt", "1", "2"), "total"))
        spec = TableSpec(COLUMNS, rows, "Tabell")
        pages = [
            row.find("TD")[0].page
            for row in read(lambda _layout, spec=spec: [data_table(spec)])
            .document.find("TBody")[0]
            .children
        ]
        assert pages[-1] == pages[-2]


def test_heading_never_ends_a_page() -> None:
    for height in range(600, 690, 7):

        def story(_layout: Layout, height: int = height) -> list[Flowable]:
            return [Spacer(1, height), Heading("Rubrik", 1), Text("Ord. " * 90)]

        document = read(story).document
        [heading], [paragraph] = document.find("H1"), document.find("P")
        assert heading.page == paragraph.page


def test_heading_levels_are_not_skipped() -> None:
    with pytest.raises(ValueError, match="level 3 after one of level 1: Tabell"):
        _build(lambda _layout: [Heading("Först", 1), Heading("Tabell", 3)])


def test_paragraph_over_a_page_break_stays_one_element() -> None:
    document = read(lambda _layout: [Spacer(1, 600), Text("Ett ord. " * 300)]).document
    [paragraph] = document.find("P")
    assert paragraph.text == "Ett ord. " * 300
    assert len(paragraph.kids) == 2


def test_header_cells_have_scopes_and_identifiers() -> None:
    spec = TableSpec(COLUMNS, [Row(("A", "1", "2"))], "Tabell 1")
    pdf = read(lambda _layout: [data_table(spec)])
    [table] = pdf.document.find("Table")
    assert str(table.attribute("/Summary")) == "Tabell 1"
    assert [child.tag for child in table.children] == ["THead", "TBody"]
    scopes = [str(cell.attribute("/Scope")) for cell in table.find("TH")]
    assert scopes == ["/Column", "/Column", "/Column", "/Row"]
    names = list(pdf.pdf.Root.StructTreeRoot.IDTree.Kids[0].Names)
    assert sorted(map(str, names[::2])) == sorted(str(th.obj.ID) for th in table.find("TH"))


def test_cells_under_a_group_name_it_among_their_headers_and_others_do_not() -> None:
    rows = [
        Row(("Grupp",), "group"),
        Row(("Medlem", "1", "2"), member=True),
        Row(("Fri", "3", "4")),
    ]
    spec = TableSpec(COLUMNS, rows, "Tabell")
    [table] = read(lambda _layout: [data_table(spec)]).document.find("Table")
    by_id = {bytes(th.obj.ID): th.text.strip() for th in table.find("TH")}

    def headers(cell: Element) -> set[str]:
        return {by_id[bytes(name)] for name in cell.attribute("/Headers")}

    group, member, free = table.find("TBody")[0].children
    assert int(group.children[0].attribute("/ColSpan")) == 3
    assert headers(member.children[1]) == {"Grupp", "Antal", "Medlem"}
    assert headers(free.children[1]) == {"Antal", "Fri"}
    assert headers(member.children[0]) == {"Grupp", "Namn"}


def test_table_without_rows_is_its_headings() -> None:
    spec = TableSpec(COLUMNS, [], "Tom")
    [table] = read(lambda _layout: [data_table(spec)]).document.find("Table")
    assert table_cells(table) == [["Namn", "Antal", "Belopp"]]


def test_empty_cells_keep_the_row_regular() -> None:
    spec = TableSpec(COLUMNS, [Row(("A", "", "2"))], "Tabell")
    [table] = read(lambda _layout: [data_table(spec)]).document.find("Table")
    assert table_cells(table)[1] == ["A", "", "2"]


def test_figure_has_alternative_text_and_a_box() -> None:
    def story(_layout: Layout) -> list[Flowable]:
        drawing = Drawing(100, 40)
        drawing.add(Rect(0, 0, 50, 20, fillColor=theme.PRIMARY))
        drawing.add(String(0, 30, "Text", fontName=REGULAR, fontSize=8))
        return [Figure(drawing, "En stapel")]

    pdf = read(story)
    [figure] = pdf.document.find("Figure")
    assert str(figure.obj.Alt) == "En stapel"
    x0, y0, x1, y1 = (float(number) for number in figure.attribute("/BBox"))
    assert (round(x1 - x0), round(y1 - y0)) == (100, 40)
    assert x0 == pytest.approx(theme.MARGIN_SIDE, abs=0.01)
    assert set(pdf.pdf.pages[0].Resources.Font.keys()) == set(pdf.used_fonts)


def test_list_items_have_labels_and_bodies() -> None:
    document = read(
        lambda _layout: [*bullets([[("Helt. ", True), ("Ja", False)], [("Nej", False)]]), Rule()]
    ).document
    [listing] = document.find("L")
    items = [[child.tag for child in item.children] for item in listing.children]
    assert items == [["Lbl", "LBody"], ["Lbl", "LBody"]]
    assert [body.text.strip() for body in listing.find("LBody")] == ["Helt. Ja", "Nej"]
    assert listing.attribute("/ListNumbering") == pikepdf.Name.Disc


def test_tiles_are_read_label_before_value() -> None:
    document = read(lambda _layout: [Tiles([("Beviljat", "1 kr"), ("Antal", "3")])]).document
    [listing] = document.find("L")
    read_out = [[p.text.strip() for p in body.find("P")] for body in listing.find("LBody")]
    assert read_out == [["Beviljat", "1 kr"], ["Antal", "3"]]


def test_words_on_two_lines_do_not_run_together() -> None:
    text = "Utvecklingsmedel till kommuner, stadsdelar och ideella föreningar. " * 5
    [paragraph] = read(lambda _layout: [Text(text)]).document.find("P")
    assert paragraph.text.split() == text.split()


def test_amounts_do_not_break_over_lines() -> None:
    words = (
        "Beviljat belopp är 1\N{NO-BREAK SPACE}250\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr totalt"
    )
    for width in range(70, 260, 5):
        text = Text(words)
        text.wrap(width, 1000)
        lines = [" ".join(line[1]) for line in text.blPara.lines]
        assert any(
            "1\N{NO-BREAK SPACE}250\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr" in line
            for line in lines
        )


def test_markup_in_text_is_text() -> None:
    text = "A & B <b>inte fet</b> &amp; <para>"
    [paragraph] = read(lambda _layout: [Text(text)]).document.find("P")
    assert paragraph.text.strip() == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_set_without_missing_glyphs(text: str) -> None:
    shown = displayable(text)
    assert all(not unicodedata.category(char).startswith("C") for char in shown if char != "\n")
    pdf = read(lambda _layout: [Text(f"x{text}"), Text(None, parts=[(f"y{text}", True)])])
    assert pdf.document.text.split() == f"x{shown} y{shown}".split()
    assert pdf.unmarked == []


def test_letters_of_swedish_and_typography_are_in_every_typeface() -> None:
    letters = "abcåäöÅÄÖéü–−’”…§%\N{NO-BREAK SPACE}•"
    assert displayable(letters) == letters


def test_figures_are_tabular() -> None:
    for font in ALL:
        assert len({text_width(digit, font, 10) for digit in "0123456789"}) == 1
    assert text_width("1", SEMIBOLD, 10) > 0


def test_keep_holds_groups_together_only_when_they_fit_a_page() -> None:
    small = keep([Text("a")], [Text("b")])
    assert len(small) == 1
    tall = keep([Spacer(1, 500)], [Spacer(1, 400)])
    assert len(tall) == 2


def test_marked_content_is_never_nested() -> None:
    class Nested(Flowable):
        def draw(self) -> None:
            with self.canv.artifact(), self.canv.content(Node("P")):
                pass

    with pytest.raises(RuntimeError, match="inside marked content"):
        _build(lambda _layout: [Nested()])


def test_contents_that_never_settle_are_refused() -> None:
    calls: list[int] = []

    def story(_layout: Layout) -> list[Flowable]:
        calls.append(1)
        return [*[PageBreak() for _ in range(len(calls) % 2)], Heading("Rubrik", 1), Text("x")]

    with pytest.raises(LayoutError):
        _build(story)


def test_cover_has_no_running_heads() -> None:
    def cover(canvas: TaggedCanvas) -> None:
        title = Text("Titel")
        title.wrap(300, 300)
        title.drawOn(canvas, 50, 500)

    pdf = TaggedPdf(_build(lambda _layout: [Heading("Först", 1), Text("x")], cover=cover))
    assert [page for page, text in pdf.artifacts if "Sida" in text] == [1]
    assert pdf.document.find("P")[0].page == 0
    assert pdf.document.find("H1")[0].page == 1


def test_two_builds_are_equal_byte_for_byte() -> None:
    assert _build(long_story) == _build(long_story)


def test_text_colours_have_contrast() -> None:
    def luminance(color: Color) -> float:
        channels = (color.red, color.green, color.blue)
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ink in (theme.INK, theme.MUTED, theme.PRIMARY, theme.ACCENT):
        for paper in (theme.WHITE, theme.TINT):
            assert (luminance(paper) + 0.05) / (luminance(ink) + 0.05) >= 4.5
