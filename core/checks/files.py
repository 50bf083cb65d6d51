"""What an uploaded file may be called, and why one is refused."""

import re
import unicodedata
from typing import Final, Literal, get_args

type FileRefusedCode = Literal[
    "empty",
    "too_large",
    "too_many",
    "type_not_allowed",
    "type_differs_from_name",
    "old_format",
    "macros",
    "encrypted",
    "damaged",
    "suspicious_archive",
    "suspicious_content",
]
CODES: Final[tuple[str, ...]] = get_args(FileRefusedCode.__value__)

LONGEST_NAME: Final = 255
"""Bytes of UTF-8: what the file systems of those who download can hold."""
_LONGEST_EXTENSION: Final = 20
_UNNAMED: Final = "fil"
# Control, format (bidi overrides among them), surrogate, private and unassigned characters, and
# the separators that break a line.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORBIDDEN: Final = re.compile(r'[<>:"|?*/\\]')
_EXTENSION: Final = re.compile(r"(?=[0-9]*[a-z])[a-z0-9]{1,10}", re.I | re.A)
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(\.|$))", re.I)


class FileRefused(Exception):
    """An uploaded file that is not received; `code` says why, `params` what the text names.

    too_large: `limit_mb`; too_many: `limit`; type_differs_from_name: `named`, the extension, and
    `content`, the extension that the content would have, or empty when it is none that is received.
    """

    def __init__(self, code: FileRefusedCode, **params: str | int) -> None:
        super().__init__(code)
        self.code: FileRefusedCode = code
        self.params = params


def refuse_beyond(limit: int, *, there_are: int) -> None:
    """Raises FileRefused("too_many") when a case with so many files has no room for one more."""
    if there_are >= limit:
        raise FileRefused("too_many", limit=limit)


def extension(name: str) -> str:
    """The name's extension in lower case, empty when it has none: `Plan 2.0` and `år. 2024`
    have none."""
    stem, _dot, last = name.rpartition(".")
    return last.lower() if stem and _EXTENSION.fullmatch(last) else ""


def clean_file_name(name: str) -> str:
    """The name as it may be stored, shown and downloaded; cleaning it again changes nothing.

    Without folders, without characters that are not seen or that turn the reading direction
    (`gpj.exe` shown as `exe.jpg`), without those that Windows refuses, and at most 255 bytes
    of UTF-8, with the extension kept.
    """
    name = re.split(r"[/\\]", name)[-1] or name
    # Composing can make of one character two, of which one may go; so it is done on both sides.
    kept = "".join(
        " " if unicodedata.category(char) == "Zs" or char in "\t\n\r\v\f" else char
        for char in unicodedata.normalize("NFC", name)
        if char in "\t\n\r\v\f" or unicodedata.category(char) not in _UNSEEN
    )
    kept = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", kept))
    kept = re.sub(r" +", " ", kept).strip(" .")
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    return _shortened(kept) or _UNNAMED


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST_NAME:
        return name
    stem, dot, last = name.rpartition(".")
    if not dot or len(last.encode()) > _LONGEST_EXTENSION:
        stem, last = name, ""
    end = f".{last}" if last else ""
    room = LONGEST_NAME - len(end.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + end
