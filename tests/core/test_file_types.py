"""Which files are received: by content, whatever they are called."""

import tracemalloc
import unicodedata
import zipfile
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.checks import FileRefused, clean_file_name, refuse_beyond
from core.checks.archives import UNPACKED_MAX
from core.checks.file_types import ACCEPT, TYPES, received_name_and_type, type_of
from core.checks.files import CODES, LONGEST_NAME, extension
from tests.core import sample_files as sample

GOOD = {
    "plan.pdf": sample.pdf(),
    "plan.PDF": sample.pdf(),
    "låst för ändring.pdf": sample.pdf_with_password(""),
    "budget.xlsx": sample.xlsx(),
    "plan.docx": sample.docx(),
    "med-diagram.docx": sample.docx(word__embeddings__sheet_dot_xlsx=sample.xlsx()),
    "plan.odt": sample.odf("text"),
    "budget.ods": sample.odf("spreadsheet"),
    "bilder.odp": sample.odf("presentation"),
    "utan-makron.odt": sample.odf(**{"Basic__script-lc_dot_xml": b"<libraries/>"}),
    "foto.jpg": sample.image("JPEG"),
    "foto.jpeg": sample.image("JPEG"),
    "karta.png": sample.image("PNG"),
    "karta.gif": sample.image("GIF"),
    "karta.webp": sample.image("WEBP"),
    "skannad.tif": sample.image("TIFF"),
    "skannad.tiff": sample.image("TIFF"),
}
VBA = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
EXCEL_4 = (
    '<Override PartName="/xl/macrosheets/s.xml" '
    'ContentType="application/vnd.ms-excel.macrosheet&#43;xml"/>'
)
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
REFUSED = {
    # Of a kind that is not received.
    ("logga.svg", "type_not_allowed"): sample.SVG,
    ("sida.html", "type_not_allowed"): sample.HTML,
    ("setup.exe", "type_not_allowed"): sample.PROGRAM,
    ("allt.zip", "type_not_allowed"): sample.archive({"a.txt": b"hej"}),
    ("anteckning.txt", "type_not_allowed"): b"hej",
    ("lista.csv", "type_not_allowed"): b"a;b\n1;2\n",
    ("bilder.pptx", "type_not_allowed"): sample.docx("application/vnd.x.presentation.main+xml"),
    ("karta.bmp", "type_not_allowed"): sample.image("BMP"),
    ("ljud.webp", "type_differs_from_name"): b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 30,
    ("mall.odt", "type_differs_from_name"): sample.odf("text-template"),
    # Called something else than it is.
    ("faktura.pdf", "type_differs_from_name"): sample.PROGRAM,
    ("bild.pdf", "type_differs_from_name"): sample.HTML,
    ("bild.png", "type_differs_from_name"): sample.SVG,
    ("bild2.png", "type_differs_from_name"): sample.image("JPEG"),
    ("budget.docx", "type_differs_from_name"): sample.xlsx(),
    ("plan.xlsx", "type_differs_from_name"): sample.archive({"a.txt": b"hej"}),
    ("faktura.pdf.exe", "type_differs_from_name"): sample.pdf(),
    ("sida2.html", "type_differs_from_name"): sample.pdf(),
    ("gammal.docx", "type_differs_from_name"): sample.old_office(),
    # Formats before 2007.
    ("plan.doc", "old_format"): sample.old_office(),
    ("budget.xls", "old_format"): sample.old_office("Workbook"),
    ("brev.rtf", "old_format"): b"{\\rtf1 hej}",
    # With programs in them.
    ("plan.docm", "macros"): sample.docx(MACRO_MAIN),
    ("plan1.docx", "macros"): sample.docx(MACRO_MAIN),
    ("plan2.docx", "macros"): sample.docx(more_types=VBA),
    ("plan3.docx", "macros"): sample.docx(word__vbaProject_dot_bin=b"x"),
    ("plan4.docx", "macros"): sample.docx(more_types=EXCEL_4),
    ("plan5.docx", "macros"): sample.docx(word__embeddings__a_dot_xlsx=sample.xlsx(macros=True)),
    ("budget.xlsm", "macros"): sample.xlsx(macros=True),
    ("budget.xlsx", "macros"): sample.xlsx(macros=True),
    ("plan.odt", "macros"): sample.odf(Basic__Standard__Module1_dot_xml=b"Sub Main"),
    ("plan2.odt", "macros"): sample.odf(Scripts__python__a_dot_py=b"import os"),
    # Locked.
    ("plan.pdf", "encrypted"): sample.pdf_with_password("hemligt"),
    ("plan6.docx", "encrypted"): sample.old_office("EncryptedPackage"),
    ("plan3.odt", "encrypted"): sample.odf(manifest="<manifest:encryption-data/>"),
    # Not whole.
    ("halv.pdf", "damaged"): sample.pdf()[: len(sample.pdf()) // 2],
    ("halv.xlsx", "damaged"): sample.xlsx()[: len(sample.xlsx()) // 2],
    ("ändrad.xlsx", "damaged"): sample.xlsx().replace(b"xl/", b"yl/", 1)[:-30] + b"\x00" * 30,
    # Two kinds at once.
    ("två.pdf", "suspicious_content"): sample.pdf() + sample.archive({"a.class": b"x"}),
    ("två.gif", "suspicious_content"): sample.image("GIF") + sample.archive({"a.class": b"x"}),
    ("två2.gif", "suspicious_content"): (
        sample.image("GIF") + sample.archive({"a.class": b"x"}, comment=b"and so on")
    ),
    ("två.odt", "suspicious_archive"): sample.odf(**{"[Content_Types]_dot_xml": b"<Types/>"}),
    ("entiteter.docx", "suspicious_archive"): sample.docx(more_types="<!DOCTYPE x>"),
    # Bombs.
    ("bomb.xlsx", "suspicious_archive"): sample.bomb(),
    ("ask-i-ask.xlsx", "suspicious_archive"): sample.nested_bomb(),
    ("överlapp.xlsx", "suspicious_archive"): sample.overlapping_bomb(),
    ("ljuger.xlsx", "suspicious_archive"): sample.understated(),
    ("ut.docx", "suspicious_archive"): sample.docx(**{"..__..__etc__passwd": b"x"}),
    ("annan-packning.xlsx", "suspicious_archive"): sample.archive(
        {"[Content_Types].xml": "<Types/>"}, method=zipfile.ZIP_LZMA
    ),
}


def refusal(name: str, content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as raised:
        received_name_and_type(name, BytesIO(content))
    return raised.value


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_a_kind_that_is_received(name: str) -> None:
    kept, found = received_name_and_type(name, BytesIO(GOOD[name]))
    assert kept == name
    assert extension(name) in found.extensions


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]}: {case[1]}")
def test_a_file_that_is_refused(case: tuple[str, str]) -> None:
    assert refusal(case[0], REFUSED[case]).code == case[1]


def test_a_refusal_says_what_the_name_and_what_the_content_is() -> None:
    assert refusal("bild.png", sample.image("JPEG")).params == {"named": "png", "content": "jpg"}
    assert refusal("faktura.pdf", sample.PROGRAM).params == {"named": "pdf", "content": ""}


def test_a_name_without_an_extension_gets_the_types() -> None:
    assert received_name_and_type("Protokoll", BytesIO(sample.pdf()))[0] == "Protokoll.pdf"
    assert received_name_and_type("år. 2024", BytesIO(sample.pdf()))[0] == "år. 2024.pdf"


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_encrypted_member_is_refused(kind: str) -> None:
    whole = bytearray(GOOD[f"plan.{kind}"])
    place = whole.find(b"PK\x01\x02")
    whole[place + 8] |= 1
    assert refusal(f"plan.{kind}", bytes(whole)).code == "encrypted"


def test_a_bomb_fills_no_memory() -> None:
    content = BytesIO(sample.bomb())
    tracemalloc.start()
    with pytest.raises(FileRefused):
        type_of(content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


def test_what_members_say_alone_is_enough_to_refuse() -> None:
    """A member that says more than there may be is refused before anything is unpacked."""
    whole = sample.understated(size=UNPACKED_MAX + 1, megabytes=1)
    assert refusal("stor.xlsx", whole).code == "suspicious_archive"


def test_a_pdf_that_is_a_bomb_fills_no_memory() -> None:
    import zlib

    packed = zlib.compress(b"\x00" * (256 * 1024 * 1024), 9)
    body = b"%PDF-1.5\n1 0 obj<</Type/Catalog>>endobj\n"
    whole = body + (
        b"2 0 obj<</Type/XRef/Size 3/W[1 2 1]/Root 1 0 R/Encrypt 3 0 R/Filter/FlateDecode"
        b"/Length %d>>stream\n%s\nendstream endobj\nstartxref\n%d\n%%%%EOF"
        % (len(packed), packed, len(body))
    )
    before = _peak()
    assert refusal("plan.pdf", whole).code == "damaged"
    assert _peak() - before < 150 * 1024


def _peak() -> int:
    """The most memory this process has had, in kilobytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


OUTCOMES = {*CODES, *(one.media_type for one in TYPES)}


def found_in(name: str, content: bytes) -> str:
    """The media type, or why the file is refused."""
    try:
        return received_name_and_type(name, BytesIO(content))[1].media_type
    except FileRefused as refused:
        return refused.code


@given(st.binary(max_size=400), st.sampled_from(["", "PK\x03\x04", "%PDF-1.4", "GIF89a"]))
def test_no_content_breaks_the_look_into_it(content: bytes, begins: str) -> None:
    assert found_in("plan.pdf", begins.encode() + content) in OUTCOMES


@given(st.data())
def test_no_damage_breaks_the_look_into_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD)))
    whole = bytearray(GOOD[name])
    for _change in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert found_in(name, bytes(whole)) in OUTCOMES


def test_the_file_picker_offers_what_is_received() -> None:
    assert set(ACCEPT.split(",")) == {f".{name}" for one in TYPES for name in one.extensions}


# Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Verksamhetsplan 2014.pdf", "Verksamhetsplan 2014.pdf"),
        ("årsmöte – öppet.docx", "årsmöte – öppet.docx"),
        ("C:\\Users\\Anna\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("faktura\u202efdp.exe", "fakturafdp.exe"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
        ("<script>alert(1)</script>.pdf", "script_.pdf"),
        ('"><img src=x onerror=alert(1)>.pdf', "___img src=x onerror=alert(1)_.pdf"),
        ("..", "fil"),
        ("", "fil"),
        ("\u202e\u200b", "fil"),
        (".htaccess", "htaccess"),
        ("plan.pdf. . ", "plan.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a\u0308rende.pdf", "ärende.pdf"),
        ("plan\u00a0\u2003 a.pdf", "plan a.pdf"),
    ],
)
def test_a_name_is_cleaned(given: str, kept: str) -> None:
    assert clean_file_name(given) == kept


def test_a_long_name_keeps_its_extension() -> None:
    kept = clean_file_name("å" * 300 + ".docx")
    assert kept.endswith("å.docx")
    assert len(kept.encode()) <= LONGEST_NAME


@given(st.text(max_size=400))
@example("con" * 100 + ".pdf")
@example("a" * 250 + ".\u0344x")
@example("\u0344" * 130)
@example("a/b\\")
@example("x" * 254 + " .pdf")
def test_no_name_harms(name: str) -> None:
    kept = clean_file_name(name)
    assert clean_file_name(kept) == kept
    assert 1 <= len(kept.encode()) <= LONGEST_NAME
    assert kept == kept.strip(" .")
    assert not set('<>:"|?*/\\') & set(kept)
    assert not {unicodedata.category(char) for char in kept} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert kept == unicodedata.normalize("NFC", kept)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=300))
def test_the_extension_is_kept_whatever_the_name(stem: str) -> None:
    assert extension(clean_file_name(f"{stem}.pdf")) == "pdf"


def test_a_case_has_room_for_so_many_files() -> None:
    refuse_beyond(50, there_are=49)
    with pytest.raises(FileRefused) as raised:
        refuse_beyond(50, there_are=50)
    assert (raised.value.code, raised.value.params) == ("too_many", {"limit": 50})
