"""Events on call records."""

from dataclasses import dataclass
from datetime import datetime

from unificx.calls.events import Direction, Outcome
from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CallListsChanged:
    """Signal: the call lists of these tenants and extensions have changed and can be read; None: of a tenant only."""

    lists: frozenset[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class CallRecorded(DomainEvent):
    """A call has ended and was stored. Published for tenants in which it is watched only, as it costs a write."""

    call_id: str
    direction: Direction
    outcome: Outcome
    started: datetime
    answered: datetime | None
    ended: datetime
