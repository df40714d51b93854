"""Events of call control.

`CallEnded` contains numbers and names, so it stays inside the process and is never written to the outbox or a log.
`cdr` seals it on receipt. Its `repr` shows only ids and non-personal values.
"""

from dataclasses import field
from datetime import datetime
from typing import Literal

from unificx.core.value import value

Direction = Literal["internal", "inbound", "outbound"]
Outcome = Literal["answered", "missed", "busy", "declined", "unreachable", "failed", "cancelled"]
Answerer = Literal["voicemail"]
PartyRole = Literal["caller", "callee"]
StepKind = Literal[
    "extension", "outside", "group", "queue", "menu", "hours", "room", "mailbox", "parked", "app", "prompt"
]
"""Where a call went: a person's phones, an outside number, or an object of the tenant."""
StepReason = Literal["dialled", "routed", "forwarded", "transferred", "returned", "picked_up", "parked", "monitored"]
"""Why it went there; `routed`: by a group, queue, menu or hours, or because the step before was not answered;
`monitored`: the person is a supervisor and listens to it."""
StepOutcome = Outcome | Literal["continued"]
"""How the step ended; `continued`: it passed the call on."""


@value
class MediaQuality:
    """Quality of the media received from one party; None where it was not measured."""

    loss: float | None = None
    """Packet loss in percent."""
    jitter_ms: float | None = None
    mos: float | None = None
    """Mean opinion score, 1.0 to 5.0 (ITU-T G.107)."""
    packets: int | None = None


@value
class CallParty:
    """One party of an ended call."""

    role: PartyRole
    subject: str | None = None
    """Data subject (`Extension.subject`); None for an external party, which `cdr` looks up by number."""
    extension_id: str | None = None
    device_id: str | None = None
    number: str = field(default="", repr=False)
    """Dialled or calling number as signalled; the extension's number for an internal party."""
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    """Address of the device's signalling without the port; "" if there was none."""
    quality: MediaQuality = MediaQuality()
    withheld: bool = False
    """Whether the party withholds its identity."""


@value
class CallStep:
    """One step on the path of a call.

    `party` is the person or outside number, None for an object of the tenant, which `number` and `name` then name.
    """

    kind: StepKind
    reason: StepReason
    at: datetime
    ended: datetime
    outcome: StepOutcome
    party: CallParty | None = None
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    by: int | None = None
    """Position in `CallEnded.parties` of the party that transferred, forwarded, parked or picked up the call."""


@value
class OutsideLeg:
    """An answered leg to a number outside, which a carrier bills. `extension_id` is the extension that dialled the
    number, forwarded or transferred the call to it; "" if a menu or another object did."""

    number: str = field(repr=False)
    """In E.164, or a short number as it is dialled."""
    trunk_id: str
    extension_id: str
    answered: datetime
    ended: datetime
    emergency: bool = False


@value
class CallEnded:
    """A call has ended, with any outcome. Times are timezone-aware, in UTC."""

    id: str
    """The call id, which is also the id of the call record."""
    tenant: str
    direction: Direction
    started: datetime
    answered: datetime | None
    ended: datetime
    outcome: Outcome
    cause: int
    """Q.850 cause (16 normal clearing, 17 busy, …) if below 128, else the SIP status that ended the call."""
    parties: tuple[CallParty, ...]
    """One caller and at least one callee."""
    recorded: bool = False
    """Whether any part of the call was recorded."""
    answered_by: Answerer | None = None
    """The mailbox, if it answered in place of the called party; the outcome is still that of its phones."""
    steps: tuple[CallStep, ...] = ()
    """The path of a call with more than one step, in order; () for a call that only rang the dialled extension."""
    outside: tuple[OutsideLeg, ...] = ()
    emergency: str = ""
    """The emergency number that was called, "" for none."""
    verification: str = ""
    """Of the caller id by its signature: state and attestation, such as "verified A"; "" if none was made."""
    """Answered legs to numbers outside, in the order of their answers."""
