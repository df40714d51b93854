"""Resampling between 8 and 16 kHz: an FIR filter as one matrix product over all rows of a frame.

Both directions need some samples from before the frame for continuity, and delay by half the filter length.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import NARROW, WIDE, Floats, Samples

_TAPS = 48
"""Filter taps at 16 kHz."""
HISTORY = {8000: _TAPS // 2, 16000: _TAPS}
"""Samples from before the frame at the start of a row, by the row's sample rate."""


def _lowpass() -> npt.NDArray[np.float64]:
    """Return a half-band filter that passes up to 3.4 kHz and suppresses aliasing into the voice band."""
    place = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(place * 0.46) * np.kaiser(_TAPS, 6.0)
    return taps / taps.sum()


def _upsampling_matrix() -> Floats:
    """Return the upsampling matrix (HISTORY + 160, 320): zero-stuffing followed by the filter."""
    taps, history = _lowpass(), HISTORY[8000]
    matrix = np.zeros((history + NARROW, WIDE))
    for out in range(WIDE):
        for tap in range(_TAPS):
            place = out - tap
            if place % 2 == 0:
                matrix[history + place // 2, out] += 2 * taps[tap]
    return matrix.astype(np.float32)


def _downsampling_matrix() -> Floats:
    """Return the downsampling matrix (HISTORY + 320, 160)."""
    taps, history = _lowpass(), HISTORY[16000]
    matrix = np.zeros((history + WIDE, NARROW))
    for out in range(NARROW):
        for tap in range(_TAPS):
            matrix[history + 2 * out - tap, out] += taps[tap]
    return matrix.astype(np.float32)


_MATRIX = {8000: _upsampling_matrix(), 16000: _downsampling_matrix()}


def resample(rows: Samples, source_rate: int) -> Samples:
    """Convert rows of HISTORY[source_rate] samples and a frame at `source_rate` into frames at the other rate."""
    return np.rint(rows.astype(np.float32) @ _MATRIX[source_rate]).astype(np.int32)
