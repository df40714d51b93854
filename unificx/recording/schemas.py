"""Schemas of call recordings. Numbers and names are excluded from `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.db import Erased
from unificx.recording.machine import consent_types

StartMode = Literal["automatic", "demand"]
PlaybackPurpose = Literal["own", "quality", "complaint", "legal"]
"""Why a recording is played back: the user's own call, or the purpose an administrator states."""
SpeakingMode = Literal["whisper", "join"]
MonitoringMode = Literal["listen"] | SpeakingMode
"""How a supervisor takes part in a call: hears it, also speaks to the monitored extension, or to both parties."""
MonitoringEvent = MonitoringMode | Literal["ended"]
MonitoringState = MonitoringMode | Literal["announced", "ended"]
"""`announced`: the parties are being informed."""
MarkKind = Literal["paused", "paused_for_card", "paused_for_keys", "paused_for_joining", "resumed", "gap"]
RecordingEndReason = Literal["over", "changed", "cut_off"] | consent_types.EndReason


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """A party's number and name, as signaled in the call; "" for an unknown value."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """Evidence that a party was informed and agreed. `notice` is the digest of the played notice."""

    notice: str
    told: datetime | None
    settled: datetime | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewRecordedParty:
    """A party to be recorded. `subject` is None for an external party."""

    subject: str | None
    extension_id: str | None
    identity: PartyIdentity
    consent: ConsentEvidence


@dataclass(frozen=True, slots=True)
class NewCallRecording:
    """A call recording to start, with or without `video`. Parties are in channel order, unless all are `mixed` into one
    channel."""

    tenant_id: str
    call_id: str
    mode: consent_types.ConsentMode
    begun: StartMode
    parties: tuple[NewRecordedParty, ...]
    mixed: bool = False
    video: bool = False


@dataclass(frozen=True, slots=True)
class RecordedParty:
    """A recorded party. `identity` is `Erased` for an erased person."""

    place: int
    extension_id: str | None
    identity: PartyIdentity | Erased
    consent: ConsentEvidence
    hidden: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at second `at` of the recording."""

    kind: MarkKind
    at: float
    moment: datetime


@dataclass(frozen=True, slots=True)
class CallRecording:
    """A call recording, or a part of one. `video`: it has a video, ready to be played."""

    id: str
    tenant_id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    mode: consent_types.ConsentMode
    begun: StartMode
    ended: str | None
    parties: tuple[RecordedParty, ...]
    marks: tuple[Mark, ...] = ()
    video: bool = False

    def parties_among(self, extensions: "frozenset[str]") -> tuple[RecordedParty, ...]:
        """The parties that are one of these extensions."""
        return tuple(each for each in self.parties if each.extension_id in extensions)


@dataclass(frozen=True, slots=True)
class PlaybackEntry:
    """A playback log entry."""

    moment: datetime
    purpose: PlaybackPurpose
    listener: str | Erased = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listener:
    """The person requesting playback, and the purpose."""

    subject: str
    name: str = field(repr=False)
    purpose: PlaybackPurpose


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The person who monitors a call, with the extension of their phone."""

    subject: str
    extension_id: str
    name: str = field(repr=False)
