"""Schemas of conferencing. Personal values never appear in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.media.sounds import Sound

Language = Literal["en", "de"]
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
    lobby: bool = False
    """Everyone but hosts, and people called by a host, waits until a host admits them. Guests always do."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The time of a meeting that a user has planned; None: not given."""

    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conference room. `hosts` are the extensions that join as hosts.

    `booking`: a user has created the room for a meeting; only its hosts and administrators find it in lists.
    `ad_hoc`: created from a call, without a number, and deleted when the last participant leaves. `parent`: id of the
    room that it is a breakout room of; it is deleted with the others.
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
    parent: str = ""
    revision: int = 0
    """Number of changes of name and planned time: SEQUENCE in calendars (RFC 5545)."""


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
    invitation_id: str | None = None


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
    booking: Booking | None = None
    lobby: bool | None = None


@dataclass(frozen=True, slots=True)
class OutsideAddress:
    """A person without an account who is invited by e-mail."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewInvitations:
    """People that a host invites: colleagues by the ids of their extensions, and people outside.

    `guest_links`: people outside get a link each, by which they join without an account; else they can only dial in.
    `pin`: the PIN for participants, stated in the e-mails; `language`: of e-mails to people outside.
    """

    colleagues: tuple[str, ...] = ()
    outside: tuple[OutsideAddress, ...] = ()
    guest_links: bool = True
    pin: str = field(default="", repr=False)
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to a meeting. `extension_id`: of a colleague, "" for a person outside."""

    id: str
    room_id: str
    extension_id: str
    subject: str
    invited: datetime
    language: Language
    address: str = field(repr=False)
    name: str = field(repr=False)
    link: str = field(default="", repr=False)
    """Guest link of a person outside; "" without one."""


@dataclass(frozen=True, slots=True)
class MeetingEmail:
    """An e-mail about a meeting. `title`: its name; `text`: paragraphs; `calendar`: iCalendar, "" for none;
    `reply_to`: address of the organizer, "" if unknown."""

    kind: Literal["meeting_invitation", "meeting_changed", "meeting_cancelled"]
    language: Language
    title: str = field(repr=False)
    text: tuple[str, ...] = field(repr=False)
    link: str = field(repr=False)
    calendar: str = field(repr=False)
    reply_to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A read-only calendar of a person's meetings, by a secret address."""

    id: str
    tenant_id: str
    extension_id: str
    created: datetime


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Identity of a participant. `spoken_name` is a recording of their name."""

    subject: str | None
    extension_id: str
    """"" for an external caller and a guest."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    spoken_name: Sound | None = field(default=None, repr=False)
    whispers_to: str = ""
    """The extension that alone hears this participant; "": all participants do."""


@dataclass(frozen=True, slots=True)
class RecordingParticipant:
    """A participant as seen by the recorder. `awaiting_consent`: admitted once notified of the recording; `call_id`:
    the participant's call; `receives_audio`: the participant has not put the call on hold; `media_leg`: its leg in the
    media engine."""

    id: str
    caller: CallerIdentity
    awaiting_consent: bool
    call_id: str
    receives_audio: bool = True
    media_leg: str = ""


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
    captions_consent: str | None
    """The same for captions."""
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
    video_recorded: bool
    captioned: bool
    """There are live captions."""
    participants: tuple[ParticipantStatus, ...]


@dataclass(frozen=True, slots=True)
class NewBreakoutRoom:
    """A breakout room to open. `participants`: ids of those who are moved into it."""

    name: str
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BreakoutRoom:
    """A room of a meeting with breakout rooms. `meeting`: None while it is empty."""

    room: Room
    meeting: MeetingStatus | None

    @property
    def present(self) -> tuple[ParticipantStatus, ...]:
        """Return all participants, those in the lobby too."""
        return self.meeting.participants if self.meeting is not None else ()

    @property
    def lobby(self) -> tuple[ParticipantStatus, ...]:
        """Return the participants in the lobby."""
        return tuple(one for one in self.present if one.state == "lobby")


@dataclass(frozen=True, slots=True)
class BreakoutStatus:
    """The main room and the breakout rooms of a meeting. `text`: the latest line to everyone; `seconds_left`: until
    everyone returns, None before the end."""

    main: BreakoutRoom
    rooms: tuple[BreakoutRoom, ...]
    text: str = field(repr=False)
    seconds_left: float | None
