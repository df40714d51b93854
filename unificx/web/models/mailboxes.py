"""Mailboxes of groups."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.web.models.core import NUMBER, REFERENCE, Input, Name, Output
from unificx.web.models.voicemail import OldMessages, Pin

Members = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]],
    Field(max_length=100, description="Extensions, by number or id."),
]


class GroupMailbox(Output):
    """A mailbox that several share: they all see, hear, mark and put away what is left there."""

    id: str
    tenant_id: str
    number: str
    name: str
    members: list[str] = Field(description="Their numbers.")
    lamp: bool = Field(description="Its messages light the members' lamps.")
    enabled: bool = Field(description="It takes messages, if the organisation has voicemail at all.")
    has_pin: bool = Field(description="Whoever has the PIN hears it by *98; members need none.")
    new_messages: int
    old_messages: int
    created: datetime


class NewGroupMailbox(Input):
    number: str = Field(pattern=NUMBER, description="2 to 8 digits that lead nowhere else.", examples=["7900"])
    name: Name | None = None
    members: Members = Field(default_factory=list)
    pin: Pin | None = None
    lamp: bool = True


class GroupMailboxChange(Input):
    """What is left out or null stays as it is."""

    name: Name | None = None
    members: Members | None = None
    pin: Pin | None = None
    lamp: bool | None = None
    enabled: bool | None = None
    old_messages: OldMessages | None = None
