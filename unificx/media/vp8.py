"""VP8 in RTP packets (RFC 7741), and what its key frames tell (RFC 6386 section 9.1). Nothing is decoded."""

from dataclasses import dataclass

from unificx.media.rtp import InvalidPacket, Packet

CLOCK = 90_000
"""RTP clock in Hz."""
MAX_HELD = 256
"""Packets that wait for a missing one; then it is given up."""
MAX_FRAME_BYTES = 1 << 20
_START_CODE = b"\x9d\x01\x2a"
_SIZE_MASK = 0x3FFF


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame. `key`: it can be decoded without others."""

    data: bytes
    key: bool


def _parse_payload(payload: bytes) -> tuple[bool, bytes]:
    """Return whether a payload starts a frame, and its part of the frame (RFC 7741 section 4.2). Raises
    InvalidPacket."""
    if not payload:
        raise InvalidPacket("truncated")
    first, at = payload[0], 1
    if first & 0x80:
        extended = payload[1] if len(payload) > 1 else 0
        at = 2
        if extended & 0x80:
            at += 2 if len(payload) > at and payload[at] & 0x80 else 1
        at += bool(extended & 0x40) + bool(extended & 0x30)
    if at >= len(payload):
        raise InvalidPacket("truncated")
    return first & 0x17 == 0x10, payload[at:]


def is_key_frame(data: bytes) -> bool:
    """Return whether a frame is a key frame with a size."""
    return len(data) >= 10 and not data[0] & 1 and data[3:6] == _START_CODE


def frame_size(data: bytes) -> tuple[int, int]:
    """Return the width and height of a key frame in pixels."""
    return (
        int.from_bytes(data[6:8], "little") & _SIZE_MASK,
        int.from_bytes(data[8:10], "little") & _SIZE_MASK,
    )


class FrameAssembler:
    """Packets of one stream to frames in order. Frames that need a lost one are dropped, until the next key frame."""

    def __init__(self) -> None:
        self.needs_key_frame = True
        """No frame is returned until the next key frame."""
        self._next: int | None = None
        """Sequence number of the next packet in order."""
        self._held: dict[int, Packet] = {}
        self._deps: list[bytes] = []
        self._length = 0

    def receive(self, packet: Packet) -> list[Frame]:
        """Take a packet, in any order; return the frames that it completes."""
        if self._next is None:
            self._next = packet.sequence
        if (packet.sequence - self._next) & 0xFFFF >= 0x8000:
            return []  # late, or a duplicate
        self._held[packet.sequence] = packet
        found = self._take_ordered()
        if len(self._held) >= MAX_HELD or self._span() >= 2 * MAX_HELD:
            self._give_up()
        return found

    def missing(self) -> list[int]:
        """Return the sequence numbers of packets that later ones wait for."""
        if self._next is None or not self._held:
            return []
        wanted = ((self._next + each) & 0xFFFF for each in range(self._span()))
        return [each for each in wanted if each not in self._held]

    def _span(self) -> int:
        """Return the distance from the next packet in order to the newest."""
        following = self._next or 0
        return max(((each - following) & 0xFFFF for each in self._held), default=0)

    def _take_ordered(self) -> list[Frame]:
        found: list[Frame] = []
        while self._next is not None and (packet := self._held.pop(self._next, None)) is not None:
            self._next = (self._next + 1) & 0xFFFF
            frame = self._append(packet)
            if frame is not None:
                found.append(frame)
        return found

    def _append(self, packet: Packet) -> Frame | None:
        """Append the next packet in order; return its frame if it completes one that can be decoded."""
        try:
            starts, data = _parse_payload(packet.payload)
        except InvalidPacket:
            return self._drop_frame()
        if starts:
            self._deps, self._length = [], 0
        elif not self._deps:
            return None  # the start was lost
        self._deps.append(data)
        self._length += len(data)
        if self._length > MAX_FRAME_BYTES:
            return self._drop_frame()
        if not packet.marker:
            return None
        whole, self._deps = b"".join(self._deps), []
        key = is_key_frame(whole)
        if self.needs_key_frame and not key:
            return None
        self.needs_key_frame = False
        return Frame(whole, key)

    def _drop_frame(self) -> None:
        self._deps = []
        self.needs_key_frame = True

    def _give_up(self) -> None:
        """Start anew with the next packet."""
        self._held.clear()
        self._next = None
        self._drop_frame()
