"""The room's tables. What is said lies sealed in files; here is whose it is, and what is known of it.

Who left a message is sealed under the caller's own key, so that an erased caller is "an erased person" to all others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


def as_the_call_said(category: str, retention: str) -> Any:
    """Of somebody who was in a call that left a sound, for as long as that sound is kept."""
    uses = ("telephony", "history")
    return personal(category, uses=uses, retention=retention, on_erase="delete", export=True, rectifiable=False)


@dataclass(frozen=True, slots=True)
class CallerPart:
    """Who left a message, as the call said."""

    number: str = as_the_call_said("user.contact.phone_number", "voicemail")
    name: str = as_the_call_said("user.name", "voicemail")


@dataclass(frozen=True, slots=True)
class PinPart:
    """What opens a mailbox from any phone: the Argon2id digest of a PIN."""

    digest: str = personal(
        "user.authorization.password",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


def _of_the_sound(category: str) -> Any:
    return personal(
        category, uses=("telephony",), retention="voicemail", on_erase="delete", export=True, rectifiable=False
    )


@dataclass(frozen=True, slots=True)
class WaveformPart:
    """How loud it is from its beginning to its end, as many numbers from 0 to 100."""

    peaks: tuple[int, ...] = _of_the_sound("user.content.private.voicemail")


@dataclass(frozen=True, slots=True)
class TranscriptPart:
    """What is said in it, as a recogniser understood it, and in which language (BCP 47)."""

    text: str = _of_the_sound("user.content.private.transcript")
    language: str = _of_the_sound("user.content.private.transcript")


class AudioRow(Base):
    """A sealed recording. What stays of an erased one is that it was."""

    __tablename__ = "audio"
    __table_args__ = (Index(None, "tenant_id", "state"), Index(None, "form", "state"))

    id: Mapped[str] = plain("our own random id, the name of its file", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    created: Mapped[datetime] = plain("a time")
    state: Mapped[str] = plain("open while it is written, kept, or erased")
    form: Mapped[str] = plain("how its file is made: samples, those not yet looked after (new), or opus")
    wrapped: Mapped[bytes] = plain("its random key, wrapped under keys of the key store")


class AudioOwnerRow(Base):
    """Who owns a recording: with any of them it is erased."""

    __tablename__ = "audio_owner"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    subject_id: Mapped[str] = plain("an owner: random", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")


class AudioDerivedRow(Base):
    """What was made of a recording. It is sealed under the recording's content key, and so dies whenever it does."""

    __tablename__ = "audio_derived"
    __table_args__ = (Index(None, "tenant_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("the name of the recording's own key: random")
    waveform: Mapped[bytes | None] = sealed_column(WaveformPart, subject="subject_id")
    transcript: Mapped[bytes | None] = sealed_column(TranscriptPart, subject="subject_id")


class MessageRow(Base):
    """A message left for an extension. What stays of an erased one is that it was."""

    __tablename__ = "voicemail"
    __table_args__ = (
        Index(None, "tenant_id", "extension_id", "created"),
        Index(None, "tenant_id", "caller_subject_id"),
        Index(None, "transcript", "state"),
        Index(None, "tenant_id", "state"),
    )

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    extension_id: Mapped[str] = plain("whom it was left for; no foreign key, for it goes after the extension does")
    audio_id: Mapped[str] = plain("the recording")
    call_id: Mapped[str] = plain("the call it was left in: random")
    caller_subject_id: Mapped[str] = plain("whose key seals the part below: random")
    created: Mapped[datetime] = plain("a time")
    seconds: Mapped[float] = plain("a duration")
    state: Mapped[str] = plain("recording, kept or erased")
    heard: Mapped[datetime | None] = plain("when it was first heard")
    hidden: Mapped[datetime | None] = plain("when its owner put it away")
    mailed: Mapped[datetime | None] = plain("when its sound was first sent by e-mail to those it was left for")
    transcript: Mapped[str] = plain("whether it is to become text: wanted, done, failed, or empty for no")
    sealed: Mapped[bytes | None] = sealed_column(CallerPart, subject="caller_subject_id")


class MailboxRow(Base):
    """How an extension's mailbox is set up; one without a row is as the organisation has it."""

    __tablename__ = "voicemail_box"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, for it goes after the extension does", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    enabled: Mapped[bool] = plain("whether calls nobody takes go to voicemail")
    mail: Mapped[bool] = plain("whether an e-mail tells of new messages")
    mail_caller: Mapped[bool] = plain("whether it says who called")
    mail_sound: Mapped[bool] = plain("whether the message itself is in it")
    transcribe: Mapped[bool] = plain("whether messages are turned into text")
    sealed: Mapped[bytes | None] = sealed_column(PinPart, subject="subject_id")


class GreetingRow(Base):
    """A greeting of one's own."""

    __tablename__ = "voicemail_greeting"
    __table_args__ = (Index(None, "tenant_id"),)

    box_id: Mapped[str] = plain("the mailbox, by its extension's id", primary_key=True)
    kind: Mapped[str] = plain("no_answer, busy or temporary", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    audio_id: Mapped[str] = plain("the recording")
    until: Mapped[datetime | None] = plain("when a temporary one is over")


class OwnSoundRow(Base):
    """A sound that an organisation has of its own. If it is somebody's voice, the recording's owners tell whose."""

    __tablename__ = "own_sound"

    tenant_id: Mapped[str] = plain("the organisation", primary_key=True)
    language: Mapped[str] = plain("en, de, or any for music", primary_key=True)
    name: Mapped[str] = plain("the prompt whose place it takes: a name of ours", primary_key=True)
    audio_id: Mapped[str] = plain("the recording")
    seconds: Mapped[float] = plain("a duration")
    created: Mapped[datetime] = plain("a time")


class GroupMailboxRow(Base):
    """A mailbox that several share."""

    __tablename__ = "group_mailbox"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id, where messages name an extension", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("whose key its messages and its PIN are sealed with: the mailbox's own, random")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str] = plain("the tenant's own text, for a group and not for a person")
    lamp: Mapped[bool] = plain("whether its messages light the lamps of its members")
    created: Mapped[datetime] = plain("when we made it")


class GroupMemberRow(Base):
    """Who shares a mailbox."""

    __tablename__ = "group_mailbox_member"
    __table_args__ = (Index(None, "tenant_id"),)

    mailbox_id: Mapped[str] = plain("the mailbox", primary_key=True)
    extension_id: Mapped[str] = plain(
        "a member; no foreign key, for it goes after the extension does", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the organisation")
    place: Mapped[int] = plain("its place in the order they were named")


class TenantMailRow(Base):
    """How an organisation has its voicemail; one without a row has the defaults."""

    __tablename__ = "voicemail_tenant"

    tenant_id: Mapped[str] = plain("the organisation", primary_key=True)
    enabled: Mapped[bool] = plain("whether there is voicemail at all")
    longest_seconds: Mapped[int] = plain("how long one message may be")
    most_messages: Mapped[int] = plain("how many messages a mailbox holds")
    restorable_days: Mapped[int] = plain("how long a message that was put away can be brought back")
    keep_wav: Mapped[bool] = plain("whether sound stays as it was spoken")
    transcribe: Mapped[bool] = plain("whether messages may be turned into text")
    mail_sound: Mapped[bool] = plain("whether messages may be sent by e-mail, as sound")
