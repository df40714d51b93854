"""Recording taps: the audio of a leg or the mix of a room, delivered in chunks of 0.2 s."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass, field

import numpy as np

from unificx.media.mixer.arrays import MAX_TAPS, WIDE, Index, Samples
from unificx.media.mixer.messages import Chunk
from unificx.media.mixer.resampling import HISTORY, resample

CHUNK_FRAMES = 10
"""Frames per chunk."""


@dataclass(slots=True)
class Tap:
    """A tap; `target` is a slot or a room number, `width` the number of samples per frame."""

    name: str
    target: int
    of_room: bool
    width: int
    frames: int = 0
    """Frames since the tap started, including pauses."""
    filled: int = 0
    paused: bool = False
    history: Samples = field(default_factory=lambda: np.zeros(HISTORY[16000], np.int32))
    """Last samples, for resampling if the target's sample rate differs from the tap's."""


class TapTable:
    """All taps of a mixer, with one row each in an array of chunk buffers."""

    def __init__(self) -> None:
        self._taps: dict[str, int] = {}
        self._rows: list[Tap | None] = [None] * MAX_TAPS
        self._free = list(range(MAX_TAPS - 1, -1, -1))
        # full(), not zeros(): page faults on first access would delay a tick.
        self._buffers = np.zeros((MAX_TAPS, CHUNK_FRAMES, WIDE), np.int16)

    def __len__(self) -> int:
        return len(self._taps)

    def add(self, name: str, target: int, width: int, *, of_room: bool) -> bool:
        """Start a tap. Return False if all are in use or the name already exists."""
        if name in self._taps or not self._free:
            return False
        row = self._taps[name] = self._free.pop()
        self._rows[row] = Tap(name, target, of_room, width)
        return True

    def pause(self, name: str, *, on: bool) -> list[Chunk]:
        """Pause or resume a tap; return the chunk buffered so far."""
        tap = self._get(name)
        if tap is None or tap.paused == on:
            return []
        tap.paused = on
        return self._flush(tap)

    def end(self, name: str) -> list[Chunk] | None:
        """Remove a tap; return its remaining chunk, or None if there is no such tap."""
        tap = self._get(name)
        if tap is None:
            return None
        left = self._flush(tap)
        row = self._taps.pop(name)
        self._rows[row] = None
        self._free.append(row)
        return left

    def names_of(self, target: int, *, of_room: bool) -> list[str]:
        """Return the names of the taps of a leg or a room."""
        return [tap.name for tap in self._all() if tap.target == target and tap.of_room is of_room]

    def targets(self, *, of_room: bool) -> Index:
        """Return the slots or rooms with a tap that is not paused."""
        return np.array(
            sorted({tap.target for tap in self._all() if tap.of_room is of_room and not tap.paused}), np.int64
        )

    def write(self, frames: dict[tuple[int, bool], Samples]) -> list[Chunk]:
        """Append one frame of every target, keyed by (target, of_room); return the completed chunks."""
        full: list[Chunk] = []
        for tap in self._all():
            tap.frames += 1
            if tap.paused:
                continue
            row = self._taps[tap.name]
            frame = frames.get((tap.target, tap.of_room))
            if frame is not None and len(frame) != tap.width:
                frame = _resample(tap, frame)
            self._buffers[row, tap.filled, : tap.width] = 0 if frame is None else np.clip(frame, -32768, 32767)
            tap.filled += 1
            if (tap.frames + row) % CHUNK_FRAMES == 0 or tap.filled == CHUNK_FRAMES:  # spreads the taps over the ticks
                full += self._flush(tap)
        return full

    def _flush(self, tap: Tap) -> list[Chunk]:
        if not tap.filled:
            return []
        samples = self._buffers[self._taps[tap.name], : tap.filled, : tap.width]
        offset = (tap.frames - tap.filled) * tap.width
        tap.filled = 0
        return [Chunk(tap.name, offset, tap.width * 50, samples.astype("<i2").tobytes())]

    def _get(self, name: str) -> Tap | None:
        row = self._taps.get(name)
        return None if row is None else self._rows[row]

    def _all(self) -> list[Tap]:
        return [tap for row in self._taps.values() if (tap := self._rows[row]) is not None]


def _resample(tap: Tap, frame: Samples) -> Samples:
    own = len(frame) * 50
    before = tap.history[-HISTORY[own] :]
    tap.history = np.concatenate((tap.history, frame))[-HISTORY[16000] :]
    return resample(np.concatenate((before, frame))[None, :], own)[0]
