"""Tone generation and detection on 16-bit samples."""

import math
from array import array
from collections.abc import Sequence

KEYS = "123A456B789C*0#D"
"""Keys of a telephone, by row and column."""
ROW_HERTZ, COLUMN_HERTZ = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""Low and high frequency of a key's tones, by its row and its column (ITU-T Q.23)."""


def sine(frequency: float, amplitude: float, count: int, *, start: int = 0, rate: int = 8000) -> "array[int]":
    """Return `count` samples of a tone of `frequency` Hz from sample number `start` on, so that chunks join up."""
    step = 2 * math.pi * frequency / rate
    return array("h", (round(amplitude * math.sin(step * number)) for number in range(start, start + count)))


def level(samples: Sequence[int], frequency: float, *, rate: int = 8000) -> float:
    """Return the amplitude of a tone of `frequency` Hz in the samples (Goertzel); 0.0 for no samples.

    The resolution is rate / len(samples) Hz: half a second separates tones a few hertz apart.
    """
    if not samples:
        return 0.0
    turn = 2 * math.pi * frequency / rate
    factor = 2 * math.cos(turn)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = last * last + before * before - factor * last * before
    return 2 * math.sqrt(max(power, 0.0)) / len(samples)


def rms(samples: Sequence[int]) -> float:
    """Return the root mean square (loudness); 0.0 for no samples."""
    if not samples:
        return 0.0
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))
