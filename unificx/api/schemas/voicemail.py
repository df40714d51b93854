"""Schemas of voicemail messages, mailboxes and greetings."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.voicemail import GreetingKind

Pin = Annotated[str, Field(pattern=r"^([0-9]{4,12})?$", description="4 to 12 digits; empty removes the PIN.")]


class Transcript(Output):
    """Transcript of a message, made by speech recognition on this server. Erased together with the message."""

    text: str
    language: str = Field(description="BCP 47.", examples=["de"])


OldMessages = Annotated[
    Literal["keep", "put_away", "erase"],
    Field(
        description="Treatment of the existing messages when voicemail is switched off: `keep`, `put_away`"
        " (archive, and erase once they cannot be restored any more) or `erase`. Required if there"
        " are any."
    ),
]


class Message(Output):
    """A voicemail message. The caller is shown only to the mailbox owner."""

    id: str
    extension_id: str
    number: str = Field(description="Number of the extension; empty if it was deleted.")
    created: datetime
    seconds: float
    heard: datetime | None = Field(description="When it was first played; null while it is new.")
    hidden: datetime | None = Field(description="When its owner archived it.")
    mailed: datetime | None = Field(
        default=None,
        description="When its sound was first sent by e-mail to the recipients. That copy is not covered by an"
        " erasure.",
    )
    caller: str | None = Field(
        description="The caller's number; null for an erased person and in other users' messages."
    )
    caller_name: str | None
    call_id: str
    waveform: list[int] = Field(
        default=[],
        description="Loudness over time, values from 0 to 100; empty until it is computed, and in other users'"
        " messages.",
    )
    transcript: Transcript | None = Field(
        default=None, description="Null if there is none, and in other users' messages."
    )
    own: bool = Field(description="Whether the user may play it.")


class PlayedChange(Input):
    heard: bool = Field(description="False marks the message as new again.")


class Greeting(Output):
    """A custom greeting."""

    kind: GreetingKind = Field(
        description="For unanswered calls, for calls while busy, a temporary greeting in place of all others, or one "
        "for a state of the owner's presence."
    )
    until: datetime | None = Field(description="When a temporary greeting expires; null: when it is removed.")
    seconds: float = Field(description="0 for a damaged greeting.")


class SpokenText(Input):
    """A text to be synthesized with the voice of the prompts."""

    text: str = Field(min_length=1, max_length=2000)
    language: Literal["en", "de"]


class Mailbox(Output):
    """Settings of an extension's mailbox."""

    extension_id: str
    number: str
    enabled: bool = Field(description="Unanswered calls are diverted to voicemail, if enabled for the tenant.")
    takes_messages: bool = Field(description="Whether the mailbox currently accepts messages.")
    mail: bool = Field(description="An e-mail is sent for each new message.")
    transcribe: bool = Field(
        description="The owner wants transcripts of messages; callers are informed before they speak."
    )
    transcribes: bool = Field(description="Whether messages are currently transcribed.")
    has_pin: bool = Field(description="The mailbox can be accessed from any phone with *98.")
    may_set_pin: bool = Field(
        description="Whether the user may set the PIN: only the owner, if there is one. Others may only remove it."
    )
    mail_caller: bool = Field(description="The e-mail contains the caller.")
    mail_sound: bool = Field(description="The owner wants the message attached to the e-mail as WAV, up to 7 MB.")
    may_mail_sound: bool = Field(description="Whether the tenant allows the attachment.")
    has_greeting: bool = Field(description="The mailbox has a custom greeting.")
    greetings: list[Greeting]


class MailboxChange(Input):
    """Omitted or null fields stay unchanged."""

    enabled: bool | None = None
    mail: bool | None = None
    mail_caller: bool | None = None
    pin: Pin | None = Field(default=None, description="Only the owner may set a PIN; empty removes it.")
    transcribe: bool | None = Field(default=None, description="Only the owner may switch it on.")
    mail_sound: bool | None = Field(default=None, description="Only the owner may switch it on.")
    old_messages: OldMessages | None = None


class VoicemailSettings(Output):
    """Voicemail settings of a tenant."""

    enabled: bool
    longest_seconds: int = Field(description="Maximum duration of a message.")
    most_messages: int = Field(description="Maximum number of messages in a mailbox.")
    restorable_days: int = Field(description="Days during which an archived message can be restored.")
    transcribe: bool = Field(description="Mailbox owners may have messages transcribed on this server.")
    transcription_needs: str = Field(
        description="Software to install before transcription can be switched on; empty if none is missing."
    )
    mail_sound: bool = Field(
        description="Mailbox owners may have messages sent by e-mail as sound. Sent messages are not covered by"
        " an erasure."
    )
    keep_wav: bool = Field(description="Store WAV instead of Opus, at eight times the size.")


class VoicemailSettingsChange(Input):
    """Omitted or null fields stay unchanged."""

    enabled: bool | None = None
    old_messages: OldMessages | None = None
    longest_seconds: int | None = None
    most_messages: int | None = None
    restorable_days: int | None = None
    keep_wav: bool | None = None
    transcribe: bool | None = None
    mail_sound: bool | None = None
