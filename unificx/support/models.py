"""Model of diagnostics reports. Device details may identify the user, so the whole text is sealed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The report, exactly as shown to its sender."""

    text: str = personal(
        "user.telemetry",
        uses=("operations", "administration"),
        retention="report",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class ReportRow(Base):
    __tablename__ = "diagnostics_report"
    __table_args__ = (Index(None, "tenant_id", "created", "id"), Index(None, "tenant_id", "person_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    person_id: Mapped[str] = plain(
        "the sender; no foreign key, because the account may be closed before the report is deleted"
    )
    subject_id: Mapped[str] = plain("random id of the subject whose key seals the part below")
    created: Mapped[datetime] = plain("time received")
    sealed: Mapped[bytes] = sealed_column(ReportPart, subject="subject_id")
