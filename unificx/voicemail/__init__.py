"""Voicemail: mailboxes, messages, greetings, shared mailboxes, transcription, and the call apps that serve them."""

from unificx.voicemail.deposit import MailboxKind, deposit_app
from unificx.voicemail.email_attachments import VoicemailAttachments
from unificx.voicemail.message_repository import MESSAGE_TARGET, played_in
from unificx.voicemail.privacy import mailbox_holding
from unificx.voicemail.prompt_recording import PromptRecordingDependencies, prompt_recording_app
from unificx.voicemail.retrieval import retrieval_apps
from unificx.voicemail.schemas import (
    CallerId,
    Mailbox,
    Message,
    NewMessage,
    NewSharedMailbox,
    SharedMailbox,
    SharedMailboxChange,
)
from unificx.voicemail.service import Mailboxes
from unificx.voicemail.settings import (
    STATE_GREETINGS,
    GreetingKind,
    MailboxSettingsChange,
    VoicemailSettings,
    VoicemailSettingsChange,
)
from unificx.voicemail.shared_phones import SharedPhoneDependencies, shared_phone_apps
from unificx.voicemail.transcription import TranscriptionWorker

__all__ = [
    "MESSAGE_TARGET",
    "STATE_GREETINGS",
    "CallerId",
    "GreetingKind",
    "Mailbox",
    "MailboxKind",
    "MailboxSettingsChange",
    "Mailboxes",
    "Message",
    "NewMessage",
    "NewSharedMailbox",
    "PromptRecordingDependencies",
    "SharedMailbox",
    "SharedMailboxChange",
    "SharedPhoneDependencies",
    "TranscriptionWorker",
    "VoicemailAttachments",
    "VoicemailSettings",
    "VoicemailSettingsChange",
    "deposit_app",
    "mailbox_holding",
    "played_in",
    "prompt_recording_app",
    "retrieval_apps",
    "shared_phone_apps",
]
