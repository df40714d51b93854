"""RTP and RTCP (RFC 3550) for our own endpoints: headers, and the statistics a receiver reports."""

import struct
from dataclasses import dataclass

_HEADER = struct.Struct("!BBHII")
_BLOCK = struct.Struct("!IIIIII")
_SENDER = struct.Struct("!BBHIIIIII")
_RECEIVER = struct.Struct("!BBHI")

SENDER_REPORT = 200
RECEIVER_REPORT = 201
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


class InvalidPacket(ValueError):
    """The bytes are not a packet of the expected kind."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet; CSRCs, a header extension and padding are dropped when parsing."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def __bytes__(self) -> bytes:
        second = self.payload_type | (0x80 if self.marker else 0)
        head = _HEADER.pack(0x80, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        return head + self.payload


def is_rtcp(data: bytes) -> bool:
    """Whether a packet on a shared port is RTCP (RFC 5761 section 4)."""
    return len(data) >= 2 and 192 <= data[1] <= 223


def parse(data: bytes) -> Packet:
    """Parse an RTP packet. Raise InvalidPacket, and nothing else, for invalid bytes."""
    if len(data) < 12 or data[0] >> 6 != 2 or is_rtcp(data):
        raise InvalidPacket("not RTP")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    start, end = 12 + 4 * (first & 0x0F), len(data)
    if first & 0x10:
        if end < start + 4:
            raise InvalidPacket("truncated")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 0x20:
        end -= data[-1]
    if start > end or (first & 0x20 and data[-1] == 0):
        raise InvalidPacket("truncated")
    return Packet(second & 0x7F, sequence, timestamp, ssrc, data[start:end], bool(second & 0x80))


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """Reception report of a source (RFC 3550 section 6.4.1). `fraction_lost` in 1/256, `jitter` in timestamp units."""

    ssrc: int
    fraction_lost: int = 0
    lost: int = 0
    highest: int = 0
    jitter: int = 0
    last_report: int = 0
    """Middle 32 bits of the NTP time in the last sender report, or 0."""
    delay: int = 0
    """Time since that report, in 1/65536 s."""

    def __bytes__(self) -> bytes:
        second = self.fraction_lost << 24 | self.lost & 0xFFFFFF
        return _BLOCK.pack(self.ssrc, second, self.highest, self.jitter, self.last_report, self.delay)


def _parse_block(data: bytes, at: int) -> ReportBlock:
    ssrc, second, highest, jitter, last_report, delay = _BLOCK.unpack_from(data, at)
    lost = second & 0xFFFFFF
    return ReportBlock(ssrc, second >> 24, lost - (lost >> 23 << 24), highest, jitter, last_report, delay)


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report, or a receiver report if `ntp` is None. `ntp` is 64 bits: seconds since 1900 and fraction."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()
    ntp: int | None = None
    timestamp: int = 0
    packets: int = 0
    octets: int = 0

    def __bytes__(self) -> bytes:
        first, tail = 0x80 | len(self.blocks), b"".join(map(bytes, self.blocks))
        if self.ntp is None:
            return _RECEIVER.pack(first, RECEIVER_REPORT, 1 + len(tail) // 4, self.ssrc) + tail
        head = _SENDER.pack(
            first, SENDER_REPORT, 6 + len(tail) // 4, self.ssrc, self.ntp >> 32, self.ntp & 0xFFFFFFFF,
            self.timestamp & 0xFFFFFFFF, self.packets & 0xFFFFFFFF, self.octets & 0xFFFFFFFF,
        )  # fmt: skip
        return head + tail


def parse_reports(data: bytes) -> list[Report]:
    """Parse the reports of a compound RTCP packet. Raise InvalidPacket, and nothing else, for invalid bytes."""
    found: list[Report] = []
    at = 0
    while at < len(data):
        if len(data) - at < 8 or data[at] >> 6 != 2:
            raise InvalidPacket("not RTCP")
        kind, end = data[at + 1], at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        blocks_at = at + (28 if kind == SENDER_REPORT else 8)
        count = data[at] & 0x1F
        if end > len(data) or (kind in (SENDER_REPORT, RECEIVER_REPORT) and blocks_at + 24 * count > end):
            raise InvalidPacket("truncated")
        if kind in (SENDER_REPORT, RECEIVER_REPORT):
            blocks = tuple(_parse_block(data, blocks_at + 24 * number) for number in range(count))
            ssrc = int.from_bytes(data[at + 4 : at + 8], "big")
            if kind == SENDER_REPORT:
                ntp = int.from_bytes(data[at + 8 : at + 16], "big")
                found.append(Report(ssrc, blocks, ntp, *struct.unpack_from("!III", data, at + 16)))
            else:
                found.append(Report(ssrc, blocks))
        at = end
    return found


def to_ntp(unix: float) -> int:
    """Convert Unix time in seconds to a 64-bit NTP timestamp."""
    return int((unix + NTP_EPOCH) * (1 << 32))


class Reception:
    """Reception statistics of one source: loss and jitter as in RFC 3550 appendix A.3 and A.8."""

    def __init__(self, ssrc: int, rate: int = 8000) -> None:
        self.ssrc = ssrc
        self.received = 0
        self._rate = rate
        self._first: int | None = None
        self._highest = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._at_last_block = (0, 0)
        self._last_report: tuple[int, float] | None = None

    def receive(self, packet: Packet, now: float) -> None:
        """Count a packet of this source, in any order; `now` in seconds."""
        self.received += 1
        if self._first is None:
            self._first = self._highest = packet.sequence
        step = (packet.sequence - self._highest) & 0xFFFF
        if step < 0x8000:
            self._highest += step
        transit = now * self._rate - packet.timestamp
        if self._transit is not None:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit

    def receive_report(self, report: Report, now: float) -> None:
        """Store a sender report of this source, so that the sender can compute the round trip time."""
        if report.ntp is not None:
            self._last_report = (report.ntp >> 16 & 0xFFFFFFFF, now)

    @property
    def expected(self) -> int:
        return 0 if self._first is None else self._highest - self._first + 1

    @property
    def lost(self) -> int:
        """Packets lost so far; negative if there were duplicates."""
        return self.expected - self.received

    def report_block(self, now: float) -> ReportBlock:
        """Return the current report block; the fraction lost is counted since the previous block."""
        expected, lost = self.expected - self._at_last_block[0], self.lost - self._at_last_block[1]
        self._at_last_block = (self.expected, self.lost)
        fraction = min(255, (lost << 8) // expected) if expected > 0 and lost > 0 else 0
        last, at = self._last_report or (0, now)
        jitter, delay = int(self._jitter), int((now - at) * 65536)
        return ReportBlock(self.ssrc, fraction, self.lost, self._highest & 0xFFFFFFFF, jitter, last, delay)
