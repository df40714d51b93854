"""Waveform of a recording: peak levels from start to end."""

from typing import TYPE_CHECKING

from unificx.core.lazy import lazy_import

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = lazy_import("numpy")

POINTS = 200
MAX_PEAK = 100
_SILENCE_LEVEL = 100
"""Of 32768. Quieter recordings count as silence and are not normalized."""


class WaveformBuilder:
    """Collects the peaks of equal parts from 16-bit samples fed in pieces, channels interleaved. `samples` is their
    total number."""

    def __init__(self, samples: int) -> None:
        self._samples = max(samples, 1)
        self._at = 0
        self._peaks: npt.NDArray[np.int32] = np.zeros(POINTS, np.int32)

    def feed(self, pcm: bytes) -> None:
        values = np.abs(np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.int32))
        if not len(values):
            return
        parts = (self._at + np.arange(len(values))) * POINTS // self._samples
        self._at += len(values)
        begins = np.flatnonzero(np.diff(parts, prepend=-1))
        reached = np.minimum(parts[begins], POINTS - 1)
        np.maximum.at(self._peaks, reached, np.maximum.reduceat(values, begins))

    def peaks(self) -> tuple[int, ...]:
        """Peaks from 0 to 100, normalized to the loudest part; all 0 for silence."""
        loudest = max(int(self._peaks.max()), _SILENCE_LEVEL)
        return tuple(int(value) for value in self._peaks * MAX_PEAK // loudest)
