"""Table of the accesses; the actor is sealed under the key of the person whose data was opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def _actor_field() -> Any:
    return personal(
        "user.account.username",
        uses=("administration", "requests"),
        retention="audit",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AccessPart:
    """The person who looked, and the tenant of that account; "operator" and "" for the console."""

    actor: str = _actor_field()
    actor_tenant: str = _actor_field()


class PersonAccessRow(Base):
    """One actor has opened data of one person from one table for one purpose, at least once in an hour."""

    __tablename__ = "person_access"
    __table_args__ = (Index(None, "tenant_id", "subject_id"), Index(None, "tenant_id", "at"))

    id: Mapped[str] = plain("random row id that sorts by time", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    subject_id: Mapped[str] = plain("random id of the data subject whose data was opened, and whose key seals this")
    at: Mapped[datetime] = plain("the hour")
    purpose: Mapped[str] = plain("purpose of the access")
    kind: Mapped[str] = plain("table that was opened")
    sealed: Mapped[bytes] = sealed_column(AccessPart, subject="subject_id")
