"""Voicemail settings of tenants and mailboxes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

GreetingKind = Literal["no_answer", "busy", "temporary", "do_not_disturb", "away", "lunch", "trip", "off_work"]
"""For unanswered calls, for busy calls and the state `busy`, a temporary one that replaces all others, and one for each
other state of the owner's presence."""
STATE_GREETINGS: frozenset[GreetingKind] = frozenset(("do_not_disturb", "away", "lunch", "trip", "off_work"))
"""Greetings named like the state of presence in which they are played."""


OldMessages = Literal["keep", "put_away", "erase"]
"""Treatment of existing messages when voicemail is disabled."""


@dataclass(frozen=True, slots=True)
class VoicemailSettings:
    """A tenant's voicemail settings."""

    enabled: bool = True
    longest_seconds: int = 180
    most_messages: int = 100
    restorable_days: int = 30
    keep_wav: bool = False
    """Store audio uncompressed, at eight times the size of Opus."""
    transcribe: bool = False
    """Mailbox owners may enable transcription, on this machine only."""
    mail_sound: bool = True
    """Mailbox owners may have messages e-mailed to them as audio."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """A custom greeting; `until` is the expiry of a temporary one."""

    audio_id: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GreetingInfo:
    """A greeting with its duration; 0 seconds if it is unreadable."""

    kind: GreetingKind
    until: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """A mailbox's settings."""

    enabled: bool = True
    mail: bool = True
    mail_caller: bool = False
    """Whether the e-mail names the caller."""
    mail_sound: bool = False
    """Whether the audio is attached to the e-mail, if the tenant allows it."""
    has_pin: bool = False
    transcribe: bool = False
    """Whether messages are transcribed, if the tenant allows it."""
    greetings: Mapping[GreetingKind, Greeting] = field(default_factory=dict[GreetingKind, Greeting])


@dataclass(frozen=True, slots=True)
class VoicemailSettingsChange:
    """A partial update: None leaves a value unchanged. `old_messages` is required to disable voicemail if there are
    messages."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None
    keep_wav: bool | None = None
    transcribe: bool | None = None
    mail_sound: bool | None = None


@dataclass(frozen=True, slots=True)
class MailboxSettingsChange:
    """A partial update: None leaves a value unchanged; an empty PIN removes it. `old_messages` is as in
    `VoicemailSettingsChange`."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    mail: bool | None = None
    mail_caller: bool | None = None
    mail_sound: bool | None = None
    pin: str | None = field(default=None, repr=False)
    transcribe: bool | None = None
