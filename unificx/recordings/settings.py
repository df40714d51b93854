"""How mailboxes are set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

GreetingKind = Literal["no_answer", "busy", "temporary"]
"""For calls nobody takes, for calls while one talks, and instead of both for a time."""


OldMessages = Literal["keep", "put_away", "erase"]
"""What becomes of messages when voicemail is switched off."""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """How an organisation has its voicemail."""

    enabled: bool = True
    longest_seconds: int = 180
    most_messages: int = 100
    restorable_days: int = 30
    keep_wav: bool = False
    """Sound is kept as it was spoken, at eight times the room, and not as Opus."""
    transcribe: bool = False
    """Owners of mailboxes may have messages turned into text, here and nowhere else."""
    mail_sound: bool = True
    """Owners of mailboxes may have messages sent to them by e-mail, as sound."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """A recording of one's own; `until` is for one that is temporary."""

    audio_id: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeardGreeting:
    """A greeting as it is shown. One that cannot be read lasts 0 seconds."""

    kind: GreetingKind
    until: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """How an extension's mailbox is set up."""

    enabled: bool = True
    mail: bool = True
    mail_caller: bool = False
    """Whether the e-mail says who called."""
    mail_sound: bool = False
    """Whether the message itself is in the e-mail, if the organisation lets it."""
    has_pin: bool = False
    transcribe: bool = False
    """Whether messages are turned into text, if the organisation lets them."""
    greetings: Mapping[GreetingKind, Greeting] = field(default_factory=dict[GreetingKind, Greeting])


@dataclass(frozen=True, slots=True)
class TenantChange:
    """None leaves a value as it is. `old_messages` has to be said when voicemail is switched off and there are any."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None
    keep_wav: bool | None = None
    transcribe: bool | None = None
    mail_sound: bool | None = None


@dataclass(frozen=True, slots=True)
class BoxChange:
    """None leaves a value as it is; an empty PIN takes it away. `old_messages` is as in `TenantChange`."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    mail: bool | None = None
    mail_caller: bool | None = None
    mail_sound: bool | None = None
    pin: str | None = field(default=None, repr=False)
    transcribe: bool | None = None
