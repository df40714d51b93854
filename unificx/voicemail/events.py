"""Events of voicemail."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class MessageLeft(DomainEvent):
    """A voicemail message was left for an extension."""

    extension_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MailboxChanged(DomainEvent):
    """Messages of an extension were played, archived, restored or erased, or it can no longer hear those of a shared
    mailbox."""

    extension_id: str


@dataclass(frozen=True, slots=True)
class OldMessagesErased(DomainEvent):
    """Messages were erased as voicemail was disabled; their audio is still there."""

    audio_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class SharedMailboxDeleted(DomainEvent):
    """A shared mailbox was deleted; its key, that of `subject`, is still there."""

    subject: str
