"""Events on conference rooms, published once committed."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class RoomCreated(DomainEvent):
    room_id: str


@dataclass(frozen=True, slots=True)
class RoomDeleted(DomainEvent):
    room_id: str
