"""Voicemail: mailboxes, messages, greetings, shared mailboxes, transcription, and the call apps that serve them."""

from unificx.voicemail.deposit_app import at_group, leaving
from unificx.voicemail.email_attachments import Mailed
from unificx.voicemail.message_counts import Waits
from unificx.voicemail.prompt_recording_app import StudioParts, recording_sounds
from unificx.voicemail.retrieval_app import hearing
from unificx.voicemail.schemas import (
    Box,
    GroupBox,
    GroupChange,
    Left,
    Message,
    NewGroup,
    NewMessage,
    OldMessagesUndecided,
)
from unificx.voicemail.service import Draft, Mailboxes
from unificx.voicemail.settings import BoxChange, Greeting, GreetingKind, TenantChange, TenantSettings
from unificx.voicemail.transcription import Transcribing

__all__ = [
    "Box",
    "BoxChange",
    "Draft",
    "Greeting",
    "GreetingKind",
    "GroupBox",
    "GroupChange",
    "Left",
    "Mailboxes",
    "Mailed",
    "Message",
    "NewGroup",
    "NewMessage",
    "OldMessagesUndecided",
    "StudioParts",
    "TenantChange",
    "TenantSettings",
    "Transcribing",
    "Waits",
    "at_group",
    "hearing",
    "leaving",
    "recording_sounds",
]
