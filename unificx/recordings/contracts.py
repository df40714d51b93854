"""What goes in and out of the room."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.store import Gone


@dataclass(frozen=True, slots=True)
class Left:
    """Who left a message, as the call said; "" for what it did not say."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a mailbox. `caller` is `Gone` for an erased person, which pages must say in words."""

    id: str
    tenant_id: str
    extension_id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    heard: datetime | None
    hidden: datetime | None
    caller: Left | Gone


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What is known of a message before it is spoken. `caller_subject` is None for a caller from outside."""

    tenant_id: str
    extension_id: str
    owner_subject: str
    call_id: str
    caller_subject: str | None
    number: str = field(repr=False)
    name: str = field(repr=False)
