"""Call and conference recording, with every participant informed."""

from unificx.recorder.contracts import LiveRecording, RecordingState
from unificx.recorder.ports import Ears, Prompts, Relay
from unificx.recorder.recorder import Recorder, RecorderParts
from unificx.recorder.rooms import RoomParts, RoomRecorder

__all__ = [
    "Ears",
    "LiveRecording",
    "Prompts",
    "Recorder",
    "RecorderParts",
    "RecordingState",
    "Relay",
    "RoomParts",
    "RoomRecorder",
]
