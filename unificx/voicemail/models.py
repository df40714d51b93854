"""Tables of voicemail: messages, mailboxes, greetings and shared mailboxes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.audio_store import call_party_field
from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class CallerPart:
    """A message's caller, as signaled in the call."""

    number: str = call_party_field("user.contact.phone_number", "voicemail")
    name: str = call_party_field("user.name", "voicemail", rectifiable=True)


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


class MessageRow(Base):
    """A voicemail message. The row stays after erasure."""

    __tablename__ = "voicemail"
    HELD_AS: ClassVar = ("message", "id")
    __table_args__ = (
        Index(None, "tenant_id", "extension_id", "created"),
        Index(None, "tenant_id", "caller_subject_id"),
        Index(None, "transcript", "state"),
        Index(None, "tenant_id", "state"),
        Index(None, "tenant_id", "call_id"),
    )

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str] = plain(
        "the mailbox; no foreign key: deleted after the extension, then the id of the row"
    )
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
    kind: Mapped[str] = plain("the occasion or the state of the owner in which it is played", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    audio_id: Mapped[str] = plain("the recording")
    until: Mapped[datetime | None] = plain("when a temporary one expires")


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
