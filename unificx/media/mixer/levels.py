"""Level meter of all legs, without decoding: finds talkers, active speakers and silent legs.

Loudness is the mean magnitude of the samples. A G.711 byte maps directly to a magnitude, and a subset of a frame's
bytes is enough; in G.722 the codes drive the step size, which follows the signal (G.722 section 3.2).
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import TICKS, Bytes, Floats, Index, Mask, Numbers
from unificx.media.mixer.companding import DECODED

OPEN = 48.0
"""A frame louder than this adds its leg to the mix."""
HANG = TICKS // 2
"""Ticks a leg stays in the mix after its last loud frame."""
VOICE = 200.0
"""Smoothed loudness of speech."""
SILENCES = (2, 3, 4, 5, 8, 10, 15, 20, 30, 60)
"""Durations of silence that are reported, in seconds."""

# Irregular positions: no tone has its zero crossings at all of them.
_PLACES = np.array(sorted({(17 * n + n * n // 3) % 160 for n in range(26)}), np.int64)
_MAGNITUDE: Floats = np.abs(np.concatenate(DECODED)).astype(np.float32)
_SHARE: Floats = np.full(len(_PLACES), 1 / len(_PLACES), np.float32)


class Levels:
    """Levels of all slots."""

    def __init__(self, slots: int) -> None:
        self.smooth = np.zeros(slots, np.float32)
        self.hang = np.zeros(slots, np.int32)
        """Ticks left until the leg drops out of the mix."""
        self.quiet = np.zeros(slots, np.int32)
        """Ticks since the last loud frame."""

    def clear(self, slot: int) -> None:
        self.smooth[slot] = self.hang[slot] = self.quiet[slot] = 0

    def measure(self, slots: Index, now: Floats, have: Mask) -> None:
        """Update each slot with the loudness of one frame; a missing frame counts as silence."""
        now = np.where(have, now, np.float32(0))
        smooth = self.smooth[slots]
        self.smooth[slots] = smooth + (now - smooth) * np.where(now > smooth, np.float32(0.5), np.float32(0.1))
        loud = now > OPEN
        self.hang[slots] = np.where(loud, HANG, np.maximum(self.hang[slots] - 1, 0))
        self.quiet[slots] = np.where(loud, 0, self.quiet[slots] + 1)

    def silent(self, slots: Index, since: int) -> list[tuple[int, int]]:
        """Return (slot, seconds) for slots whose silence reached one of SILENCES within the last `since` ticks."""
        quiet = self.quiet[slots]
        due = np.flatnonzero(quiet // TICKS > np.maximum(quiet - since, 0) // TICKS)
        told = [(int(slots[n]), int(quiet[n]) // TICKS) for n in due.tolist()]
        return [(slot, seconds) for slot, seconds in told if seconds in SILENCES]


def g711_loudness(payload: Bytes, law: Numbers) -> Floats:
    """Return the loudness of each row of G.711, given the law of each row."""
    some = payload.take(_PLACES, axis=1).astype(np.int16)
    some += (law.astype(np.int16) * 256)[:, None]
    return _MAGNITUDE.take(some, mode="clip") @ _SHARE


def next_gain(gain: Numbers, smooth: Floats) -> Numbers:
    """Move gains (256 is 1) a little towards a common loudness; silent legs keep theirs.

    `smooth` is the loudness before gain.
    """
    wanted = np.clip(3000 * 256 / np.maximum(smooth * gain, 1), 0.5, 2.0) ** 0.15
    moved = np.clip(gain * wanted, 64, 2048)
    return np.where(smooth > OPEN, moved, gain).astype(np.int32)
