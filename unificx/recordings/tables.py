"""The room's tables. What is said lies sealed in files; here is whose it is, and what is known of it.

Who left a message is sealed under the caller's own key, so that an erased caller is "an erased person" to all others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


def _of_the_caller(category: str) -> Any:
    return personal(
        category,
        uses=("telephony", "history"),
        retention="voicemail",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class CallerPart:
    """Who left a message, as the call said."""

    number: str = _of_the_caller("user.contact.phone_number")
    name: str = _of_the_caller("user.name")


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


class AudioRow(Base):
    """A sealed recording. What stays of an erased one is that it was."""

    __tablename__ = "audio"
    __table_args__ = (Index(None, "tenant_id", "state"),)

    id: Mapped[str] = plain("our own random id, the name of its file", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    created: Mapped[datetime] = plain("a time")
    state: Mapped[str] = plain("open while it is written, kept, or erased")
    wrapped: Mapped[bytes] = plain("its random key, wrapped under keys of the key store")


class AudioOwnerRow(Base):
    """Who owns a recording: with any of them it is erased."""

    __tablename__ = "audio_owner"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    audio_id: Mapped[str] = plain("the recording", primary_key=True)
    subject_id: Mapped[str] = plain("an owner: random", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")


class MessageRow(Base):
    """A message left for an extension. What stays of an erased one is that it was."""

    __tablename__ = "voicemail"
    __table_args__ = (
        Index(None, "tenant_id", "extension_id", "created"),
        Index(None, "tenant_id", "caller_subject_id"),
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
    greeting_id: Mapped[str | None] = plain("a recording: the greeting of one's own")
    sealed: Mapped[bytes | None] = sealed_column(PinPart, subject="subject_id")


class TenantMailRow(Base):
    """How an organisation has its voicemail; one without a row has the defaults."""

    __tablename__ = "voicemail_tenant"

    tenant_id: Mapped[str] = plain("the organisation", primary_key=True)
    enabled: Mapped[bool] = plain("whether there is voicemail at all")
    longest_seconds: Mapped[int] = plain("how long one message may be")
    most_messages: Mapped[int] = plain("how many messages a mailbox holds")
    restorable_days: Mapped[int] = plain("how long a message that was put away can be brought back")
