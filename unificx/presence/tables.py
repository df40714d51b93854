"""Registrations that have to outlast the process: neutral times and ids, and a sealed part that says where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store import Base, plain, sealed_column


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
class WherePart:
    """Where the device is and what it says it is."""

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


class BindingRow(Base):
    __tablename__ = "binding"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation; no foreign key, for the spool may bring a row after it is gone")
    extension_id: Mapped[str] = plain("our extension's random id")
    device_id: Mapped[str] = plain("our device's random id")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    expires: Mapped[datetime] = plain("a time: until when it is kept, somewhat longer than was granted")
    sealed: Mapped[bytes] = sealed_column(WherePart, subject="subject_id")
