"""Record framing in a spool segment: length, CRC-32, kind, bytes. Incomplete frames are detected."""

import struct
import zlib
from dataclasses import dataclass

_HEADER = struct.Struct("<IIB")
MAX_RECORD_BYTES = 1 << 20
"""Largest record, in bytes."""


@dataclass(frozen=True, slots=True)
class DecodedSegment:
    """Decoded segment: records in order, and the number of trailing bytes that are not a valid frame."""

    records: list[tuple[str, bytes]]
    trailing_bytes: int
    damaged: bool
    """True if the trailing bytes are corrupt, and not just an incomplete last write."""


def encode_frame(kind: bytes, record: bytes) -> bytes:
    """Encode a record for appending. Raises ValueError if the kind or the record is empty or too long."""
    if not 0 < len(kind) < 256 or not 0 < len(record) <= MAX_RECORD_BYTES:
        raise ValueError("a record has 1 byte to 1 MiB, its kind 1 to 255 bytes")
    return _HEADER.pack(len(record), zlib.crc32(record, zlib.crc32(kind)), len(kind)) + kind + record


def decode_frames(data: bytes) -> DecodedSegment:
    """Decode a segment up to the first byte that is not part of a complete, valid frame."""
    records: list[tuple[str, bytes]] = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            return DecodedSegment(records, len(data) - at, damaged=False)
        length, checksum, kind_length = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size + kind_length
        end = start + length
        if not kind_length or not 0 < length <= MAX_RECORD_BYTES:
            return DecodedSegment(records, len(data) - at, damaged=True)
        if end > len(data):
            return DecodedSegment(records, len(data) - at, damaged=False)
        kind, record = data[at + _HEADER.size : start], data[start:end]
        if zlib.crc32(record, zlib.crc32(kind)) != checksum:
            return DecodedSegment(records, len(data) - at, damaged=True)
        records.append((kind.decode(), record))
        at = end
    return DecodedSegment(records, 0, damaged=False)
