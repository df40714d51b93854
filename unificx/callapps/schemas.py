"""Schemas of call apps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RecordEndReason = Literal["key", "silence", "longest", "full", "lost"]
"""Why a recording ended: a digit, silence, maximum duration, no disk space, or a lost media engine."""


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """The authenticated caller."""

    tenant_id: str
    extension_id: str
    """"" for a caller from outside."""
    subject: str | None
    """The data subject; None for an unknown external caller."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    device_id: str = ""
    """"" for a caller from outside and one who was called."""


@dataclass(frozen=True, slots=True)
class CalledMailbox:
    """The mailbox whose phones rang before the app answered."""

    extension_id: str
    number: str
    subject: str
    reason: str = ""
    """The outcome there: missed, busy, declined, unreachable or failed."""


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A recording result: duration, why it ended, and the digit that ended it."""

    seconds: float
    ended: RecordEndReason
    digit: str = ""
    silent: bool = False
    """Whether it contains no speech."""


@dataclass(frozen=True, slots=True)
class SpokenValue:
    """A value spoken with several prompts: a number, or a date and time."""

    value: int | datetime
