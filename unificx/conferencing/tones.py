"""Entry and exit tones: two rising tones for a join, two falling tones for a leave."""

from unificx.media.sounds import Sound
from unificx.media.tones import sine

_AMPLITUDE = 3000
_TONE_SAMPLES = 960
"""Samples of each tone: 0.12 s."""


def _two_tones(first: float, second: float) -> Sound:
    return Sound(
        sine(first, _AMPLITUDE, _TONE_SAMPLES).tobytes() + sine(second, _AMPLITUDE, _TONE_SAMPLES).tobytes(), 8000
    )


JOIN_TONES, LEAVE_TONES = _two_tones(587.3, 784.0), _two_tones(784.0, 587.3)
