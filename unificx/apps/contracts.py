"""What crosses the room's door."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Ended = Literal["key", "silence", "longest", "full", "lost"]
"""Why a recording ended: a key was pressed; nothing was said any more; it was as long as it may be; there is no room to
keep more; the media engine is gone."""


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever called, as the PBX knows him."""

    tenant_id: str
    extension_id: str
    """"" for a caller from outside."""
    subject: str | None
    """Whose data he is; None for a caller from outside who was not met before."""
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose phones rang before the app took the call."""

    extension_id: str
    number: str
    subject: str
    why: str = ""
    """What became of the call there: missed, busy, declined, unreachable or failed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was recorded: how long it is, why it ended, and by which key."""

    seconds: float
    ended: Ended
    key: str = ""
    silent: bool = False
    """Whether nothing was said at all."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that is said by several prompts: a number, or a moment with its day."""

    value: int | datetime
