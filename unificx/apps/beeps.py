"""Prompts as tones: what is heard where no recorded prompts are installed."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from unificx.media.sounds import Sound
from unificx.media.tones import sine

RATE = 8000
_LOUD = 6000


class Beeps:
    """Fills `ports.Prompts`: two falling tones for a prompt, short ones to count for a number."""

    def named(self, name: str, language: str) -> Sequence[Sound]:
        del name, language
        return (tone(660, 0.15), tone(520, 0.15))

    def number(self, value: int, language: str) -> Sequence[Sound]:
        del language
        return (tone(880, 0.1), silence(0.1)) * min(abs(value), 10)

    def moment(self, moment: datetime, now: datetime, language: str) -> Sequence[Sound]:
        del moment, now, language
        return (tone(740, 0.2),)


@cache
def tone(frequency: int, seconds: float) -> Sound:
    """A tone that begins and ends without a click."""
    samples = sine(frequency, _LOUD, round(seconds * RATE))
    edge = RATE // 100
    for at in range(edge):
        samples[at] = samples[at] * at // edge
        samples[-1 - at] = samples[-1 - at] * at // edge
    return Sound(samples.tobytes())


@cache
def silence(seconds: float) -> Sound:
    return Sound(bytes(2 * round(seconds * RATE)))
