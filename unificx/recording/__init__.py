"""Call recording: consent, capture, archive and transcoding of calls and conferences."""

from unificx.recording.archive import RecordingArchive
from unificx.recording.call_monitor import CallMonitor, LiveMonitoring
from unificx.recording.call_recorder import CallRecorder, CallRecorderDependencies
from unificx.recording.call_recording_repository import RECORDING_TARGET
from unificx.recording.conference_recorder import ConferenceRecorder, ConferenceRecorderDependencies
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.counts import count_recordings
from unificx.recording.live_recording import LiveRecording
from unificx.recording.machine import consent, consent_types
from unificx.recording.monitoring_repository import MonitoringEntry
from unificx.recording.monitoring_session import MonitoringDependencies
from unificx.recording.policy import (
    ExtensionRecordingPolicy,
    ExtensionRecordingPolicyChange,
    TenantRecordingPolicyChange,
)
from unificx.recording.ports import Prompts
from unificx.recording.privacy import recording_holding
from unificx.recording.schemas import (
    CallRecording,
    ConsentEvidence,
    Listener,
    MonitoringEvent,
    MonitoringMode,
    MonitoringState,
    NewCallRecording,
    NewRecordedParty,
    PartyIdentity,
    PlaybackPurpose,
    Supervisor,
)
from unificx.recording.supervisor_app import (
    BY_CALL,
    MONITORING_APP,
    MonitoringAppDependencies,
    monitoring_app,
)
from unificx.recording.transcoder import TranscodeWorker

__all__ = [
    "BY_CALL",
    "MONITORING_APP",
    "RECORDING_TARGET",
    "CallMonitor",
    "CallRecorder",
    "CallRecorderDependencies",
    "CallRecording",
    "ConferenceRecorder",
    "ConferenceRecorderDependencies",
    "ConsentEvidence",
    "ConsentExecutor",
    "ExtensionRecordingPolicy",
    "ExtensionRecordingPolicyChange",
    "Listener",
    "LiveMonitoring",
    "LiveRecording",
    "MonitoringAppDependencies",
    "MonitoringDependencies",
    "MonitoringEntry",
    "MonitoringEvent",
    "MonitoringMode",
    "MonitoringState",
    "NewCallRecording",
    "NewRecordedParty",
    "PartyIdentity",
    "PlaybackPurpose",
    "Prompts",
    "RecordingArchive",
    "Supervisor",
    "TenantRecordingPolicyChange",
    "TranscodeWorker",
    "consent",
    "consent_types",
    "count_recordings",
    "monitoring_app",
    "recording_holding",
]
