"""The room's tables: standing rooms and who leads them. Who is in a room is in memory only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store import Base, plain, sealed_column


def _pin() -> Any:
    return personal(
        "user.authorization.password",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class PinsPart:
    """What lets somebody in, and what makes him a host: Argon2id digests."""

    guest: str | None = _pin()
    host: str | None = _pin()


class RoomRow(Base):
    """A room that people can dial."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str] = plain("the tenant's own text, for a room and not for a person")
    created: Mapped[datetime] = plain("when we made it")
    wait_for_host: Mapped[bool] = plain("whether guests wait until a host is there")
    announce: Mapped[str] = plain("whether tones, names or nothing tell who comes and goes")
    locked: Mapped[bool] = plain("whether hosts alone may enter until one of them opens it")
    muted_on_entry: Mapped[bool] = plain("whether guests come in with their microphone off")
    most: Mapped[int] = plain("how many may be in it")
    may_record: Mapped[bool] = plain("whether hosts may record")
    end_after_host: Mapped[int | None] = plain("seconds after which a meeting without a host ends")
    has_pin: Mapped[bool] = plain("whether guests need a PIN")
    has_host_pin: Mapped[bool] = plain("whether a PIN makes a host")
    subject_id: Mapped[str] = plain("whose key seals the part below: the room's own, random")
    sealed: Mapped[bytes | None] = sealed_column(PinsPart, subject="subject_id")


class RoomHostRow(Base):
    """An extension whose calls come in as a host."""

    __tablename__ = "room_host"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    room_id: Mapped[str] = plain("the room", primary_key=True)
    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, for it goes after the extension does", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the organisation")
