"""Schemas of call recordings. Numbers and names are excluded from `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.db import Gone
from unificx.recording.machine import consent_types

Begun = Literal["automatic", "demand"]
Purpose = Literal["own", "quality", "complaint", "legal"]
"""Why a recording is played back: the user's own call, or the purpose an administrator states."""
MarkKind = Literal["paused", "paused_for_card", "paused_for_keys", "paused_for_joining", "resumed", "gap"]
Ended = Literal["over", "changed", "cut_off"] | consent_types.EndReason


@dataclass(frozen=True, slots=True)
class Who:
    """A party's number and name, as signaled in the call; "" for an unknown value."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """Evidence that a party was informed and agreed. `notice` is the digest of the played notice."""

    notice: str
    told: datetime | None
    settled: datetime | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party to be recorded. `subject` is None for an external party."""

    subject: str | None
    extension_id: str | None
    who: Who
    consent: Consent


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A call recording to start. Parties are in channel order, unless all are `mixed` into one channel."""

    tenant_id: str
    call_id: str
    mode: consent_types.ConsentMode
    begun: Begun
    parties: tuple[NewParty, ...]
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """A recorded party. `identity` is `Gone` for an erased person."""

    place: int
    extension_id: str | None
    who: Who | Gone
    consent: Consent
    hidden: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at second `at` of the recording."""

    kind: MarkKind
    at: float
    moment: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A call recording, or a part of one."""

    id: str
    tenant_id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    mode: consent_types.ConsentMode
    begun: Begun
    ended: str | None
    parties: tuple[Party, ...]
    marks: tuple[Mark, ...] = ()

    def of(self, extensions: "frozenset[str]") -> tuple[Party, ...]:
        """The parties that are one of these extensions."""
        return tuple(each for each in self.parties if each.extension_id in extensions)


@dataclass(frozen=True, slots=True)
class Listen:
    """A playback log entry."""

    moment: datetime
    purpose: Purpose
    who: str | Gone = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listener:
    """The person requesting playback, and the purpose."""

    subject: str
    name: str = field(repr=False)
    purpose: Purpose
