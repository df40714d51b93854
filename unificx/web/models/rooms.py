"""Conference rooms and who is in them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.meetings import Announce
from unificx.web.models.core import NUMBER, REFERENCE, Input, Output
from unificx.web.models.voicemail import Pin

RoomName = Annotated[str, Field(min_length=1, max_length=100, examples=["Weekly meeting"])]
Most = Annotated[int, Field(ge=2, le=500, description="How many may be in it; hosts get in all the same.")]
Hosts = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]],
    Field(max_length=50, description="Extensions whose calls come in as hosts, without a PIN: numbers, or ids."),
]
_AFTER = "Seconds after which a meeting ends that its last host has left; null: it goes on."


class MeetingNow(Output):
    """What goes on in a room."""

    since: datetime
    participants: int
    locked: bool
    all_muted: bool = Field(description="Everybody but hosts is muted, and whoever comes.")
    recorded: bool = Field(description="It is recorded, or everybody is being told that it will be.")
    recording_paused: bool = Field(description="What is said is left out of the recording for now.")


class Room(Output):
    """A room that people dial to talk together."""

    id: str
    tenant_id: str
    number: str = Field(description="Empty for a room that was made of a call.")
    name: str
    ad_hoc: bool = Field(description="It was made of a call and is gone once nobody is in it any more.")
    created: datetime
    hosts: list[str] = Field(description="Numbers of extensions whose calls come in as hosts.")
    has_pin: bool = Field(description="Guests need a PIN.")
    has_host_pin: bool = Field(description="A PIN makes a host.")
    wait_for_host: bool = Field(description="Guests hear music until a host is there.")
    announce: Announce = Field(description="How those in it learn who comes and goes.")
    locked: bool = Field(description="Hosts alone may enter, until one of them opens it.")
    muted_on_entry: bool
    most: int
    may_record: bool
    end_after_host: int | None = Field(description=_AFTER)
    meeting: MeetingNow | None = Field(description="Null if nobody is in it.")


class NewRoom(Input):
    number: str = Field(pattern=NUMBER, examples=["8000"])
    name: RoomName | None = None
    hosts: Hosts = Field(default_factory=list[str])
    pin: Pin = ""
    host_pin: Pin = ""
    wait_for_host: bool = False
    announce: Announce = "tones"
    locked: bool = False
    muted_on_entry: bool = False
    most: Most = 200
    may_record: bool = False
    end_after_host: Annotated[int | None, Field(ge=0, le=3600, description=_AFTER)] = None


class RoomChange(Input):
    """What is left out or null stays as it is. A number cannot change: delete and create."""

    name: RoomName | None = None
    hosts: Hosts | None = None
    pin: Pin | None = None
    host_pin: Pin | None = None
    wait_for_host: bool | None = None
    announce: Announce | None = None
    locked: bool | None = None
    muted_on_entry: bool | None = None
    most: Most | None = None
    may_record: bool | None = None
    end_after_host: int | None = Field(None, ge=-1, le=3600, description="-1: the meeting goes on without a host.")


class Participant(Output):
    """Somebody in a room, or on his way into it."""

    id: str
    extension_id: str = Field(description="Empty for somebody from outside.")
    number: str = Field(description="Empty if it is withheld, and for an erased person.")
    name: str
    since: datetime
    host: bool
    state: Literal["waiting", "entering", "in"]
    muted: bool = Field(description="Nobody hears him.")
    muted_by_host: bool = Field(description="He cannot undo it.")
    hand: bool = Field(description="He has raised his hand.")
    speaking: bool
    consent: str | None = Field(
        description="To being recorded: unknown, telling, told, consented or refused; null while nothing is recorded."
    )
    own: bool = Field(description="It is the asker.")


class ParticipantChange(Input):
    """What is left out or null stays as it is. One's own microphone and hand; as a host those of others."""

    muted: bool | None = None
    hand: bool | None = Field(None, description="As a host: false alone.")


class RoomInvitation(Input):
    number: str = Field(pattern=NUMBER, examples=["1002"])


class Invited(Output):
    call_id: str = Field(description="The call that rings, in `/api/v1/calls` and later in the history.")


class RoomRecordingChange(Input):
    """For hosts, while the meeting is recorded."""

    paused: bool
    for_card: bool = Field(default=False, description="It is paused because a card's number is being named.")


class MeetingChange(Input):
    """For hosts. What is left out or null stays as it is."""

    locked: bool | None = None
    all_muted: bool | None = None
