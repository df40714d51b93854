"""What was said: sealed recordings, and the messages in mailboxes."""

from unificx.recordings.audio import Audio, AudioParts, Reader
from unificx.recordings.blobs import Blobs, Directory
from unificx.recordings.contracts import Left, Message, NewMessage
from unificx.recordings.mailboxes import Draft, Mailboxes
from unificx.recordings.sealing import Damaged
from unificx.recordings.settings import BoxChange, BoxSettings, TenantChange, TenantSettings
from unificx.recordings.wav import HEADER as WAV_HEADER
from unificx.recordings.wav import header as wav_header
from unificx.recordings.writing import Writer

__all__ = [
    "WAV_HEADER",
    "Audio",
    "AudioParts",
    "Blobs",
    "BoxChange",
    "BoxSettings",
    "Damaged",
    "Directory",
    "Draft",
    "Left",
    "Mailboxes",
    "Message",
    "NewMessage",
    "Reader",
    "TenantChange",
    "TenantSettings",
    "Writer",
    "wav_header",
]
