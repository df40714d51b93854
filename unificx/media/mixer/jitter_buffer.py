"""Jitter buffer: one ring of frames per leg, all in one array; play-out takes one frame of each leg per tick.

A packet's position in the ring is the signed 32-bit difference between its timestamp and the next one to be played,
so timestamp wrap-around needs no special case.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import FRAME, HEADER, TICKS_PER_SECOND, Bytes, Index, Mask, Numbers
from unificx.media.mixer.packets import STRIDE, RtpBatch

DEPTH = 32
"""Frames per ring: 640 ms."""
TARGET_FRAMES = 2
"""Initial delay of a stream, in frames."""
TAKEOVER_TICKS = 2
"""Ticks without a packet after which another source (SSRC) may take over a stream."""
ADAPT_INTERVAL = 10
"""Ticks between two adjustments of the delay."""
_UNSEEN = 9999
_TOO_OLD = -TICKS_PER_SECOND
_GOOD_INTERVALS = 8 * TICKS_PER_SECOND // ADAPT_INTERVAL
_TOO_DEEP = 15


class JitterBuffer:
    """Rings of all slots. `late`, `resyncs` and `other_sources` count packets."""

    def __init__(self, slots: int) -> None:
        self.late = self.resyncs = self.other_sources = 0
        self.started = np.zeros(slots, np.bool_)
        self.last_packet_tick = np.zeros(slots, np.int64)
        """Tick of the last packet."""
        self._slots = slots
        # All legs advance by one frame per tick: frames due at the same time are adjacent in memory.
        self._position = 0
        self._ring = np.zeros((DEPTH * slots, FRAME), np.uint8)
        self._flat = self._ring.reshape(-1)
        self._have = np.full(DEPTH * slots, False)
        self._have_by_frame = self._have.reshape(DEPTH, slots)
        self._ssrc = np.zeros(slots, np.uint32)
        self._next_timestamp = np.zeros(slots, np.uint32)
        self._out_of_range = np.zeros(slots, np.bool_)
        self._margin = np.full(slots, _UNSEEN, np.int32)
        self._good_intervals = np.zeros(slots, np.int32)
        self._accepted = np.zeros(slots, np.int64)
        """Frames accepted in this tick."""

    def clear(self, slot: int) -> None:
        """Reset a slot: its next packet starts a stream."""
        self.started[slot] = False
        self._out_of_range[slot] = False
        self._have_by_frame[:, slot] = False
        self._margin[slot] = _UNSEEN

    def limit_frames(self, packets: RtpBatch, which: Index) -> Index:
        """Limit the audio packets of each leg to as many frames per tick as its ring holds."""
        slot, size = packets.slot[which], packets.payload_size[which]
        before = self._accepted
        if size.max() <= FRAME:
            frames = np.ones(len(which), np.int64)
            self._accepted = before + np.bincount(slot, minlength=self._slots)
        else:
            frames = -(-size.astype(np.int64) // FRAME)
            self._accepted = before + np.bincount(slot, frames, self._slots).astype(np.int64)
        if self._accepted.max() <= DEPTH:
            return which
        order = np.argsort(slot, kind="stable")
        ordered, upto = slot[order], np.cumsum(frames[order])
        first = np.searchsorted(ordered, ordered)
        upto += before[ordered] - upto[first] + frames[order][first]
        return which[np.sort(order[upto <= DEPTH])]

    def insert(self, packets: RtpBatch, which: Index, tick: int) -> Index:
        """Insert audio packets, given by their rows in the batch; return the rows that belong to a stream's source."""
        which = self._select_source(packets, which, tick)
        if not len(which):
            return which
        slot, timestamp = packets.slot[which], packets.timestamp[which]
        ahead = (timestamp - self._next_timestamp[slot]).view(np.int32)
        frame = (ahead + FRAME // 2) // FRAME
        outside = (frame < _TOO_OLD) | (frame >= DEPTH - 1) | ~self.started[slot]
        if outside.any():
            self._resynchronize(packets, which, outside)
            ahead = (timestamp - self._next_timestamp[slot]).view(np.int32)
            frame = (ahead + FRAME // 2) // FRAME
        self._out_of_range[slot] = (frame < _TOO_OLD) | (frame >= DEPTH - 1)
        np.minimum.at(self._margin, slot, np.maximum(frame, -DEPTH))
        fits = (frame >= 0) & (frame < DEPTH - 1)
        size = packets.payload_size[which]
        plain = fits & (ahead == frame * FRAME) & (size == FRAME) & (packets.payload_offset[which] == HEADER)
        every = bool(plain.all())
        if every and len(which) == len(packets.slot):
            self._store(slot, frame, packets.data[: len(slot), HEADER : HEADER + FRAME])
            return which
        selected = slice(None) if every else np.flatnonzero(plain)
        self._store(slot[selected], frame[selected], packets.data[which[selected], HEADER : HEADER + FRAME])
        if not every:
            self.late += int(np.count_nonzero(~fits))
            rest = np.flatnonzero(fits & ~plain)
            if len(rest):
                self._store_bytes(packets, which[rest], slot[rest], ahead[rest])
        return which

    def _select_source(self, packets: RtpBatch, which: Index, tick: int) -> Index:
        """Return the packets that come from a stream's source, start a stream or take it over."""
        slot, source = packets.slot[which], packets.ssrc[which]
        other = self.started[slot] & (source != self._ssrc[slot])
        if other.any():
            takeover = other & (tick - self.last_packet_tick[slot] > TAKEOVER_TICKS)
            self.started[slot[takeover]] = False
            first = np.flatnonzero(takeover)[::-1]
            self._ssrc[slot[first]] = source[first]
            foreign = self.started[slot] & other | takeover & (source != self._ssrc[slot])
            self.other_sources += int(np.count_nonzero(foreign))
            which, slot = which[~foreign], slot[~foreign]
        self.last_packet_tick[slot] = tick
        return which

    def _resynchronize(self, packets: RtpBatch, which: Index, outside: Mask) -> None:
        """Resynchronize streams whose timestamps jumped, on the second such packet: a single one may be an error."""
        slot = packets.slot[which]
        again = self._out_of_range[slot] & self.started[slot]
        _, before, times = np.unique(slot[outside], return_inverse=True, return_counts=True)
        again[outside] |= times[before] > 1
        restarted = np.flatnonzero(outside & (again | ~self.started[slot]))[
            ::-1
        ]  # reversed: a stream's first packet wins
        if not len(restarted):
            return
        slots = slot[restarted]
        self.resyncs += int(np.count_nonzero(self.started[slots]))
        self._next_timestamp[slots] = packets.timestamp[which[restarted]] - np.uint32(TARGET_FRAMES * FRAME)
        self._ssrc[slots] = packets.ssrc[which[restarted]]
        self.started[slots] = True
        self._have_by_frame[:, slots] = False
        self._margin[slots] = _UNSEEN
        self._good_intervals[slots] = 0

    def _ring_index(self, slot: Numbers | Index, frame: Numbers | int) -> Index:
        """Return the ring index of a slot's frame, counted from the next one to be played."""
        at: Index = (self._position + frame & DEPTH - 1) * self._slots + slot.astype(np.int64)
        return at

    def _store(self, slot: Numbers, frame: Numbers, payload: Bytes) -> None:
        at = self._ring_index(slot, frame)
        self._ring[at] = payload
        self._have[at] = True

    def _store_bytes(self, packets: RtpBatch, which: Index, slot: Numbers, ahead: Numbers) -> None:
        """Store packets of any length at any offset, byte by byte, truncated at the end of the ring.

        The cost depends on the total number of bytes, not on the longest packet.
        """
        first = np.maximum(ahead, 0)
        skipped = first - ahead
        size = np.minimum(packets.payload_size[which] - skipped, (DEPTH - 1) * FRAME - first)
        some = size > 0
        which, slot, first, skipped, size = which[some], slot[some], first[some], skipped[some], size[some]
        if not len(which):
            return
        size = size.astype(np.int64)
        column = np.arange(int(size.sum()), dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
        frame, byte = np.divmod(np.repeat(first, size) + column, FRAME)
        at = (self._position + frame) % DEPTH * self._slots + np.repeat(slot, size)
        source = np.repeat(which * STRIDE + packets.payload_offset[which] + skipped, size) + column
        self._flat[at * FRAME + byte] = packets.data.reshape(-1)[source]
        self._have[at] = True

    def play_out(self, slots: Index) -> tuple[Bytes, Mask]:
        """Return the payload to play, one row per slot, and a mask of the frames that arrived; advance by one frame."""
        at = self._ring_index(slots, 0)
        payload = self._ring.take(at, axis=0, mode="clip")
        have = self._have[at]
        self._have[at] = False
        self._position += 1
        self._accepted[:] = 0
        self._next_timestamp[slots] += np.uint32(FRAME)
        return payload, have

    def previous_payload(self, slots: Index, frames: int = 1) -> Bytes:
        """Return the payload `frames` before the last one played; the ring still holds it for a while."""
        return self._ring.take(self._ring_index(slots, -1 - frames), axis=0, mode="clip")

    def adapt(self, quiet: Mask) -> None:
        """Adapt each delay to how early packets arrived since the last call.

        Late packets increase the delay at once; it shrinks after some good seconds, during silence, where the skip is
        inaudible. `quiet` is indexed by slot.
        """
        margin = self._margin
        seen = (margin != _UNSEEN) & self.started
        more = np.where(seen & (margin < 1), np.minimum(1 - margin, 5), 0)
        self._good_intervals[seen & (margin > TARGET_FRAMES)] += 1
        self._good_intervals[seen & (margin <= TARGET_FRAMES)] = 0
        less = seen & (self._good_intervals >= _GOOD_INTERVALS) & (quiet | (margin > _TOO_DEEP))
        self._good_intervals[less] = 0
        # Frames already in the ring stay in place: the inserted gap or dropped frame follows them.
        shift = less.astype(np.int32) - more.astype(np.int32)
        self._next_timestamp += (shift * FRAME).view(np.uint32)
        margin[:] = _UNSEEN
