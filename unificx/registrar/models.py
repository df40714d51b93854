"""Stored bindings: non-personal times and ids, and a sealed part with the location."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _while_registered(category: str) -> Any:
    return personal(
        category,
        uses=("telephony", "operations"),
        retention="registration",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class LocationPart:
    """Location and user agent of the device."""

    contact: str = _while_registered("user.contact.phone_number")
    transport: str = _while_registered("user.device")
    host: str = _while_registered("user.device.ip_address")
    port: int = _while_registered("user.device.ip_address")
    local: int = _while_registered("user.device")
    path: tuple[str, ...] = _while_registered("user.device.ip_address")
    q: float = _while_registered("user.device")
    instance: str = _while_registered("user.device.device_id")
    reg_id: int = _while_registered("user.device")
    lasts: int = _while_registered("user.device")
    user_agent: str = _while_registered("user.device.user_agent")
    takes_texts: bool | None = _while_registered("user.device")


class BindingRow(Base):
    __tablename__ = "binding"

    id: Mapped[str] = plain("random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant; no foreign key, since the spool may deliver a row after its deletion")
    extension_id: Mapped[str] = plain("random id of the extension")
    device_id: Mapped[str] = plain("random id of the device")
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    expires: Mapped[datetime] = plain("expiry in the journal, somewhat later than granted")
    sealed: Mapped[bytes] = sealed_column(LocationPart, subject="subject_id")
