"""Schemas of voicemail and of the audio store."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from unificx.kernel.errors import Conflict
from unificx.store import Gone


class OldMessagesUndecided(Conflict):
    """Voicemail is being disabled without a decision about the existing messages."""

    code = "old_messages_undecided"


class Box(Protocol):
    """A mailbox and its owner: `Extension` is one."""

    @property
    def id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GroupBox:
    """A shared mailbox. `subject` is the mailbox's own key subject. `members` are extension ids; with `lamp`, their
    phones show its MWI too."""

    id: str
    tenant_id: str
    subject: str
    number: str
    name: str
    members: tuple[str, ...]
    lamp: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A shared mailbox to create. The name defaults to the number."""

    number: str
    name: str = ""
    members: tuple[str, ...] = ()
    lamp: bool = True


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A partial update: None leaves a value unchanged. The number is fixed: delete and create instead."""

    name: str | None = None
    members: tuple[str, ...] | None = None
    lamp: bool | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """The caller of a message, as signaled in the call; "" for an unknown value."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of a recording; `language` is a BCP 47 tag."""

    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Derived:
    """Data derived from a recording. `waveform`: peak levels from start to end, 0 to 100."""

    waveform: tuple[int, ...] = field(default=(), repr=False)
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A voicemail message. `caller` is `Gone` for an erased person. `mailed` is when its audio was first e-mailed to
    its recipients; erasure does not reach that copy."""

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
    mailed: datetime | None = None
    derived: Derived = Derived()


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to record. `caller_subject` is None for an external caller. `transcribe`: it will be transcribed, and
    the caller has been informed."""

    tenant_id: str
    extension_id: str
    owner_subject: str
    call_id: str
    caller_subject: str | None
    number: str = field(repr=False)
    name: str = field(repr=False)
    transcribe: bool = False


@dataclass(frozen=True, slots=True)
class OwnSound:
    """A tenant's custom sound, replacing the standard sound of that name. The language of music is "any"."""

    tenant_id: str
    language: str
    name: str
    audio_id: str
    seconds: float
    created: datetime
