"""Call recording: consent, capture, archive and transcoding of calls and conferences."""

from unificx.recording.archive import CallRecordingWriter, RecordingArchive
from unificx.recording.call_recorder import CallRecorder, CallRecorderParts
from unificx.recording.conference_recorder import ConferenceRecorder, ConferenceRecorderParts
from unificx.recording.live_recording import LiveRecording
from unificx.recording.policy import (
    ExtensionRecordingPolicy,
    ExtensionRecordingPolicyChange,
    RecordingDecision,
    TenantRecordingPolicy,
    TenantRecordingPolicyChange,
)
from unificx.recording.ports import Prompts
from unificx.recording.schemas import (
    CallRecording,
    ConsentEvidence,
    Listener,
    NewCallRecording,
    NewRecordedParty,
    PartyIdentity,
    PlaybackPurpose,
)
from unificx.recording.transcoder import TranscodeWorker

__all__ = [
    "CallRecorder",
    "CallRecorderParts",
    "CallRecording",
    "CallRecordingWriter",
    "ConferenceRecorder",
    "ConferenceRecorderParts",
    "ConsentEvidence",
    "ExtensionRecordingPolicy",
    "ExtensionRecordingPolicyChange",
    "Listener",
    "LiveRecording",
    "NewCallRecording",
    "NewRecordedParty",
    "PartyIdentity",
    "PlaybackPurpose",
    "Prompts",
    "RecordingArchive",
    "RecordingDecision",
    "TenantRecordingPolicy",
    "TenantRecordingPolicyChange",
    "TranscodeWorker",
]
