"""The media engine: a process of its own around `unificx.media.mixer`, and its client.

From outside this package `MediaEngine` and what goes with it is used; the process is `python -m unificx.net.engine`.
"""

from unificx.media.mixer.messages import (
    Chunk,
    DigitPressed,
    Event,
    Figures,
    LegLost,
    LegSilent,
    PlayEnded,
    Speaking,
)
from unificx.net.engine.client import MediaEngine, Sound
from unificx.net.engine.recording import Recording

__all__ = [
    "Chunk",
    "DigitPressed",
    "Event",
    "Figures",
    "LegLost",
    "LegSilent",
    "MediaEngine",
    "PlayEnded",
    "Recording",
    "Sound",
    "Speaking",
]
