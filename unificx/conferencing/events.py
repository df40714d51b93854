"""Events on conference rooms: durable ones, published once committed, and signals about live conferences."""

from dataclasses import dataclass

from unificx.conferencing.schemas import Room
from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class RoomCreated(DomainEvent):
    room_id: str


@dataclass(frozen=True, slots=True)
class RoomDeleted(DomainEvent):
    room_id: str


@dataclass(frozen=True, slots=True)
class ConferenceChanged:
    """Signal: the status of a live conference has changed."""

    room: Room


@dataclass(frozen=True, slots=True)
class ParticipantAdmitted:
    """Signal: a host has admitted a participant from the lobby. `subject`: the person, if known."""

    room: Room
    subject: str | None


@dataclass(frozen=True, slots=True)
class ParticipantRemoved:
    """Signal: a participant was removed, or the conference was ended for all. `subject`: the person, if known."""

    room: Room
    subject: str | None


@dataclass(frozen=True, slots=True)
class ConferenceEnded:
    """Signal: the last participant has left."""

    room: Room
