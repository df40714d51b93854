"""Packet loss concealment: a missing frame is replaced by the previous one, reversed in time and fading.

Reversed, its first sample is the last one played, which avoids a click. A 4 ms cross-fade leads back to real audio.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import Floats, Numbers, Samples

FADE: Floats = np.array([1.0, 0.8, 0.6, 0.35, 0.15, 0.0], np.float32)
"""Gain at the start of the first, second, ... missing frame."""
LONGEST = len(FADE) - 1
"""Consecutive missing frames that are concealed, followed by silence."""


def bridge(previous: Samples, missing: Numbers) -> Samples:
    """Return concealment frames to follow `previous`; `missing` is the number of consecutive missing frames, from 1."""
    begin, end = FADE[np.minimum(missing, LONGEST) - 1], FADE[np.minimum(missing, LONGEST)]
    # A previous frame that was itself concealed is already attenuated.
    step = np.where(missing > LONGEST, 0, end / np.maximum(begin, np.float32(1e-3))).astype(np.float32)
    way = np.linspace(0, 1, previous.shape[1], dtype=np.float32)
    return (previous[:, ::-1] * (1 + (step - 1)[:, None] * way)).astype(np.int32)


def rejoin(frames: Samples, previous: Samples) -> Samples:
    """Cross-fade from the concealed audio `previous` into the first frames after a gap."""
    length = frames.shape[1] // 5
    way = np.linspace(0, 1, length, dtype=np.float32)
    joined = frames.copy()
    joined[:, :length] = frames[:, :length] * way + previous[:, : -length - 1 : -1] * (1 - way)
    return joined
