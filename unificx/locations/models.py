"""Table of locations. An address may be the home of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _field(category: str = "user.contact.address") -> Any:
    return personal(
        category,
        uses=("telephony", "administration"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class LocationPart:
    """The name, the address, and the number that emergency calls show."""

    name: str = _field("user.content")
    country: str = _field()
    city: str = _field()
    street: str = _field()
    house_number: str = _field()
    postcode: str = _field()
    region: str = _field()
    building: str = _field()
    storey: str = _field()
    room: str = _field()
    note: str = _field()
    number: str = _field("user.contact.phone_number")


class LocationRow(Base):
    """A place from which emergency calls are made."""

    __tablename__ = "location"
    __table_args__ = (Index(None, "tenant_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    created: Mapped[datetime] = plain("creation time")
    is_default: Mapped[bool] = plain("whether it is the place of extensions without one")
    home_of: Mapped[str] = plain("id of the only extension whose place it is, or nothing")
    extensions: Mapped[str] = plain("ids of the extensions at this place, separated by commas")
    devices: Mapped[str] = plain("ids of the devices at this place, separated by commas")
    subject_id: Mapped[str] = plain(
        "random id of the extension's data subject or of the place, whose key seals the part"
    )
    sealed: Mapped[bytes] = sealed_column(LocationPart, subject="subject_id")
