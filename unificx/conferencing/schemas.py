"""Schemas of conferencing. Personal values never appear in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.media.sounds import Sound

EntryAnnouncement = Literal["nothing", "tones", "names"]
"""How participants are notified that another one joined or left."""


Reaction = Literal["thumbs_up", "applause", "heart", "laugh", "surprise", "celebrate"]
"""A sign that a participant shows to the others for some seconds."""
VideoSource = Literal["camera", "screen"]
VideoQuality = Literal["off", "low", "high"]
"""Quality in which a video is sent: off while it is not shown, low for small tiles."""


@dataclass(frozen=True, slots=True)
class Video:
    """A video that a participant publishes."""

    id: str
    source: VideoSource


@dataclass(frozen=True, slots=True)
class VideoStatus:
    """A published video of a meeting. `participant`: id of its publisher."""

    id: str
    participant: str
    source: VideoSource
    quality: VideoQuality


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Settings of a conference room."""

    wait_for_host: bool = False
    announce: EntryAnnouncement = "tones"
    locked: bool = False
    """Only hosts may enter until a host unlocks the room."""
    muted_on_entry: bool = False
    most: int = 200
    may_record: bool = False
    end_after_host: int | None = None
    """Seconds after the last host has left until the meeting ends; None: it continues."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The time of a meeting that a user has planned; None: not given."""

    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conference room. `hosts` are the extensions that join as hosts.

    `booking`: a user has created the room for a meeting; only its hosts and administrators find it in lists.
    `ad_hoc`: created from a call, without a number, and deleted when the last participant leaves.
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
    booking: Booking | None = None
    used: datetime | None = None
    """Start of the day, UTC, on which a meeting last had a participant."""


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """Values of a meeting that a user creates. The default name is the number of its room."""

    name: str = ""
    booking: Booking = Booking()


@dataclass(frozen=True, slots=True)
class GuestLink:
    """A link by which persons without an account take part in a meeting, until it expires."""

    id: str
    tenant_id: str
    room_id: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """A person who has opened a guest link: a data subject of this visit alone."""

    id: str
    tenant_id: str
    room_id: str
    link_id: str
    subject: str
    expires: datetime
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewRoom:
    """Values of a new room. `hosts` are extension ids. The default name is the number."""

    number: str
    name: str = ""
    settings: RoomSettings = RoomSettings()
    hosts: tuple[str, ...] = ()
    pin: str = field(default="", repr=False)
    host_pin: str = field(default="", repr=False)
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class RoomChange:
    """Changes to a room. None keeps a value, an empty PIN removes it, and -1 sets `end_after_host` to None."""

    name: str | None = None
    wait_for_host: bool | None = None
    announce: EntryAnnouncement | None = None
    locked: bool | None = None
    muted_on_entry: bool | None = None
    most: int | None = None
    may_record: bool | None = None
    end_after_host: int | None = None
    hosts: tuple[str, ...] | None = None
    pin: str | None = field(default=None, repr=False)
    host_pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Identity of a participant. `spoken_name` is a recording of their name."""

    subject: str | None
    extension_id: str
    """"" for an external caller and a guest."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    spoken_name: Sound | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecordingParticipant:
    """A participant as seen by the recorder. `awaiting_consent`: admitted once notified of the recording; `call_id`:
    the participant's call; `receives_audio`: the participant has not put the call on hold."""

    id: str
    caller: CallerIdentity
    awaiting_consent: bool
    call_id: str
    receives_audio: bool = True


@dataclass(frozen=True, slots=True)
class ParticipantStatus:
    """Status of a participant in a room, or about to enter it."""

    id: str
    extension_id: str
    since: datetime
    host: bool
    state: Literal["waiting", "lobby", "entering", "in"]
    muted: bool
    muted_by_host: bool
    hand: bool
    reaction: Reaction | None
    speaking: bool
    consent: str | None
    """State of the consent to being recorded; None while there is no recording."""
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MeetingStatus:
    """Status of the meeting in a room."""

    room_id: str
    since: datetime
    locked: bool
    all_muted: bool
    recorded: bool
    paused: bool
    participants: tuple[ParticipantStatus, ...]
