"""Tables of holds. A hold stays after its release, without authority and reason."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def _text() -> Any:
    """Not exported: an authority may forbid to inform the person."""
    return personal(
        "user.content",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class HoldPart:
    """Authority that asked for the hold, and the reason. Both may name people."""

    authority: str = _text()
    reason: str = _text()


class HoldRow(Base):
    """A hold on objects."""

    __tablename__ = "hold"
    __table_args__ = (Index(None, "tenant_id", "created"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    created: Mapped[datetime] = plain("a time")
    placed_by: Mapped[str] = plain("random id of the administrator; empty for the operator's console")
    request_id: Mapped[str] = plain("random id of the request of an authority; empty without one")
    review: Mapped[date] = plain("date by which to check whether it is still needed")
    released: Mapped[datetime | None] = plain("a time")
    released_by: Mapped[str] = plain("random id of the administrator; empty for the operator's console")
    subject_id: Mapped[str] = plain("random subject of this row only, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(HoldPart, subject="subject_id")


class HeldObjectRow(Base):
    """An object under a hold; deleted when the hold is released."""

    __tablename__ = "held_object"
    __table_args__ = (Index(None, "tenant_id", "kind", "object_id"),)

    hold_id: Mapped[str] = plain("the hold", primary_key=True)
    kind: Mapped[str] = plain("call, recording or message", primary_key=True)
    object_id: Mapped[str] = plain("random id of the object", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
