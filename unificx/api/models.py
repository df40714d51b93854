"""Table of stored responses to POSTs with an Idempotency-Key, kept for a day."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """Digest of the request, and the response, which may contain a name or a SIP password."""

    asked: str = personal(
        "user.authorization.credentials",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    answer: str = personal(
        "user.authorization.credentials",
        uses=("administration",),
        retention="technical",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


class StoredAnswerRow(Base):
    """One POST with an Idempotency-Key. Sealed under a key of its own, which is destroyed together with the row."""

    __tablename__ = "stored_answer"

    id: Mapped[str] = plain("digest of random ids and of the client's Idempotency-Key", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant of the user", ForeignKey("tenant.id", ondelete="CASCADE"))
    by_operator: Mapped[bool] = plain("whether the user is an operator, who may access any tenant")
    subject_id: Mapped[str] = plain("random subject of this row only, whose key seals the part below")
    status: Mapped[int | None] = plain("HTTP status of the response; none while in progress")
    started: Mapped[datetime] = plain("a time")
    expires: Mapped[datetime] = plain("a time", index=True)
    sealed: Mapped[bytes] = sealed_column(AnswerPart, subject="subject_id")
