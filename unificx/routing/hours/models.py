"""Models of opening hours."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.db import Base, plain, sealed_column
from unificx.routing.references import sealed_destination


@dataclass(frozen=True, slots=True)
class HoursPart:
    """Destinations of calls while open and while closed; each may be the number of a person outside."""

    then: str = sealed_destination()
    otherwise: str = sealed_destination()


class OpeningHoursRow(Base):
    """Opening hours."""

    __tablename__ = "opening_hours"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    name: Mapped[str] = plain("text of the tenant that names the hours, not a person")
    created: Mapped[datetime] = plain("creation time")
    weekly: Mapped[str] = plain("the weekly hours as text")
    holidays: Mapped[str] = plain("dates and times when the tenant is closed")
    switch: Mapped[str] = plain("open, closed or auto")
    code: Mapped[str] = plain("feature code that changes the switch")
    subject_id: Mapped[str] = plain("random subject id of the hours, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(HoursPart, subject="subject_id")
