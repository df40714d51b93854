"""How loud a recording is from its beginning to its end: what its picture is drawn from."""

import numpy as np
import numpy.typing as npt

POINTS = 200
LOUDEST = 100
_SILENT = 100
"""Of 32768: what stays below is silence, and is not drawn as if it were loud."""


class Loudness:
    """Takes `samples` of 16 bits piece by piece, channels alternating; gives the peaks of as many equal parts."""

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
        """From 0 to 100, the loudest part 100; all 0 if nothing is to be heard."""
        loudest = max(int(self._peaks.max()), _SILENT)
        return tuple(int(value) for value in self._peaks * LOUDEST // loudest)
