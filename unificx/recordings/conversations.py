"""What goes in and out about recorded calls. Numbers and names never show in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.privacy import consent_words
from unificx.store import Gone

Begun = Literal["automatic", "demand"]
Purpose = Literal["own", "quality", "complaint", "legal"]
"""What somebody listens for: one's own call, or what an administrator has to say."""
MarkKind = Literal["paused", "paused_for_card", "paused_for_keys", "paused_for_joining", "resumed", "gap"]
Ended = Literal["over", "changed", "cut_off"] | consent_words.End


@dataclass(frozen=True, slots=True)
class Who:
    """Who took part, as the call said; "" for what it did not say."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody was told, and agreed. `notice` is the digest of what was played to him."""

    notice: str
    told: datetime | None
    settled: datetime | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewParty:
    """Somebody who is going to be recorded. `subject` is None for one from outside."""

    subject: str | None
    extension_id: str | None
    who: Who
    consent: Consent


@dataclass(frozen=True, slots=True)
class NewRecording:
    """What is known before the first word is kept. The parties in the order of their channels, unless all are `mixed`
    in one."""

    tenant_id: str
    call_id: str
    mode: consent_words.Mode
    begun: Begun
    parties: tuple[NewParty, ...]
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whose voice is in it. `who` is `Gone` for an erased person, which pages must say in words."""

    place: int
    extension_id: str | None
    who: Who | Gone
    consent: Consent
    hidden: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at second `at` of it."""

    kind: MarkKind
    at: float
    moment: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A recorded call, or a part of one."""

    id: str
    tenant_id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    mode: consent_words.Mode
    begun: Begun
    ended: str | None
    parties: tuple[Party, ...]
    marks: tuple[Mark, ...] = ()

    def of(self, extensions: "frozenset[str]") -> tuple[Party, ...]:
        """Those of its parties that are these extensions."""
        return tuple(each for each in self.parties if each.extension_id in extensions)


@dataclass(frozen=True, slots=True)
class Listen:
    """That somebody listened."""

    moment: datetime
    purpose: Purpose
    who: str | Gone = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to listen, and what for."""

    subject: str
    name: str = field(repr=False)
    purpose: Purpose
