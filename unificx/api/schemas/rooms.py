"""Schemas of conference rooms and their participants."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from unificx.api.schemas.core import NUMBER, REFERENCE, Input, Output, Versioned
from unificx.api.schemas.voicemail import Pin
from unificx.conferencing import EntryAnnouncement, Reaction, VideoQuality, VideoSource

RoomName = Annotated[str, Field(min_length=1, max_length=100, examples=["Weekly meeting"])]
MaxParticipants = Annotated[
    int, Field(ge=2, le=500, description="Maximum number of participants; hosts can always join.")
]
Hosts = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]],
    Field(max_length=50, description="Extensions that join as hosts without a PIN: numbers or ids."),
]
_AFTER = "Seconds until the conference ends after its last host has left; null: it continues."


class ConferenceState(Output):
    """State of the conference in a room."""

    since: datetime
    participants: int
    locked: bool
    all_muted: bool = Field(description="All participants except hosts are muted, including new ones.")
    recorded: bool = Field(description="Recording is active, or is being announced.")
    recording_paused: bool = Field(description="The recording is paused.")
    video_recorded: bool = Field(description="Video is recorded too.")
    captioned: bool = Field(description="There are live captions, made on this server and stored nowhere.")
    captions_need: str = Field(
        description="The first thing that is missing for captions, such as software to install; empty if a host can "
        "switch them on."
    )


class Room(Versioned):
    """A conference room."""

    live: ClassVar[Mapping[str, Any]] = {"meeting": True}

    id: str
    tenant_id: str
    number: str = Field(description="Empty for a room created from a call.")
    name: str
    ad_hoc: bool = Field(description="Created from a call; deleted when the last participant leaves.")
    created: datetime
    hosts: list[str] = Field(description="Numbers of the extensions that join as hosts.")
    has_pin: bool = Field(description="Guests need a PIN.")
    has_host_pin: bool = Field(description="A PIN admits participants as hosts.")
    wait_for_host: bool = Field(description="Guests hear music until a host joins.")
    lobby: bool = Field(description="Everyone but hosts hears music until a host admits them.")
    announce: EntryAnnouncement = Field(description="How joining and leaving is announced to participants.")
    locked: bool = Field(description="Only hosts may join, until a host unlocks the room.")
    muted_on_entry: bool
    most: int
    may_record: bool
    end_after_host: int | None = Field(description=_AFTER)
    meeting: ConferenceState | None = Field(description="Null while the room is empty.")


class NewRoom(Input):
    number: str = Field(pattern=NUMBER, examples=["8000"])
    name: RoomName | None = None
    hosts: Hosts = Field(default_factory=list[str])
    pin: Pin = ""
    host_pin: Pin = ""
    wait_for_host: bool = False
    lobby: bool = False
    announce: EntryAnnouncement = "tones"
    locked: bool = False
    muted_on_entry: bool = False
    most: MaxParticipants = 200
    may_record: bool = False
    end_after_host: Annotated[int | None, Field(ge=0, le=3600, description=_AFTER)] = None


class RoomChange(Input):
    """Omitted or null fields stay unchanged. A number cannot change: delete and create."""

    name: RoomName | None = None
    hosts: Hosts | None = None
    pin: Pin | None = None
    host_pin: Pin | None = None
    wait_for_host: bool | None = None
    lobby: bool | None = None
    announce: EntryAnnouncement | None = None
    locked: bool | None = None
    muted_on_entry: bool | None = None
    most: MaxParticipants | None = None
    may_record: bool | None = None
    end_after_host: int | None = Field(None, ge=-1, le=3600, description="-1: the conference continues without a host.")


class Participant(Output):
    """A participant of a conference, or a caller about to join it."""

    id: str
    extension_id: str = Field(description="Empty for an external caller and for a guest.")
    number: str = Field(description="Empty if withheld, for a guest, and for an erased person.")
    name: str
    since: datetime
    host: bool
    state: Literal["waiting", "lobby", "entering", "in"] = Field(
        description="waiting: until a host joins; lobby: until a host admits the participant."
    )
    muted: bool = Field(description="The participant is muted.")
    muted_by_host: bool = Field(description="Muted by a host; the participant cannot unmute.")
    hand: bool = Field(description="The hand is raised.")
    reaction: Reaction | None = Field(description="Shown for five seconds.")
    speaking: bool
    consent: str | None = Field(
        description="Consent to recording: unknown, telling, told, consented or refused; null while nothing is"
        " recorded."
    )
    captions_consent: str | None = Field(description="The same for live captions; null while there are none.")
    own: bool = Field(description="The participant is the user.")


class ParticipantChange(Input):
    """Omitted or null fields stay unchanged. Your own microphone and hand; as a host those of other participants."""

    muted: bool | None = None
    hand: bool | None = Field(None, description="For other participants only false is allowed.")
    reaction: Reaction | None = Field(None, description="Show your own reaction, at most one a second.")
    admitted: Literal[True] | None = Field(None, description="Admit a participant from the lobby, as a host.")


SessionDescription = Annotated[str, Field(min_length=1, max_length=16 * 1024, description="SDP (RFC 8866).")]
_QUALITY = "high for a large tile, low for a small one, off while it is not shown."


class Video(Output):
    """A published video of a conference."""

    id: str
    participant: str = Field(description="Id of the publishing participant.")
    source: VideoSource
    quality: VideoQuality = Field(
        description="The best quality that a subscriber needs: high, low, or off without any. The publisher sends it."
    )
    own: bool = Field(description="Published by the user.")


class NewVideo(Input):
    """An offer with one video to send, over ICE and DTLS-SRTP, in VP8. Candidates are not needed."""

    source: VideoSource
    sdp: SessionDescription
    again: bool = Field(
        default=False, description="It was lost and is published again: refused if a host has stopped it."
    )


class NewVideoSubscription(Input):
    quality: VideoQuality = Field("high", description=_QUALITY)


class VideoConnection(Output):
    """A connection to set up: `sdp` is the answer to a publisher, or the offer to a subscriber."""

    id: str
    sdp: str


class VideoAnswer(Input):
    sdp: SessionDescription


class VideoSubscriptionChange(Input):
    quality: VideoQuality = Field(description=_QUALITY)


class RoomInvitation(Input):
    number: str = Field(pattern=NUMBER, examples=["1002"])


class Invited(Output):
    call_id: str = Field(description="Id of the ringing call, in `/api/v1/calls` and later in the history.")


class RoomRecordingStart(Input):
    """The contents of a recording."""

    video: bool = Field(
        default=False, description="Also record the video of the participant who speaks, or a shared screen."
    )


class RoomRecordingChange(Input):
    """For hosts, while the conference is recorded."""

    paused: bool
    for_card: bool = Field(default=False, description="Pause because a card number is given.")


class MeetingChange(Input):
    """For hosts. Omitted or null fields stay unchanged."""

    locked: bool | None = None
    all_muted: bool | None = None
    captions: bool | None = Field(None, description="Switch live captions on or off. Everyone is informed.")
    all_admitted: Literal[True] | None = Field(None, description="Admit all from the lobby.")
