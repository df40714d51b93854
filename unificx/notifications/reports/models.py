"""Tables of reports by e-mail."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class ReportScheduleRow(Base):
    """A report that an administrator gets. The primary key prevents a second one."""

    __tablename__ = "report_schedule"

    tenant_id: Mapped[str] = plain("the tenant", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = plain("the recipient", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    every: Mapped[str] = plain("daily, weekly or monthly", primary_key=True)
    last: Mapped[str] = plain("last day, not included, of the newest period that was sent")
