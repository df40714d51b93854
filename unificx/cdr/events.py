"""Events on call records."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.calls.events import Direction, Outcome
from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CallListsChanged:
    """Signal: the call lists of these tenants and extensions have changed and can be read; None: of a tenant only."""

    lists: frozenset[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class EmergencyCallEnded:
    """Signal: a call to an emergency number has ended. `extension_id` is None if no extension called."""

    tenant_id: str
    extension_id: str | None
    number: str = field(repr=False)
    answered: datetime | None
    ended: datetime


@dataclass(frozen=True, slots=True)
class OutsideCallRecorded(DomainEvent):
    """An answered leg to a number outside was stored with its call. Published again, with the same `leg_id`, if the
    record is applied again."""

    leg_id: str
    """The call's id and a position."""
    call_id: str
    extension_id: str
    """The extension for which it is billed, "" for none."""
    trunk_id: str
    destination: str
    """Beginning of the number in E.164, without "+" and its last four digits; or "short:" and a short number."""
    country: str
    """ISO 3166 code; "" for a short number."""
    answered: datetime
    seconds: int
    """Seconds that have begun."""


@dataclass(frozen=True, slots=True)
class CallRecorded(DomainEvent):
    """A call has ended and was stored. Published for tenants in which it is watched only, as it costs a write."""

    call_id: str
    direction: Direction
    outcome: Outcome
    started: datetime
    answered: datetime | None
    ended: datetime
