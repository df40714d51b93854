"""The periodic recording tone."""

from array import array
from functools import cache

from unificx.media import tones
from unificx.media.sounds import Sound

FREQUENCY, SECONDS, AMPLITUDE = 1400.0, 0.2, 4000.0
_FADE_SAMPLES = 80


@cache
def beep() -> Sound:
    """1400 Hz for 0.2 seconds, as most regulations require; shorter than a syllable."""
    samples = tones.sine(FREQUENCY, AMPLITUDE, round(SECONDS * 8000))
    for place in range(_FADE_SAMPLES):  # fade in and out, to avoid clicks
        samples[place] = samples[place] * place // _FADE_SAMPLES
        samples[-1 - place] = samples[-1 - place] * place // _FADE_SAMPLES
    return Sound(array("h", samples).tobytes(), 8000)
