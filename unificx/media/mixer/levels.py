"""Level meter of all legs, without decoding: finds talkers, active speakers and silent legs.

Loudness is the mean magnitude of the samples. A G.711 byte maps directly to a magnitude, and a subset of a frame's
bytes is enough; in G.722 the codes drive the step size, which follows the signal (G.722 section 3.2).
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media.mixer.arrays import TICKS_PER_SECOND, Bytes, Floats, Index, Mask, Numbers
from unificx.media.mixer.companding import DECODED

GATE_LEVEL = 48.0
"""A frame louder than this adds its leg to the mix."""
HANGOVER_TICKS = TICKS_PER_SECOND // 2
"""Ticks a leg stays in the mix after its last loud frame."""
SPEECH_LEVEL = 200.0
"""Smoothed loudness of speech."""
SILENCES = (2, 3, 4, 5, 8, 10, 15, 20, 30, 60)
"""Durations of silence that are reported, in seconds."""

# Irregular positions: no tone has its zero crossings at all of them.
_SAMPLE_POSITIONS = np.array(sorted({(17 * n + n * n // 3) % 160 for n in range(26)}), np.int64)
_MAGNITUDE: Floats = np.abs(np.concatenate(DECODED)).astype(np.float32)
_WEIGHTS: Floats = np.full(len(_SAMPLE_POSITIONS), 1 / len(_SAMPLE_POSITIONS), np.float32)


class LevelMeter:
    """Levels of all slots."""

    def __init__(self, slots: int) -> None:
        self.smooth = np.zeros(slots, np.float32)
        self.hangover = np.zeros(slots, np.int32)
        """Ticks left until the leg drops out of the mix."""
        self.silent_ticks = np.zeros(slots, np.int32)
        """Ticks since the last loud frame."""

    def clear(self, slot: int) -> None:
        self.smooth[slot] = self.hangover[slot] = self.silent_ticks[slot] = 0

    def measure(self, slots: Index, loudness: Floats, have: Mask) -> None:
        """Update each slot with the loudness of one frame; a missing frame counts as silence."""
        loudness = np.where(have, loudness, np.float32(0))
        smooth = self.smooth[slots]
        self.smooth[slots] = smooth + (loudness - smooth) * np.where(
            loudness > smooth, np.float32(0.5), np.float32(0.1)
        )
        loud = loudness > GATE_LEVEL
        self.hangover[slots] = np.where(loud, HANGOVER_TICKS, np.maximum(self.hangover[slots] - 1, 0))
        self.silent_ticks[slots] = np.where(loud, 0, self.silent_ticks[slots] + 1)

    def new_silences(self, slots: Index, since: int) -> list[tuple[int, int]]:
        """Return (slot, seconds) for slots whose silence reached one of SILENCES within the last `since` ticks."""
        quiet = self.silent_ticks[slots]
        due = np.flatnonzero(quiet // TICKS_PER_SECOND > np.maximum(quiet - since, 0) // TICKS_PER_SECOND)
        reached = [(int(slots[n]), int(quiet[n]) // TICKS_PER_SECOND) for n in due.tolist()]
        return [(slot, seconds) for slot, seconds in reached if seconds in SILENCES]


def g711_loudness(payload: Bytes, law: Numbers) -> Floats:
    """Return the loudness of each row of G.711, given the law of each row."""
    some = payload.take(_SAMPLE_POSITIONS, axis=1).astype(np.int16)
    some += (law.astype(np.int16) * 256)[:, None]
    return _MAGNITUDE.take(some, mode="clip") @ _WEIGHTS


def next_gain(gain: Numbers, smooth: Floats) -> Numbers:
    """Move gains (256 is 1) a little towards a common loudness; silent legs keep theirs.

    `smooth` is the loudness before gain.
    """
    wanted = np.clip(3000 * 256 / np.maximum(smooth * gain, 1), 0.5, 2.0) ** 0.15
    moved = np.clip(gain * wanted, 64, 2048)
    return np.where(smooth > GATE_LEVEL, moved, gain).astype(np.int32)
