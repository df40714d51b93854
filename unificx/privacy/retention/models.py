"""Tables of retention: periods that tenants have set, and the state of the sweeps. No personal data."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class RetentionPeriodRow(Base):
    """A period that a tenant has set; without a row, the default applies."""

    __tablename__ = "retention_period"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    name: Mapped[str] = plain("key of a retention class", primary_key=True)
    period: Mapped[str] = plain("an ISO 8601 duration")


class RetentionStateRow(Base):
    """State of the sweeps of the installation; one row."""

    __tablename__ = "retention_state"

    id: Mapped[int] = plain("always 1", primary_key=True, autoincrement=False)
    seen: Mapped[datetime] = plain("latest time that is trusted")
    ran: Mapped[datetime | None] = plain("when the latest sweep began")
    asked: Mapped[datetime | None] = plain("since when an operator has to confirm the clock")
