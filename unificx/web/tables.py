"""Answers kept for a day, so that a POST sent twice is done once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """What was asked, as a digest, and what was answered: it may hold a name or a telephone's password."""

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
    """One POST under an Idempotency-Key. Sealed under a key of its own, which is destroyed with it."""

    __tablename__ = "stored_answer"

    id: Mapped[str] = plain("a digest of random ids and of the key a program chose", primary_key=True)
    tenant_id: Mapped[str] = plain("the asker's organisation", ForeignKey("tenant.id", ondelete="CASCADE"))
    by_operator: Mapped[bool] = plain("whether an operator asked, and so about any organisation")
    subject_id: Mapped[str] = plain("whose key seals the part below: random, of this row alone")
    status: Mapped[int | None] = plain("the HTTP status answered; none while it is being done")
    started: Mapped[datetime] = plain("a time")
    expires: Mapped[datetime] = plain("a time", index=True)
    sealed: Mapped[bytes] = sealed_column(AnswerPart, subject="subject_id")
