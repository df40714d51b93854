"""Call detail records as returned by the service, and the filter for listing them."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.calls.events import (
    Answerer,
    Direction,
    MediaQuality,
    Outcome,
    PartyRole,
    StepKind,
    StepOutcome,
    StepReason,
)
from unificx.db import Erased


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """Number and name a party used in the call; "" if not signalled. `withheld`: hidden from the other parties."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class CdrParty:
    """One side of a call. `identity` is `Erased` for an erased person; interfaces must show "an erased person"."""

    role: PartyRole
    subject: str
    extension_id: str | None
    device_id: str | None
    quality: MediaQuality
    identity: PartyIdentity | Erased


@dataclass(frozen=True, slots=True)
class CdrStep:
    """A step on the path of a call. `identity` names a person or outside number, or is `Erased`; it is None for an
    object of the tenant, which `number` and `name` name. `by`: position of the party that sent the call there."""

    kind: StepKind
    reason: StepReason
    at: datetime
    ended: datetime
    outcome: StepOutcome
    by: int | None = None
    number: str = ""
    name: str = ""
    extension_id: str | None = None
    identity: PartyIdentity | Erased | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A finished call. `parties` are the caller, then the callees in order."""

    id: str
    tenant_id: str
    direction: Direction
    started: datetime
    answered: datetime | None
    ended: datetime
    talk_seconds: int
    outcome: Outcome
    cause: int
    recorded: bool
    parties: tuple[CdrParty, ...]
    answered_by: Answerer | None = None
    verification: str = ""
    """As in `calls.CallEnded`."""
    steps: tuple[CdrStep, ...] = ()
    """The way of the call; () if it only rang the dialled extension."""

    @property
    def caller(self) -> CdrParty:
        return self.parties[0]

    @property
    def callee(self) -> CdrParty:
        """The first callee."""
        return self.parties[1]


@dataclass(frozen=True, slots=True)
class CdrFilter:
    """Filter for a list of calls; empty fields do not filter. `since` is inclusive, `until` exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    extensions: tuple[str, ...] = ()
    """Ids of extensions that took part on either side."""
    listed: bool = False
    """Only calls that `extensions` have not removed from their own list."""
    outcomes: tuple[Outcome, ...] = ()
    calls: tuple[str, ...] = ()
    """Ids of calls."""
