"""Telephone events (RFC 4733): each DTMF digit is reported once, on release, despite repeated or lost packets."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import TICKS_PER_SECOND, Index
from unificx.media.mixer.packets import STRIDE, RtpBatch

DTMF_DIGITS = "0123456789*#ABCD"
RELEASE_TICKS = TICKS_PER_SECOND // 5
"""Ticks without a packet after which a digit counts as released."""
MAX_EDGES_PER_TICK = 64
"""Digit starts and ends processed per tick; a peer that sends more is flooding."""


class DtmfReceiver:
    """DTMF state of all slots. `dropped` counts packets beyond the limit per tick."""

    def __init__(self, slots: int) -> None:
        self.dropped = 0
        self._timestamp = np.zeros(slots, np.uint32)
        self._pressed = np.zeros(slots, np.bool_)
        self._known = np.zeros(slots, np.bool_)
        self._digit = np.zeros(slots, np.int32)
        self._duration = np.zeros(slots, np.int64)
        self._last_seen = np.zeros(slots, np.int64)

    def clear(self, slot: int) -> None:
        self._pressed[slot] = self._known[slot] = False

    def receive(self, packets: RtpBatch, which: Index, tick: int) -> list[tuple[int, str, int]]:
        """Process event packets; return released digits as (slot, digit, milliseconds)."""
        which = which[packets.payload_size[which] >= 4]
        slot, timestamp = packets.slot[which], packets.timestamp[which]
        flat, at = packets.data.reshape(-1), which * STRIDE + packets.payload_offset[which]
        digit, flags = flat[at], flat[at + 1]
        length = flat[at + 2].astype(np.int64) * 256 + flat[at + 3]
        ends = flags >= 0x80
        # A late packet of an earlier digit must not start a new one.
        old = self._known[slot] & ((timestamp - self._timestamp[slot]).view(np.int32) < 0)
        same = self._known[slot] & (timestamp == self._timestamp[slot])
        continuing = same & self._pressed[slot] & ~ends
        self._duration[slot[continuing]] = length[continuing]
        self._last_seen[slot[continuing]] = tick
        edges = np.flatnonzero(~old & (digit < len(DTMF_DIGITS)) & (~same | self._pressed[slot] & ends))
        self.dropped += max(0, len(edges) - MAX_EDGES_PER_TICK)
        released: list[tuple[int, str, int]] = []
        for n in edges[:MAX_EDGES_PER_TICK].tolist():
            released += self._on_edge(
                int(slot[n]), int(timestamp[n]), (int(digit[n]), int(length[n])), tick, ends=bool(ends[n])
            )
        return released

    def _on_edge(
        self, slot: int, timestamp: int, event: tuple[int, int], tick: int, *, ends: bool
    ) -> list[tuple[int, str, int]]:
        released: list[tuple[int, str, int]] = []
        if not self._known[slot] or int(self._timestamp[slot]) != timestamp:
            released += self._release(slot)
            self._known[slot] = self._pressed[slot] = True
            self._timestamp[slot], self._digit[slot] = timestamp, event[0]
            self._duration[slot] = 0
        if self._pressed[slot]:
            self._duration[slot] = max(int(self._duration[slot]), event[1])
            self._last_seen[slot] = tick
            if ends:
                released += self._release(slot)
        return released

    def expire(self, slots: Index, tick: int) -> list[tuple[int, str, int]]:
        """Release digits whose end packets were all lost."""
        pressed = slots[self._pressed[slots]]
        released: list[tuple[int, str, int]] = []
        for slot in pressed[tick - self._last_seen[pressed] > RELEASE_TICKS].tolist():
            released += self._release(slot)
        return released

    def _release(self, slot: int) -> list[tuple[int, str, int]]:
        if not self._pressed[slot]:
            return []
        self._pressed[slot] = False
        return [(slot, DTMF_DIGITS[int(self._digit[slot])], int(self._duration[slot]) // 8)]
