"""Schemas of voicemail."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from unificx.audio_store import DerivedData
from unificx.core.errors import Conflict
from unificx.db import Erased


class OldMessagesUndecided(Conflict):
    """Voicemail is being disabled without a decision about the existing messages."""

    code = "old_messages_undecided"


class Mailbox(Protocol):
    """A mailbox and its owner: `Extension` is one."""

    @property
    def id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SharedMailbox:
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
class NewSharedMailbox:
    """A shared mailbox to create. The name defaults to the number."""

    number: str
    name: str = ""
    members: tuple[str, ...] = ()
    lamp: bool = True


@dataclass(frozen=True, slots=True)
class SharedMailboxChange:
    """A partial update: None leaves a value unchanged. The number is fixed: delete and create instead."""

    name: str | None = None
    members: tuple[str, ...] | None = None
    lamp: bool | None = None


@dataclass(frozen=True, slots=True)
class CallerId:
    """The caller of a message, as signaled in the call; "" for an unknown value."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A voicemail message. `caller` is `Erased` for an erased person. `mailed` is when its audio was first e-mailed to
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
    caller: CallerId | Erased
    mailed: datetime | None = None
    derived: DerivedData = field(default_factory=DerivedData)


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
