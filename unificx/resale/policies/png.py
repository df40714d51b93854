"""Logos: PNG images without anything but their pixels (W3C Portable Network Graphics, third edition)."""

import struct
import zlib

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

MAX_BYTES = 64 << 10
MAX_SIDE = 1024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""Chunks that stay. Texts, times, profiles and animations are left out."""


def clean(data: bytes) -> bytes:
    """Return the image with the chunks of its pixels only. Raise Invalid for anything but a PNG image of at most
    MAX_BYTES and MAX_SIDE pixels in width and height."""
    if len(data) > MAX_BYTES:
        raise Invalid(Phrase("A logo has at most {} KiB.", MAX_BYTES >> 10), field="logo")
    if not data.startswith(_SIGNATURE):
        raise _unreadable()
    chunks = _chunks(data)
    if [name for name, _ in chunks[:1]] != [b"IHDR"] or chunks[-1][0] != b"IEND" or len(chunks[0][1]) != 13:
        raise _unreadable()
    width, height = struct.unpack(">II", chunks[0][1][:8])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise Invalid(Phrase("A logo has at most {} pixels in width and height.", MAX_SIDE), field="logo")
    if not _inflates(b"".join(body for name, body in chunks if name == b"IDAT")):
        raise _unreadable()
    return _SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks if name in _PIXELS)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and body of the chunks up to the end of the image. Raise Invalid."""
    found: list[tuple[bytes, bytes]] = []
    at = len(_SIGNATURE)
    while not found or found[-1][0] != b"IEND":
        length = int.from_bytes(data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
        if at > len(data) or _chunk(name, body) != data[at - 12 - length : at]:
            raise _unreadable()
        found.append((name, body))
    return found


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _inflates(pixels: bytes) -> bool:
    """Whether these are compressed pixels, and not more than the largest image has (16 bits in four channels)."""
    stream = zlib.decompressobj()
    try:
        return len(stream.decompress(pixels, 8 * MAX_SIDE * MAX_SIDE + 2 * MAX_SIDE)) > 0 and stream.eof
    except zlib.error:
        return False


def _unreadable() -> Invalid:
    return Invalid("This is not a PNG image.", hint="Save the logo as PNG.", field="logo")
