"""Events on conference rooms, published once committed."""

from dataclasses import dataclass

from unificx.core.events import Fact


@dataclass(frozen=True, slots=True)
class RoomCreated(Fact):
    room_id: str


@dataclass(frozen=True, slots=True)
class RoomDeleted(Fact):
    room_id: str
