"""Entry and exit tones: two rising tones for a join, two falling tones for a leave."""

from unificx.media.sounds import Sound
from unificx.media.tones import sine

_LOUD = 3000
_LONG = 960
"""Samples of each tone: 0.12 s."""


def _two(first: float, second: float) -> Sound:
    return Sound(sine(first, _LOUD, _LONG).tobytes() + sine(second, _LOUD, _LONG).tobytes(), 8000)


CAME, LEFT = _two(587.3, 784.0), _two(784.0, 587.3)
