"""Media engine: a separate process that runs `unificx.media.mixer`, and its client.

`MediaEngineClient` is the client; `__main__` is the process.
"""

from unificx.media.mixer.messages import (
    ActiveSpeakerChanged,
    Chunk,
    DigitPressed,
    EngineStats,
    Event,
    LegLost,
    LegSilent,
    PlayEnded,
)
from unificx.media.sounds import Sound
from unificx.media_worker.client import MediaEngineClient
from unificx.media_worker.recording_stream import TapStream

__all__ = [
    "ActiveSpeakerChanged",
    "Chunk",
    "DigitPressed",
    "EngineStats",
    "Event",
    "LegLost",
    "LegSilent",
    "MediaEngineClient",
    "PlayEnded",
    "Sound",
    "TapStream",
]
