"""Tables of attachments. A file's content key is wrapped under the key of its author, which also seals its name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _in_message() -> Any:
    return personal(
        "user.content.private.message",
        uses=("telephony",),
        retention="message",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """Name, type and measures of a file."""

    name: str = _in_message()
    media_type: str = _in_message()
    width: int | None = _in_message()
    height: int | None = _in_message()
    seconds: float | None = _in_message()
    peaks: tuple[int, ...] = _in_message()


class AttachmentRow(Base):
    """A file that arrives or that a message has."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "message_id"),
        Index(None, "tenant_id", "conversation_id"),
        Index(None, "expires"),
    )

    id: Mapped[str] = plain("a random id, part of the names of its files", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    person_id: Mapped[str] = plain("random id of the author")
    state: Mapped[str] = plain("arriving or ready")
    kind: Mapped[str] = plain("photo, video, audio, voice, document or encrypted; empty until it is known")
    created: Mapped[datetime] = plain("a time")
    expires: Mapped[datetime | None] = plain("when it is deleted unless a message has it; null once one has")
    length: Mapped[int] = plain("bytes that its author has announced", BigInteger)
    size: Mapped[int] = plain("bytes that are stored, or reserved while it arrives", BigInteger)
    conversation_id: Mapped[str | None] = plain("the conversation of its message")
    message_id: Mapped[str | None] = plain("its message")
    place: Mapped[int] = plain("its place in the message")
    wrapped: Mapped[bytes] = plain("the content key, wrapped under the key of the author")
    subject_id: Mapped[str] = plain("random subject id of the author, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(AttachmentPart, subject="subject_id")


class AttachmentLimitsRow(Base):
    """Limits of a tenant, if it has limits of its own."""

    __tablename__ = "attachment_limits"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    max_file_bytes: Mapped[int] = plain("bytes of one file", BigInteger)
    quota_bytes: Mapped[int] = plain("bytes of all files", BigInteger)
