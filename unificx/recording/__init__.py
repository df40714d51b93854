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
from unificx.recording.schemas import Consent, Conversation, Listener, NewParty, NewRecording, Purpose, Who
from unificx.recording.transcoder import Keeping

__all__ = [
    "Allowed",
    "Archive",
    "Consent",
    "Conversation",
    "ExtensionRecording",
    "ExtensionRecordingChange",
    "Keeping",
    "Listener",
    "LiveRecording",
    "Made",
    "NewParty",
    "NewRecording",
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
