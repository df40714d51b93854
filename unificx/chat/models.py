"""Tables of chat. Every text is sealed under the key of its author, the name of a group under a key of the group."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column

TEXT, MLS = 1, 2
"""Formats of a body: text, and a PrivateMessage of MLS in base64 (RFC 9420), which only devices of members open."""


def _in_chat() -> Any:
    return personal(
        "user.content.private.message",
        uses=("telephony",),
        retention="message",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class NamePart:
    """The name of a group."""

    name: str = personal(
        "user.content.private.message",
        uses=("telephony",),
        retention="message",
        on_erase="delete",
        export=False,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class BodyPart:
    """The text of a message, and the ids of the persons it mentions. Names of mentioned people are not in it."""

    text: str = _in_chat()
    mentions: tuple[str, ...] = _in_chat()


@dataclass(frozen=True, slots=True)
class ReactionPart:
    """The emoji of a reaction, or its encrypted body."""

    emoji: str = _in_chat()


class ConversationRow(Base):
    """A conversation. Its row is locked while a message gets its number."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("tenant_id", "pair"), Index(None, "tenant_id", "changed"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    kind: Mapped[str] = plain("direct or group")
    pair: Mapped[str | None] = plain("random ids of the two members of a direct conversation; null once one is erased")
    created: Mapped[datetime] = plain("creation time")
    changed: Mapped[datetime] = plain("time of the newest message")
    last_seq: Mapped[int] = plain("number of the newest message or change")
    newest: Mapped[str] = plain("random id of the newest message; empty for none")
    period: Mapped[str | None] = plain("an ISO 8601 duration after which messages disappear")
    round: Mapped[int | None] = plain("number of the newest change of its MLS group; null: not encrypted")
    subject_id: Mapped[str] = plain("random subject id of the conversation, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(NamePart, subject="subject_id")


class ConversationMemberRow(Base):
    """A member of a conversation. A person who leaves or is erased has no row."""

    __tablename__ = "conversation_member"
    __table_args__ = (Index(None, "tenant_id", "person_id"), Index(None, "tenant_id", "subject_id"))

    conversation_id: Mapped[str] = plain("the conversation", primary_key=True)
    person_id: Mapped[str] = plain("random id of the person", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random subject id of the person")
    role: Mapped[str] = plain("owner or member")
    joined: Mapped[datetime] = plain("when the person joined")
    from_seq: Mapped[int] = plain("number of the last message before the person joined")
    read_seq: Mapped[int] = plain("number of the last message that was read")
    delivered_seq: Mapped[int] = plain("number of the last message that has reached a device")
    shares_marks: Mapped[bool] = plain("whether others see the two numbers above")
    muted: Mapped[bool] = plain("whether only mentions of the person notify them")


class ChatMessageRow(Base):
    """A message. The row stays when its author is erased, without author and text."""

    __tablename__ = "chat_message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "person_id", "client_id"),
        Index(None, "tenant_id", "conversation_id", "revision"),
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "created"),
        Index(None, "tenant_id", "expires"),
    )

    id: Mapped[str] = plain("a random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    conversation_id: Mapped[str] = plain("the conversation")
    seq: Mapped[int] = plain("place in the conversation")
    revision: Mapped[int] = plain("number of the last change")
    person_id: Mapped[str] = plain("random id of the author; empty once erased")
    client_id: Mapped[str] = plain("random id that the author's client has made")
    state: Mapped[str] = plain("sent, deleted or erased")
    created: Mapped[datetime] = plain("a time")
    edited: Mapped[datetime | None] = plain("when its text was last changed")
    expires: Mapped[datetime | None] = plain("when it disappears, if the conversation has a period")
    reply_to: Mapped[str | None] = plain("random id of the message it answers")
    pinned: Mapped[datetime | None] = plain("when it was pinned")
    format: Mapped[int] = plain("format of the body: 1 for text, 2 for MLS")
    round: Mapped[int | None] = plain("of a body in MLS, the number of the change of the group whose keys open it")
    subject_id: Mapped[str] = plain("random subject id of the author, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(BodyPart, subject="subject_id")


class ReactionRow(Base):
    """The reaction of a person to a message."""

    __tablename__ = "chat_reaction"
    __table_args__ = (Index(None, "tenant_id", "conversation_id"), Index(None, "tenant_id", "subject_id"))

    message_id: Mapped[str] = plain("the message", primary_key=True)
    person_id: Mapped[str] = plain("random id of the person", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    conversation_id: Mapped[str] = plain("the conversation")
    round: Mapped[int | None] = plain("of a body in MLS, the number of the change of the group whose keys open it")
    subject_id: Mapped[str] = plain("random subject id of the person, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(ReactionPart, subject="subject_id")


class PhoneDeliveryRow(Base):
    """A message that waits for delivery to a phone of a member. Deleted once delivered or given up."""

    __tablename__ = "chat_delivery"
    __table_args__ = (Index(None, "tenant_id", "device_id"), Index(None, "due"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    conversation_id: Mapped[str] = plain("the conversation")
    message_id: Mapped[str] = plain("the message")
    person_id: Mapped[str] = plain("random id of the member")
    device_id: Mapped[str] = plain("random id of the phone")
    seq: Mapped[int] = plain("place of the message in the conversation")
    created: Mapped[datetime] = plain("time of the message")
    due: Mapped[datetime] = plain("time of the next attempt")
    attempts: Mapped[int] = plain("number of attempts")


class ChatDeviceRow(Base):
    """A device that takes part in encrypted conversations: one per session, and deleted with it."""

    __tablename__ = "chat_device"
    __table_args__ = (Index(None, "tenant_id", "person_id"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("a random id that the device has made", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    person_id: Mapped[str] = plain("random id of the person")
    subject_id: Mapped[str] = plain("random subject id of the person")
    session_id: Mapped[str] = plain("random id of the session", unique=True)
    created: Mapped[datetime] = plain("registration time")


class KeyPackageRow(Base):
    """A KeyPackage (RFC 9420 section 10) with which others add a device to a group. Deleted once one has taken it,
    unless it is the device's last resort."""

    __tablename__ = "chat_key_package"
    __table_args__ = (Index(None, "tenant_id", "device_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    device_id: Mapped[str] = plain("random id of the device")
    last_resort: Mapped[bool] = plain("whether it is used again when there is no other")
    body: Mapped[bytes] = plain("public keys of a device, with random ids", LargeBinary)


class GroupChangeRow(Base):
    """A change of the MLS group of a conversation: a Commit with its Welcome, or the start of a new group."""

    __tablename__ = "chat_group_change"
    __table_args__ = (UniqueConstraint("conversation_id", "round"), Index(None, "tenant_id", "created"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    conversation_id: Mapped[str] = plain("the conversation")
    round: Mapped[int] = plain("number of the change")
    created: Mapped[datetime] = plain("a time")
    restart: Mapped[bool] = plain("whether it starts a new group")
    body: Mapped[bytes] = plain("ciphertext that only devices of the members open", LargeBinary)
    welcome: Mapped[bytes | None] = plain("ciphertext that only the added devices open", LargeBinary)


class GroupDeviceRow(Base):
    """A device that is in the MLS group of a conversation, as the devices of the members report it."""

    __tablename__ = "chat_group_device"
    __table_args__ = (Index(None, "tenant_id", "device_id"),)

    conversation_id: Mapped[str] = plain("the conversation", primary_key=True)
    device_id: Mapped[str] = plain("random id of the device", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    round: Mapped[int] = plain("number of the change that has added it")
    seq: Mapped[int] = plain("number of the last message before that")
