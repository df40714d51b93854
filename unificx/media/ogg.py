"""Opus in Ogg (RFC 3533, RFC 7845), limited to the files we write: one stream of 60 ms packets, one page per second.

Every page but the last holds `PACKETS_PER_PAGE` packets, so the position of a page follows from its time.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CLOCK = 48_000
"""Rate of Ogg Opus granule positions, whatever the sample rate of the sound."""
PACKET_MS = 60
PACKETS_PER_PAGE = 17
PAGE_TICKS = PACKETS_PER_PAGE * PACKET_MS * CLOCK // 1000
"""Duration of a full page in clock ticks."""
_CAPTURE_PATTERN = b"OggS"
_HEAD = struct.Struct("<4sBBqIIIB")
_OPUS_HEAD = struct.Struct("<8sBBHIhB")
_OPUS_TAGS = b"OpusTags" + struct.pack("<I7s", 7, b"UnifiCX")
_SERIAL = 1
_FIRST, _LAST = 2, 4
MAX_CHAPTERS = 400
"""All chapters have to fit into one page."""


def _crc_entry(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
    return value & 0xFFFFFFFF


_CRC_TABLE = tuple(_crc_entry(byte) for byte in range(256))


def checksum(data: bytes) -> int:
    """Return the CRC of RFC 3533: the usual CRC-32 polynomial, without bit reflection or inversion."""
    value = 0
    for byte in data:
        value = (value << 8) & 0xFFFFFFFF ^ _CRC_TABLE[(value >> 24) ^ byte]
    return value


def opus_head(rate: int, channels: int, pre_skip: int) -> bytes:
    """Return the identification header of RFC 7845 section 5.1. `pre_skip` in samples of this rate."""
    family = int(channels > 1)
    head = _OPUS_HEAD.pack(b"OpusHead", 1, channels, pre_skip * (CLOCK // rate), rate, 0, family)
    # one mono stream per channel, no stereo stream
    return head + bytes((channels, 0, *range(channels))) if family else head


class PageWriter:
    """Writes packets into pages. `pre_skip` is the number of samples a decoder outputs before the sound begins."""

    def __init__(self, rate: int, channels: int, pre_skip: int) -> None:
        self._scale = CLOCK // rate
        self._channels = channels
        self._rate = rate
        self._pre_skip = pre_skip * self._scale
        self._number = 0
        self._packets = 0

    def header_pages(self, chapters: Sequence[tuple[float, str]] = ()) -> bytes:
        """Return the two header pages. `chapters` are (second, title) pairs."""
        head = opus_head(self._rate, self._channels, self._pre_skip // self._scale)
        return self._page([head], 0, _FIRST) + self._page([_tags(chapters)], 0, 0)

    def page(self, packets: Sequence[bytes]) -> bytes:
        """Return a full page."""
        self._packets += len(packets)
        return self._page(packets, self._packets * PACKET_MS * CLOCK // 1000, 0)

    def last_page(self, packets: Sequence[bytes], samples: int) -> bytes:
        """Return the last page of a sound of `samples` samples; excess samples of its packets are not played."""
        return self._page(packets, self._pre_skip + samples * self._scale, _LAST)

    def _page(self, packets: Sequence[bytes], position: int, kind: int) -> bytes:
        lengths = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
        head = _HEAD.pack(_CAPTURE_PATTERN, 0, kind, position, _SERIAL, self._number, 0, len(lengths))
        page = bytearray(head + lengths + b"".join(packets))
        page[22:26] = checksum(page).to_bytes(4, "little")
        self._number += 1
        return bytes(page)


def _tags(chapters: Sequence[tuple[float, str]]) -> bytes:
    """Return the comment header with chapters as players read them: CHAPTER001=00:00:07.250, CHAPTER001NAME=paused."""
    comments: list[bytes] = []
    for number, (at, name) in enumerate(chapters[:MAX_CHAPTERS], 1):
        minutes, milliseconds = divmod(round(at * 1000), 60_000)
        time = f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
        comments += [f"CHAPTER{number:03}={time}".encode(), f"CHAPTER{number:03}NAME={name}".encode()]
    lengths = [struct.pack("<I", len(each)) + each for each in comments]
    return b"".join([_OPUS_TAGS, struct.pack("<I", len(comments)), *lengths])


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: its packets and the position of its end, in clock ticks."""

    position: int
    packets: tuple[bytes, ...]

    @property
    def start(self) -> int:
        return max(self.position - 1, 0) // PAGE_TICKS * PAGE_TICKS


class PageReader:
    """Parses a file in chunks, from its start or from any offset, into complete pages."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[Page]:
        self._buffer += data
        at = self._buffer.find(_CAPTURE_PATTERN)
        if at < 0:
            return
        while (page := _page_at(self._buffer, at)) is not None:
            found, at = page
            yield found
        self._buffer = self._buffer[at:]


def first_position(data: bytes) -> int | None:
    """Return the position of the first page that begins in `data`, or None."""
    at = data.find(_CAPTURE_PATTERN)
    return None if at < 0 or len(data) < at + _HEAD.size else _HEAD.unpack_from(data, at)[3]


def _page_at(data: bytes, at: int) -> tuple[Page, int] | None:
    """Return the page at `at` and the offset of its end; None if it is incomplete."""
    if len(data) < at + _HEAD.size:
        return None
    _, _, _, position, _, _, _, segments = _HEAD.unpack_from(data, at)
    body = at + _HEAD.size + segments
    lengths = data[at + _HEAD.size : body]
    end = body + sum(lengths)
    if len(data) < end or len(lengths) < segments:
        return None
    packets: list[bytes] = []
    size = 0
    for length in lengths:
        size += length
        if length < 255:
            packets.append(data[body : body + size])
            body, size = body + size, 0
    return Page(position, tuple(packets)), end
