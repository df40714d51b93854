"""Call recording: consent, capture, archive and transcoding of calls and conferences."""

from unificx.recording.archive import Archive, Made
from unificx.recording.call_recorder import Recorder, RecorderParts
from unificx.recording.conference_recorder import RoomParts, RoomRecorder
from unificx.recording.live_recording import LiveRecording
from unificx.recording.policy import (
    Allowed,
    ExtensionRecording,
    ExtensionRecordingChange,
    TenantRecording,
    TenantRecordingChange,
)
from unificx.recording.ports import Prompts
from unificx.recording.schemas import (
    Begun,
    Consent,
    Conversation,
    Ended,
    Listen,
    Listener,
    MarkKind,
    NewParty,
    NewRecording,
    Party,
    Purpose,
    Who,
)
from unificx.recording.transcoder import Keeping

__all__ = [
    "Allowed",
    "Archive",
    "Begun",
    "Consent",
    "Conversation",
    "Ended",
    "ExtensionRecording",
    "ExtensionRecordingChange",
    "Keeping",
    "Listen",
    "Listener",
    "LiveRecording",
    "Made",
    "MarkKind",
    "NewParty",
    "NewRecording",
    "Party",
    "Prompts",
    "Purpose",
    "Recorder",
    "RecorderParts",
    "RoomParts",
    "RoomRecorder",
    "TenantRecording",
    "TenantRecordingChange",
    "Who",
]
