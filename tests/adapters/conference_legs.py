"""Fake call legs for tests of conference rooms."""

from dataclasses import dataclass, field

from http_world import World

from unificx.conferencing import CallerIdentity, ParticipantSession, Room


@dataclass
class FakeLeg:
    """A call leg that records its commands."""

    leg: str
    commands: list[str] = field(default_factory=list)
    call_id: str = ""
    receives_audio: bool = True

    def join(self, room: str, *, muted: bool, listener: str | None = None) -> None:
        self.commands.append(f"join {'muted' if muted else 'heard'}")

    def leave(self) -> None:
        self.commands.append("leave")

    def mute(self, on: bool) -> None:
        self.commands.append(f"mute {on}")


@dataclass
class JoinedParticipant:
    session: ParticipantSession
    leg: FakeLeg


def join_room(world: World, room: Room, number: str, *, host: bool = False) -> JoinedParticipant:
    """Join a room from an extension or an external number."""
    extension = world.identity.directory.extension(room.tenant_id, number)
    who = CallerIdentity(
        extension.subject if extension else None, extension.id if extension else "", number, f"Phone {number}"
    )
    phone = FakeLeg(f"leg-{number}")
    session = world.services.meetings.join(room, who, phone, host=host)
    session.entered()
    return JoinedParticipant(session, phone)
