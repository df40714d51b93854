"""Answered calls as they are going on, so that the next life of this process can carry them on."""

from dataclasses import dataclass

from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store import Base, plain, sealed_column


def _operations(category: str) -> str:
    return personal(
        category,
        uses=("operations",),
        retention="live_call",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class LiveCallPart:
    """What it takes to go on with a call: who, and both dialogs with the descriptions last agreed on.

    Each dialog is (Call-ID, local, remote, remote tag, target, transport, host, port, owns the Call-ID, *routes);
    local tags are the leg ids. Gone when the call is over.
    """

    caller: tuple[str, ...] = _operations("user.behavior.call_detail")
    dialled: str = _operations("user.contact.phone_number")
    devices: tuple[str, ...] = _operations("user.device")
    caller_dialog: tuple[str, ...] = _operations("user.behavior.call_detail")
    callee_dialog: tuple[str, ...] = _operations("user.behavior.call_detail")
    descriptions: tuple[str, ...] = _operations("user.device.ip_address")


class LiveCallRow(Base):
    __tablename__ = "live_call"

    id: Mapped[str] = plain("the call's random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("the tenant's key for what lives as long as a call")
    sealed: Mapped[bytes] = sealed_column(LiveCallPart, subject="subject_id")
