"""Table of speed dials. Their numbers and names are data of other people too, chosen by a user."""

from dataclasses import dataclass

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class SpeedDialPart:
    """The entries, as written by `entries.to_texts`."""

    entries: tuple[str, ...] = personal(
        "user.contact.phone_number",
        uses=("telephony", "directory"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


class SpeedDialRow(Base):
    """The speed dials of an extension."""

    __tablename__ = "speed_dial"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random id of the extension's data subject, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(SpeedDialPart, subject="subject_id")
