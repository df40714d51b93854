"""Two small tables with sealed parts, in separate metadata from the application tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, SealedCodec, plain, sealed_column


class SeparateBase(Base):
    __abstract__ = True
    metadata = MetaData()


@dataclass(frozen=True, slots=True)
class FriendPart:
    """Name and numbers of a contact."""

    name: str = personal(
        "user.name",
        uses=("directory", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    numbers: tuple[str, ...] = personal(
        "user.contact.phone_number",
        uses=("telephony",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class NotePart:
    text: str | None = personal(
        "user.content.private.message",
        uses=("telephony",),
        retention="history",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class FriendRow(SeparateBase):
    __tablename__ = "friend"

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id")
    subject_id: Mapped[str] = plain("random id of the sealing key")
    met: Mapped[datetime | None] = plain("time of the row")
    sealed: Mapped[bytes] = sealed_column(FriendPart, subject="subject_id")
    note: Mapped[bytes | None] = sealed_column(NotePart, subject="subject_id")


class UnrelatedRow(SeparateBase):
    __tablename__ = "stranger"

    id: Mapped[str] = plain("random row id", primary_key=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    sealed: Mapped[bytes] = sealed_column(FriendPart, subject="subject_id")


FRIEND = SealedCodec(FriendRow, FriendPart)
NOTE = SealedCodec(FriendRow, NotePart)
UNRELATED = SealedCodec(UnrelatedRow, FriendPart)
