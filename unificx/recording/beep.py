"""The periodic recording tone."""

from array import array
from functools import cache

from unificx.media import tones
from unificx.media.sounds import Sound

HERTZ, SECONDS, LOUD = 1400.0, 0.2, 4000.0
_EDGE = 80


@cache
def beep() -> Sound:
    """1400 Hz for 0.2 seconds, as most regulations require; shorter than a syllable."""
    samples = tones.sine(HERTZ, LOUD, round(SECONDS * 8000))
    for place in range(_EDGE):  # fade in and out, to avoid clicks
        samples[place] = samples[place] * place // _EDGE
        samples[-1 - place] = samples[-1 - place] * place // _EDGE
    return Sound(array("h", samples).tobytes(), 8000)
