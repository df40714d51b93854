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
    TICKS_PER_SECOND,
    WIDE,
    Bytes,
    Index,
    Mask,
    Numbers,
    Samples,
)
from unificx.media.mixer.layout import Plane
from unificx.media.mixer.messages import ALAW, G722, ULAW
from unificx.media.mixer.resampling import HISTORY, resample
from unificx.media.mixer.wideband import PRIMING_FRAMES, G722Codec


def _comfort_noise(width: int) -> Samples:
    """Return nearly normal noise: each sample is the sum of the 8 bytes of a number of SplitMix64, with a standard
    deviation of 10. numpy.random would take 4 MB in the engine."""
    numbers = np.arange(1, 1 + TICKS_PER_SECOND * width, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ numbers >> np.uint64(shift)) * np.uint64(factor)
    sums = numbers.view(np.uint8).reshape(TICKS_PER_SECOND, width, 8).sum(axis=2, dtype=np.int32)
    return np.rint((sums - 1020) * (10 / 209)).astype(np.int32)


COMFORT_NOISE = {width: _comfort_noise(width) for width in (NARROW, WIDE)}
"""One second of faint comfort noise, played in a room while no leg talks."""
_LAWS = (ULAW, ALAW)
_DRAIN_FRAMES = 12
"""Frames of silence encoded after a leg outside any room stopped receiving audio."""


def _encode_comfort_noise() -> Bytes:
    state = wideband.new_codec()
    return np.stack(
        [wideband.encode(state, frame) for frame in wideband.saturate(np.tile(COMFORT_NOISE[WIDE], (2, 1)))][
            TICKS_PER_SECOND:
        ]
    )


_COMFORT_NOISE_G722: Bytes = _encode_comfort_noise()


@dataclass(slots=True)
class _RoomState:
    """Shared 16 kHz mix of a room, received by all legs without an individual mix."""

    state: G722Codec | None = None
    recent: list[Samples] = field(default_factory=list[Samples])
    history: Samples = field(default_factory=lambda: np.zeros(HISTORY[16000], np.int32))


class Encoder:
    """Encoder state of every slot and room."""

    def __init__(self, slots: int = MAX_LEGS, rooms: int = MAX_ROOMS) -> None:
        self._states: dict[int, G722Codec] = {}
        self._draining: dict[int, int] = {}
        """Frames of silence left to encode, by slot, until the remote decoder has settled."""
        self._rooms: dict[int, _RoomState] = {}
        self._history = np.zeros((slots, HISTORY[16000]), np.int32)

    def clear(self, slot: int) -> None:
        self._states.pop(slot, None)
        self._draining.pop(slot, None)
        self._history[slot] = 0

    def clear_room(self, room: int) -> None:
        self._rooms.pop(room, None)

    def encode_narrowband(self, plane: Plane, payload: Bytes, mix: Samples, own: tuple[Index, Samples]) -> None:
        """Write the plane's payloads: rows in `own` get their own samples, the others their room's row of `mix`.

        The last row of `mix` is for legs outside any room.
        """
        rows, samples = own
        shared = _remaining_rows(plane, rows)
        if len(shared):
            both = np.stack([companding.encode(mix, law) for law in _LAWS])
            payload[shared] = both[plane.codec[shared], plane.room_index[shared]]
        if len(rows):
            self._encode_g711(payload, rows, plane.codec[rows], samples)

    def encode_wideband(
        self, plane: Plane, payload: Bytes, mix: Samples, own: tuple[Index, Samples], quiet_rooms: tuple[Mask, int]
    ) -> None:
        """Write the payloads of a 16 kHz plane. `calm` holds a mask of the quiet rooms and the tick."""
        rows, samples = own
        shared = _remaining_rows(plane, rows)
        self._encode_individual(plane, payload, rows, samples)
        self._encode_shared(plane, payload, shared, mix, quiet_rooms)
        narrow = rows[plane.codec[rows] != G722]
        if len(narrow):
            some = samples[plane.codec[rows] != G722]
            slots = plane.slots[narrow]
            full = np.concatenate((self._history[slots], some), axis=1)
            self._encode_g711(payload, narrow, plane.codec[narrow], resample(full, 16000))
            self._history[slots] = some[:, -HISTORY[16000] :]
        for place, room in enumerate(plane.rooms.tolist()):
            self._update_history(self._rooms.setdefault(room, _RoomState()), mix[place])

    def _encode_individual(self, plane: Plane, payload: Bytes, rows: Index, samples: Samples) -> None:
        states: dict[int, G722Codec] = {}
        pcm = wideband.saturate(samples)
        for n, row in enumerate(rows.tolist()):
            if plane.codec[row] != G722:
                continue
            slot = int(plane.slots[row])
            state = self._states.get(slot) or self._primed_state(plane, row)
            states[slot] = state
            payload[row] = wideband.encode(state, pcm[n])
        self._drain(plane, states)

    def _drain(self, plane: Plane, states: dict[int, G722Codec]) -> None:
        """Keep the states of legs outside any room for a few frames after their audio ended; discard all others."""
        ended = self._states.keys() - states.keys()
        if ended:
            ended &= set(plane.slots[plane.room_index == len(plane.rooms)].tolist())
        remaining = {slot: self._draining.get(slot, _DRAIN_FRAMES) - 1 for slot in ended}
        self._draining = {slot: frames for slot, frames in remaining.items() if frames > 0}
        self._states = states | {slot: self._states[slot] for slot in self._draining}

    def _encode_shared(
        self, plane: Plane, payload: Bytes, shared: Index, mix: Samples, quiet_rooms: tuple[Mask, int]
    ) -> None:
        quiet, tick = quiet_rooms
        codes = np.empty((len(mix), FRAME), np.uint8)
        codes[-1] = wideband.SILENCE
        pcm = wideband.saturate(mix)
        listeners = shared[plane.codec[shared] == G722]
        for place in np.unique(plane.room_index[listeners]).tolist():
            if place == len(plane.rooms):
                continue
            room = self._rooms.setdefault(int(plane.rooms[place]), _RoomState())
            if quiet[place]:
                room.state = None
                codes[place] = _COMFORT_NOISE_G722[tick % TICKS_PER_SECOND]
                continue
            room.state = room.state or _prime(room.recent)
            codes[place] = wideband.encode(room.state, pcm[place])
        payload[listeners] = codes[plane.room_index[listeners]]
        for row in listeners[plane.room_index[listeners] == len(plane.rooms)].tolist():
            if (state := self._states.get(int(plane.slots[row]))) is not None:
                payload[row] = wideband.encode(state, pcm[-1])
        narrow = shared[plane.codec[shared] != G722]
        if len(narrow):
            tails = [self._rooms.setdefault(room, _RoomState()).history for room in plane.rooms.tolist()]
            full = np.concatenate((np.stack([*tails, np.zeros_like(mix[-1, -HISTORY[16000] :])]), mix), axis=1)
            lower = resample(full, 16000)
            both = np.stack([companding.encode(lower, law) for law in _LAWS])
            payload[narrow] = both[plane.codec[narrow], plane.room_index[narrow]]
            self._history[plane.slots[narrow]] = mix[plane.room_index[narrow], -HISTORY[16000] :]

    @staticmethod
    def _update_history(room: _RoomState, mix: Samples) -> None:
        room.recent = [*room.recent[1 - PRIMING_FRAMES :], mix]
        room.history = mix[-HISTORY[16000] :]

    def _primed_state(self, plane: Plane, row: int) -> G722Codec:
        """Return a state primed with the room's shared mix, so that the remote decoder continues without a break."""
        place = int(plane.room_index[row])
        if place == len(plane.rooms):
            return _prime([])
        return _prime(self._rooms.setdefault(int(plane.rooms[place]), _RoomState()).recent)

    @staticmethod
    def _encode_g711(payload: Bytes, rows: Index, law: Numbers, samples: Samples) -> None:
        other = law == ALAW
        if not other.any():
            payload[rows] = companding.encode(samples, ULAW)
            return
        payload[rows[~other]] = companding.encode(samples[~other], ULAW)
        payload[rows[other]] = companding.encode(samples[other], ALAW)


def _remaining_rows(plane: Plane, rows: Index) -> Index:
    rest = np.ones(len(plane.slots), np.bool_)
    rest[rows] = False
    return np.flatnonzero(rest)


def _prime(frames: list[Samples]) -> G722Codec:
    state = wideband.new_codec()
    for frame in frames:
        wideband.encode(state, wideband.saturate(frame))
    return state
