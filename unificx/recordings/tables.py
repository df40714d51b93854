"""Tables of audio and voicemail. The audio is in sealed files.

A message's caller is sealed under the caller's own key, so that an erased caller is "an erased person" for everybody
else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


def as_the_call_said(category: str, retention: str) -> Any:
    """A call party's personal data field, retained as long as the audio of the call."""
    uses = ("telephony", "history")
    return personal(category, uses=uses, retention=retention, on_erase="delete", export=True, rectifiable=False)


@dataclass(frozen=True, slots=True)
class CallerPart:
    """A message's caller, as signaled in the call."""

    number: str = as_the_call_said("user.contact.phone_number", "voicemail")
    name: str = as_the_call_said("user.name", "voicemail")


@dataclass(frozen=True, slots=True)
class PinPart:
    """The Argon2id digest of a mailbox PIN."""

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
    """Peak levels from start to end, 0 to 100."""

    peaks: tuple[int, ...] = _of_the_sound("user.content.private.voicemail")


@dataclass(frozen=True, slots=True)
class TranscriptPart:
    """The transcript and its language (BCP 47)."""

    text: str = _of_the_sound("user.content.private.transcript")
    language: str = _of_the_sound("user.content.private.transcript")


class AudioRow(Base):
    """Sealed audio. The row stays after erasure."""

    __tablename__ = "audio"
    __table_args__ = (Index(None, "tenant_id", "state"), Index(None, "form", "state"))

    id: Mapped[str] = plain("a random id, the name of its file", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    created: Mapped[datetime] = plain("a time")
    state: Mapped[str] = plain("open while it is written, kept, or erased")
    form: Mapped[str] = plain("the file format: new (samples, not yet processed), samples or opus")
    wrapped: Mapped[bytes] = plain("the content key, wrapped under keys of the key store")


class AudioOwnerRow(Base):
    """An owner of audio. It is erased with any of its owners."""

    __tablename__ = "audio_owner"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    subject_id: Mapped[str] = plain("an owner: a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")


class AudioDerivedRow(Base):
    """Data derived from audio, sealed under its content key, and so unreadable once that is destroyed."""

    __tablename__ = "audio_derived"
    __table_args__ = (Index(None, "tenant_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("the subject of the recording's own key: a random id")
    waveform: Mapped[bytes | None] = sealed_column(WaveformPart, subject="subject_id")
    transcript: Mapped[bytes | None] = sealed_column(TranscriptPart, subject="subject_id")


class MessageRow(Base):
    """A voicemail message. The row stays after erasure."""

    __tablename__ = "voicemail"
    __table_args__ = (
        Index(None, "tenant_id", "extension_id", "created"),
        Index(None, "tenant_id", "caller_subject_id"),
        Index(None, "transcript", "state"),
        Index(None, "tenant_id", "state"),
    )

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str] = plain("the mailbox; no foreign key, because it is deleted after the extension")
    audio_id: Mapped[str] = plain("the recording")
    call_id: Mapped[str] = plain("the call it was left in: a random id")
    caller_subject_id: Mapped[str] = plain("the subject whose key seals the part below: a random id")
    created: Mapped[datetime] = plain("a time")
    seconds: Mapped[float] = plain("a duration")
    state: Mapped[str] = plain("recording, kept or erased")
    heard: Mapped[datetime | None] = plain("when it was first played")
    hidden: Mapped[datetime | None] = plain("when its owner archived it")
    mailed: Mapped[datetime | None] = plain("when its audio was first e-mailed to its recipients")
    transcript: Mapped[str] = plain("the transcription state: wanted, done, failed, or empty for none")
    sealed: Mapped[bytes | None] = sealed_column(CallerPart, subject="caller_subject_id")


class MailboxRow(Base):
    """A mailbox's settings; without a row, the defaults apply."""

    __tablename__ = "voicemail_box"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("the subject whose key seals the part below: a random id")
    enabled: Mapped[bool] = plain("whether unanswered calls go to voicemail")
    mail: Mapped[bool] = plain("whether new messages are notified by e-mail")
    mail_caller: Mapped[bool] = plain("whether the e-mail names the caller")
    mail_sound: Mapped[bool] = plain("whether the audio is attached to the e-mail")
    transcribe: Mapped[bool] = plain("whether messages are transcribed")
    sealed: Mapped[bytes | None] = sealed_column(PinPart, subject="subject_id")


class GreetingRow(Base):
    """A custom greeting."""

    __tablename__ = "voicemail_greeting"
    __table_args__ = (Index(None, "tenant_id"),)

    box_id: Mapped[str] = plain("the mailbox, by its extension's id", primary_key=True)
    kind: Mapped[str] = plain("no_answer, busy or temporary", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    audio_id: Mapped[str] = plain("the recording")
    until: Mapped[datetime | None] = plain("when a temporary one expires")


class OwnSoundRow(Base):
    """A tenant's custom sound. A speaker is an owner of the audio."""

    __tablename__ = "own_sound"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    language: Mapped[str] = plain("en, de, or any for music", primary_key=True)
    name: Mapped[str] = plain("the name of the prompt it replaces", primary_key=True)
    audio_id: Mapped[str] = plain("the recording")
    seconds: Mapped[float] = plain("a duration")
    created: Mapped[datetime] = plain("a time")


class GroupMailboxRow(Base):
    """A shared mailbox."""

    __tablename__ = "group_mailbox"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("a random id, used in place of an extension id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("the mailbox's own subject, whose key seals its messages and PIN: a random id")
    number: Mapped[str] = plain("a number of the tenant")
    name: Mapped[str] = plain("a name chosen by the tenant, for a group and not for a person")
    lamp: Mapped[bool] = plain("whether its members' phones show its MWI")
    created: Mapped[datetime] = plain("when it was created")


class GroupMemberRow(Base):
    """A member of a shared mailbox."""

    __tablename__ = "group_mailbox_member"
    __table_args__ = (Index(None, "tenant_id"),)

    mailbox_id: Mapped[str] = plain("the mailbox", primary_key=True)
    extension_id: Mapped[str] = plain(
        "a member; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    place: Mapped[int] = plain("its position in the list")


class TenantMailRow(Base):
    """A tenant's voicemail settings; without a row, the defaults apply."""

    __tablename__ = "voicemail_tenant"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    enabled: Mapped[bool] = plain("whether voicemail is enabled")
    longest_seconds: Mapped[int] = plain("the maximum duration of a message")
    most_messages: Mapped[int] = plain("the maximum number of messages in a mailbox")
    restorable_days: Mapped[int] = plain("how many days an archived message can be restored")
    keep_wav: Mapped[bool] = plain("whether audio stays uncompressed")
    transcribe: Mapped[bool] = plain("whether messages may be transcribed")
    mail_sound: Mapped[bool] = plain("whether messages may be e-mailed as audio")
