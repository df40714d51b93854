"""What happened to rooms. Told on the bus once it is committed."""

from dataclasses import dataclass

from unificx.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class RoomCreated(Fact):
    room_id: str


@dataclass(frozen=True, slots=True)
class RoomDeleted(Fact):
    room_id: str
