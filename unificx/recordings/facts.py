"""What happened to messages. Told on the bus once it is committed, and to handlers of the outbox."""

from dataclasses import dataclass

from unificx.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class MessageLeft(Fact):
    """A message was left for an extension."""

    extension_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MailboxChanged(Fact):
    """Messages of an extension were heard, put away, brought back or erased."""

    extension_id: str


@dataclass(frozen=True, slots=True)
class ConversationKept(Fact):
    """A call was recorded, and the recording is over."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class ConversationsChanged(Fact):
    """Recorded calls of an organisation were put away, brought back or erased."""
