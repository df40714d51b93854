"""Tables of the erasures and of hand-overs. They contain random ids, times and counts only."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class ErasureRow(Base):
    """The erasure of a person; without a receipt, or with `held`, it is not finished."""

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "tenant_id", "person_id", unique=True),)

    id: Mapped[str] = plain("random id, also of the entry in the erasure journal", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    person_id: Mapped[str] = plain("random id of the erased account")
    subject_id: Mapped[str] = plain("random id of the destroyed key")
    extension_ids: Mapped[str] = plain("random ids of the extensions; empty once finished")
    requested_by: Mapped[str] = plain("random id of the administrator; empty for the operator's console")
    requested: Mapped[datetime] = plain("a time")
    plan: Mapped[str] = plain("counts by area and kind before the erasure, as JSON")
    receipt: Mapped[str | None] = plain("the signed receipt, as JSON: random ids, times and counts")
    held: Mapped[bool] = plain("whether a hold keeps it from its end; the receipt is then replaced at the end")


class ScheduledErasureRow(Base):
    """An erasure that begins after a time in which it can be cancelled."""

    __tablename__ = "scheduled_erasure"
    __table_args__ = (Index(None, "due"),)

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    person_id: Mapped[str] = plain("random id of the account", primary_key=True)
    subject_id: Mapped[str] = plain("random id of the data subject")
    requested_by: Mapped[str] = plain("random id of the administrator; empty for the operator's console")
    requested: Mapped[datetime] = plain("a time")
    due: Mapped[datetime] = plain("when it begins")


class AppliedErasuresRow(Base):
    """Latest known state of the erasure journal, and up to which entry the rows are erased. One row."""

    __tablename__ = "applied_erasures"

    id: Mapped[int] = plain("always 1", primary_key=True, autoincrement=False)
    length: Mapped[int] = plain("lines of the erasure journal")
    mac: Mapped[str] = plain("check value of its last line")
    applied: Mapped[int] = plain("number of entries whose rows are erased")


class TransmissionRow(Base):
    """How often a recipient got data of some categories on a day, from one process."""

    __tablename__ = "transmission"
    __table_args__ = (Index(None, "day"),)

    node: Mapped[str] = plain("random id of the process", primary_key=True)
    recipient: Mapped[str] = plain("key of the recipient in the policy", primary_key=True)
    day: Mapped[date] = plain("the day in UTC", primary_key=True)
    purpose: Mapped[str] = plain("key of the purpose", primary_key=True)
    categories: Mapped[str] = plain("keys of the categories", primary_key=True)
    count: Mapped[int] = plain("number of hand-overs")
