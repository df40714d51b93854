"""Schemas of meetings that users create."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from unificx.api.schemas.core import Input, Output
from unificx.api.schemas.rooms import RoomName


class Meeting(Output):
    """A meeting: a conference room that a user has created, with a link to it."""

    id: str
    room: str = Field(description="Number of its room, which every telephone of the tenant can dial.")
    name: str
    created: datetime
    starts: datetime | None = Field(description="Planned start. The room can be joined at any time.")
    ends: datetime | None = Field(description="Planned end. The meeting does not end by itself.")
    join_url: str = Field(description="Address that opens the meeting in the app, for users of the tenant.")
    dial_in: list[str] = Field(description="Public numbers that lead to the room.")
    has_pin: bool = Field(description="Participants need a PIN.")
    own: bool = Field(description="The user is a host of the meeting.")


class NewMeeting(Input):
    name: RoomName | None = Field(None, description="By default the number of the room.")
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None
