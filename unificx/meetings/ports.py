"""What the room needs from others; filled by the wiring, and by whoever brings a caller."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from unificx.media.sounds import Sound
from unificx.meetings.contracts import Room, Seated, Who
from unificx.store import Key


class KeyRing(Protocol):
    """Keys of subjects; every room is one, so that its PINs are sealed."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never made."""
        ...


class Floor(Protocol):
    """Where voices are put together. Nothing here waits."""

    def room_play(self, room: str, sound: Sound) -> object:
        """Play to everybody in a room."""
        ...


class Records(Protocol):
    """Records meetings. Nothing here waits."""

    def start(self, room: Room, by: str) -> None:
        """A host, or whoever looks after the organisation, wants it recorded. Raises Forbidden, Conflict."""
        ...

    def stop(self, room: Room) -> None:
        """No more of it."""
        ...

    def pause(self, room: Room, *, on: bool, card: bool) -> None:
        """Leave out what is said, or go on. Raises Conflict where nothing is recorded."""
        ...

    def there(self, room: Room, seats: Sequence[Seated]) -> None:
        """Who is in the room or about to be, each time something happens there, or a phone is on hold or back, or says
        anew whether it may be recorded; nobody: the meeting is over."""
        ...

    def pressed(self, room_id: str, id_: str, key: str) -> None:
        """Somebody has pressed a key that asks the meeting for nothing."""
        ...

    def consent(self, room_id: str, id_: str) -> str | None:
        """How it stands with somebody's consent; None where nothing is recorded."""
        ...


class Dials(Protocol):
    """Calls people for a room."""

    def ring(self, room: Room, host: Who | None, number: str) -> str:
        """Ring an extension for a host, or for whoever looks after the organisation: whoever answers is asked whether
        he wants to join. The id of the call. Raises NotFound if the number is no extension's; NoRoom."""
        ...


class Phone(Protocol):
    """One caller's telephone. Nothing here waits."""

    @property
    def leg(self) -> str:
        """What the media engine calls it."""
        ...

    @property
    def call_id(self) -> str:
        """The call it is in."""
        ...

    @property
    def hears(self) -> bool:
        """Whether he hears anything just now: he has not put the call on hold."""
        ...

    def join(self, room: str, *, muted: bool) -> None:
        """Let him hear and be heard in a room, from now on and after every mishap of the media engine."""
        ...

    def leave(self) -> None:
        """Take him out of it."""
        ...

    def mute(self, on: bool) -> None:
        """Whether nobody hears him there."""
        ...
