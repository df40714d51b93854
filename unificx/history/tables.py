"""A call is one neutral row, and one row for each party with that party's own sealed part.

Erasing one party therefore leaves the others "a call with an erased person", with its time, duration and outcome.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class PartyPart:
    """Whom a party was known as in this call."""

    number: str = personal(
        "user.contact.phone_number",
        uses=("history",),
        retention="history",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    name: str = personal(
        "user.name",
        uses=("history",),
        retention="history",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    withheld: bool | None = personal(
        "user.behavior.call_detail",
        uses=("history",),
        retention="history",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AddressPart:
    """Where a party's device was: kept apart, for it goes long before the call does."""

    address: str = personal(
        "user.device.ip_address",
        uses=("security",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class CallRow(Base):
    __tablename__ = "call"
    __table_args__ = (Index(None, "tenant_id", "started", "id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation; no foreign key, for a call may outlast it in the spool")
    direction: Mapped[str] = plain("internal, inbound or outbound")
    started: Mapped[datetime] = plain("a time")
    answered: Mapped[datetime | None] = plain("a time")
    ended: Mapped[datetime] = plain("a time")
    talk_seconds: Mapped[int] = plain("a duration")
    outcome: Mapped[str] = plain("what became of the call")
    cause: Mapped[int] = plain("why it ended: Q.850 below 128, else a SIP status")
    recorded: Mapped[bool] = plain("whether a recording was made")


class CallPartyRow(Base):
    """The id is the call's with the party's place in it."""

    __tablename__ = "call_party"
    __table_args__ = (
        Index(None, "tenant_id", "call_id", "place"),
        Index(None, "tenant_id", "extension_id", "call_id"),
        Index(None, "tenant_id", "subject_id"),
    )

    id: Mapped[str] = plain("the call's random id and a place", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    call_id: Mapped[str] = plain("the call; written and deleted together with it")
    place: Mapped[int] = plain("0 for the caller, then the callees in order")
    role: Mapped[str] = plain("caller or callee")
    subject_id: Mapped[str] = plain("whose key seals the parts below: random")
    extension_id: Mapped[str | None] = plain("our extension; no foreign key, for it may be deleted before the call")
    device_id: Mapped[str | None] = plain("our device; no foreign key, for it may be deleted before the call")
    loss: Mapped[float | None] = plain("percent of packets")
    jitter_ms: Mapped[float | None] = plain("how unsteadily packets came")
    mos: Mapped[float | None] = plain("a score of the sound")
    packets: Mapped[int | None] = plain("a count")
    sealed: Mapped[bytes | None] = sealed_column(PartyPart, subject="subject_id")
    sealed_address: Mapped[bytes | None] = sealed_column(AddressPart, subject="subject_id")
