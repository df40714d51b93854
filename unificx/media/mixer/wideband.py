"""G.722 through its C library, and the loudness of a frame without decoding it.

G.722 needs a codec state per leg and direction. The state adapts to the signal with a short memory: one primed with a
few frames is as good as one that has seen the whole stream.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from array import array
from typing import Protocol, cast

import G722
import numpy as np

from unificx.media.mixer.arrays import FRAME, WIDE, Bytes, Floats, Index, Mask, Pcm, Samples

PRIMING_FRAMES = 3
"""Frames needed to prime a codec state."""


class G722Codec(Protocol):
    """Codec state of one direction of one stream."""

    def encode(self, samples: object) -> bytes: ...
    def decode(self, payload: bytes) -> "array[int]": ...


def new_codec() -> G722Codec:
    return cast(G722Codec, G722.G722(16000, 64000))


def saturate(frames: Samples) -> Pcm:
    return np.clip(frames, -32768, 32767).astype(np.int16)


def encode(state: G722Codec, frame: Pcm) -> Bytes:
    """Encode a frame of 320 samples into 160 bytes."""
    return np.frombuffer(state.encode(frame), np.uint8)


def decode(state: G722Codec, payload: Bytes) -> Samples:
    return np.frombuffer(state.decode(payload.tobytes()), np.int16).astype(np.int32)


def _encode_silence() -> Bytes:
    state, frame = new_codec(), np.zeros(WIDE, np.int16)
    for _ in range(PRIMING_FRAMES * 3):
        encode(state, frame)
    return encode(state, frame)


SILENCE: Bytes = _encode_silence()

# The logarithm of a band's step size changes by a fixed amount per code and leaks by 1/128 (G.722 section 3.2.2), so a
# frame changes it by a weighted sum over its codes. Six bits of a code belong to the low band, four of which matter
# here; two belong to the high band.
_LOW = (-60, -30, 58, 172, 334, 538, 1198, 3042)
_LOW_RANKS = (0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0)
_HIGH = (798, -214, 798, -214)
_CODES = range(256)
_MOVES: tuple[Floats, Floats] = (
    np.array([_LOW[_LOW_RANKS[(code & 0x3F) >> 2]] for code in _CODES], np.float32),
    np.array([_HIGH[code >> 6] for code in _CODES], np.float32),
)
_MAX_LOG_STEP = (np.float32(18432), np.float32(22528))
_LEAK = 127 / 128
_WEIGHT: Floats = (_LEAK ** np.arange(FRAME - 1, -1, -1)).astype(np.float32)
_FRAME_LEAK = np.float32(_LEAK**FRAME)
_SCALE = np.float32(7.5)
"""Mean magnitude of noise per step size. A steady tone has a smaller step size because it is predictable."""


class StepSizes:
    """Logarithmic step sizes of both bands of every slot."""

    def __init__(self, slots: int) -> None:
        self._log = np.zeros((2, slots), np.float32)
        self._measured = np.zeros(slots, np.float32)

    def clear(self, slot: int) -> None:
        self._log[:, slot] = 0
        self._measured[slot] = 0

    def loudness(self, slots: Index, payload: Bytes, have: Mask) -> Floats:
        """Return the loudness of these frames, on about the scale of `levels`."""
        loudest = np.zeros(len(slots), np.float32)
        for band, (moves, most) in enumerate(zip(_MOVES, _MAX_LOG_STEP, strict=True)):
            log = self._log[band, slots]
            moved = np.clip(log * _FRAME_LEAK + moves.take(payload, mode="clip") @ _WEIGHT, 0, most)
            log[have] = moved[have]
            self._log[band, slots] = log
            loudest = np.maximum(loudest, log)
        measured = self._measured[slots]
        self._measured[slots] = 0
        return np.maximum(np.exp2(loudest / np.float32(2048)) * _SCALE, measured)

    def set_measured(self, slots: Index, frames: Samples) -> None:
        """Store the measured loudness of decoded frames; the next estimate is at least that."""
        self._measured[slots] = np.abs(frames[:, ::3]).mean(axis=1, dtype=np.float32)
