"""What goes in and out of the room. Personal values never show in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.media.sounds import Sound

Announce = Literal["nothing", "tones", "names"]
"""How those in a room learn that somebody came or left."""


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """How a room is held."""

    wait_for_host: bool = False
    announce: Announce = "tones"
    locked: bool = False
    """Hosts alone may enter, until one of them opens it."""
    muted_on_entry: bool = False
    most: int = 200
    may_record: bool = False
    end_after_host: int | None = None
    """Seconds after which a meeting ends that its last host has left; None: it goes on."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room that people can dial. `hosts` are the extensions whose calls come in as hosts.

    `ad_hoc`: it was made of a call and is there for as long as anybody is in it; it has no number.
    """

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    settings: RoomSettings
    hosts: tuple[str, ...] = ()
    has_pin: bool = False
    has_host_pin: bool = False
    ad_hoc: bool = False


@dataclass(frozen=True, slots=True)
class NewRoom:
    """`hosts` are ids of extensions. Without a name it is called as it is dialled."""

    number: str
    name: str = ""
    settings: RoomSettings = RoomSettings()
    hosts: tuple[str, ...] = ()
    pin: str = field(default="", repr=False)
    host_pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RoomChange:
    """None leaves a value as it is; an empty PIN takes it away, and -1 as `end_after_host` the ending."""

    name: str | None = None
    wait_for_host: bool | None = None
    announce: Announce | None = None
    locked: bool | None = None
    muted_on_entry: bool | None = None
    most: int | None = None
    may_record: bool | None = None
    end_after_host: int | None = None
    hosts: tuple[str, ...] | None = None
    pin: str | None = field(default=None, repr=False)
    host_pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who calls a room, as the PBX knows him. `said` is his name as he spoke it."""

    subject: str | None
    extension_id: str
    """"" for somebody from outside."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    said: Sound | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody in a meeting as whoever records it knows him. `asked`: he comes in once he knows that it is recorded;
    `call_id`: the call by which he is there; `hears`: he has not put it on hold."""

    id: str
    who: Who
    asked: bool
    call_id: str
    hears: bool = True


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room, or on his way into it."""

    id: str
    extension_id: str
    since: datetime
    host: bool
    state: Literal["waiting", "entering", "in"]
    muted: bool
    muted_by_host: bool
    hand: bool
    speaking: bool
    consent: str | None
    """How it stands with his consent to being recorded; None while nothing is."""
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meeting:
    """What goes on in a room."""

    room_id: str
    since: datetime
    locked: bool
    all_muted: bool
    recorded: bool
    paused: bool
    participants: tuple[Participant, ...]
