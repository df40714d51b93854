"""Models of phones that fetch their settings."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _phone_field(category: str) -> Any:
    return personal(
        category,
        uses=("telephony", "administration"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class PhonePart:
    """MAC address, and the keys, each as kind, number and label with tabs between them."""

    mac: str = _phone_field("user.device")
    keys: tuple[str, ...] = _phone_field("user.contact.phone_number")


class PhoneSettingsRow(Base):
    """A device that fetches its settings."""

    __tablename__ = "phone_settings"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    device_id: Mapped[str] = plain(
        "the device; no foreign key, because it is deleted after the device", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str] = plain("the extension of the device")
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below: that of the extension")
    maker: Mapped[str] = plain("maker of the phone, which selects a template")
    salt: Mapped[str] = plain("random value; an address cannot be made from it without the installation's secret")
    created: Mapped[datetime] = plain("creation time")
    open_until: Mapped[datetime | None] = plain("until when the settings contain a password")
    last_fetched: Mapped[date | None] = plain("date only")
    sealed: Mapped[bytes] = sealed_column(PhonePart, subject="subject_id")
