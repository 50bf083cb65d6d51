"""Which files are received, told by what is in them and not by what they are called.

Documents (PDF, Word, Excel, ODF) and images that a browser or an office program shows. Not
received are: the formats before 2007 (doc, xls), of which it cannot be told for certain that
they carry no macros; documents with macros; text, CSV and RTF, whose content says nothing of
their type or may hold anything; SVG and HTML, which can carry scripts; archives.
"""

import html
import re
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO, Final

import pikepdf
import pikepdf.settings
import puremagic

from core.checks.archives import LOCAL, MB, Archive, has_archive_at_end, look_into
from core.checks.files import FileRefused, clean_file_name, extension


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is received; the first extension is the usual one."""

    extensions: tuple[str, ...]
    media_type: str

    @property
    def extension(self) -> str:
        return self.extensions[0]


_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
TYPES: Final = (
    FileType(("pdf",), "application/pdf"),
    FileType(("docx",), f"{_OOXML}wordprocessingml.document"),
    FileType(("xlsx",), f"{_OOXML}spreadsheetml.sheet"),
    FileType(("odt",), f"{_ODF}text"),
    FileType(("ods",), f"{_ODF}spreadsheet"),
    FileType(("odp",), f"{_ODF}presentation"),
    FileType(("jpg", "jpeg", "jpe", "jfif"), "image/jpeg"),
    FileType(("png",), "image/png"),
    FileType(("gif",), "image/gif"),
    FileType(("webp",), "image/webp"),
    FileType(("tif", "tiff"), "image/tiff"),
)
_BY_EXTENSION: Final = {name: one for one in TYPES for name in one.extensions}
_BY_MEDIA_TYPE: Final = {one.media_type: one for one in TYPES}
ACCEPT: Final = ",".join(f".{name}" for name in _BY_EXTENSION)
"""For the file picker: what it offers first."""

_OLD: Final = frozenset({"doc", "dot", "xls", "xlt", "ppt", "pps", "rtf", "sxw", "sxc"})
_WITH_MACROS: Final = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppsm"})
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_HEAD: Final = 4096
_TAIL: Final = 22 + 0xFFFF
_SIGNATURES: Final = {
    "application/pdf": re.compile(rb"%PDF-[12]\.[0-9]"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.S),
    "image/tiff": re.compile(rb"II\*\x00|MM\x00\*"),
}
_PDF_ENCRYPTED: Final = re.compile(rb"/Encrypt[\s<0-9/]")

# For the whole process: without them a megabyte of PDF takes a gigabyte of memory to open.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=64 * MB,
    png_max_memory=64 * MB,
    tiff_max_memory=64 * MB,
    run_length_max_memory=64 * MB,
)

_CONTENT_TYPES: Final = "[Content_Types].xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_WANTED: Final = frozenset({_CONTENT_TYPES, "mimetype", _MANIFEST})
_MAIN_PARTS: Final = {
    f"{_OOXML}wordprocessingml.document.main+xml": "docx",
    f"{_OOXML}spreadsheetml.sheet.main+xml": "xlsx",
}
_ACTIVE: Final = re.compile(r"macroenabled|macrosheet|vbaproject|activex", re.I)
_ATTRIBUTE: Final = re.compile(r"""ContentType\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# LibreOffice lists its macro libraries in these also when there is none.
_EMPTY_LIBRARIES: Final = ("script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml")


def received_name_and_type(name: str, content: BinaryIO) -> tuple[str, FileType]:
    """The name to store and the type, from a file's given name and its content.

    A name without an extension gets the type's. Raises FileRefused when the content is of no
    type that is received, or of another than the name says.
    """
    name = clean_file_name(name)
    named = extension(name)
    if named in _WITH_MACROS:
        raise FileRefused("macros")
    found = type_of(content)
    if found is None:
        if named in _OLD:
            raise FileRefused("old_format")
        if named in _BY_EXTENSION:
            raise FileRefused("type_differs_from_name", named=named, content="")
        raise FileRefused("type_not_allowed")
    if not named:
        return clean_file_name(f"{name}.{found.extension}"), found
    if named not in found.extensions:
        raise FileRefused("type_differs_from_name", named=named, content=found.extension)
    return name, found


def type_of(content: BinaryIO) -> FileType | None:
    """The type by content, None when it is none that is received.

    Raises FileRefused for a file that is of such a type but may not come in.
    """
    content.seek(0)
    head = content.read(_HEAD)
    if head.startswith(LOCAL):
        return _office_type(look_into(content, wanted=_WANTED))
    if head.startswith(_OLE):
        if _holds(content, _ENCRYPTED_PACKAGE):
            raise FileRefused("encrypted")
        return None
    found = _signed_type(head)
    if found is None:
        return None
    size = content.seek(0, SEEK_END)
    content.seek(max(0, size - _TAIL))
    tail = content.read()
    # An image or a PDF at the front, an archive (of programs, say) at the back.
    if has_archive_at_end(tail):
        raise FileRefused("suspicious_content")
    if found.extension == "pdf":
        _refuse_unreadable_pdf(content, tail)
    return found


def _signed_type(head: bytes) -> FileType | None:
    """The type whose signature the file begins with; signatures elsewhere in it do not count."""
    for found, signature in _SIGNATURES.items():
        # The tables know more formats than are received, and are less strict about each.
        if signature.match(head) and found in {m.mime_type for m in puremagic.magic_string(head)}:
            return _BY_MEDIA_TYPE[found]
    return None


def _refuse_unreadable_pdf(content: BinaryIO, tail: bytes) -> None:
    if b"startxref" not in tail:
        raise FileRefused("damaged")
    if not _holds(content, _PDF_ENCRYPTED):
        return
    content.seek(0)
    try:
        # Many PDFs are encrypted with an empty password, only to forbid printing or changes.
        pikepdf.open(content, attempt_recovery=False).close()
    except pikepdf.PasswordError as error:
        raise FileRefused("encrypted") from error
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise FileRefused("damaged") from error


def _holds(content: BinaryIO, wanted: bytes | re.Pattern[bytes]) -> bool:
    """Whether the bytes are anywhere in the file, read in chunks that overlap."""
    overlap = 64
    content.seek(0)
    before = b""
    while chunk := content.read(MB):
        window = before + chunk
        if wanted in window if isinstance(wanted, bytes) else wanted.search(window):
            return True
        before = window[-overlap:]
    return False


def _office_type(archive: Archive) -> FileType | None:
    """Word, Excel or ODF by what the archive says of itself; None for any other archive."""
    ooxml, odf = _CONTENT_TYPES in archive.contents, "mimetype" in archive.contents
    if ooxml and odf:
        raise FileRefused("suspicious_archive")
    _refuse_active(archive)
    if ooxml:
        mains = {_MAIN_PARTS[name] for name in _content_types(archive) if name in _MAIN_PARTS}
        if len(mains) > 1:
            raise FileRefused("suspicious_archive")
        return _BY_EXTENSION[mains.pop()] if mains else None
    if odf and archive.names[0] == "mimetype":
        if b"encryption-data" in archive.contents.get(_MANIFEST, b""):
            raise FileRefused("encrypted")
        media_type = archive.contents["mimetype"].decode("ascii", errors="replace").strip()
        found = _BY_MEDIA_TYPE.get(media_type)
        return found if media_type.startswith(_ODF) else None
    return None


def _refuse_active(archive: Archive) -> None:
    """Raises FileRefused("macros") when the document, or one inside it, can run something."""
    for name in archive.names:
        folder, _, rest = name.partition("/")
        library = folder == "Basic" and not rest.endswith(("/", *_EMPTY_LIBRARIES)) and rest
        script = folder == "Scripts" and not rest.endswith("/") and rest
        if library or script or name.lower().endswith("vbaproject.bin"):
            raise FileRefused("macros")
    if any(_ACTIVE.search(name) for name in _content_types(archive)):
        raise FileRefused("macros")
    for inner in archive.inner:
        _refuse_active(inner)


def _content_types(archive: Archive) -> list[str]:
    """The types that an OOXML package says its parts have."""
    raw = archive.contents.get(_CONTENT_TYPES, b"")
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = raw.decode("utf-16" if wide else "utf-8", errors="replace")
    if "<!" in text.replace("<!--", ""):
        raise FileRefused("suspicious_archive")
    return [html.unescape(one or other) for one, other in _ATTRIBUTE.findall(text)]
