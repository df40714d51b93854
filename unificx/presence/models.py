"""Tables of presence. Notes and destinations are sealed: a destination may be a telephone number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _own_setting(category: str) -> Any:
    return personal(
        category,
        uses=("telephony", "directory", "administration"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class PresencePart:
    """The note that colleagues see, and where calls are forwarded in each state, as written by `profiles.to_texts`."""

    note: str = _own_setting("user.content")
    rules: tuple[str, ...] = _own_setting("user.contact.phone_number")


class PresenceRow(Base):
    """Presence of an extension; without a row it is available and its calls ring."""

    __tablename__ = "presence"
    __table_args__ = (Index(None, "tenant_id"),)

    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    state: Mapped[str] = plain("one of seven states, shown to all colleagues")
    until: Mapped[datetime | None] = plain("end of the state")
    call_waiting: Mapped[bool] = plain("whether further calls ring during a call")
    subject_id: Mapped[str] = plain("random id of the extension's data subject, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(PresencePart, subject="subject_id")
