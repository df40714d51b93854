"""Jitter buffer: one ring of frames per leg, all in one array; play-out takes one frame of each leg per tick.

A packet's position in the ring is the signed 32-bit difference between its timestamp and the next one to be played,
so timestamp wrap-around needs no special case.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import FRAME, HEADER, TICKS, Bytes, Index, Mask, Numbers
from unificx.media.mixer.packets import STRIDE, Packets

DEPTH = 32
"""Frames per ring: 640 ms."""
TARGET = 2
"""Initial delay of a stream, in frames."""
PATIENCE = 2
"""Ticks without a packet after which another source (SSRC) may take over a stream."""
ADAPT_EVERY = 10
"""Ticks between two adjustments of the delay."""
_UNSEEN = 9999
_TOO_OLD = -TICKS
_GOOD_LOOKS = 8 * TICKS // ADAPT_EVERY
_TOO_DEEP = 15


class Jitter:
    """Rings of all slots. `late`, `resyncs` and `other_sources` count packets."""

    def __init__(self, slots: int) -> None:
        self.late = self.resyncs = self.others = 0
        self.started = np.zeros(slots, np.bool_)
        self.heard = np.zeros(slots, np.int64)
        """Tick of the last packet."""
        self._slots = slots
        # All legs advance by one frame per tick: frames due at the same time are adjacent in memory.
        self._now = 0
        self._ring = np.full((DEPTH * slots, FRAME), 0, np.uint8)
        self._flat = self._ring.reshape(-1)
        self._have = np.full(DEPTH * slots, False)
        self._haves = self._have.reshape(DEPTH, slots)
        self._source = np.zeros(slots, np.uint32)
        self._due = np.zeros(slots, np.uint32)
        self._stray = np.zeros(slots, np.bool_)
        self._margin = np.full(slots, _UNSEEN, np.int32)
        self._good = np.zeros(slots, np.int32)
        self._taken = np.zeros(slots, np.int64)
        """Frames accepted in this tick."""

    def clear(self, slot: int) -> None:
        """Reset a slot: its next packet starts a stream."""
        self.started[slot] = False
        self._stray[slot] = False
        self._haves[:, slot] = False
        self._margin[slot] = _UNSEEN

    def bounded(self, packets: Packets, which: Index) -> Index:
        """Limit the audio packets of each leg to as many frames per tick as its ring holds."""
        slot, size = packets.slot[which], packets.size[which]
        before = self._taken
        if size.max() <= FRAME:
            frames = np.ones(len(which), np.int64)
            self._taken = before + np.bincount(slot, minlength=self._slots)
        else:
            frames = -(-size.astype(np.int64) // FRAME)
            self._taken = before + np.bincount(slot, frames, self._slots).astype(np.int64)
        if self._taken.max() <= DEPTH:
            return which
        order = np.argsort(slot, kind="stable")
        ordered, upto = slot[order], np.cumsum(frames[order])
        first = np.searchsorted(ordered, ordered)
        upto += before[ordered] - upto[first] + frames[order][first]
        return which[np.sort(order[upto <= DEPTH])]

    def insert(self, packets: Packets, which: Index, tick: int) -> Index:
        """Insert audio packets, given by their rows in the batch; return the rows that belong to a stream's source."""
        which = self._own(packets, which, tick)
        if not len(which):
            return which
        slot, stamp = packets.slot[which], packets.timestamp[which]
        ahead = (stamp - self._due[slot]).view(np.int32)
        frame = (ahead + FRAME // 2) // FRAME
        outside = (frame < _TOO_OLD) | (frame >= DEPTH - 1) | ~self.started[slot]
        if outside.any():
            self._restart(packets, which, outside)
            ahead = (stamp - self._due[slot]).view(np.int32)
            frame = (ahead + FRAME // 2) // FRAME
        self._stray[slot] = (frame < _TOO_OLD) | (frame >= DEPTH - 1)
        np.minimum.at(self._margin, slot, np.maximum(frame, -DEPTH))
        fits = (frame >= 0) & (frame < DEPTH - 1)
        size = packets.size[which]
        plain = fits & (ahead == frame * FRAME) & (size == FRAME) & (packets.at[which] == HEADER)
        every = bool(plain.all())
        if every and len(which) == len(packets.slot):
            self._store(slot, frame, packets.data[: len(slot), HEADER : HEADER + FRAME])
            return which
        kept = slice(None) if every else np.flatnonzero(plain)
        self._store(slot[kept], frame[kept], packets.data[which[kept], HEADER : HEADER + FRAME])
        if not every:
            self.late += int(np.count_nonzero(~fits))
            rest = np.flatnonzero(fits & ~plain)
            if len(rest):
                self._scatter(packets, which[rest], slot[rest], ahead[rest])
        return which

    def _own(self, packets: Packets, which: Index, tick: int) -> Index:
        """Return the packets that come from a stream's source, start a stream or take it over."""
        slot, source = packets.slot[which], packets.source[which]
        other = self.started[slot] & (source != self._source[slot])
        if other.any():
            takes = other & (tick - self.heard[slot] > PATIENCE)
            self.started[slot[takes]] = False
            first = np.flatnonzero(takes)[::-1]
            self._source[slot[first]] = source[first]
            foreign = self.started[slot] & other | takes & (source != self._source[slot])
            self.others += int(np.count_nonzero(foreign))
            which, slot = which[~foreign], slot[~foreign]
        self.heard[slot] = tick
        return which

    def _restart(self, packets: Packets, which: Index, outside: Mask) -> None:
        """Resynchronize streams whose timestamps jumped, on the second such packet: a single one may be an error."""
        slot = packets.slot[which]
        again = self._stray[slot] & self.started[slot]
        _, before, times = np.unique(slot[outside], return_inverse=True, return_counts=True)
        again[outside] |= times[before] > 1
        anew = np.flatnonzero(outside & (again | ~self.started[slot]))[::-1]  # reversed: a stream's first packet wins
        if not len(anew):
            return
        slots = slot[anew]
        self.resyncs += int(np.count_nonzero(self.started[slots]))
        self._due[slots] = packets.timestamp[which[anew]] - np.uint32(TARGET * FRAME)
        self._source[slots] = packets.source[which[anew]]
        self.started[slots] = True
        self._haves[:, slots] = False
        self._margin[slots] = _UNSEEN
        self._good[slots] = 0

    def _at(self, slot: Numbers | Index, frame: Numbers | int) -> Index:
        """Return the ring index of a slot's frame, counted from the next one to be played."""
        at: Index = (self._now + frame & DEPTH - 1) * self._slots + slot.astype(np.int64)
        return at

    def _store(self, slot: Numbers, frame: Numbers, payload: Bytes) -> None:
        at = self._at(slot, frame)
        self._ring[at] = payload
        self._have[at] = True

    def _scatter(self, packets: Packets, which: Index, slot: Numbers, ahead: Numbers) -> None:
        """Store packets of any length at any offset, byte by byte, truncated at the end of the ring.

        The cost depends on the total number of bytes, not on the longest packet.
        """
        first = np.maximum(ahead, 0)
        skipped = first - ahead
        size = np.minimum(packets.size[which] - skipped, (DEPTH - 1) * FRAME - first)
        some = size > 0
        which, slot, first, skipped, size = which[some], slot[some], first[some], skipped[some], size[some]
        if not len(which):
            return
        size = size.astype(np.int64)
        column = np.arange(int(size.sum()), dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
        frame, byte = np.divmod(np.repeat(first, size) + column, FRAME)
        at = (self._now + frame) % DEPTH * self._slots + np.repeat(slot, size)
        source = np.repeat(which * STRIDE + packets.at[which] + skipped, size) + column
        self._flat[at * FRAME + byte] = packets.data.reshape(-1)[source]
        self._have[at] = True

    def due(self, slots: Index) -> tuple[Bytes, Mask]:
        """Return the payload to play, one row per slot, and a mask of the frames that arrived; advance by one frame."""
        at = self._at(slots, 0)
        payload = self._ring.take(at, axis=0, mode="clip")
        have = self._have[at]
        self._have[at] = False
        self._now += 1
        self._taken[:] = 0
        self._due[slots] += np.uint32(FRAME)
        return payload, have

    def before(self, slots: Index, frames: int = 1) -> Bytes:
        """Return the payload `frames` before the last one played; the ring still holds it for a while."""
        return self._ring.take(self._at(slots, -1 - frames), axis=0, mode="clip")

    def adapt(self, quiet: Mask) -> None:
        """Adapt each delay to how early packets arrived since the last call.

        Late packets increase the delay at once; it shrinks after some good seconds, during silence, where the skip is
        inaudible. `quiet` is indexed by slot.
        """
        margin = self._margin
        seen = (margin != _UNSEEN) & self.started
        more = np.where(seen & (margin < 1), np.minimum(1 - margin, 5), 0)
        self._good[seen & (margin > TARGET)] += 1
        self._good[seen & (margin <= TARGET)] = 0
        less = seen & (self._good >= _GOOD_LOOKS) & (quiet | (margin > _TOO_DEEP))
        self._good[less] = 0
        # Frames already in the ring stay in place: the inserted gap or dropped frame follows them.
        shift = less.astype(np.int32) - more.astype(np.int32)
        self._due += (shift * FRAME).view(np.uint32)
        margin[:] = _UNSEEN
