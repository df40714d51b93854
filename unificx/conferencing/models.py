"""Models of conference rooms and their hosts. Participants are held in memory only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _pin_field() -> Any:
    return personal(
        "user.authorization.password",
        uses=("authentication", "administration"),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class PinsPart:
    """Argon2id digests of the guest PIN and the host PIN."""

    guest: str | None = _pin_field()
    host: str | None = _pin_field()


@dataclass(frozen=True, slots=True)
class NamePart:
    """The name of a room: text of a user, which may name persons."""

    name: str = personal(
        "user.content.private.message",
        uses=("telephony", "administration"),
        retention="meeting",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


class RoomRow(Base):
    """A permanent conference room."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str | None] = plain("name from before names were sealed; null once the next start has sealed it")
    created: Mapped[datetime] = plain("creation time")
    wait_for_host: Mapped[bool] = plain("whether guests wait for a host")
    lobby: Mapped[bool] = plain("whether all wait until a host admits them")
    announce: Mapped[str] = plain("announcement of joins and leaves: tones, names or nothing")
    locked: Mapped[bool] = plain("whether only hosts may enter")
    muted_on_entry: Mapped[bool] = plain("whether guests join muted")
    most: Mapped[int] = plain("maximum number of participants")
    may_record: Mapped[bool] = plain("whether hosts may record")
    end_after_host: Mapped[int | None] = plain("seconds until a meeting without a host ends")
    is_meeting: Mapped[bool] = plain("whether a user has created the room for a meeting")
    starts: Mapped[datetime | None] = plain("planned start of the meeting")
    ends: Mapped[datetime | None] = plain("planned end of the meeting")
    used: Mapped[datetime | None] = plain("day on which the meeting last had a participant")
    revision: Mapped[int] = plain("number of changes of name and planned time, for calendars")
    has_pin: Mapped[bool] = plain("whether guests need a PIN")
    has_host_pin: Mapped[bool] = plain("whether there is a host PIN")
    subject_id: Mapped[str] = plain("random subject id of the room, whose key seals the parts below")
    sealed: Mapped[bytes | None] = sealed_column(PinsPart, subject="subject_id")
    sealed_name: Mapped[bytes | None] = sealed_column(NamePart, subject="subject_id")


class GuestLinkRow(Base):
    """A link by which persons without an account take part in a meeting."""

    __tablename__ = "guest_link"
    __table_args__ = (Index(None, "tenant_id", "room_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    room_id: Mapped[str] = plain("the room of the meeting")
    secret_digest: Mapped[str] = plain("SHA-256 digest of the secret in the link", unique=True)
    created: Mapped[datetime] = plain("creation time")
    expires: Mapped[datetime] = plain("end of its validity")
    invitation_id: Mapped[str | None] = plain("the invitation that has the link; null for a link made by a host")


@dataclass(frozen=True, slots=True)
class InvitationPart:
    """The person invited to a meeting."""

    address: str = personal(
        "user.contact.email",
        uses=("telephony", "administration"),
        retention="meeting",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    name: str = personal(
        "user.name",
        uses=("telephony", "administration"),
        retention="meeting",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    link: str = personal(
        "user.authorization.credentials",
        uses=("telephony", "administration"),
        retention="meeting",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    """Guest link, repeated in e-mails about changes."""


class InvitationRow(Base):
    """An invitation by e-mail. A person outside is one subject of the tenant for all its users."""

    __tablename__ = "meeting_invitation"
    __table_args__ = (Index(None, "tenant_id", "room_id"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    room_id: Mapped[str] = plain("the room of the meeting")
    extension_id: Mapped[str | None] = plain("the extension of a colleague; null for a person outside")
    invited: Mapped[datetime] = plain("time of the invitation")
    language: Mapped[str] = plain("language of the e-mails")
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(InvitationPart, subject="subject_id")


class CalendarFeedRow(Base):
    """A read-only calendar of a person's meetings."""

    __tablename__ = "calendar_feed"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str] = plain("the extension of the person, with which it is deleted")
    secret_digest: Mapped[str] = plain("SHA-256 digest of the secret in the address", unique=True)
    created: Mapped[datetime] = plain("creation time")


class RoomHostRow(Base):
    """An extension that joins the room as a host."""

    __tablename__ = "room_host"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    room_id: Mapped[str] = plain("the room", primary_key=True)
    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
