"""Sealed audio, voicemail messages and call recordings."""

from unificx.recordings.allowing import (
    Allowed,
    ExtensionRecording,
    ExtensionRecordingChange,
    TenantRecording,
    TenantRecordingChange,
)
from unificx.recordings.archive import Archive, Made
from unificx.recordings.audio import Audio, AudioParts
from unificx.recordings.blobs import Blobs, Directory
from unificx.recordings.contentkeys import audio_of
from unificx.recordings.contracts import (
    Box,
    Derived,
    GroupBox,
    GroupChange,
    Left,
    Message,
    NewGroup,
    NewMessage,
    OldMessagesUndecided,
    OwnSound,
    Transcript,
)
from unificx.recordings.conversations import (
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
from unificx.recordings.greetings import Greetings
from unificx.recordings.groups import Groups
from unificx.recordings.keeping import Keeping
from unificx.recordings.mailboxes import Draft, Mailboxes
from unificx.recordings.mailed import Mailed
from unificx.recordings.own_sounds import OwnSounds, check_prompt, check_replaceable, is_notice, limits, named_by
from unificx.recordings.ports import CannotTranscribe, Transcriber
from unificx.recordings.reading import Reader
from unificx.recordings.sealing import Damaged
from unificx.recordings.settings import BoxChange, BoxSettings, Greeting, GreetingKind, TenantChange, TenantSettings
from unificx.recordings.stored import Stored
from unificx.recordings.transcribing import Transcribing
from unificx.recordings.voice import Voice
from unificx.recordings.waiting import Waiting, Waits
from unificx.recordings.wav import HEADER as WAV_HEADER
from unificx.recordings.wav import header as wav_header
from unificx.recordings.writing import Writer

__all__ = [
    "WAV_HEADER",
    "Allowed",
    "Archive",
    "Audio",
    "AudioParts",
    "Begun",
    "Blobs",
    "Box",
    "BoxChange",
    "BoxSettings",
    "CannotTranscribe",
    "Consent",
    "Conversation",
    "Damaged",
    "Derived",
    "Directory",
    "Draft",
    "Ended",
    "ExtensionRecording",
    "ExtensionRecordingChange",
    "Greeting",
    "GreetingKind",
    "Greetings",
    "GroupBox",
    "GroupChange",
    "Groups",
    "Keeping",
    "Left",
    "Listen",
    "Listener",
    "Made",
    "Mailboxes",
    "Mailed",
    "MarkKind",
    "Message",
    "NewGroup",
    "NewMessage",
    "NewParty",
    "NewRecording",
    "OldMessagesUndecided",
    "OwnSound",
    "OwnSounds",
    "Party",
    "Purpose",
    "Reader",
    "Stored",
    "TenantChange",
    "TenantRecording",
    "TenantRecordingChange",
    "TenantSettings",
    "Transcriber",
    "Transcribing",
    "Transcript",
    "Voice",
    "Waiting",
    "Waits",
    "Who",
    "Writer",
    "audio_of",
    "check_prompt",
    "check_replaceable",
    "is_notice",
    "limits",
    "named_by",
    "wav_header",
]
