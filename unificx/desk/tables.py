"""The room's table. What a report says of a device may say who has it: sealed as a whole."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The report, word for word as its sender was shown it."""

    text: str = personal(
        "user.telemetry",
        uses=("operations",),
        retention="technical",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class ReportRow(Base):
    __tablename__ = "diagnostics_report"
    __table_args__ = (Index(None, "tenant_id", "created", "id"), Index(None, "tenant_id", "person_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation")
    person_id: Mapped[str] = plain("who sent it; no foreign key, for the account may be closed before it goes")
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    created: Mapped[datetime] = plain("when it came")
    sealed: Mapped[bytes] = sealed_column(ReportPart, subject="subject_id")
