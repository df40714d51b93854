"""Media engine: a separate process that runs `unificx.media.mixer`, and its client.

`MediaEngine` is the client; `__main__` is the process.
"""

from unificx.media.mixer.messages import Chunk, DigitPressed, Event, Figures, LegLost, LegSilent, PlayEnded, Speaking
from unificx.media.sounds import Sound
from unificx.media_worker.client import MediaEngine
from unificx.media_worker.recording_stream import Recording

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
