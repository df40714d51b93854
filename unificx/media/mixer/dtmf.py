"""Telephone events (RFC 4733): each DTMF digit is reported once, on release, despite repeated or lost packets."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import TICKS, Index
from unificx.media.mixer.packets import STRIDE, Packets

KEYS = "0123456789*#ABCD"
PATIENCE = TICKS // 5
"""Ticks without a packet after which a digit counts as released."""
AT_ONCE = 64
"""Digit starts and ends processed per tick; a peer that sends more is flooding."""


class Digits:
    """DTMF state of all slots. `dropped` counts packets beyond the limit per tick."""

    def __init__(self, slots: int) -> None:
        self.surplus = 0
        self._began = np.zeros(slots, np.uint32)
        self._held = np.zeros(slots, np.bool_)
        self._known = np.zeros(slots, np.bool_)
        self._key = np.zeros(slots, np.int32)
        self._length = np.zeros(slots, np.int64)
        self._seen = np.zeros(slots, np.int64)

    def clear(self, slot: int) -> None:
        self._held[slot] = self._known[slot] = False

    def hear(self, packets: Packets, which: Index, tick: int) -> list[tuple[int, str, int]]:
        """Process event packets; return released digits as (slot, digit, milliseconds)."""
        which = which[packets.size[which] >= 4]
        slot, stamp = packets.slot[which], packets.timestamp[which]
        flat, at = packets.data.reshape(-1), which * STRIDE + packets.at[which]
        key, flags = flat[at], flat[at + 1]
        length = flat[at + 2].astype(np.int64) * 256 + flat[at + 3]
        ends = flags >= 0x80
        # A late packet of an earlier digit must not start a new one.
        old = self._known[slot] & ((stamp - self._began[slot]).view(np.int32) < 0)
        same = self._known[slot] & (stamp == self._began[slot])
        going = same & self._held[slot] & ~ends
        self._length[slot[going]] = length[going]
        self._seen[slot[going]] = tick
        edges = np.flatnonzero(~old & (key < len(KEYS)) & (~same | self._held[slot] & ends))
        self.surplus += max(0, len(edges) - AT_ONCE)
        told: list[tuple[int, str, int]] = []
        for n in edges[:AT_ONCE].tolist():
            told += self._edge(int(slot[n]), int(stamp[n]), (int(key[n]), int(length[n])), tick, ends=bool(ends[n]))
        return told

    def _edge(
        self, slot: int, stamp: int, event: tuple[int, int], tick: int, *, ends: bool
    ) -> list[tuple[int, str, int]]:
        told: list[tuple[int, str, int]] = []
        if not self._known[slot] or int(self._began[slot]) != stamp:
            told += self._let_go(slot)
            self._known[slot] = self._held[slot] = True
            self._began[slot], self._key[slot] = stamp, event[0]
            self._length[slot] = 0
        if self._held[slot]:
            self._length[slot] = max(int(self._length[slot]), event[1])
            self._seen[slot] = tick
            if ends:
                told += self._let_go(slot)
        return told

    def expire(self, slots: Index, tick: int) -> list[tuple[int, str, int]]:
        """Release digits whose end packets were all lost."""
        held = slots[self._held[slots]]
        told: list[tuple[int, str, int]] = []
        for slot in held[tick - self._seen[held] > PATIENCE].tolist():
            told += self._let_go(slot)
        return told

    def _let_go(self, slot: int) -> list[tuple[int, str, int]]:
        if not self._held[slot]:
            return []
        self._held[slot] = False
        return [(slot, KEYS[int(self._key[slot])], int(self._length[slot]) // 8)]
