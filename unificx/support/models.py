"""Models of diagnostics reports and of consents to support access. Device details may identify the user, so the whole
text of a report is sealed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index
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


class SupportAccessRow(Base):
    """The consent of an administrator to support access. The access log says which data was opened."""

    __tablename__ = "support_access"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[str] = plain("random id that sorts by time", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"))
    granted: Mapped[datetime] = plain("time of the consent")
    granted_by: Mapped[str] = plain("random id of the administrator; no foreign key, because it may be erased")
    until: Mapped[datetime] = plain("end of the consent")
    ended: Mapped[datetime | None] = plain("time at which it was ended early")


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
