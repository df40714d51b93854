"""Packet loss concealment: a missing frame is replaced by the previous one, reversed in time and fading.

Reversed, its first sample is the last one played, which avoids a click. A 4 ms cross-fade leads back to real audio.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import Floats, Numbers, Samples

FADE_GAINS: Floats = np.array([1.0, 0.8, 0.6, 0.35, 0.15, 0.0], np.float32)
"""Gain at the start of the first, second, ... missing frame."""
MAX_CONCEALED = len(FADE_GAINS) - 1
"""Consecutive missing frames that are concealed, followed by silence."""


def conceal(previous: Samples, missing: Numbers) -> Samples:
    """Return concealment frames to follow `previous`; `missing` is the number of consecutive missing frames, from 1."""
    start, end = FADE_GAINS[np.minimum(missing, MAX_CONCEALED) - 1], FADE_GAINS[np.minimum(missing, MAX_CONCEALED)]
    # A previous frame that was itself concealed is already attenuated.
    step = np.where(missing > MAX_CONCEALED, 0, end / np.maximum(start, np.float32(1e-3))).astype(np.float32)
    ramp = np.linspace(0, 1, previous.shape[1], dtype=np.float32)
    return (previous[:, ::-1] * (1 + (step - 1)[:, None] * ramp)).astype(np.int32)


def crossfade(frames: Samples, previous: Samples) -> Samples:
    """Cross-fade from the concealed audio `previous` into the first frames after a gap."""
    length = frames.shape[1] // 5
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    joined = frames.copy()
    joined[:, :length] = frames[:, :length] * ramp + previous[:, : -length - 1 : -1] * (1 - ramp)
    return joined
