"""Opens a ZIP file that anybody may have made: plain files with names of an access copy, once each, and no bombs.

Raise Invalid for another one. Memory is bounded by the limits below, whatever the file claims.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from unificx.core.archives import ANOTHER_COPY, require_new_name, shown_name
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

KIND = "access copy"
MAX_FILES = 100_000
_MAX_DIRECTORY = 16 << 20
_MAX_RATIO = 200
"""Uncompressed by compressed bytes. Records of a person shrink to a tenth, sound not at all."""
_SMALL = 64 << 10
"""Files below this size may have any ratio."""
_PIECE = 64 << 10
_NAME = re.compile(
    r"manifest\.json|index\.html|calls\.csv|contact\.vcf|(data|schemas)/[a-z][a-z_]{0,62}\.json"
    r"|(audio|files)/[A-Za-z0-9_-]{1,80}\.[a-z0-9]{1,5}|vcon/[A-Za-z0-9_-]{1,80}\.json"
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_END_64, _END_64_SIZE = b"PK\x06\x06", 56
_LOCAL_HEADER = 30
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, ValueError, RuntimeError)


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open the archive; what is wrong with it is found before anything is read from it."""
    try:
        size = _require_small_directory(file)
        archive = zipfile.ZipFile(file)
    except _DAMAGED:
        raise damaged() from None
    with archive:
        _require_plain_files(archive.infolist(), size)
        yield archive


def pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of a file: exactly as many as the directory states."""
    left = member.file_size
    try:
        with archive.open(member) as file:
            while piece := file.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
    except _DAMAGED:
        raise damaged(member.filename) from None
    if left:
        raise damaged(member.filename)


def damaged(name: str = "") -> Invalid:
    """Return the error for a file that cannot be read; `name` is that of a file inside."""
    inside = Phrase("{} in the access copy is damaged.", shown_name(name))
    return Invalid(inside if name else "The file is damaged or no access copy.", hint=ANOTHER_COPY)


def _require_small_directory(file: BinaryIO) -> int:
    """The directory is read into memory as a whole: its size is at the end of the file, in one of two forms. Return the
    size of the file."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE))
    end = file.read(_END_SIZE)
    if not end.startswith(_END) or len(end) != _END_SIZE or end[-2:] != b"\0\0":
        raise Invalid("The file is cut off, or no access copy.", hint=ANOTHER_COPY)
    directory = struct.unpack("<L", end[12:16])[0]
    file.seek(max(0, size - _END_SIZE - _LOCATOR_SIZE))
    locator = file.read(_LOCATOR_SIZE)
    if locator.startswith(_LOCATOR):
        # Offsets are up to 2^64 - 1, and a file system refuses to seek to most of them.
        file.seek(min(size, struct.unpack("<Q", locator[8:16])[0]))
        end_64 = file.read(_END_64_SIZE)
        if not end_64.startswith(_END_64) or len(end_64) != _END_64_SIZE:
            raise damaged()
        directory = struct.unpack("<Q", end_64[40:48])[0]
    if directory > _MAX_DIRECTORY:
        raise Invalid("The access copy contains too many files.", hint=ANOTHER_COPY)
    file.seek(0)
    return size


def _require_plain_files(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MAX_FILES:
        raise Invalid("The access copy contains too many files.", hint=ANOTHER_COPY)
    known: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = member.orig_filename
        if name != member.filename or not _NAME.fullmatch(name):
            raise Invalid(Phrase("The access copy contains {}, which belongs to no access copy.", shown_name(name)))
        if not stat.S_ISREG(member.external_attr >> 16) or member.flag_bits & 1 or member.compress_type not in _METHODS:
            raise Invalid(Phrase("The access copy contains {}, which is not a plain file.", shown_name(name)))
        if member.file_size > max(_SMALL, member.compress_size * _MAX_RATIO):
            raise Invalid(Phrase("{} in the access copy expands too much.", shown_name(name)), hint=ANOTHER_COPY)
        require_new_name(KIND, name, known)
        known[name] = member
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end or (not end and member.header_offset):
            raise damaged(member.filename)
        end = member.header_offset + _LOCAL_HEADER + member.compress_size
        if end > size:
            raise damaged(member.filename)
