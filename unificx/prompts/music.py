"""Music on hold, generated: four slow chords and plucked notes, in a seamless loop.

It is in the public domain (CC0). All frequencies are between 200 and 3400 Hz, the telephone band.
"""

from typing import TYPE_CHECKING

from unificx.core.lazy import lazy_import
from unificx.prompts.loudness import Wave, normalize

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy_import("numpy")

SECONDS = 32
LEVEL = -26.0
"""LUFS: quieter than the prompts that interrupt it."""
_CHORDS = (
    ("F3", "A3", "C4", "E4", "G4"),
    ("D3", "A3", "C4", "F4", "G4"),
    ("A#2", "A#3", "D4", "F4", "A4"),
    ("C3", "G3", "A#3", "D4", "F4"),
)
_PLUCKED = "A4 C5 G4 . E5 C5 . G4 F4 A4 D5 . C5 A4 . . D5 F5 C5 . A4 D5 . F4 G4 D5 E5 . C5 . G4 ."
"""One per second."""
_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def generate_music(rate: int) -> Wave:
    """Generate samples between -1 and 1 that loop seamlessly."""
    size = SECONDS * rate
    mix = np.zeros(size)
    length = SECONDS / len(_CHORDS)
    for place, chord in enumerate(_CHORDS):
        for note in chord:
            _mix_in(mix, place * length, _pad(_frequency(note), length + 2.5, rate), rate)
    for place, note in enumerate(_PLUCKED.split()):
        if note != ".":
            _mix_in(mix, place, 0.9 * _plucked(_frequency(note), 3.0, rate), rate)
    return normalize(mix, rate, LEVEL, -6.0)


def _mix_in(mix: Wave, start: float, part: Wave, rate: int) -> None:
    """Mix a part in; samples beyond the end wrap around to the start."""
    places = (round(start * rate) + np.arange(len(part))) % len(mix)
    mix[places] += part


def _pad(frequency: float, seconds: float, rate: int) -> Wave:
    at = np.arange(round(seconds * rate)) / rate
    swell = np.sin(np.pi * np.clip(at / 5.0, 0, 0.5)) * np.sin(np.pi * np.clip((seconds - at) / 5.0, 0, 0.5))
    sound = sum(
        np.sin(2 * np.pi * frequency * detune * harmonic * at) / harmonic**1.6
        for harmonic in (1, 2, 3, 4)
        for detune in (0.9985, 1.0015)
    )
    return 0.25 * swell**2 * sound


def _plucked(frequency: float, seconds: float, rate: int) -> Wave:
    at = np.arange(round(seconds * rate)) / rate
    fade = np.minimum(at / 0.01, 1.0) * np.minimum((seconds - at) / 0.1, 1.0)
    return fade * sum(
        np.exp(-at * (1.6 + harmonic)) * np.sin(2 * np.pi * frequency * harmonic * at) / harmonic**1.4
        for harmonic in (1, 2, 3)
    )


def _frequency(note: str) -> float:
    name, octave = note[:-1], int(note[-1])
    return 440.0 * 2 ** ((_NOTES.index(name) - 9) / 12 + octave - 4)
