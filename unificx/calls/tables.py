"""Answered calls as they are going on, so that the next life of this process can carry them on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store import Base, plain, sealed_column


def _operations(category: str) -> Any:
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

    `caller` is (tenant, extension, device, subject, number, name), `devices` the callee's device and extension,
    `times` when it started and was answered. A dialog is (Call-ID, local tag, local, remote tag, remote, CSeq, target,
    transport, host, port, "owns" or "", *routes). Gone when the call is over. A call in an app has no second dialog;
    `passed_on` is why the app took it, the name of a cause, or "" if it was dialled. `cast` are those who took part,
    each (tag, subject, extension, device, number, name, address), once a call was given away; `record` is the id of
    the call this is part of, `withheld` the extension of a caller who wants nobody to be told who he is.
    """

    caller: tuple[str, ...] = _operations("user.behavior.call_detail")
    dialled: str = _operations("user.contact.phone_number")
    devices: tuple[str, ...] = _operations("user.device")
    times: tuple[datetime, ...] = _operations("user.behavior.call_detail")
    caller_dialog: tuple[str, ...] = _operations("user.behavior.call_detail")
    callee_dialog: tuple[str, ...] = _operations("user.behavior.call_detail")
    descriptions: tuple[str, ...] = _operations("user.device.ip_address")
    passed_on: str | None = _operations("user.behavior.call_detail")
    cast: tuple[tuple[str, ...], ...] | None = _operations("user.behavior.call_detail")
    record: str | None = _operations("user.behavior.call_detail")
    withheld: str | None = _operations("user.behavior.call_detail")


class LiveCallRow(Base):
    __tablename__ = "live_call"

    id: Mapped[str] = plain("the call's random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    subject_id: Mapped[str] = plain("the tenant's key for what lives as long as a call")
    sealed: Mapped[bytes] = sealed_column(LiveCallPart, subject="subject_id")
