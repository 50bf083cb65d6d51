"""Looking into zip archives, which documents of Word, Excel and ODF are, without unpacking them.

What a member says of its size is compared with what comes out of it, chunk by chunk, so that
neither memory nor disk is filled by a file that is small only while it is packed.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import SEEK_END, BytesIO
from typing import BinaryIO, Final

from core.checks.files import FileRefused

MB: Final = 1024 * 1024
MEMBERS_MAX: Final = 10_000
DIRECTORY_MAX: Final = 2 * MB
UNPACKED_MAX: Final = 400 * MB
"""All members together, those of archives inside the archive included."""
RATIO_MAX: Final = 100
RATIO_FROM: Final = 10 * MB
"""Smaller archives may have any ratio: they fill nothing."""
KEPT_MAX: Final = 32 * MB
"""The largest member that is held in memory, to be looked into itself."""
DEPTH_MAX: Final = 2
"""A document, in it a document (a workbook behind a chart), in it one more."""
CHUNK: Final = 64 * 1024

LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_LOCATOR_64: Final = b"PK\x06\x07"
_END_FORMAT: Final = struct.Struct("<4s4H2LH")
_LOCAL_FORMAT: Final = struct.Struct("<4s5H3L2H")
# Encrypted, strongly encrypted, with a masked directory.
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    ValueError,
    EOFError,
    OverflowError,
)


@dataclass(slots=True)
class _Budget:
    """What all members together, however deep, may come to."""

    packed: int
    members: int = MEMBERS_MAX
    unpacked: int = 0

    def spend(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > UNPACKED_MAX or (
            self.unpacked > RATIO_FROM and self.unpacked > RATIO_MAX * self.packed
        ):
            raise FileRefused("suspicious_archive")


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: the members' names in order, and the content of those asked for."""

    names: tuple[str, ...]
    contents: Mapping[str, bytes] = field(repr=False)
    inner: tuple["Archive", ...] = ()


def has_archive_at_end(tail: bytes) -> bool:
    """Whether a reader of zip archives would take a file with that end for one."""
    place = tail.rfind(_END)
    if place < 0 or place + _END_FORMAT.size > len(tail):
        return False
    comment: int = _END_FORMAT.unpack_from(tail, place)[-1]
    return place + _END_FORMAT.size + comment >= len(tail)


def look_into(stream: BinaryIO, *, wanted: frozenset[str]) -> Archive:
    """The archive's members, all of them read through once.

    Raises FileRefused: suspicious_archive for what no office program writes, encrypted, damaged.
    """
    size = stream.seek(0, SEEK_END)
    return _look_into(stream, wanted, _Budget(packed=size), depth=0)


def _look_into(stream: BinaryIO, wanted: frozenset[str], budget: _Budget, *, depth: int) -> Archive:
    if depth > DEPTH_MAX:
        raise FileRefused("suspicious_archive")
    end = _directory_end(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except _UNREADABLE as error:
        raise FileRefused("damaged") from error
    _refuse_unfit(members, budget)
    contents: dict[str, bytes] = {}
    inner = []
    place = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        # Members that share bytes let a small file say very much.
        if member.header_offset < place:
            raise FileRefused("suspicious_archive")
        start = _data_start(stream, member)
        place = start + member.compress_size
        if place > end:
            raise FileRefused("damaged")
        keep = member.filename in wanted
        content = _read_through(stream, member, start, budget, keep=keep)
        if keep:
            contents[member.filename] = content
        if content.startswith(LOCAL):
            inner.append(_look_into(BytesIO(content), wanted, budget, depth=depth + 1))
    return Archive(tuple(one.filename for one in members), contents, tuple(inner))


def _directory_end(stream: BinaryIO) -> int:
    """Where the directory begins, which is where the last member ends."""
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - _END_FORMAT.size - 0xFFFF))
    tail = stream.read()
    place = tail.rfind(_END)
    if place < 0 or place + _END_FORMAT.size > len(tail):
        raise FileRefused("damaged")
    _, _, _, _, count, length, offset, comment = _END_FORMAT.unpack_from(tail, place)
    at = size - len(tail) + place
    if at + _END_FORMAT.size + comment != size:
        raise FileRefused("damaged")
    # The formats for more than 4 GB, a long directory, or something before or after the archive.
    if (
        tail[max(0, place - 20) : place].startswith(_LOCATOR_64)
        or count > MEMBERS_MAX
        or length > DIRECTORY_MAX
        or offset + length != at
    ):
        raise FileRefused("suspicious_archive")
    begins: int = offset
    return begins


def _refuse_unfit(members: list[zipfile.ZipInfo], budget: _Budget) -> None:
    budget.members -= len(members)
    if budget.members < 0 or len({one.filename for one in members}) != len(members):
        raise FileRefused("suspicious_archive")
    if any(one.flag_bits & _ENCRYPTED for one in members):
        raise FileRefused("encrypted")
    for one in members:
        parts = re.split(r"[/\\]", one.filename)
        outside = not parts[0] or ".." in parts
        if outside or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("suspicious_archive")
    if sum(one.file_size for one in members) > UNPACKED_MAX:
        raise FileRefused("suspicious_archive")


def _data_start(stream: BinaryIO, member: zipfile.ZipInfo) -> int:
    stream.seek(member.header_offset)
    head = stream.read(_LOCAL_FORMAT.size)
    if len(head) < _LOCAL_FORMAT.size or not head.startswith(LOCAL):
        raise FileRefused("damaged")
    name_length, extra_length = _LOCAL_FORMAT.unpack(head)[-2:]
    start: int = member.header_offset + _LOCAL_FORMAT.size + name_length + extra_length
    return start


def _read_through(
    stream: BinaryIO, member: zipfile.ZipInfo, start: int, budget: _Budget, *, keep: bool
) -> bytes:
    """The member's content when it is to be kept or is itself an archive, else nothing."""
    kept = bytearray()
    size = checksum = 0
    undecided = not keep
    try:
        for chunk in _unpacked(stream, member, start):
            size += len(chunk)
            budget.spend(len(chunk))
            if keep or undecided:
                kept += chunk
            if undecided and size >= len(LOCAL):
                undecided, keep = False, kept.startswith(LOCAL)
            if size > member.file_size or (keep and size > KEPT_MAX):
                raise FileRefused("suspicious_archive")
            checksum = zlib.crc32(chunk, checksum)
    except zlib.error as error:
        raise FileRefused("damaged") from error
    if size != member.file_size or checksum != member.CRC:
        raise FileRefused("damaged")
    return bytes(kept) if keep else b""


def _unpacked(stream: BinaryIO, member: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
    """What comes out of the member, in chunks of at most CHUNK bytes, whatever it says."""
    stream.seek(start)
    left = member.compress_size
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0:
        packed = stream.read(min(CHUNK, left))
        if not packed:
            return
        left -= len(packed)
        if member.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        while packed:
            if chunk := unpack.decompress(packed, CHUNK):
                yield chunk
            packed = unpack.unconsumed_tail
            if unpack.eof:
                return
    while member.compress_type == zipfile.ZIP_DEFLATED and (
        chunk := unpack.decompress(unpack.unconsumed_tail, CHUNK)
    ):
        yield chunk
