"""Table of suspensions in force. The row is deleted when a suspension ends."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class SuspensionPart:
    """Text of the administrator for the suspended person."""

    text: str = personal(
        "user.content",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class SuspensionRow(Base):
    """Suspension of an account, or of a tenant, whose text has a subject of its own."""

    __tablename__ = "suspension"
    __table_args__ = (UniqueConstraint("tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str | None] = plain("person id, if any", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    reason: Mapped[str] = plain("one of a short list of reasons")
    made_by: Mapped[str] = plain("random id of the person who suspended, or console")
    since: Mapped[datetime] = plain("time of the suspension")
    until: Mapped[datetime | None] = plain("end of the suspension", index=True)
    erases: Mapped[datetime | None] = plain("when the suspended tenant is erased, if it is closed")
    review: Mapped[str] = plain("none, open or refused")
    review_id: Mapped[str | None] = plain("id of the request for a review", unique=True)
    sealed: Mapped[bytes] = sealed_column(SuspensionPart, subject="subject_id")
