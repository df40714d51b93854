"""Fake call legs and dialer for tests of conference rooms."""

from dataclasses import dataclass, field

from http_world import World

from unificx.conferencing import CallerIdentity, ParticipantSession, Room


@dataclass
class Phone:
    """A call leg that records its commands."""

    leg: str
    orders: list[str] = field(default_factory=list)
    call_id: str = ""
    receives_audio: bool = True

    def join(self, room: str, *, muted: bool) -> None:
        self.orders.append(f"join {'muted' if muted else 'heard'}")

    def leave(self) -> None:
        self.orders.append("leave")

    def mute(self, on: bool) -> None:
        self.orders.append(f"mute {on}")


@dataclass
class Inside:
    chair: ParticipantSession
    phone: Phone


def dial(world: World, room: Room, number: str, *, host: bool = False) -> Inside:
    """Join a room from an extension or an external number."""
    extension = world.people.directory.extension(room.tenant_id, number)
    who = CallerIdentity(
        extension.subject if extension else None, extension.id if extension else "", number, f"Phone {number}"
    )
    phone = Phone(f"leg-{number}")
    chair = world.services.meetings.join(room, who, phone, host=host)
    chair.entered()
    return Inside(chair, phone)


@dataclass
class Dialling:
    """A dialer that only records its calls."""

    rung: list[tuple[str, str, str]] = field(default_factory=list)

    def dial(self, room: Room, host: CallerIdentity | None, number: str) -> str:
        self.rung.append((room.number, host.number if host else "", number))
        return f"call-{len(self.rung)}"
