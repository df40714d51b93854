"""Schemas of group mailboxes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from unificx.api.schemas.core import NUMBER, REFERENCE, Input, Name, Versioned
from unificx.api.schemas.voicemail import OldMessages, Pin

Members = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=REFERENCE)]],
    Field(max_length=100, description="Member extensions, by number or id."),
]


class GroupMailbox(Versioned):
    """A mailbox shared by several extensions: all members can list, play, mark and archive its messages."""

    live: ClassVar[Mapping[str, Any]] = {"enabled": True, "has_pin": True, "new_messages": True, "old_messages": True}

    id: str
    tenant_id: str
    number: str
    name: str
    members: list[str] = Field(description="Numbers of the member extensions.")
    lamp: bool = Field(description="Its messages count for the message waiting indicator (MWI) of the members' phones.")
    enabled: bool = Field(description="It accepts messages, provided voicemail is enabled for the tenant.")
    has_pin: bool = Field(description="The PIN gives access by *98; members need none.")
    new_messages: int
    old_messages: int
    created: datetime


class NewGroupMailbox(Input):
    number: str = Field(pattern=NUMBER, description="2 to 8 digits that are not in use.", examples=["7900"])
    name: Name | None = None
    members: Members = Field(default_factory=list)
    pin: Pin | None = None
    lamp: bool = True


class GroupMailboxChange(Input):
    """Omitted or null fields stay unchanged."""

    name: Name | None = None
    members: Members | None = None
    pin: Pin | None = None
    lamp: bool | None = None
    enabled: bool | None = None
    old_messages: OldMessages | None = None
