"""Between 8 and 16 kHz: a finite impulse response as one matrix product for all rows of a frame.

Each way needs some samples from before the frame, so that frames fit together; both delay by half of the filter.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import NARROW, WIDE, Floats, Samples

_TAPS = 48
"""Taps of the filter, at 16 kHz."""
HISTORY = {8000: _TAPS // 2, 16000: _TAPS}
"""Samples from before the frame that a row begins with, by the rate it has."""


def _lowpass() -> npt.NDArray[np.float64]:
    """Half-band filter: passes up to 3.4 kHz, stops what would fold back into the voice."""
    place = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(place * 0.46) * np.kaiser(_TAPS, 6.0)
    return taps / taps.sum()


def _up() -> Floats:
    """(HISTORY + 160, 320): a sample of the input stands for two of the output, one of them zero before the filter."""
    taps, history = _lowpass(), HISTORY[8000]
    matrix = np.zeros((history + NARROW, WIDE))
    for out in range(WIDE):
        for tap in range(_TAPS):
            place = out - tap
            if place % 2 == 0:
                matrix[history + place // 2, out] += 2 * taps[tap]
    return matrix.astype(np.float32)


def _down() -> Floats:
    """(HISTORY + 320, 160)."""
    taps, history = _lowpass(), HISTORY[16000]
    matrix = np.zeros((history + WIDE, NARROW))
    for out in range(NARROW):
        for tap in range(_TAPS):
            matrix[history + 2 * out - tap, out] += taps[tap]
    return matrix.astype(np.float32)


_MATRIX = {8000: _up(), 16000: _down()}


def to_rate(rows: Samples, own: int) -> Samples:
    """Rows of HISTORY[own] samples and a frame at the rate `own`, as frames of the other rate."""
    return np.rint(rows.astype(np.float32) @ _MATRIX[own]).astype(np.int32)
