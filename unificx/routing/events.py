"""Events of destinations, published once committed, and signals about calls outside."""

from dataclasses import dataclass, field

from unificx.core.events import DomainEvent
from unificx.registrar import Caller


@dataclass(frozen=True, slots=True)
class DestinationDeleted(DomainEvent):
    """A ring group or queue was deleted. `reference`: as destinations are written; its number is free again."""

    reference: str


@dataclass(frozen=True, slots=True)
class EmergencyCallMade:
    """Signal: a party calls an emergency number."""

    caller: Caller
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallingStopped:
    """Signal: a limit has stopped calls outside."""

    tenant_id: str
    stop_id: str


@dataclass(frozen=True, slots=True)
class CallingReleased:
    """Signal: a stop was released."""

    tenant_id: str
    stop_id: str
