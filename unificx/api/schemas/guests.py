"""Schemas of guest links and of the guests of a meeting."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from unificx.api.schemas.core import Input, Output
from unificx.api.schemas.rooms import Video
from unificx.api.schemas.sign_in import Version
from unificx.conferencing import LINK_DAYS, MAX_LINK_DAYS, Reaction

GuestState = Literal["outside", "waiting", "lobby", "entering", "in"]


class NewGuestLink(Input):
    days: int = Field(
        default=LINK_DAYS,
        ge=1,
        le=MAX_LINK_DAYS,
        description="Validity in days; it ends earlier with the meeting, or two hours after its planned end.",
    )


class GuestLink(Output):
    """A guest link of a meeting."""

    id: str
    created: datetime
    expires: datetime


class CreatedGuestLink(GuestLink):
    url: str = Field(description="Shown once: only a digest of it is stored.")


class GuestEntry(Input):
    """Begin a visit to a meeting."""

    link: Annotated[SecretStr, Field(min_length=1, max_length=100)] = Field(description="The secret of the link.")
    name: str = Field(min_length=1, max_length=100, description="As the other participants see it.")
    of_age: bool = Field(description="Whether the guest has the required age; a date of birth is never requested.")
    terms_version: Version
    policy_version: Version


class GuestVisit(Output):
    """A visit. The token is valid for this meeting only: `Authorization: Bearer`."""

    token: str
    room: str = Field(description="Id of the room, for its videos.")
    expires: datetime


class GuestParticipant(Output):
    """A participant as guests see them: by name only."""

    id: str
    name: str = Field(description="Empty for a caller without a name.")
    host: bool
    muted: bool
    hand: bool
    reaction: Reaction | None
    speaking: bool
    captions_consent: str | None = Field(
        description="Own consent to live captions, as with participants; with `told`, the guest is asked to press 1."
    )
    own: bool


class GuestBreakouts(Output):
    """Breakout rooms of the meeting, as guests see them."""

    inside: bool = Field(description="The guest is in a breakout room.")
    text: str = Field(description="The latest line of a host to everyone, or empty.")
    seconds_left: float | None = Field(description="Until everyone returns to the main room; null before the end.")


class GuestMeeting(Output):
    """The meeting of a guest."""

    room: str = Field(description="Id of the room in which the guest is: of the meeting, or a breakout room of it.")
    name: str
    breakouts: GuestBreakouts | None = Field(description="Null while the meeting has no breakout rooms.")
    state: GuestState = Field(
        description="Of the guest: outside until the call to the room; lobby until a host admits the guest."
    )
    recorded: bool = Field(description="Recording is active, or is being announced.")
    video_recorded: bool = Field(description="Video is recorded too.")
    captioned: bool = Field(description="There are live captions, stored nowhere.")
    paused: bool
    consent: str | None = Field(
        description="Own consent to the recording, as with participants; with `told`, the guest is asked to press 1."
    )
    locked: bool = Field(description="Only hosts can join now, and guests who were admitted before.")
    participants: list[GuestParticipant] = Field(description="Empty until the guest is admitted.")
    videos: list[Video]


class GuestChange(Input):
    """Omitted or null fields stay unchanged."""

    hand: bool | None = Field(None, description="Raise or lower your hand.")
    reaction: Reaction | None = Field(None, description="Shown for five seconds, at most one a second.")
    back: Literal[True] | None = Field(None, description="Return from a breakout room to the main room.")
