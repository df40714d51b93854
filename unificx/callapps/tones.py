"""Tones played by call apps."""

from functools import cache

from unificx.media.sounds import Sound
from unificx.media.tones import sine

RATE = 8000
_AMPLITUDE = 6000


@cache
def tone(frequency: int, seconds: float) -> Sound:
    """A sine tone with fade-in and fade-out."""
    samples = sine(frequency, _AMPLITUDE, round(seconds * RATE))
    edge = RATE // 100
    for at in range(edge):
        samples[at] = samples[at] * at // edge
        samples[-1 - at] = samples[-1 - at] * at // edge
    return Sound(samples.tobytes())


@cache
def silence(seconds: float) -> Sound:
    return Sound(bytes(2 * round(seconds * RATE)))
