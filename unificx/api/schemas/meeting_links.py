"""Schemas of meetings that users create."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Output
from unificx.api.schemas.rooms import RoomName
from unificx.api.schemas.times import Time
from unificx.conferencing import MAX_AT_ONCE, Language


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
    lobby: bool = Field(description="Everyone waits until a host admits them; guests always do.")
    own: bool = Field(description="The user is a host of the meeting.")


class NewMeeting(Input):
    name: RoomName | None = Field(None, description="By default the number of the room.")
    starts: Time | None = None
    ends: Time | None = None


class PlannedMeetingChange(Input):
    """Changes of a meeting. All who were invited by e-mail get the new time."""

    name: RoomName | None = None
    starts: Time | None = Field(None, description="Together with `ends`; null leaves both unchanged.")
    ends: Time | None = None
    lobby: bool | None = Field(None, description="Everyone waits until a host admits them; guests always do.")


class OutsideAddress(Input):
    """A person without an account."""

    email: str = Field(max_length=254, examples=["guest@example.com"])
    name: str = Field("", max_length=100)


class NewMeetingInvitations(Input):
    """People to invite by e-mail."""

    colleagues: list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]] = Field(
        default_factory=list[str], max_length=MAX_AT_ONCE, description="Extensions: numbers or ids."
    )
    outside: list[OutsideAddress] = Field(default_factory=list[OutsideAddress], max_length=MAX_AT_ONCE)
    guest_links: bool = Field(
        True, description="People outside get a guest link each. Without it they can only dial in."
    )
    pin: str = Field("", max_length=8, description="The PIN for participants, stated in the e-mails.")
    language: Language = Field("en", description="Of e-mails to people outside. Colleagues have one of their own.")


class MeetingInvitation(Output):
    """An invitation to a meeting."""

    id: str
    number: str = Field(description="Extension of a colleague; empty for a person outside.")
    name: str
    email: str
    invited: datetime
    guest_link: bool = Field(description="The person can join without an account.")


class CalendarFeed(Output):
    """The calendar of your meetings for calendar programs."""

    created: datetime | None = Field(description="Null without a calendar address.")


class CreatedCalendarFeed(CalendarFeed):
    url: str = Field(description="Secret address, shown once: only a digest of it is stored.")
