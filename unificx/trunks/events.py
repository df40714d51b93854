"""Events on trunks: durable ones, published once committed, and a signal about their state."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent
from unificx.trunks.schemas import Trunk, TrunkStatus


@dataclass(frozen=True, slots=True)
class TrunkCreated(DomainEvent):
    trunk_id: str


@dataclass(frozen=True, slots=True)
class TrunkChanged(DomainEvent):
    trunk_id: str


@dataclass(frozen=True, slots=True)
class TrunkDeleted(DomainEvent):
    trunk_id: str


@dataclass(frozen=True, slots=True)
class TrunkStateChanged:
    """Signal: the state of a trunk has changed."""

    trunk: Trunk
    status: TrunkStatus
