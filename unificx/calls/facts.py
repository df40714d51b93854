"""What a call leaves behind.

`CallEnded` is told inside the process only: it may hold numbers and names, so it never goes into the outbox or a log.
`history` seals it the moment it hears it. Its `repr` shows ids and neutral values alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Direction = Literal["internal", "inbound", "outbound"]
Outcome = Literal["answered", "missed", "busy", "declined", "unreachable", "failed", "cancelled"]
PartyRole = Literal["caller", "callee"]


@dataclass(frozen=True, slots=True)
class SideQuality:
    """How one party's voice arrived at us; None where nothing was measured."""

    loss: float | None = None
    """Packets lost, in percent."""
    jitter_ms: float | None = None
    mos: float | None = None
    """Mean opinion score, 1.0 to 5.0 (ITU-T G.107)."""
    packets: int | None = None


@dataclass(frozen=True, slots=True)
class CallParty:
    """One side of a call, as it was when the call ended."""

    role: PartyRole
    subject: str | None = None
    """Whose data this is (`Extension.subject`); None for an outside party, which `history` finds by its number."""
    extension_id: str | None = None
    device_id: str | None = None
    number: str = field(default="", repr=False)
    """Dialled or calling number as it was signalled; the extension's own number for an inside party."""
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    """Network address of the device's signalling, without a port; "" where there was none."""
    quality: SideQuality = SideQuality()
    withheld: bool = False
    """Whether he wants nobody to be told who he is."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call is over, whatever became of it. Times are aware and in UTC."""

    id: str
    """The call's id: the record's id in `history` too."""
    tenant: str
    direction: Direction
    started: datetime
    answered: datetime | None
    ended: datetime
    outcome: Outcome
    cause: int
    """Q.850 cause (16 normal clearing, 17 busy, ...) below 128, else the SIP status that ended it."""
    parties: tuple[CallParty, ...]
    """One caller and at least one callee."""
    recorded: bool = False
    """Whether anything that was said was recorded."""
