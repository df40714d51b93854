"""Encoding: one payload for each leg with an individual mix, and one shared by all other legs of a room."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass, field

import numpy as np

from unificx.media.mixer import companding, wideband
from unificx.media.mixer.arrays import (
    FRAME,
    MAX_LEGS,
    MAX_ROOMS,
    NARROW,
    TICKS,
    WIDE,
    Bytes,
    Index,
    Mask,
    Numbers,
    Samples,
)
from unificx.media.mixer.companding import ALAW, G722, ULAW
from unificx.media.mixer.layout import Plane
from unificx.media.mixer.resampling import HISTORY, to_rate
from unificx.media.mixer.wideband import WARM, Coder

COMFORT = {
    width: np.rint(np.random.default_rng(width).normal(0, 10, (TICKS, width))).astype(np.int32)
    for width in (NARROW, WIDE)
}
"""One second of faint comfort noise, played in a room while no leg talks."""
_LAWS = (ULAW, ALAW)
_EBB = 12
"""Frames of silence encoded after a leg outside any room stopped receiving audio."""


def _comfort() -> Bytes:
    state = wideband.coder()
    return np.stack(
        [wideband.encoded(state, frame) for frame in wideband.saturated(np.tile(COMFORT[WIDE], (2, 1)))][TICKS:]
    )


_COMFORT: Bytes = _comfort()


@dataclass(slots=True)
class _Room:
    """Shared 16 kHz mix of a room, received by all legs without an individual mix."""

    state: Coder | None = None
    recent: list[Samples] = field(default_factory=list[Samples])
    tail: Samples = field(default_factory=lambda: np.zeros(HISTORY[16000], np.int32))


class Encoder:
    """Encoder state of every slot and room."""

    def __init__(self, slots: int = MAX_LEGS, rooms: int = MAX_ROOMS) -> None:
        self._states: dict[int, Coder] = {}
        self._ebbing: dict[int, int] = {}
        """Frames of silence left to encode, by slot, until the remote decoder has settled."""
        self._rooms: dict[int, _Room] = {}
        self._tail = np.zeros((slots, HISTORY[16000]), np.int32)

    def clear(self, slot: int) -> None:
        self._states.pop(slot, None)
        self._ebbing.pop(slot, None)
        self._tail[slot] = 0

    def clear_room(self, room: int) -> None:
        self._rooms.pop(room, None)

    def narrow(self, plane: Plane, payload: Bytes, mix: Samples, own: tuple[Index, Samples]) -> None:
        """Write the plane's payloads: rows in `own` get their own samples, the others their room's row of `mix`.

        The last row of `mix` is for legs outside any room.
        """
        rows, samples = own
        shared = _others(plane, rows)
        if len(shared):
            both = np.stack([companding.encode(mix, law) for law in _LAWS])
            payload[shared] = both[plane.codec[shared], plane.place[shared]]
        if len(rows):
            self._laws(payload, rows, plane.codec[rows], samples)

    def wide(
        self, plane: Plane, payload: Bytes, mix: Samples, own: tuple[Index, Samples], calm: tuple[Mask, int]
    ) -> None:
        """Write the payloads of a 16 kHz plane. `calm` holds a mask of the quiet rooms and the tick."""
        rows, samples = own
        shared = _others(plane, rows)
        self._wide_own(plane, payload, rows, samples)
        self._wide_shared(plane, payload, shared, mix, calm)
        narrow = rows[plane.codec[rows] != G722]
        if len(narrow):
            some = samples[plane.codec[rows] != G722]
            slots = plane.slots[narrow]
            full = np.concatenate((self._tail[slots], some), axis=1)
            self._laws(payload, narrow, plane.codec[narrow], to_rate(full, 16000))
            self._tail[slots] = some[:, -HISTORY[16000] :]
        for place, room in enumerate(plane.rooms.tolist()):
            self._remember(self._rooms.setdefault(room, _Room()), mix[place])

    def _wide_own(self, plane: Plane, payload: Bytes, rows: Index, samples: Samples) -> None:
        states: dict[int, Coder] = {}
        pcm = wideband.saturated(samples)
        for n, row in enumerate(rows.tolist()):
            if plane.codec[row] != G722:
                continue
            slot = int(plane.slots[row])
            state = self._states.get(slot) or self._warmed(plane, row)
            states[slot] = state
            payload[row] = wideband.encoded(state, pcm[n])
        self._ebb(plane, states)

    def _ebb(self, plane: Plane, states: dict[int, Coder]) -> None:
        """Keep the states of legs outside any room for a few frames after their audio ended; discard all others."""
        gone = self._states.keys() - states.keys()
        if gone:
            gone &= set(plane.slots[plane.place == len(plane.rooms)].tolist())
        left = {slot: self._ebbing.get(slot, _EBB) - 1 for slot in gone}
        self._ebbing = {slot: frames for slot, frames in left.items() if frames > 0}
        self._states = states | {slot: self._states[slot] for slot in self._ebbing}

    def _wide_shared(self, plane: Plane, payload: Bytes, shared: Index, mix: Samples, calm: tuple[Mask, int]) -> None:
        quiet, tick = calm
        codes = np.empty((len(mix), FRAME), np.uint8)
        codes[-1] = wideband.SILENCE
        pcm = wideband.saturated(mix)
        listeners = shared[plane.codec[shared] == G722]
        for place in np.unique(plane.place[listeners]).tolist():
            if place == len(plane.rooms):
                continue
            room = self._rooms.setdefault(int(plane.rooms[place]), _Room())
            if quiet[place]:
                room.state = None
                codes[place] = _COMFORT[tick % TICKS]
                continue
            room.state = room.state or _warm(room.recent)
            codes[place] = wideband.encoded(room.state, pcm[place])
        payload[listeners] = codes[plane.place[listeners]]
        for row in listeners[plane.place[listeners] == len(plane.rooms)].tolist():
            if (state := self._states.get(int(plane.slots[row]))) is not None:
                payload[row] = wideband.encoded(state, pcm[-1])
        narrow = shared[plane.codec[shared] != G722]
        if len(narrow):
            tails = [self._rooms.setdefault(room, _Room()).tail for room in plane.rooms.tolist()]
            full = np.concatenate((np.stack([*tails, np.zeros_like(mix[-1, -HISTORY[16000] :])]), mix), axis=1)
            lower = to_rate(full, 16000)
            both = np.stack([companding.encode(lower, law) for law in _LAWS])
            payload[narrow] = both[plane.codec[narrow], plane.place[narrow]]
            self._tail[plane.slots[narrow]] = mix[plane.place[narrow], -HISTORY[16000] :]

    @staticmethod
    def _remember(room: _Room, mix: Samples) -> None:
        room.recent = [*room.recent[1 - WARM :], mix]
        room.tail = mix[-HISTORY[16000] :]

    def _warmed(self, plane: Plane, row: int) -> Coder:
        """Return a state primed with the room's shared mix, so that the remote decoder continues without a break."""
        place = int(plane.place[row])
        if place == len(plane.rooms):
            return _warm([])
        return _warm(self._rooms.setdefault(int(plane.rooms[place]), _Room()).recent)

    @staticmethod
    def _laws(payload: Bytes, rows: Index, law: Numbers, samples: Samples) -> None:
        other = law == ALAW
        if not other.any():
            payload[rows] = companding.encode(samples, ULAW)
            return
        payload[rows[~other]] = companding.encode(samples[~other], ULAW)
        payload[rows[other]] = companding.encode(samples[other], ALAW)


def _others(plane: Plane, rows: Index) -> Index:
    rest = np.ones(len(plane.slots), np.bool_)
    rest[rows] = False
    return np.flatnonzero(rest)


def _warm(frames: list[Samples]) -> Coder:
    state = wideband.coder()
    for frame in frames:
        wideband.encoded(state, wideband.saturated(frame))
    return state
