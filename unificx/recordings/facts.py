"""Events of voicemail and call recordings, published on the bus after commit and through the outbox."""

from dataclasses import dataclass

from unificx.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class MessageLeft(Fact):
    """A voicemail message was left for an extension."""

    extension_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MailboxChanged(Fact):
    """Messages of an extension were played, archived, restored or erased."""

    extension_id: str


@dataclass(frozen=True, slots=True)
class ConversationKept(Fact):
    """A call recording was stored."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class ConversationsChanged(Fact):
    """Call recordings of a tenant were archived, restored or erased."""
