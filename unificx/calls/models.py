"""Answered live calls, stored so that they can be continued after a restart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


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
    """Data required to continue a call: the parties, both dialogs and the last negotiated SDP.

    `caller` is (tenant, extension, device, subject, number, name), `devices` the callee's device and extension,
    `times` when it started and was answered. A dialog is (Call-ID, local tag, local, remote tag, remote, CSeq, target,
    transport, host, port, flags, *routes); flags are "owns" (Call-ID is ours) and "aware" (recording-aware). Deleted
    when the call ends. A call with an app has no second dialog; `passed_on` is the name of the cause for which the app
    is the fallback, "" if it was dialled. `cast` are the participants of a transferred call, each (tag, subject,
    extension, device, number, name, address); `record` is the id of the call whose record this one belongs to,
    `withheld` the extension of a caller who withholds their identity. `direction` is that of the call record, `outside`
    are caller and callee, each (trunk, subject, number, name) of a party outside or empty; for one that was dialled,
    also when it answered, the extension for which it is billed, and "emergency" if it is that. `recorded_elsewhere`:
    the record of another call stands for this one.
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
    direction: str | None = _operations("user.behavior.call_detail")
    outside: tuple[tuple[str, ...], ...] | None = _operations("user.contact.phone_number")
    recorded_elsewhere: bool | None = _operations("user.behavior.call_detail")


class LiveCallRow(Base):
    __tablename__ = "live_call"

    id: Mapped[str] = plain("random id of the call", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random id of the call's own key, destroyed when the call ends")
    wrapped: Mapped[str] = plain("key of the part below, wrapped by the call's own key and those of its parties")
    sealed: Mapped[bytes] = sealed_column(LiveCallPart, subject="subject_id")
