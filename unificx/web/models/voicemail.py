"""Voicemail: messages, and how mailboxes are set up."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.web.models.core import Input, Output

Pin = Annotated[str, Field(pattern=r"^([0-9]{4,12})?$", description="4 to 12 digits; empty takes it away.")]


class Message(Output):
    """A message left for an extension. Who left it is told to its owner alone."""

    id: str
    extension_id: str
    number: str = Field(description="The extension's; empty if it was deleted.")
    created: datetime
    seconds: float
    heard: datetime | None = Field(description="When it was first listened to; null while it is new.")
    hidden: datetime | None = Field(description="When its owner put it away.")
    caller: str | None = Field(description="The caller's number; null for an erased person and for other people's.")
    caller_name: str | None
    call_id: str
    own: bool = Field(description="Whether the asker may listen to it.")


class Heard(Input):
    heard: bool = Field(description="False makes it a new one again.")


class Mailbox(Output):
    """How an extension's mailbox is set up."""

    extension_id: str
    number: str
    enabled: bool = Field(description="Calls nobody takes go to voicemail, if the organisation has it at all.")
    takes_messages: bool = Field(description="Whether they do.")
    mail: bool = Field(description="An e-mail tells of each new message, without the sound.")
    has_pin: bool = Field(description="It can be heard from any telephone, by *98.")
    has_greeting: bool = Field(description="It has a greeting of its own.")


class MailboxChange(Input):
    """What is left out or null stays as it is."""

    enabled: bool | None = None
    mail: bool | None = None
    pin: Pin | None = None


class VoicemailSettings(Output):
    """How an organisation has its voicemail."""

    enabled: bool
    longest_seconds: int = Field(description="How long one message may be.")
    most_messages: int = Field(description="How many messages a mailbox holds.")
    restorable_days: int = Field(description="How long a message that was put away can be brought back.")


class VoicemailSettingsChange(Input):
    """What is left out or null stays as it is. Messages that are there stay when voicemail is switched off."""

    enabled: bool | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None
