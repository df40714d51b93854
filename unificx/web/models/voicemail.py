"""Voicemail: messages, and how mailboxes are set up."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.recordings import GreetingKind
from unificx.web.models.core import Input, Output

Pin = Annotated[str, Field(pattern=r"^([0-9]{4,12})?$", description="4 to 12 digits; empty takes it away.")]


class Transcript(Output):
    """What is said in a message, as a recogniser on this machine understood it. It dies with the message."""

    text: str
    language: str = Field(description="BCP 47.", examples=["de"])


OldMessages = Annotated[
    Literal["keep", "put_away", "erase"],
    Field(
        description="What becomes of the messages that are there when voicemail is switched off: kept, put away (and"
        " erased when they can be brought back no more), or erased at once. To be said if there are any."
    ),
]


class Message(Output):
    """A message left for an extension. Who left it is told to its owner alone."""

    id: str
    extension_id: str
    number: str = Field(description="The extension's; empty if it was deleted.")
    created: datetime
    seconds: float
    heard: datetime | None = Field(description="When it was first listened to; null while it is new.")
    hidden: datetime | None = Field(description="When its owner put it away.")
    mailed: datetime | None = Field(
        default=None,
        description="When its sound was first sent by e-mail to those it was left for. That copy is theirs to delete:"
        " no erasure reaches it.",
    )
    caller: str | None = Field(description="The caller's number; null for an erased person and for other people's.")
    caller_name: str | None
    call_id: str
    waveform: list[int] = Field(
        default=[],
        description="How loud it is from its beginning to its end, from 0 to 100; empty for a moment after it was"
        " left, and for other people's.",
    )
    transcript: Transcript | None = Field(default=None, description="Null where there is none, and for other people's.")
    own: bool = Field(description="Whether the asker may listen to it.")


class Heard(Input):
    heard: bool = Field(description="False makes it a new one again.")


class Greeting(Output):
    """A greeting of one's own."""

    kind: GreetingKind = Field(
        description="For calls nobody takes, for calls while one talks, or instead of both for a time."
    )
    until: datetime | None = Field(description="When a temporary one is over; null: when it is taken away.")
    seconds: float = Field(description="0 for one that is damaged.")


class SpokenText(Input):
    """A text that is to be spoken, by the voice the prompts have."""

    text: str = Field(min_length=1, max_length=2000)
    language: Literal["en", "de"]


class Mailbox(Output):
    """How an extension's mailbox is set up."""

    extension_id: str
    number: str
    enabled: bool = Field(description="Calls nobody takes go to voicemail, if the organisation has it at all.")
    takes_messages: bool = Field(description="Whether they do.")
    mail: bool = Field(description="An e-mail tells of each new message.")
    transcribe: bool = Field(
        description="Its owner wants messages turned into text; callers are told before they speak."
    )
    transcribes: bool = Field(description="Whether they are.")
    has_pin: bool = Field(description="It can be heard from any telephone, by *98.")
    may_set_pin: bool = Field(
        description="Whether whoever asks may give it a PIN: its owner alone, where it has one. Others take it away."
    )
    mail_caller: bool = Field(description="The e-mail says who called.")
    mail_sound: bool = Field(
        description="Its owner wants the message itself in the e-mail, as WAV; one of more than 7 MB stays out of it."
    )
    may_mail_sound: bool = Field(description="Whether the organisation lets it be there.")
    has_greeting: bool = Field(description="It has a greeting of its own.")
    greetings: list[Greeting]


class MailboxChange(Input):
    """What is left out or null stays as it is."""

    enabled: bool | None = None
    mail: bool | None = None
    mail_caller: bool | None = None
    pin: Pin | None = Field(default=None, description="Its owner alone may set one; empty takes it away.")
    transcribe: bool | None = Field(default=None, description="Its owner alone may switch it on.")
    mail_sound: bool | None = Field(default=None, description="Its owner alone may switch it on.")
    old_messages: OldMessages | None = None


class VoicemailSettings(Output):
    """How an organisation has its voicemail."""

    enabled: bool
    longest_seconds: int = Field(description="How long one message may be.")
    most_messages: int = Field(description="How many messages a mailbox holds.")
    restorable_days: int = Field(description="How long a message that was put away can be brought back.")
    transcribe: bool = Field(description="Owners of mailboxes may have messages turned into text, on this machine.")
    transcription_needs: str = Field(description="What to install before that can be switched on; empty: nothing.")
    mail_sound: bool = Field(
        description="Owners of mailboxes may have messages sent to them by e-mail, as sound. What was sent is out of"
        " reach of every erasure here."
    )
    keep_wav: bool = Field(description="Sound is kept as it was spoken, at eight times the room, and not as Opus.")


class VoicemailSettingsChange(Input):
    """What is left out or null stays as it is."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None
    keep_wav: bool | None = None
    transcribe: bool | None = None
    mail_sound: bool | None = None
