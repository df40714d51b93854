"""Table of the consents: a ledger to which rows are only added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def _decision() -> Any:
    return personal(
        "user.privacy_preferences",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class ConsentPart:
    """A decision, see `schemas.ConsentRecord`. `expires`: ISO 8601, None for no end."""

    purpose: str = _decision()
    state: str = _decision()
    notice: str = _decision()
    method: str = _decision()
    locale: str = _decision()
    expires: str | None = _decision()


class ConsentRow(Base):
    """One decision of a person."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "tenant_id", "subject_id"),)

    id: Mapped[str] = plain("random row id that sorts by time", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random id of the person's data subject, whose key seals the part below")
    at: Mapped[datetime] = plain("time of the decision")
    sealed: Mapped[bytes] = sealed_column(ConsentPart, subject="subject_id")
