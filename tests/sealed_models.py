"""Two small tables with sealed parts, in a metadata of their own: the product's tables never meet them."""

from dataclasses import dataclass

from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store import Base, Codec, NeutralJson, plain, sealed_column


class Apart(Base):
    __abstract__ = True
    metadata = MetaData()


@dataclass(frozen=True, slots=True)
class FriendPart:
    """Somebody, to be called and to be shown."""

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


class FriendRow(Apart):
    __tablename__ = "friend"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("whose key seals the parts below")
    figures: Mapped[dict | None] = plain("figures about sound", NeutralJson("caller", "loss"))
    sealed: Mapped[bytes] = sealed_column(FriendPart, subject="subject_id")
    note: Mapped[bytes | None] = sealed_column(NotePart, subject="subject_id")


class StrangerRow(Apart):
    __tablename__ = "stranger"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    subject_id: Mapped[str] = plain("whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(FriendPart, subject="subject_id")


FRIEND = Codec(FriendRow, FriendPart)
NOTE = Codec(FriendRow, NotePart)
STRANGER = Codec(StrangerRow, FriendPart)
