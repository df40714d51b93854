"""Events of voicemail."""

from dataclasses import dataclass

from unificx.core.events import Fact


@dataclass(frozen=True, slots=True)
class MessageLeft(Fact):
    """A voicemail message was left for an extension."""

    extension_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MailboxChanged(Fact):
    """Messages of an extension were played, archived, restored or erased."""

    extension_id: str
