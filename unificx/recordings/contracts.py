"""What goes in and out of the room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from unificx.kernel.errors import Conflict
from unificx.store import Gone


class OldMessagesUndecided(Conflict):
    """Voicemail is to be switched off, and nobody said what becomes of the messages that are there."""

    code = "old_messages_undecided"


class Box(Protocol):
    """Whose mailbox it is: `people.Extension` is one."""

    @property
    def id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GroupBox:
    """A mailbox that several share. `subject` is its own: whose key its messages are sealed with. `members` are
    extensions' ids; with `lamp` their lamps are lit by its messages too."""

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
    """Without a name it is called by its number."""

    number: str
    name: str = ""
    members: tuple[str, ...] = ()
    lamp: bool = True


@dataclass(frozen=True, slots=True)
class GroupChange:
    """None leaves a value as it is. The number is fixed: delete and create."""

    name: str | None = None
    members: tuple[str, ...] | None = None
    lamp: bool | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Who left a message, as the call said; "" for what it did not say."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a recording, as a recogniser understood it; its language by BCP 47."""

    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of a recording. `waveform`: how loud it is from beginning to end, numbers from 0 to 100."""

    waveform: tuple[int, ...] = field(default=(), repr=False)
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a mailbox. `caller` is `Gone` for an erased person, which pages must say in words. `mailed` is when
    its sound was first sent by e-mail to those it was left for; no erasure reaches that copy."""

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
    """What is known of a message before it is spoken. `caller_subject` is None for a caller from outside.
    `transcribe`: it is to become text, and the caller was told so."""

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
    """A sound that an organisation has of its own, heard in the place of the standard one of that name. The language of
    music is "any"."""

    tenant_id: str
    language: str
    name: str
    audio_id: str
    seconds: float
    created: datetime
