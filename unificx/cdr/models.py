"""Models: one row without personal data per call, and one row per party with that party's own sealed parts.

After one party is erased, the others keep "a call with an erased person" with its time, duration and outcome.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from unificx.core.personal import in_history, personal
from unificx.db.base import Base, plain, sealed_column

_ADDRESS = text("sealed_address IS NOT NULL")
"""Parties whose address is still there: those of the latest days."""


@dataclass(frozen=True, slots=True)
class PartyPart:
    """Number and name a party used in this call."""

    number: str = in_history("user.contact.phone_number", rectifiable=False)
    name: str = in_history("user.name", rectifiable=True)
    withheld: bool | None = in_history("user.behavior.call_detail", rectifiable=False)


@dataclass(frozen=True, slots=True)
class AddressPart:
    """Network address of a party's device. Separate, because it is deleted long before the call."""

    address: str = personal(
        "user.device.ip_address",
        uses=("security",),
        retention="address",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class CallRow(Base):
    __tablename__ = "call"
    # With the outcome, so that a list of the missed calls reads no rows of the others.
    __table_args__ = (Index(None, "tenant_id", "started", "id", "outcome"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant; no foreign key, because a call may outlast it in the spool")
    direction: Mapped[str] = plain("internal, inbound or outbound")
    started: Mapped[datetime] = plain("start time")
    answered: Mapped[datetime | None] = plain("answer time")
    ended: Mapped[datetime] = plain("end time")
    talk_seconds: Mapped[int] = plain("talk time")
    outcome: Mapped[str] = plain("outcome of the call")
    cause: Mapped[int] = plain("cause: Q.850 below 128, otherwise a SIP status")
    recorded: Mapped[bool] = plain("whether a recording was made")
    answered_by: Mapped[str | None] = plain("voicemail, if a mailbox answered in place of the called party")
    verification: Mapped[str | None] = plain("whether the signature of the caller id was right, and what it says")


class CallPartyRow(Base):
    """One party of a call. The id is the call's id and the party's position."""

    __tablename__ = "call_party"
    HELD_AS: ClassVar = ("call", "call_id")
    __table_args__ = (
        Index(None, "tenant_id", "call_id", "place"),
        Index(None, "tenant_id", "extension_id", "call_id"),
        Index(None, "tenant_id", "subject_id", "call_id"),
        # In PostgreSQL too, by its migration: to name that here loads its dialect, 2 MB that SQLite does not need.
        Index("ix_call_party_addresses", "tenant_id", "call_id", sqlite_where=_ADDRESS),
    )

    id: Mapped[str] = plain("the call's random id and a position", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    call_id: Mapped[str] = plain("the call; written and deleted together with it")
    place: Mapped[int] = plain("0 for the caller, then the callees in order")
    role: Mapped[str] = plain("caller or callee")
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the parts below")
    extension_id: Mapped[str | None] = plain("the extension; no foreign key, because it may be deleted before the call")
    device_id: Mapped[str | None] = plain("the device; no foreign key, because it may be deleted before the call")
    loss: Mapped[float | None] = plain("packet loss in percent")
    jitter_ms: Mapped[float | None] = plain("jitter in milliseconds")
    mos: Mapped[float | None] = plain("mean opinion score")
    packets: Mapped[int | None] = plain("packet count")
    hidden: Mapped[datetime | None] = plain("when this party removed the call from their own list")
    sealed: Mapped[bytes | None] = sealed_column(PartyPart, subject="subject_id")
    sealed_address: Mapped[bytes | None] = sealed_column(AddressPart, subject="subject_id")


@dataclass(frozen=True, slots=True)
class StepPart:
    """Number and name of a person or outside number that a call was sent to."""

    number: str = in_history("user.contact.phone_number", rectifiable=False)
    name: str = in_history("user.name", rectifiable=True)


class CallStepRow(Base):
    """One step on the path of a call: a person, an outside number, or a group, queue, menu or other object."""

    __tablename__ = "call_step"
    HELD_AS: ClassVar = ("call", "call_id")
    __table_args__ = (Index(None, "tenant_id", "call_id", "position"), Index(None, "tenant_id", "subject_id"))

    id: Mapped[str] = plain("the call's random id and a position", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    call_id: Mapped[str] = plain("the call; written and deleted together with it")
    position: Mapped[int] = plain("position on the way of the call")
    kind: Mapped[str] = plain("kind of station")
    reason: Mapped[str] = plain("why the call went there")
    at: Mapped[datetime] = plain("when it went there")
    ended: Mapped[datetime] = plain("when it went on or ended")
    outcome: Mapped[str] = plain("how the station ended")
    by: Mapped[int | None] = plain("place of the party that sent it there")
    object_number: Mapped[str | None] = plain("the tenant's own number of a group, queue, menu or room")
    object_name: Mapped[str | None] = plain("text of the tenant that names an object, not a person")
    extension_id: Mapped[str | None] = plain("the extension; no foreign key, because it may be deleted before the call")
    subject_id: Mapped[str | None] = plain(
        "random id of the subject whose key seals the part below; null for an object"
    )
    sealed: Mapped[bytes | None] = sealed_column(StepPart, subject="subject_id")
