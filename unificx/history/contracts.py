"""What goes out of the room, and what a list of calls may be narrowed by."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.calls.facts import Direction, Outcome, PartyRole, SideQuality
from unificx.store import Gone


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a party was known as in the call; "" where that was not signalled. `withheld`: nobody else in the call was
    to be told."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a recorded call. `who` is `Gone` for an erased person, which pages must say in words."""

    role: PartyRole
    subject: str
    extension_id: str | None
    device_id: str | None
    quality: SideQuality
    who: Identity | Gone


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that is over. `parties` are the caller, then those called, in order."""

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
    parties: tuple[Party, ...]

    @property
    def caller(self) -> Party:
        return self.parties[0]

    @property
    def callee(self) -> Party:
        """The first of those called."""
        return self.parties[1]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which calls are asked for; what is empty does not narrow. `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    extensions: tuple[str, ...] = ()
    """Ids of extensions that took part, on either side."""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The newest calls first; `next` is the cursor of the older ones, None at the end."""

    items: tuple[CallRecord, ...]
    next: str | None
