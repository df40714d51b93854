"""What is heard in the place of a frame that has not come: the one before it, mirrored and fading.

Mirrored, its first sample is the last that was heard, so that there is no click; and a cross-fade of 4 ms leads out.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import Floats, Numbers, Samples

FADE: Floats = np.array([1.0, 0.8, 0.6, 0.35, 0.15, 0.0], np.float32)
"""Loudness at the begin of the first, second, ... missing frame."""
LONGEST = len(FADE) - 1
"""Missing frames in a row that are concealed; after them there is silence."""


def bridge(previous: Samples, missing: Numbers) -> Samples:
    """Frames to go on with after `previous`; `missing` counts, for each, how many are missing in a row, from 1 on."""
    begin, end = FADE[np.minimum(missing, LONGEST) - 1], FADE[np.minimum(missing, LONGEST)]
    # The frame before has been made quieter already, if it is one of ours.
    step = np.where(missing > LONGEST, 0, end / np.maximum(begin, np.float32(1e-3))).astype(np.float32)
    way = np.linspace(0, 1, previous.shape[1], dtype=np.float32)
    return (previous[:, ::-1] * (1 + (step - 1)[:, None] * way)).astype(np.int32)


def rejoin(frames: Samples, previous: Samples) -> Samples:
    """The frames that came after a gap, led into from what was heard in the gap."""
    length = frames.shape[1] // 5
    way = np.linspace(0, 1, length, dtype=np.float32)
    joined = frames.copy()
    joined[:, :length] = frames[:, :length] * way + previous[:, : -length - 1 : -1] * (1 - way)
    return joined
