"""In-band DTMF (ITU-T Q.23): finds the tones of keys in decoded audio, and reports each key once, on release.

The audio is taken in blocks of 10 ms. A key is a window of three blocks that consists of nothing but one low and one
high tone, both steady in level and close to their frequency. A tone of 40 ms always has such a window, one of 23 ms
never, and speech hardly ever: its harmonics move, and leave energy beside any two of them.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import Floats, Index, Mask, Numbers, Samples
from unificx.media.mixer.dtmf import RELEASE_TICKS
from unificx.media.tones import COLUMN_HERTZ, KEYS, ROW_HERTZ

Phasors: TypeAlias = npt.NDArray[np.complex64]

_HERTZ = np.array(ROW_HERTZ + COLUMN_HERTZ)
_BLOCK_SECONDS = 0.01
_BLOCK = 80
"""Samples of a block at 8 kHz."""
_WINDOW = 3
"""Blocks of a window."""

_LEAST_ENERGY = np.float32(_WINDOW * _BLOCK / 2 * 400.0**2)
"""Energy of a window with one tone of the amplitude 400, -35 dBm0."""
_SCREENED_SHARE = 30.0
"""Least power of the two strongest frequencies, correlated over 20 ms, in a window of this energy; 107 on frequency."""
_TONE_SHARE = 0.88
"""Least share of both tones in the energy of a window: with it, noise may be 9 dB below them."""
_LOW_TWIST, _HIGH_TWIST = 10**0.9, 10**0.5
"""Largest power of the low tone against the high one, 9 dB, and of the high tone against the low one, 5 dB."""
_DEVIATION = 0.022
"""Largest deviation of a frequency. ITU-T Q.24: 1.5 % is accepted, 3.5 % is not."""
_STEADY = 0.5
"""Least power of a tone in a block, of the strongest block of its window."""
_COHERENT = 0.95
"""Least agreement of the phase steps between blocks."""
_PAUSE_BLOCKS = 6
"""Blocks without a window of tones that release a key: every pause of 40 ms has them, no interruption of 20 ms."""
_FADING_BLOCKS = 2
"""Blocks after the last window of tones in which they may still be heard."""


def _correlators(rate: int) -> Phasors:
    """Return the 8 waves to correlate a block with, one a column, scaled to give the same at any rate."""
    size = round(rate * _BLOCK_SECONDS)
    times = np.arange(size)[:, None] / rate
    return (np.exp(-2j * np.pi * times * _HERTZ) * (_BLOCK / size)).astype(np.complex64)


def _solutions() -> Floats:
    """Return for each key the matrix that turns a block's correlations with its tones into their amplitudes.

    Within 10 ms the two tones are not orthogonal: this is their least-squares fit.
    """
    waves = _correlators(8000)
    found = np.zeros((len(KEYS), 4, 4), np.float32)
    for key in range(len(KEYS)):
        pair = waves[:, (key // 4, 4 + key % 4)].astype(np.complex128)
        basis = np.stack((pair[:, 0].real, pair[:, 0].imag, pair[:, 1].real, pair[:, 1].imag), axis=1)
        found[key] = np.linalg.inv(basis.T @ basis)
    return found


_PARTS = {
    width: np.ascontiguousarray(np.concatenate((waves.real, waves.imag), axis=1))
    for width, waves in ((160, _correlators(8000)), (320, _correlators(16000)))
}
"""Real parts of the waves, then the imaginary ones, by samples of a frame."""
_SOLUTIONS = _solutions()
_TURN: Phasors = np.exp(-2j * np.pi * _HERTZ * _BLOCK_SECONDS).astype(np.complex64)
"""Factor that turns a tone's phase in a block into that in the block before."""


class InbandTones:
    """Detector of all slots."""

    def __init__(self, slots: int) -> None:
        self._waves = np.zeros((slots, 2, len(_HERTZ)), np.complex64)
        """Correlations of the last two blocks."""
        self._energy = np.zeros((slots, 2), np.float32)
        self._blocks = np.zeros(slots, np.int32)
        """How many of the last two blocks are known, without a gap after them."""
        self._last_tick = np.full(slots, -2, np.int64)
        self._key = np.full(slots, -1, np.int32)
        """Pressed key, or -1."""
        self._windows = np.zeros(slots, np.int32)
        """Windows of tones since it was pressed."""
        self._misses = np.zeros(slots, np.int32)
        """Blocks since the last one."""

    def clear(self, slot: int) -> None:
        self._last_tick[slot] = -2
        self._key[slot] = -1

    def receive(self, slots: Index, frames: Samples, have: Mask, tick: int) -> list[tuple[int, str, int]]:
        """Process a frame of each slot; return released keys as (slot, key, milliseconds)."""
        if not have.all():
            slots, frames = slots[have], frames[have]
        if not len(slots):
            return []
        self._blocks[slots[self._last_tick[slots] != tick - 1]] = 0
        self._last_tick[slots] = tick
        waves, energy = self._measure(slots, frames)
        first = 2 - np.minimum(self._blocks[slots], 2)
        self._waves[slots], self._energy[slots], self._blocks[slots] = waves[:, 2:], energy[:, 2:], 2
        found = _find_keys(waves, energy, first)
        if found is None and (self._key[slots] < 0).all():
            return []
        released: list[tuple[int, str, int]] = []
        for window in range(2):
            released += self._step(slots, np.full(len(slots), -1, np.int32) if found is None else found[:, window])
        return released

    def pressed(self, slots: Index) -> Mask:
        """Select the slots whose last frame has the tones of a pressed key."""
        return (self._key[slots] >= 0) & (self._misses[slots] <= _FADING_BLOCKS)

    def expire(self, slots: Index, tick: int) -> list[tuple[int, str, int]]:
        """Release keys of slots from which no audio arrives."""
        silent = slots[(self._key[slots] >= 0) & (tick - self._last_tick[slots] > RELEASE_TICKS)]
        return self._release(silent)

    def _measure(self, slots: Index, frames: Samples) -> tuple[Phasors, Floats]:
        """Return correlations and energies of four blocks: the two before, and those of this frame."""
        width = frames.shape[1]
        blocks = frames.reshape(2 * len(frames), width // 2).astype(np.float32)
        parts = blocks @ _PARTS[width]
        waves = np.empty((len(slots), 4, len(_HERTZ)), np.complex64)
        energy = np.empty((len(slots), 4), np.float32)
        waves[:, :2], energy[:, :2] = self._waves[slots], self._energy[slots]
        waves[:, 2:].real = parts[:, : len(_HERTZ)].reshape(-1, 2, len(_HERTZ))
        waves[:, 2:].imag = parts[:, len(_HERTZ) :].reshape(-1, 2, len(_HERTZ))
        scale = np.float32(2 * _BLOCK / width)
        energy[:, 2:] = np.einsum("ij,ij->i", blocks, blocks).reshape(-1, 2) * scale
        return waves, energy

    def _step(self, slots: Index, found: Numbers) -> list[tuple[int, str, int]]:
        """Process the key found in a window of each slot, -1 for none."""
        key = self._key[slots]
        tones = found >= 0
        again, other, none = tones & (found == key), tones & (found != key), ~tones & (key >= 0)
        self._misses[slots[none]] += 1
        self._misses[slots[tones]] = 0
        self._windows[slots[again]] += 1
        ended = other & (key >= 0) | none & (self._misses[slots] >= _PAUSE_BLOCKS)
        released = self._release(slots[ended])
        self._key[slots[other]], self._windows[slots[other]] = found[other], 1
        return released

    def _release(self, slots: Index) -> list[tuple[int, str, int]]:
        lengths = (self._windows[slots] + _WINDOW - 1) * round(1000 * _BLOCK_SECONDS)
        released = [
            (slot, KEYS[key], length)
            for slot, key, length in zip(slots.tolist(), self._key[slots].tolist(), lengths.tolist(), strict=True)
        ]
        self._key[slots] = -1
        return released


def _find_keys(waves: Phasors, energy: Floats, first: Numbers) -> Numbers | None:
    """Return the key in the two windows of each row, -1 for none; None if there is none in any.

    `first` is the number of unknown blocks at the beginning of each row.
    """
    steps = waves[:, :-1] + waves[:, 1:] * _TURN
    power = steps.real**2 + steps.imag**2
    power = power[:, :-1] + power[:, 1:]
    total = energy[:, :-2] + energy[:, 1:-1] + energy[:, 2:]
    low, high = power[:, :, :4].max(axis=2), power[:, :, 4:].max(axis=2)
    likely = (low + high > _SCREENED_SHARE * total) & (total > _LEAST_ENERGY) & (first[:, None] <= (0, 1))
    row, window = np.nonzero(likely)
    if not len(row):
        return None
    screened = power[row, window]
    key = 4 * screened[:, :4].argmax(axis=1) + screened[:, 4:].argmax(axis=1)
    columns = np.stack((key // 4, 4 + key % 4), axis=1)
    blocks = window[:, None] + np.arange(_WINDOW)
    pairs = waves[row[:, None, None], blocks[:, :, None], columns[:, None, :]]
    good = _are_tones(pairs, total[row, window], key, columns)
    if not good.any():
        return None
    found = np.full(likely.shape, -1, np.int32)
    found[row[good], window[good]] = key[good]
    return found


def _are_tones(pairs: Phasors, total: Floats, key: Index, columns: Index) -> Mask:
    """Select the windows that are the two tones of a key; `pairs` are their correlations, by block and tone."""
    correlated = np.ascontiguousarray(pairs).view(np.float32)
    amplitudes: Phasors = (correlated @ _SOLUTIONS[key]).view(np.complex64)
    level = amplitudes.real**2 + amplitudes.imag**2
    steps = amplitudes[:, 1:] * np.conj(amplitudes[:, :-1]) * _TURN[columns][:, None, :]
    step = steps.sum(axis=1)
    turns = np.angle(step) / np.float32(2 * np.pi)
    # A block loses power of a tone that is beside the frequency it is correlated with.
    powers = level.sum(axis=1) / np.sinc(turns) ** 2
    low, high = powers[:, 0], powers[:, 1]
    return (
        (np.abs(turns) <= _DEVIATION * _BLOCK_SECONDS * _HERTZ[columns]).all(axis=1)
        & ((low + high) * np.float32(_BLOCK / 2) >= _TONE_SHARE * total)
        & (low <= _LOW_TWIST * high)
        & (high <= _HIGH_TWIST * low)
        & (level.min(axis=1) >= _STEADY * level.max(axis=1)).all(axis=1)
        & (np.abs(step) >= _COHERENT * np.abs(steps).sum(axis=1)).all(axis=1)
    )
