"""How a record lies in a spool segment: length, checksum, kind, bytes. A torn frame is never taken for a whole one."""

import struct
import zlib
from dataclasses import dataclass

_HEADER = struct.Struct("<IIB")
LARGEST = 1 << 20
"""Bytes a record may have."""


@dataclass(frozen=True, slots=True)
class Frames:
    """What a segment holds: its records in order, how many bytes after them are no frame, and how those look."""

    records: list[tuple[str, bytes]]
    left_over: int
    damaged: bool
    """True if what is left over is not just a last write that was cut short."""


def frame(kind: bytes, record: bytes) -> bytes:
    """One record, ready to be appended. Raises ValueError for an empty or over-long kind or record."""
    if not 0 < len(kind) < 256 or not 0 < len(record) <= LARGEST:
        raise ValueError("a record is 1 byte to 1 MiB, of a kind with a name")
    return _HEADER.pack(len(record), zlib.crc32(record, zlib.crc32(kind)), len(kind)) + kind + record


def read_frames(data: bytes) -> Frames:
    """Take a segment apart, up to the first byte that is not a whole and sound frame."""
    records: list[tuple[str, bytes]] = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            return Frames(records, len(data) - at, damaged=False)
        length, checksum, kind_length = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size + kind_length
        end = start + length
        if not kind_length or not 0 < length <= LARGEST:
            return Frames(records, len(data) - at, damaged=True)
        if end > len(data):
            return Frames(records, len(data) - at, damaged=False)
        kind, record = data[at + _HEADER.size : start], data[start:end]
        if zlib.crc32(record, zlib.crc32(kind)) != checksum:
            return Frames(records, len(data) - at, damaged=True)
        records.append((kind.decode(), record))
        at = end
    return Frames(records, 0, damaged=False)
