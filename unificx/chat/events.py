"""Signals of chat on the bus. Each is about a committed change and may be lost: clients fetch what they have missed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from unificx.chat.schemas import Message


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message has its place in a conversation. `person_ids` are the members, with the author; those in `silent` are
    not notified of it."""

    tenant_id: str
    message: Message
    person_ids: Sequence[str]
    silent: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """The text, the state or the reactions of a message have changed."""

    tenant_id: str
    message: Message
    person_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class MarksChanged:
    """A member has received or read messages. `person_ids` are those who may see it."""

    tenant_id: str
    conversation_id: str
    person_id: str
    read_seq: int
    delivered_seq: int
    person_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class MemberTyping:
    """A member is writing. `person_ids` are those who may see it. Stored nowhere."""

    tenant_id: str
    conversation_id: str
    person_id: str
    person_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """Members, name or period have changed, or messages were removed: fetch it again."""

    tenant_id: str
    conversation_id: str
    person_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class PhoneTextsQueued:
    """Messages wait for delivery to phones."""

    tenant_id: str
