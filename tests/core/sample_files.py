"""Small real files of each kind, and files that pretend to be one."""

import struct
import zipfile
from collections.abc import Mapping
from functools import cache
from io import BytesIO

import pikepdf
import xlsxwriter
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 500
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def archive(
    members: Mapping[str, bytes | str],
    *,
    method: int = zipfile.ZIP_DEFLATED,
    stored: tuple[str, ...] = (),
    comment: bytes = b"",
) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content, zipfile.ZIP_STORED if name in stored else method)
        made.comment = comment
    return out.getvalue()


@cache
def pdf(text: str = "Ansökan") -> bytes:
    out = BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 720, text)
    canvas.save()
    return out.getvalue()


def pdf_with_password(password: str) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf())) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="the owner's", user=password))
    return out.getvalue()


@cache
def image(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "#336699").save(out, kind)
    return out.getvalue()


@cache
def xlsx(macros: bool = False) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Budget").write(0, 0, "Lön")
        if macros:
            book.add_vba_project(BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), is_stream=True)
    return out.getvalue()


def content_types(main: str, part: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types '
        'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{part}" ContentType="{main}"/>{more}</Types>'
    )


def docx(
    main: str = f"{WORD}.document.main+xml",
    more_types: str = "",
    **members: bytes,
) -> bytes:
    return archive(
        {
            "[Content_Types].xml": content_types(main, "/word/document.xml", more_types),
            "_rels/.rels": "<Relationships/>",
            "word/document.xml": "<w:document>Verksamhetsplan</w:document>",
            **{name.replace("__", "/").replace("_dot_", "."): c for name, c in members.items()},
        }
    )


def odf(kind: str = "text", manifest: str = "<manifest/>", **members: bytes) -> bytes:
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": "<office:document-content/>",
            "META-INF/manifest.xml": manifest,
            **{name.replace("__", "/").replace("_dot_", "."): c for name, c in members.items()},
        },
        stored=("mimetype",),
    )


def old_office(stream: str = "WordDocument") -> bytes:
    """The beginning of a compound file (the format of doc and xls) and one entry's name."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    return head + stream.encode("utf-16-le").ljust(64, b"\x00") + b"\x00" * 448


def bomb(megabytes: int = 200) -> bytes:
    """A workbook of a few hundred kilobytes that unpacks to so much."""
    zeros = b"\x00" * (megabytes * 1024 * 1024)
    return archive({"[Content_Types].xml": _workbook_types(), "xl/media/image1.bmp": zeros})


def nested_bomb(levels: int = 6, copies: int = 16) -> bytes:
    """Archives in archives, as in 42.zip: none is large, all together are."""
    inner = archive({"0": b"\x00" * (4 * 1024 * 1024)})
    for _level in range(levels - 1):
        inner = archive({f"{n}.zip": inner for n in range(copies)})
    return archive({"[Content_Types].xml": _workbook_types(), "xl/embeddings/a.xlsx": inner})


def overlapping_bomb(copies: int = 90) -> bytes:
    """One packed megabyte that many entries of the directory point at."""
    whole = archive({"[Content_Types].xml": _workbook_types(), "0": b"\x00" * 1024 * 1024})
    end = whole.rfind(b"PK\x05\x06")
    _, _, _, _, _, length, offset, _ = struct.unpack("<4s4H2LH", whole[end:])
    directory = whole[offset:end]
    last = directory[directory.rfind(b"PK\x01\x02") :]
    more = b"".join(last[:-1] + bytes([n]) for n in range(32, 32 + copies))
    record = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 2 + copies, 2 + copies, length + len(more), offset, 0
    )
    return whole[:offset] + directory + more + record


def understated(size: int = 1000, megabytes: int = 20) -> bytes:
    """A workbook with a member that unpacks to more than the directory says."""
    content = b"\x00" * (megabytes * 1024 * 1024)
    whole = archive({"[Content_Types].xml": _workbook_types(), "xl/a.xml": content})
    return whole.replace(struct.pack("<L", len(content)), struct.pack("<L", size))


def _workbook_types() -> str:
    return content_types(f"{SHEET}.sheet.main+xml", "/xl/workbook.xml")
